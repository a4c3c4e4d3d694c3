#!/bin/sh
# A server that gives every message the same temporary answer rests: one message asks for all; an answer of one's own holds up nobody else.
. tests/lib.sh
new_spool
mail() { printf 'Subject: %s\n\nx\n' "$1" | "$BIN/sendmail" -odq -i -f "$2" "$1"; }
start() { "$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!; pids="$pids $runner"; wait_for test -s "$work/run/runner.pid"; }
end() { kill "$runner"; wait "$runner" 2>/dev/null; stop "$smarthost_pid"; rm -rf "$work"/spool/mqueue/*.log "$work"/spool/mqueue/[0-9a-f]*.* "$work"/spool/drop/* "$work/sessions" "$work/delivered" "$work/rule"; : >"$work/log"; }
logged() { grep -q "$1" "$work/log"; }
sent() { grep -c "to=<$1.*status=sent" "$work/log"; }
sent_are() { [ "$(sent "$1")" -ge "$2" ]; }
refused() { grep -c '^refused' "$work/sessions"; }
deferred() { grep -c "to=<$1.*status=deferred" "$work/log"; }

# Forty messages, and a server that accepts nothing.
echo '<s 451 4.3.0 not now' >"$work/rule"
smarthost -m "$work/rule"; config
for i in $(seq 40); do mail "m$i@example.org" s@example.org; done
start
ok "the server is found to rest" wait_for logged 'no smarthost accepts mail.*MAIL: resting, after the same answer to 5 messages in a row: .*not now'
sleep 2
ok "at most ten commands are sent ($(refused))" test "$(refused)" -ge 5 -a "$(refused)" -le 10
health() { "$BIN/mailq" health -w 600 -c 6000; }
like "$(health)" '40 messages wait.*resting, after the same answer.*next try in' "mailq health says so"
last=$("$BIN/mailq" --format=postfix 2>/dev/null | sed -n 's/^\(........\.........\).*/\1/p' | tail -n 1)
like "$("$BIN/mailq" why "$last")" 'resting, after the same answer to 5 messages in a row.*not now' "and mailq why says it of a message that was not tried"
next=$(sed -n 's/.*everything waits; next try in \([0-9]*\) s.*/\1/p' "$work/log" | tail -n 1)
ok "the next try is that of the first wait ($next s)" test "${next:-0}" -ge 50 -a "${next:-0}" -le 70
before=$(refused)
"$BIN/mailq" retry all >/dev/null 2>&1
asked() { [ "$(refused)" -gt "$before" ]; }
ok "asked again" wait_for asked
sleep 1
is "$(refused)" $((before + 1)) "one message asks for all"
rm "$work/rule"
"$BIN/mailq" retry all >/dev/null 2>&1
ok "one that is accepted makes all others due" wait_for sent_are m 40
end

# One sender's mail is refused; that of others goes out, and its own answer holds up nobody.
echo '<bad@ 451 4.7.1 greylisted, come back later' >"$work/rule"
smarthost -r 'full=452 4.2.2 mailbox full' -m "$work/rule"; config
for i in 1 2 3 4 5 6 7 8 9; do mail "g$i@g$i.example" bad@example.org; mail "full$i@f$i.example" s@example.org; mail "m$i@example.org" s@example.org; done
start
ok "mail between answers of their own goes out" wait_for sent_are m 9
tried() { [ "$(deferred full)" -ge 9 ]; }
ok "each of the others is tried" wait_for tried
is "$(grep -c resting "$work/log")" 0 "nothing rests"
end

# The same answer to RCPT for domains that have nothing in common; then for one.
smarthost -r 'r=451 4.3.0 try again'; config
for i in 1 2 3 4 5 6 7 8 9; do mail "r$i@d$i.example" s@example.org; done
start
ok "the same answer to RCPT of different domains is the server's" wait_for logged 'RCPT: resting'
sleep 1
ok "the rest is not asked ($(deferred r))" test "$(deferred r)" -lt 9
end
smarthost -r 'r=451 4.3.0 try again'; config
for i in 1 2 3 4 5 6 7 8 9; do mail "r$i@one.example" s@example.org; done
start
all() { [ "$(deferred r)" -ge 9 ]; }
ok "of one domain it is that domain's: each is asked" wait_for all
is "$(grep -c resting "$work/log")" 0 "and nothing rests"
end
finish
