#!/bin/sh
# Clocks that are wrong: nothing is returned, warned about or retried because of them, and the log says what happened.
. tests/lib.sh
new_spool
[ -e "$TOOLS/wrongclock.so" ] && [ "$(uname -s)" = Linux ] || skip_all "the clock is replaced by a preloaded library on Linux only"
WRONGCLOCK=$work/wrong
export WRONGCLOCK
echo 0 >"$WRONGCLOCK"
odd() { LD_PRELOAD="$TOOLS/wrongclock.so" "$@"; }
set_clock() { echo "$1" >"$WRONGCLOCK"; }
send() { printf 'Subject: %s\n\nx\n' "$1" | odd "$BIN/sendmail" -i -f cacti@mon1.example.org "${2:-a@example.org}"; }
count() { "$BIN/mailq" -bpc 2>/dev/null; }
reports() { grep -c ' bounce=\| warning=' "$work/log"; }
smarthost -r 'grey=450 4.2.0 Greylisted'
config
stop "$smarthost_pid"
hour=3600 year=31536000
is "$(LD_PRELOAD="$TOOLS/wrongclock.so" date +%Y)" "$(date +%Y)" "the tests' clock is right when it is not set"
set_clock $((14 * year)); like "$(LD_PRELOAD="$TOOLS/wrongclock.so" date +%Y)" '^20(39|4[0-9])$' "and wrong when it is"; set_clock 0

# Between runs.
send one; send two
odd "$BIN/runner" --once --foreground 2>>"$work/log"
is "$(count)" 2 "two messages wait for a dead smarthost"
for jump in $((14 * year)) $((-56 * year)) $hour $((-hour)) 0; do
	set_clock "$jump"
	odd "$BIN/runner" --once --foreground 2>>"$work/log"
	is "$(count) $(reports)" "2 0" "a clock wrong by $((jump / hour)) h between two runs: nothing is returned, nobody is warned"
done
like "$(cat "$work/log")" 'the queue was last served 14 y|the queue was last served [0-9]+ d' "forward: said in the log"
like "$(cat "$work/log")" 'the clock was set back by ' "back: said in the log"
like "$(cat "$work/log")" 'the clock is wrong: it says a time before this program was made' "1970: said in the log"
send three
set_clock $((-56 * year))
send four
set_clock 0
odd "$BIN/runner" --once --foreground 2>>"$work/log"
is "$(count) $(reports)" "4 0" "mail submitted in 1970 waits like any other"

# Inside a run: mail that was tried, and whose wait is not over, is not tried because of a jump.
smarthost -p "$port" -r 'grey=450 4.2.0 Greylisted'
odd "$BIN/runner" --stay --foreground 2>"$work/stay" &
wait_for test -s "$work/run/runner.pid"
runner=$(cat "$work/run/runner.pid")
send grey grey@example.org
ok "a message is greylisted" wait_for grep -q 'key=greylisted' "$work/stay"
tries() { grep -c "key=greylisted" "$work/stay"; }
before=$(tries)
for jump in $hour $((14 * year)) $((-56 * year)) 0; do
	set_clock "$jump"
	kill -USR1 $runner
	sleep 0.3
done
is "$(tries)" "$before" "jumps inside a run: no try comes early"
is "$(grep -c 'the clock was set forward by' "$work/stay") $(grep -c 'the clock was set back by' "$work/stay")" "3 1" "each jump is one line in the log"
like "$(cat "$work/stay")" 'waits and ages of mail go on as before' "in plain words"
is "$(grep -c ' bounce=\| warning=' "$work/stay")" 0 "nothing is returned, nobody is warned"
set_clock $((14 * year))
like "$(odd "$BIN/mailq" health)" 'the oldest for [0-9]+ (s|min|h)' "mailq health counts as the runner does"
story=$(odd "$BIN/mailq" why "$(odd "$BIN/mailq" --json | sed -n 's/.*"queue_id": "\([^"]*\)".*/\1/p' | tail -n 1)")
like "$story" '^queued [-0-9]{10} [0-9:]{8} by uid' "mailq why has the date, and no age by the clock"
like "$story" '^it counts as [0-9]+ .* old: the clock was changed, or the runner was not running for a while$' "but the age that counts"
set_clock 0
kill -TERM "$runner"
gone() { ! kill -0 "$runner" 2>/dev/null; }
wait_for gone

# The alarm, and true age: a queue that was really served for that long.
stop "$smarthost_pid"
rm -f "$work"/spool/mqueue/*
send old
odd "$BIN/runner" --once --foreground 2>>"$work/log"
age_queue $((5 * hour))
: >"$work/log"
odd "$BIN/runner" --once --foreground 2>>"$work/log"
like "$(cat "$work/log")" '1 message waits for more than 240 min, the oldest for 5 h.*Connection refused.*mailq why ID' "the alarm in the log"
is "$(grep -c ' warning=' "$work/log")" 1 "after 4 h the sender is told of the delay"
odd "$BIN/runner" --once --foreground 2>>"$work/log"
is "$(grep -c ' warning=' "$work/log")" 1 "once"
rm -f "$work"/spool/mqueue/*
send older
odd "$BIN/runner" --once --foreground 2>>"$work/log"
age_queue $((121 * hour))
odd "$BIN/runner" --once --foreground 2>>"$work/log"
is "$(grep -c ' bounce=' "$work/log")" 1 "after 5 days it goes back to its sender"
finish
