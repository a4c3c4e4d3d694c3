#!/bin/sh
# Reports to senders: never to a null sender, never a storm; what cannot be returned goes to the postmaster, and is set aside after that.
. tests/lib.sh
new_spool
send() { printf 'Subject: %s\n\nx\n' "$1" | "$BIN/sendmail" -i -f "$2" "$3"; }
reports() { cat "$work"/delivered/*.eml 2>/dev/null | grep -c "^X-Envelope-To: <$1>"; }
report() { cat "$(grep -l "^X-Envelope-To: <$1>" "$work"/delivered/*.eml | tail -n 1)"; }
waiting() { "$BIN/mailq" -bP; }
smarthost -r 'refused=550 5.1.1 no such user' -r 'bad-sender=550 5.1.1 gone' -r 'postmaster=550 5.1.1 nobody here'
config '
[bounce]
merge_interval_min = 1
postmaster = admin@example.net'
runner_once
for i in 1 2 3 4 5 6 7 8; do send "alert $i" cron@example.org refused@example.org; done
send "another" www@example.org refused@example.org
runner_once
is "$(reports cron@example.org)" 3 "the first three reports of an hour to one sender go at once"
is "$(reports www@example.org)" 1 "another sender is told, too"
is "$(waiting)" 5 "the others wait"
like "$("$BIN/mailq" 2>/dev/null)" 'no such user; the report to the sender waits to go together' "mailq says so"
is "$(reports refused@example.org)" 0 "and nobody asks the server again"
runner_once
is "$(reports cron@example.org)" 3 "nor does another runner begin the hour anew"
# A runner whose clock runs fast sees a minute pass.
LD_PRELOAD="$TOOLS/wrongclock.so" WRONGCLOCK_SPEED=60 "$BIN/runner" --stay --foreground 2>>"$work/log" &
runner=$!
pids="$pids $runner"
is_empty() { [ "$(waiting)" = 0 ]; }
ok "later they are sent" wait_for is_empty
is "$(reports cron@example.org)" 4 "as one report"
mail=$(report cron@example.org)
like "$mail" '^Subject: 5 messages not delivered' "which says how many"
is "$(printf '%s\n' "$mail" | grep -c '^Final-Recipient: rfc822; refused@example.org')" 5 "and tells of each in the form of RFC 3464"
like "$mail" '"alert [1-8]"' "and names them"
stop $runner

# The budget of all senders together, whoever they are; it holds across runners, and ends with the hour.
rm -f "$work"/spool/mqueue/*
"$BIN/relayconf" set bounce.per_hour 2
for who in one two three four; do send "budget $who" "budget-$who@example.org" refused@example.org; done
all_reports() { cat "$work"/delivered/*.eml 2>/dev/null | grep -c "^X-Envelope-To: <budget-"; }
runner_once; is "$(all_reports) $(waiting)" "2 2" "per_hour = 2: two of four senders are told, the others wait"
runner_once; is "$(all_reports) $(waiting)" "2 2" "the budget holds for the next runner, too"
LD_PRELOAD="$TOOLS/wrongclock.so" WRONGCLOCK_SPEED=1200 "$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!
pids="$pids $runner"
ok "an hour later the others have their turn" wait_for is_empty
is "$(all_reports)" 4 "each once"
stop $runner
rm -f "$work/spool/mqueue/reports"
"$BIN/relayconf" set bounce.per_hour 100

send "double" bad-sender@example.org refused@example.org
runner_once
is "$(reports admin@example.net)" 1 "a report that cannot be returned goes to the postmaster"
mail=$(report admin@example.net)
like "$mail" '^X-Envelope-From: <>' "with the null sender"
like "$mail" '^Subject: Report that could not be returned' "and says what it is"
like "$mail" '^Final-Recipient: rfc822; refused@example.org' "and holds the first report whole"
printf 'Subject: null\n\nx\n' | "$BIN/sendmail" -i -f '' refused@example.org
runner_once
is "$(reports admin@example.net)" 2 "so does other mail without a sender"
like "$(report admin@example.net | tr -d '\r' | tr '\n' ' ')" 'The message without a sender "null" of .* was not delivered' "which is nobody's own"
"$BIN/relayconf" set bounce.postmaster postmaster@example.net
send "dead" bad-sender@example.org refused@example.org
runner_once
is "$(ls "$work"/spool/mqueue/*.dead | lines)" 1 "when the postmaster has it refused, it is set aside"
like "$(cat "$work/log")" 'is set aside as .*\.dead: it could not be delivered, and there is nobody to return it to' "the log says so"
like "$("$BIN/mailq" 2>&1)" '1 set aside.*mailq dead' "mailq, too"
"$BIN/mailq" health >"$work/out"; is $? 1 "mailq health warns"
id=$(basename "$work"/spool/mqueue/*.dead .dead)
like "$("$BIN/mailq" dead)" "$id" "mailq dead lists it"
like "$("$BIN/mailq" dead)" 'nobody here' "with the reason"
like "$("$BIN/mailq" dead why "$id")" 'mailq dead retry' "mailq dead why tells what to do"
like "$("$BIN/mailq" dead cat "$id")" 'Report that could not be returned' "mailq dead cat prints it"
"$BIN/runner" --stay --foreground 2>>"$work/log" &
runner=$!
pids="$pids $runner"
wait_for test -S "$work/spool/mqueue/control"
stop "$smarthost_pid"
smarthost; config; kill -HUP $runner
like "$("$BIN/mailq" dead retry "$id")" 'is tried now' "mailq dead retry"
told() { [ "$(reports postmaster@example.net)" = 1 ]; }
ok "the postmaster gets it at last" wait_for told
ok "nothing is left of it" wait_for test ! -e "$work/spool/mqueue/$id.dead" -a ! -e "$work/spool/mqueue/$id"
printf 'damaged' >"$work/spool/mqueue/65537000.00000003.dead"
"$BIN/mailq" dead remove 65537000 >/dev/null; is $? 0 "mailq dead remove"
ok "it is gone" test ! -e "$work/spool/mqueue/65537000.00000003.dead"
stop $runner
finish
