#!/bin/sh
# Mail that has another way than the servers that fail now does not wait for the one message that asks them again: the domain's own MX, another route.
. tests/lib.sh
new_spool
send() { printf 'Subject: %s\n\nx\n' "$1" | "$BIN/sendmail" -i -f cacti@mon1.example.org "$2"; }
got() { ls "$work/$1" 2>/dev/null | lines; }
got_are() { [ "$(got "$1")" -ge "$2" ]; }
# another NAME: a server with a folder of its own; sets another_port
another() {
	"$TOOLS/smarthost" -P "$work/port.$1" -d "$work/$1" &
	pids="$pids $!"
	wait_for test -s "$work/port.$1"
	another_port=$(cat "$work/port.$1")
}
smarthost
stop "$smarthost_pid"
another open; open=$another_port
another partner; partner=$another_port
config "
[fallback]
direct_mx = yes
direct_port = $open"
for n in $(seq 250); do send "detour $n" 'joe@[127.0.0.1]'; done
runner_once
is "$(got open)" 250 "direct_mx: each of 250 messages goes there in the same pass"
is "$("$BIN/mailq" -bpc 2>/dev/null)" 0 "and nothing is left"
"$BIN/runner" --stay --foreground 2>"$work/log2" &
runner=$!
pids="$pids $runner"
send first 'joe@[127.0.0.1]'
ok "a runner that stays: the first one finds out" wait_for got_are open 251
send second 'joe@[127.0.0.1]'
send third 'nobody@[127.0.0.5]'
ok "the next one goes at once" wait_for got_are open 252
is "$(grep -c 'smarthost=main' "$work/log2")" 1 "and does not ask the smarthost again"
both_down() { grep -q 'to=<nobody@.127.0.0.5.>, .*smarthost=@.127.0.0.5. .*next_s=[1-9]' "$work/log2"; }
ok "where neither is there, the mail waits, and the log says for what" wait_for both_down
story=$("$BIN/mailq" why "$("$BIN/mailq" --json | sed -n 's/.*"queue_id": "\([^"]*\)".*/\1/p')")
like "$story" 'smarthost main: passed over, it is asked again in .*1 failure, the last one: .*Connection refused' "its story: why the smarthost was passed over"
like "$story" 'servers: the MX of \[127.0.0.5\]' "and where it went then"
smarthost -p "$port"
before=$(delivered)
"$BIN/sendmail" -q >/dev/null 2>&1
arrived_at_main() { [ "$(delivered)" -gt "$before" ]; }
ok "when the smarthost is back, it goes there" wait_for arrived_at_main
kill -TERM $runner; wait $runner
# Two recipients on two routes: the one whose server works does not wait for the other's.
stop "$smarthost_pid"
config "
[smarthost partner]
host = 127.0.0.1
port = $partner
tls = off
default = no
[route partner.example]
via = partner"
for n in 1 2 3; do printf 'Subject: two ways %s\n\nx\n' $n | "$BIN/sendmail" -i ops@main.example ops@partner.example; done
send 'no other way' ops@main.example
runner_once
is "$(got partner)" 3 "a route that works does not wait for one that does not"
is "$("$BIN/mailq" -bpc 2>/dev/null)" 4 "what has no other way waits"
smarthost -p "$port"
before=$(delivered)
runner_once
is "$(delivered) $("$BIN/mailq" -bpc) $(got partner)" "$((before + 4)) 0 3" "and goes when its server is back; nothing twice"
finish
