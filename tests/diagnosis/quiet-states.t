#!/bin/sh
# States in which nothing fails at once, and mail stands still all the same: each is said by mailq health, by relayconf check or by the log.
. tests/lib.sh
new_spool
smarthost
config
poke() { kill -USR1 "$runner"; } # a runner with nothing to do looks once a minute
start_runner() { "$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!; pids="$pids $runner"; wait_for test -S "$work/run/submit.sock"; }
health() { line=$("$BIN/mailq" health); code=$?; }
check() { out=$(FIRSTHOP_ROOT="$work" "$BIN/relayconf" check -v 2>&1); }
delivers() { [ "$(delivered)" -ge "$1" ]; }
start_runner
health; is $code 0 "at first all is well"

# The names by which the runner is found.
rm "$work/run/submit.sock"
ok "submit.sock that was removed is made again" wait_for test -S "$work/run/submit.sock"
ok "and the log says so" grep -q "$work/run/submit.sock had been removed; it was made again" "$work/log"
echo x | FIRSTHOP_SPOOL=$work/none "$BIN/sendmail" a@example.org; is $? 0 "it accepts mail"
rm "$work/spool/mqueue/control"; poke
ok "so is the socket for mailq" wait_for test -S "$work/spool/mqueue/control"
echo x | "$BIN/sendmail" hold@example.org; wait_for delivers 2
mv "$work/spool/drop" "$work/spool/drop.old"; mkdir -m 1770 "$work/spool/drop"
echo x | "$BIN/sendmail" replaced@example.org
ok "mail in a folder that replaced drop/ is delivered" wait_for delivers 3
ok "and the log says why it took a while" grep -q "$work/spool/drop was replaced by another folder; new mail is now picked up from that one" "$work/log"
mv "$work/spool/drop" "$work/spool/drop.away"; poke
ok "without drop/ the log says that no mail can be submitted" wait_for grep -q 'drop is missing or cannot be opened: no mail can be submitted. Run' "$work/log"
health; is $code 2 "health: critical"
like "$line" "^MAILQ CRITICAL - 0 messages wait; submissions are refused: the folder $work/spool/drop is missing" "and in words"
check; like "$out" '^problem +submission +submissions are refused: the folder .*/drop is missing' "check: a problem"
mv "$work/spool/drop.away" "$work/spool/drop"
rm "$work/spool/trigger"; : >"$work/spool/trigger"; poke
ok "a trigger that is no FIFO: the log says it" wait_for grep -q 'trigger is not a FIFO that can be opened: new mail waits up to 5 seconds' "$work/log"
health; is $code 1 "health: a warning"
like "$line" "; $work/spool/trigger is not a FIFO, so new mail waits" "and in words"
check; like "$out" '^problem +submission .*trigger is not a FIFO' "check: a problem"
echo x | "$BIN/sendmail" slow@example.org
ok "mail goes all the same" wait_for delivers 4
rm "$work/spool/trigger"; mkfifo "$work/spool/trigger"; poke
ok "a new FIFO is used" wait_for grep -q 'trigger was replaced; the new one is used' "$work/log"
mv "$work/spool/mqueue" "$work/spool/mqueue.old"; mkdir "$work/spool/mqueue"; poke
ok "another mqueue/ is noticed" wait_for grep -q 'mqueue was replaced while the runner was running' "$work/log"
rmdir "$work/spool/mqueue"; mv "$work/spool/mqueue.old" "$work/spool/mqueue"; poke
rm -r "$work/run/submit.sock"; mv "$work/run" "$work/run.away"
ok "a run folder that vanished: the log says what does not work" wait_for grep -q 'submit.sock: .*: without this socket callers' "$work/log"
check; like "$out" '^problem +submission .*submit.sock is missing' "check: a problem"
mv "$work/run.away" "$work/run"; poke
ok "and is used when it is back" wait_for test -S "$work/run/submit.sock"
before=$(grep -c 'was replaced\|not a FIFO' "$work/log")
is "$(grep -c 'trigger is not a FIFO' "$work/log")" 1 "nothing is repeated every 5 s"
stop "$runner"
ok "a runner starts with a trigger that is no FIFO" sh -c "rm '$work/spool/trigger'; : >'$work/spool/trigger'"
start_runner
echo x | "$BIN/sendmail" start@example.org
ok "and delivers" wait_for delivers 5
rm "$work/spool/trigger"; mkfifo "$work/spool/trigger"

# A smarthost that refuses is a problem before half an hour is over.
stop "$smarthost_pid"
wait_for "$TOOLS/sockcat" /nonexistent
echo x | "$BIN/sendmail" waits@example.org
is_told() { "$BIN/mailq" health | grep -q refused; }
wait_for is_told
check; like "$out" '^problem +waiting +1 message waits, the oldest for .*: .*refused' "check: mail that waits for a server is a problem"
stop "$runner"

# The true reason when drop/ cannot be opened: it is no matter of rights.
rm -f "$work/run/submit.sock"
"$TOOLS/milterd" -S -u "$work/run/submit.sock" /dev/null & listens=$!
wait_for test -S "$work/run/submit.sock"
kill -9 $listens; wait $listens 2>/dev/null
ok "a socket at which nobody listens" test -S "$work/run/submit.sock"
mv "$work/spool/drop" "$work/spool/drop.away"; ln -s drop.away "$work/spool/drop"
error=$(echo x | "$BIN/sendmail" a@example.org 2>&1); is $? 73 "drop/ is a link, and nobody listens: exit 73"
like "$error" "$work/spool/drop: (Not a directory|Too many levels of symbolic links); and no runner accepts the message instead .*NOT accepted" "the reason is that of drop/"
unlike "$error" 'set-group-id' "and not a right"
finish
