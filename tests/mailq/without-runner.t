#!/bin/sh
# mailq hold, release, remove and cat while no runner is there, also with mail that is still in drop/: behind the runner's lock, and as it would do it.
. tests/lib.sh
new_spool
send() { printf 'Subject: %s\n\nthe text of %s\n' "$1" "$1" | "$BIN/sendmail" -i -f cacti@mon1.example.org "$1@example.org"; }
id_of() { "$BIN/mailq" --json 2>/dev/null | grep -F "\"$1@example.org\"" | sed 's/.*"queue_id": "\([^"]*\)".*/\1/'; }
smarthost -r 'dead=513 Relaying denied.'
config
send one; send two; send three
one=$(id_of one) two=$(id_of two)
is "$(ls "$work/spool/drop" | lines)" 3 "three messages are in drop/"
like "$("$BIN/mailq" cat "$one")" '^the text of one$' "cat: also of one in drop/"
is "$("$BIN/mailq" hold "$one")" "$one  held" "hold: one in drop/"
like "$("$BIN/mailq" --json 2>/dev/null)" '"queue_name": "hold", "queue_id": "'"$one" "it is held"
is "$("$BIN/mailq" hold "$one"; echo $?)" "$one  it is held already
69" "twice"
is "$("$BIN/mailq" remove "$two")" "$two  removed" "remove: one in drop/"
is "$(ls "$work/spool/drop" "$work/spool/mqueue" | grep -c "$two")" 0 "nothing is left of it"
like "$("$BIN/mailq" cat "$one")" '^the text of one$' "cat: one in mqueue/"
"$BIN/mailq" remove nothing 2>/dev/null; is $? 65 "no message fits: exit 65"
runner_once
is "$(delivered)" 1 "the next runner sends what is left"
like "$("$BIN/mailq" --json 2>/dev/null)" '"queue_id": "'"$one" "and what is held stays"
is "$("$BIN/mailq" release "$one")" "$one  released" "release"
runner_once
is "$(delivered)" 2 "and it goes"
is "$("$BIN/mailq" -bP 2>/dev/null)" 0 "nothing waits"
send four; "$BIN/mailq" hold to=four@example.org >/dev/null; four=$(id_of four)
mv "$work/spool/mqueue/$four" "$work/spool/mqueue/$four.dead"
is "$("$BIN/mailq" dead remove "$four")" "$four  removed" "dead remove"
is "$(ls "$work/spool/mqueue" | grep -c "$four")" 0 "it is gone, with its journal"
# The lock is held by somebody who does not answer.
send five
"$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!; pids="$pids $runner"
wait_for test -S "$work/spool/mqueue/control"
stop_it() { kill -STOP $runner; }
stop_it
mv "$work/spool/mqueue/control" "$work/spool/mqueue/control.away"
"$BIN/mailq" remove all 2>"$work/err"; is $? 75 "a runner that does not answer: exit 75"
like "$(cat "$work/err")" 'one is running, and does not answer' "and why"
mv "$work/spool/mqueue/control.away" "$work/spool/mqueue/control"
kill -CONT $runner
if [ "$(id -u)" = 0 ]; then
	stop $runner
	chmod 755 "$work"; cp "$BIN/mailq" "$work/mailq"
	out=$(as_nobody "$work/mailq" remove all 2>&1); is $? 75 "a user removes nothing without a runner"
	like "$out" 'only root can do that without one' "and hears who can"
fi
finish
