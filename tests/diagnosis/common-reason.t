#!/bin/sh
# A smarthost that answers and refuses: health and relayconf check say so at once, not when the mail is hours old.
. tests/lib.sh
new_spool
smarthost -r 'denied@=513 Relaying denied.' -r 'later@=451 4.3.0 not now'
config
"$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!
pids="$pids $runner"
wait_for test -S "$work/spool/mqueue/control"
send() { for n in $(seq "$2"); do printf 'x\n' | "$BIN/sendmail" -f f@example.net "$1@example.org"; done; }
all_tried() { [ "$(grep -c 'verdict=deferred' "$work/log")" -ge "$1" ]; }
send later 3; wait_for all_tried 3
line=$("$BIN/mailq" health); is $? 0 "three messages that wait for a server's trouble: no alarm"
send later 20; wait_for all_tried 23
line=$("$BIN/mailq" health); is $? 1 "many with the same reason: a warning"
like "$line" '; 23 for the same reason: smarthost main, 127.0.0.1:[0-9]+: RCPT: 451 4.3.0 not now \| waiting=23 ' "with the number and the reason"
send denied 1; wait_for all_tried 24
line=$("$BIN/mailq" health); is $? 1 "one that waits for a change: a warning"
like "$line" '; 1 for the same reason, which needs a change: smarthost main, .*513 Relaying denied' "before those that may pass"
like "$("$BIN/relayconf" check -v 2>&1)" '^problem +waiting +24 messages wait, the oldest for .*: 1 for the same reason, which needs a change: smarthost main' "relayconf check: a problem"
"$BIN/mailq" hold all >/dev/null 2>&1
line=$("$BIN/mailq" health); is $? 0 "held mail waits for somebody's word: no alarm"
finish
