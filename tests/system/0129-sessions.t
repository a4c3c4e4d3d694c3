#!/bin/sh
# A session that waits, or takes long, costs no other user and no other destination its turn; what it has not begun goes by another.
. tests/lib.sh
new_spool
chmod 755 "$work"
[ "$(id -u)" = 0 ] && [ -n "$(id -u daemon 2>/dev/null)" ] && other=daemon || other=
start() { "$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!; pids="$pids $runner"; wait_for test -s "$work/run/runner.pid"; }
end() { kill "$runner"; wait "$runner" 2>/dev/null; rm -f "$work"/spool/mqueue/*.log "$work"/spool/mqueue/[0-9a-f]*.* "$work"/spool/drop/*; : >"$work/log"; rm -rf "$work/delivered"; }
send() { printf 'Subject: %s\n\nx\n' "$1" | "$BIN/sendmail" -i -f s@example.org "$1"; }
sent() { grep -c "to=<$1.*verdict=sent" "$work/log"; }
sent_are() { [ "$(sent "$1")" -ge "$2" ]; }
logged() { grep -q "$1" "$work/log"; }
silent_at_end() { printf '%s\n' 'send 220 odd.test ESMTP' 'expect EHLO' 'send-raw 250-odd.test\r\n250 PIPELINING\r\n' "expect MAIL FROM:" 'send 250 ok' 'expect RCPT TO:' 'send 250 ok' 'expect DATA' 'send 354 go on' 'read-data' 'silence'; }
# odd NAME COMMAND: a server of the script that the command prints; its port goes to $NAME
odd() {
	"$2" >"$work/$1.script"; rm -f "$work/$1.port"
	"$TOOLS/smtpd" -P "$work/$1.port" -T "$work/$1.transcript" -w 120 "$work/$1.script" 2>>"$work/log" & pids="$pids $!"
	wait_for test -s "$work/$1.port"
	eval "$1=$(cat "$work/$1.port")"
}

# Four silent servers of other routes.
smarthost
for name in one two three four; do odd $name silent_at_end; done
config "
$(for name in one two three four; do eval "p=\$$name"; printf '[smarthost %s]\nhost = 127.0.0.1\nport = %s\ntls = off\n[route @%s.test]\nvia = %s\n' $name "$p" $name $name; done)"
start
for name in one two three four; do send "a@$name.test"; done
talking() { [ "$(grep -l '^C: \.\|^S: 354' "$work"/*.transcript 2>/dev/null | wc -l)" = 4 ]; }
ok "four silent servers of other routes have a session each" wait_for talking
for i in 1 2 3; do send "healthy$i@example.org"; done
ok "mail to the healthy smarthost goes out meanwhile" wait_for sent_are healthy 3
is "$(sent 'a@')" 0 "while the others still wait"
says() { "$BIN/mailq" 2>/dev/null | grep -q "being delivered right now; its session has been waiting [0-9]* s for the server's answer at end of data"; }
ok "mailq says what they wait for" wait_for says
finish
