#!/bin/sh
# A connection that breaks after the final dot; a configuration that changes while mail waits; health by age.
. tests/lib.sh
new_spool
in_queue() { "$BIN/mailq" -bpc 2>/dev/null; }
queue_is() { [ "$(in_queue)" = "$1" ]; }
{
	printf '%s\n' 'send 220 odd.test ESMTP' 'expect EHLO' 'send 250 odd.test' 'expect MAIL' 'send 250 2.1.0 ok' 'expect RCPT' 'send 250 2.1.5 ok' 'expect DATA' 'send 354 go on'
	n=0
	while [ $n -lt 60 ]; do echo expect-any; n=$((n + 1)); done
} >"$work/script"
"$TOOLS/smtpd" -P "$work/port" -T "$work/transcript" -w 60 "$work/script" 2>>"$work/log" &
smtpd=$!
pids="$pids $smtpd"
wait_for test -s "$work/port"
port=$(cat "$work/port")
config "[relay]
data_end_s = 2"
printf 'Subject: once or twice\n\nx\n' | "$BIN/sendmail" -i -f cron@mon1.example.org ops@example.org
runner_once
like "$(cat "$work/log")" 'dsn=4.0.0, status=deferred .*after the message was sent whole and before the server answered.* stage=end-of-data key=outcome-unknown ' "lost after the final dot: the log says so"
like "$("$BIN/mailq" 2>/dev/null)" 'end of data: .*after the message was sent whole and before the server answered' "mailq says so"
id=$("$BIN/mailq" --json 2>/dev/null | sed 's/.*"queue_id": "\([^"]*\)".*/\1/')
like "$("$BIN/mailq" why "$id")" 'decision  outcome unknown: it is kept and sent again with the same Message-ID, and may arrive twice' "mailq why says what follows"
like "$("$BIN/mailq" why "$id")" 'meaning   The connection broke after the message was sent' "and what it means"
like "$("$BIN/mailq" --json 2>/dev/null)" '"key": "outcome-unknown"' "so does JSON"
first=$(sed -n 's/^C: \(Message-I[dD]: .*\)$/\1/p' "$work/transcript")
stop "$smtpd"
smarthost -p "$port"
runner_once
second=$(tr -d '\r' <"$(ls "$work"/delivered/*.eml)" | sed -n 's/^\(Message-I[dD]: .*\)$/\1/p')
is "$second" "$first" "sent again, it has the same Message-ID"
ok "which is one" test -n "$first"
stop "$smarthost_pid"

# Mail that waits follows the configuration: after HUP.
config
printf 'x\n' | "$BIN/sendmail" -i -f cron@mon1.example.org moved@example.org
"$BIN/runner" --stay --foreground 2>>"$work/log2" & runner=$!
pids="$pids $runner"
ok "it waits for a dead smarthost" wait_for grep -q 'no smarthost accepts mail' "$work/log2"
smarthost
config
kill -HUP $runner
ok "HUP: it goes to the new one" wait_for queue_is 0
like "$(cat "$work/log2")" "configuration read again" "which was read"
stop "$smarthost_pid"
printf 'x\n' | "$BIN/sendmail" -i -f cron@mon1.example.org again@example.org
wait_for grep -q 'again@example.org.*status=deferred' "$work/log2"
smarthost
config
"$BIN/sendmail" -q
is "$(in_queue)" 0 "sendmail -q: the same, and it is gone when that returns"

# health: age alone, and mail set aside.
line=$("$BIN/mailq" health); is "$? ${line%% -*}" "0 MAILQ OK" "health: a living runner and no mail"
: >"$work/spool/mqueue/65537000.00000003.dead"
line=$("$BIN/mailq" health); is "$? ${line%% -*}" "1 MAILQ WARNING" "health: mail that was set aside"
like "$line" '1 set aside \| waiting=0 oldest=0s;1800;14400 dead=1$' "is counted"
rm "$work/spool/mqueue/65537000.00000003.dead"
stop "$smarthost_pid"
smarthost -p "$port" -r 'later=450 4.2.0 Greylisted'
printf 'x\n' | "$BIN/sendmail" -i -f cron@mon1.example.org later@example.org
wait_for grep -q 'key=greylisted' "$work/log2"
line=$("$BIN/mailq" health); is "$? ${line%% -*}" "0 MAILQ OK" "health: young mail that waits"
sleep 1.1
line=$("$BIN/mailq" health -w 0); is "$? ${line%% -*}" "1 MAILQ WARNING" "health: older than -w"
line=$("$BIN/mailq" health -w 0 -c 0); is "$? ${line%% -*}" "2 MAILQ CRITICAL" "health: older than -c"
like "$line" '^[^|]* \| waiting=1 oldest=[1-9][0-9]*s;0;0 dead=0$' "one bar, and figures behind it"
# The verbs by reason and by recipient, once more with wild cards.
printf 'x\n' | "$BIN/sendmail" -i -f cron@mon1.example.org later2@example.net
greylisted_twice() { [ "$(grep -c 'key=greylisted' "$work/log2")" -ge 2 ]; }
wait_for greylisted_twice
is "$("$BIN/mailq" remove 'key=grey*' 'to=*@example.net' | tail -n 1)" "2 removed" "remove by a reason's key, with a wild card"
kill -TERM $runner; wait $runner

# relayconf explain, for every row of the catalogue.
for key in relay-denied address-blocked tls-not-yet-valid outcome-unknown dns-self connect-self; do
	like "$("$BIN/relayconf" explain $key | head -n 1)" "^key +$key\$" "explain $key"
done
finish
