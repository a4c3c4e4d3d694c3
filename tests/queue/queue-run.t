#!/bin/sh
# sendmail -q waits for the pass of a runner that works, and for no other.
. tests/lib.sh
new_spool
delivered_are() { [ "$(delivered)" -ge "$1" ]; }
pass() { start=$(date +%s); timeout 100 "$BIN/sendmail" -q 2>"$work/err"; code=$?; took=$(($(date +%s) - start)); }
: >"$work/log"
smarthost
config
"$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!; pids="$pids $runner"
wait_for test -s "$work/run/runner.pid"
pass
is "$code $(cat "$work/err")" "0 " "a runner that works: the pass is over, and nothing is said"

kill -STOP "$runner"
# Both wait for so long: at the same time.
printf 'Subject: x\n\nx\n' | "$BIN/sendmail" -odq -i a@example.org
timeout 100 "$BIN/mailq" hold all >"$work/out" 2>&1 & hold=$!; pids="$pids $hold"
pass
is "$code" 75 "a runner that is stopped: exit 75"
ok "after less than a minute ($took s)" test "$took" -lt 60
like "$(cat "$work/err")" "^sendmail: the runner does not answer: it is stopped, or hangs\. .*\(process $runner\)\.\$" "and says so"
is "$(ls "$work/spool/drop" | grep -c flush)" 0 "the request is taken back"
wait $hold; is $? 75 "mailq hold: exit 75, too"
like "$(cat "$work/out")" 'the runner does not answer: it is stopped, or hangs' "with the reason"
kill -CONT "$runner"
pass
is "$code" 0 "when the runner goes on, it works again"

mv "$work/spool/drop" "$work/spool/old"; mkdir "$work/spool/drop"; chmod 1770 "$work/spool/drop"
pass
# A runner that has noticed the new folder by itself does what is asked.
if [ "$code" = 0 ]; then
	is "$(cat "$work/err")" "" "drop/ was replaced: the runner has noticed, and makes its pass"
else
	is "$code" 75 "drop/ was replaced under the runner: exit 75"
	like "$(cat "$work/err")" 'drop/ was replaced under it' "and says so"
fi
ok "at once ($took s)" test "$took" -lt 15
finish
