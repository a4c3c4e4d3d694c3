#!/bin/sh
# The next try: log, health, mailq in all layouts, why, JSON and metrics say the same time, and at that time it happens.
. tests/lib.sh
new_spool
[ -e "$TOOLS/wrongclock.so" ] && [ "$(uname -s)" = Linux ] || skip_all "the clock is replaced by a preloaded library on Linux only"

# A runner whose hour is two minutes, and a smarthost that is not there.
smarthost -r 'grey=450 4.2.0 Greylisted'
stop "$smarthost_pid"
config
fast() { LD_PRELOAD=$TOOLS/wrongclock.so WRONGCLOCK_SPEED=30 "$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!; pids="$pids $runner"; wait_for test -s "$work/run/runner.pid"; }
end() { kill -TERM $runner; wait $runner 2>/dev/null; }
send() { printf 'x\n' | "$BIN/sendmail" -i -f me@example.org "$1"; }
number() { sed -n "s/.*$1=\\([0-9]*\\).*/\\1/p"; }
journal() { cat "$work"/spool/mqueue/"$1".log; }
json() { "$BIN/mailq" --json 2>/dev/null | grep "$1" | sed 's/.*"next_attempt": \([0-9]*\).*/\1/'; }
health_next() { number next <"$work/spool/mqueue/health"; }
# about A B [WITHIN]: two times of the fast clock
about() { apart=$(($1 - $2)); [ $apart -le "${3:-15}" ] && [ $apart -ge -"${3:-15}" ]; }
attempt_of() { journal "$1" | sed -n "s/^\\([0-9]*\\) attempt n=$2\$/\\1/p"; }
tried() { [ -n "$(attempt_of "$1" "$2")" ]; }
waits_again() { journal "$1" | tail -n 1 | grep -q ' wait '; }

fast
send a@example.org
waiting() { a=$(ls "$work"/spool/mqueue/*.log 2>/dev/null | sed 's,.*/,,; s/\.log$//'); [ -n "$a" ] && waits_again "$a" && [ -s "$work/spool/mqueue/health" ]; }
wait_tries=800
ok "a message waits for a dead smarthost" wait_for waiting
told=$(health_next)
line=$(grep 'next try in' "$work/log" | tail -n 1)
in_s=$(echo "$line" | sed 's/.*next try in \([0-9]*\) s.*/\1/')
is "$(grep ' to=<a@' "$work/log" | tail -n 1 | number next_s)" "$in_s" "the line of the delivery and the line of the smarthost name the same time: $in_s s"
is "$(journal "$a" | tail -n 1 | sed 's/.* wait s=\([0-9]*\) .*/\1/')" "$in_s" "the journal, too"
about "$(journal "$a" | tail -n 1 | number until)" "$told" 1; result $? "and mqueue/health"
is "$(json "$a")" "$(health_next)" "JSON shows it"
# The words, all taken within the same second.
same_words() {
	v=$("$BIN/mailq" -v 2>/dev/null | sed -n 's/.*tried [0-9]* times*, next \(in [^;]*\);.*/\1/p')
	w=$("$BIN/mailq" why "$a" | sed -n 's/^next try  \(in [^;]*\);.*/\1/p')
	h=$("$BIN/mailq" health | sed -n 's/.*; next try \(in [^;|]*[a-z0-9]\) *[;|].*/\1/p')
	b=$("$BIN/sendmail" -bh 2>/dev/null | sed -n 's/.*asked again \(in [^:]*\):.*/\1/p')
	[ -n "$v" ] && [ "$v" = "$w" ] && [ "$v" = "$h" ] && [ "$v" = "$b" ]
}
ok "mailq -v, why, health and sendmail -bh show it in the same words: $("$BIN/mailq" health | sed 's/.*next try//; s/|.*//')" wait_for same_words
like "$("$BIN/mailq" health --openmetrics)" 'firsthop_path_next_try_seconds\{path="main"\} [0-9]' "metrics have it, too"
told=$(health_next)
ok "it is tried again" wait_for tried "$a" 2
about "$(attempt_of "$a" 2)" "$told"; result $? "at the time that was told ($(($(attempt_of "$a" 2) - told)) s apart)"

# New mail asks sooner, and that is told of the old mail, too.
waits() { waits_again "$a"; }
wait_for waits; ok "a third time" wait_for tried "$a" 3; wait_for waits; ok "a fourth time" wait_for tried "$a" 4
ok "then it waits longer" wait_for waits
before=$(health_next)
send b@example.org
sooner() { [ "$(health_next)" -lt "$before" ]; }
ok "new mail will ask sooner" wait_for sooner
told=$(health_next)
is "$(json "$a")" "$told" "JSON shows that of the old message, too"
b_is() { b=$(ls "$work"/spool/mqueue/*.log | sed 's,.*/,,; s/\.log$//' | grep -v "$a"); [ -n "$b" ] && tried "$b" 1; }
ok "it asks" wait_for b_is
about "$(attempt_of "$b" 1)" "$told"; result $? "at the time that was told"

# The smarthost is back: all goes at that time, whatever else was told before.
wait_for waits_again "$b"
told=$(health_next)
smarthost -p "$port" -r 'grey=450 4.2.0 Greylisted'
delivered_are() { [ "$(delivered)" -ge "$1" ]; }
ok "the smarthost is back: both go" wait_for delivered_are 2
wait_for grep -Eq '(takes|accepts) mail again' "$work/log"

# One that waits for itself has its own time.
send grey@example.org
grey_is() { g=$(ls "$work"/spool/mqueue/*.log 2>/dev/null | sed 's,.*/,,; s/\.log$//'); [ -n "$g" ] && waits_again "$g"; }
ok "a message is greylisted" wait_for grey_is
told=$(journal "$g" | tail -n 1 | number until)
is "$(grep ' to=<grey@' "$work/log" | tail -n 1 | number next_s)" "$(journal "$g" | tail -n 1 | sed 's/.* wait s=\([0-9]*\) .*/\1/')" "its line in the log and its journal name the same wait"
ok "it is tried again" wait_for tried "$g" 2
about "$(attempt_of "$g" 2)" "$told"; result $? "at the time that was told ($(($(attempt_of "$g" 2) - told)) s apart)"
end
rm -f "$work"/spool/mqueue/[0-9a-f]*.*

# What came while no runner was there has no reason of others: what holds it is that.
stop "$smarthost_pid"
send c@example.org; runner_once
sleep 1.1
send d@example.org
d=$("$BIN/mailq" -bpi 2>/dev/null | tail -n 1)
like "$("$BIN/mailq" why "$d")" '^reason    not tried yet: the runner is not running' "mail that came after the runner ended: says so"
unlike "$("$BIN/mailq" why "$d")" 'refused' "and not what held the other one"
like "$("$BIN/mailq" why "$d")" '^next try  never: the runner is not running. Start it as root' "and when it goes on"
like "$("$BIN/mailq" -v 2>/dev/null)" 'next when the runner is started' "mailq -v, too"
is "$(json "$d")" 0 "JSON has no time"
# The first attempt under way.
rm -f "$work"/spool/mqueue/[0-9a-f]*.*
printf 'send 220 hi\nexpect EHLO\nsend 250 hi\nexpect MAIL\nsilence\n' >"$work/script"
rm -f "$work/port"; "$TOOLS/smtpd" -P "$work/port" "$work/script" & silent=$!; pids="$pids $silent"
wait_for test -s "$work/port"; port=$(cat "$work/port"); config
send e@example.org
"$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!; pids="$pids $runner"
running() { "$BIN/mailq" 2>/dev/null | grep -q 'the first attempt is running now'; }
ok "the first attempt under way: said" wait_for running
e=$("$BIN/mailq" -bpi 2>/dev/null | tail -n 1)
unlike "$("$BIN/mailq" why "$e")" 'not tried' "and not that it was not tried"
like "$("$BIN/mailq" why "$e")" '^next try  now: an attempt is running' "why: when"
kill -9 $runner; wait $runner 2>/dev/null
stop $silent

# The server is back, and more waits than one session takes: what has not had its turn is due, whatever time it had.
rm -f "$work"/spool/mqueue/[0-9a-f]*.*; rm -f "$work"/spool/mqueue/[0-9a-f]*
smarthost; stop $smarthost_pid; config '[queue]
max_sessions = 1'
n=0; while [ $n -lt 20 ]; do n=$((n + 1)); send "u$n@example.org"; done
runner_once
"$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!; pids="$pids $runner"
held_up() { [ "$("$BIN/mailq" -v 2>/dev/null | grep -c 'next in ')" -eq 20 ]; }
ok "twenty wait for a dead server" wait_for held_up
some=$("$BIN/mailq" -bpi 2>/dev/null | head -n 3)
for id in $some; do "$BIN/mailq" retry "$id" >/dev/null; sleep 0.5; done
some_have_their_own() { "$BIN/mailq" -v 2>/dev/null | grep -q 'tried [1-9][0-9]* times*, next in '; }
ok "some were tried, and have a time of their own" wait_for some_have_their_own
rm -f "$work/port"; "$TOOLS/smtpd" -p "$port" -P "$work/port" "$work/script" & pids="$pids $!"
wait_for test -s "$work/port"
"$BIN/mailq" retry "$(echo "$some" | head -n 1)" >/dev/null
woken() { [ "$("$BIN/mailq" -v 2>/dev/null | grep -c 'next now')" -eq 20 ]; }
ok "it answers again: all are due now, also those that have not had their turn" wait_for woken
like "$(cat "$work/spool/mqueue/woken" 2>/dev/null)" '^at=[0-9]+ all=0 path=main$' "the runner has noted it"
kill -9 $runner; wait $runner 2>/dev/null
finish
