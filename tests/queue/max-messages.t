#!/bin/sh
# max_messages, max_recipients, burst and the limits of a session: what waits for them says so everywhere, with one time, and goes at that time.
. tests/lib.sh
new_spool
smarthost
send() { echo x | "$BIN/sendmail" -f a@example.org "$@"; }
all_six() { [ "$(delivered)" = 6 ]; }
stay() { "$BIN/runner" --stay --foreground 2>>"$work/log" & runner_pid=$!; pids="$pids $runner_pid"; wait_for test -s "$work/run/runner.pid"; }
ready() { sed -n 's/^hop name=main .* ready=\([0-9]*\) .*/\1/p' "$work/spool/mqueue/counters"; }
clear() { rm -rf "$work"/delivered/* "$work"/spool/mqueue/*; : >"$work/log"; : >"$work/sessions"; }

config 'max_messages = 3/hour'
for i in 1 2 3 4 5; do send b$i@example.net; done
runner_once
is "$(delivered)" 3 "three an hour: a pass sends three"
like "$(cat "$work/log")" 'smarthost main: max_messages = 3/hour is used up: further mail waits; next in (3[67][0-9][0-9]|35[0-9][0-9]) s' "the log says why, and when it goes on"
is "$(grep -c 'is used up' "$work/log")" 1 "once"
rm -f "$work/sent"; runner_once
is "$(delivered)" 3 "the next runner goes on counting"
ok "in mqueue/pace" test -s "$work/spool/mqueue/pace"

stay
wait_for grep -q 'path=' "$work/spool/mqueue/health"
list=$("$BIN/mailq"); id=$("$BIN/mailq" --json | sed -n 's/.*"queue_id": "\([^"]*\)".*/\1/p' | head -n 1)
why=$("$BIN/mailq" why "$id" | tr -s ' \n' ' ')
like "$list" 'smarthost main, config: max_messages = 3/hour is used up' "mailq has the reason"
like "$why" 'this mail waits for its turn' "mailq why explains it"
like "$why" 'Nothing needs to be done' "and that nothing is to be done"
like "$("$BIN/mailq" health)" '^MAILQ OK - 2 messages wait.*max_messages = 3/hour is used up; next try in (5[0-9]|60|1 h)' "mailq health has it, as no failure"
time=$(sed -n 's/.* next=\([0-9]*\) .*/\1/p' "$work/spool/mqueue/health")
is "$("$BIN/mailq" --json | sed -n 's/.*"next_attempt": \([0-9]*\),.*/\1/p' | sort -u)" "$time" "one time for all, in mailq --json and mqueue/health"
unlike "$why" 'at once with' "mailq why does not offer to ask at once"
send c@example.net
waiting() { [ "$("$BIN/mailq" --json | grep -c '"queue_id"')" = "$1" ]; }
wait_for waiting 3
is "$(delivered)" 3 "new mail waits behind them"

# A change of the configuration counts at once.
config 'max_messages = 6/hour'
wait_for all_six
is "$(delivered)" 6 "a higher limit lets them go at once"
stop "$runner_pid"

# Recipients; one message with more than there may be goes alone, and only once.
clear; config 'max_recipients = 4/hour'
send a@example.net b@example.net c@example.net
send d@example.net e@example.net
send f@example.net
runner_once
sent=$(cat "$work"/delivered/*.eml | tr -d '\r' | sed -n 's/^X-Envelope-To: //p' | tr ',' '\n' | lines)
ok "four recipients an hour: no more have gone ($sent), and some" test "$sent" -ge 1 -a "$sent" -le 4
like "$(cat "$work/log")" 'max_recipients = 4/hour is used up' "with their reason"
clear
send $(i=0; while [ $i -lt 9 ]; do i=$((i + 1)); echo "r$i@example.net"; done)
runner_once
is "$(delivered)" 1 "a message with nine goes alone"

# A burst, and then one at a time.
clear; config "$(printf 'max_messages = 120/min\nburst = 3\n')"
stay
for i in 1 2 3 4 5 6; do send b$i@example.net; done
wait_for all_six
is "$(delivered)" 6 "a burst of three, and the others one behind the other"
like "$(cat "$work/log")" 'max_messages = 120/minute is used up, or its burst' "the burst was used up in between"
stop "$runner_pid"

# Sessions.
clear; config 'session_messages = 2'
for i in 1 2 3 4 5; do send b$i@example.net; done
runner_once
is "$(delivered) $(ready)" "5 3" "two messages in each session: five in three"
clear; config 'session_recipients = 3'
for i in 1 2 3; do send a$i@example.net b$i@example.net; done
runner_once
is "$(delivered) $(ready)" "3 2" "three recipients in each session: the message that reaches that is its last"

config 'max_messages = 5/fortnight'
like "$("$BIN/relayconf" check 2>&1)" 'max_messages: "5/fortnight" is not NUMBER/minute, NUMBER/hour or NUMBER/day' "a unit that is none"
config 'burst = 5'
like "$("$BIN/relayconf" check 2>&1)" 'burst has no effect without max_messages' "a burst of nothing"
config 'max_messages = 20/min, 500/h'
is "$("$BIN/relayconf" get smarthost.main.max_messages 2>&1)" "20/minute 500/hour" "the value as it is understood"
finish
