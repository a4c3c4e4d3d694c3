#!/bin/sh
# The text of a message that fails is not lost with it: it is in the report, and in what is set aside when the report fails, too.
. tests/lib.sh
new_spool
smarthost -r 'refused=550 5.1.1 no such user' -r 'root=550 5.1.1 nobody here' -r 'postmaster=550 5.1.1 nobody here'
config
report() { cat "$(grep -l "^X-Envelope-To: <$1>" "$work"/delivered/*.eml | tail -n 1)"; }
send() { printf 'Subject: %s\n\nThe disk of db1 is nearly full.\n' "$1" | "$BIN/sendmail" -i "$@"; }
text='The disk of db1 is nearly full'

send -f plain@example.org refused@example.org; runner_once
like "$(report plain@example.org)" "$text" "a report has the text"
like "$(report plain@example.org)" '^Content-Type: message/rfc822' "as a message of its own"
send -f hdrs@example.org -R hdrs refused@example.org; runner_once
unlike "$(report hdrs@example.org)" "$text" "-R hdrs: without it"
like "$(report hdrs@example.org)" '^Content-Type: text/rfc822-headers' "only the header"
long() { printf 'Subject: long\n\n'; seq 1 20000; }
long | "$BIN/sendmail" -i -f long@example.org refused@example.org; runner_once
unlike "$(report long@example.org)" '^19999' "a message of more than 50 KiB: without its text"
long | "$BIN/sendmail" -i -f full@example.org -R full refused@example.org; runner_once
like "$(report full@example.org)" '^19999' "with -R full up to 256 KiB"
# Five in an hour: the later ones go together.
for i in 1 2 3 4 5; do printf 'Subject: %s\n\nalert number %s\n' "$i" "$i" | "$BIN/sendmail" -i -f many@example.org refused@example.org; done
runner_once
LD_PRELOAD="$TOOLS/wrongclock.so" WRONGCLOCK_SPEED=600 "$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!; pids="$pids $runner"
is_empty() { [ "$("$BIN/mailq" -bP)" = 0 ]; }
wait_for is_empty; stop "$runner"
is "$(report many@example.org | grep -c '^alert number')" 2 "a report about two messages has both texts"

# cron's mail to root, without an alias, where the smarthost knows neither root nor a postmaster.
printf 'Subject: Cron\n\n%s\n' "$text" | "$BIN/sendmail" -i -f root root; runner_once; runner_once; runner_once
is "$(ls "$work"/spool/mqueue/*.dead | lines)" 1 "mail, report and the report to the postmaster were refused: set aside"
id=$(basename "$work"/spool/mqueue/*.dead .dead)
like "$(cat "$work"/spool/mqueue/*.dead)" "$text" "the text is there"
like "$("$BIN/mailq" dead cat "$id" 2>/dev/null)" "$text" "and mailq dead cat shows it"
out=$(FIRSTHOP_ROOT="$work" "$BIN/relayconf" check 2>&1)
like "$out" '^note +aliases .*no alias for root' "relayconf check advises an alias for root"
printf 'root: admin@example.net\n' >"$work/aliases"
unlike "$(FIRSTHOP_ROOT="$work" "$BIN/relayconf" check 2>&1)" 'no alias for root' "with one it does not"
finish
