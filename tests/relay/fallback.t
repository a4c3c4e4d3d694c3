#!/bin/sh
# Mail that goes by another server than the first one says so: in the log at once, and in mailq, check and the metrics until the server is back.
. tests/lib.sh
new_spool
smarthost
good=$port
refuser() { rm -f "$work/port2"; "$TOOLS/smarthost" -P "$work/port2" -d "$work/delivered2" -o "$work/sessions2" "$@" & second=$!; pids="$pids $second"; wait_for test -s "$work/port2"; port2=$(cat "$work/port2"); }
refuser; dead=$port2; stop "$second"
printf '[host]\nname = mon1.example.org\naliases = %s\n[queue]\nwaits_min = 1\n[smarthost main]\nhost = 127.0.0.1\nport = %s\ntls = off\n[smarthost backup]\nhost = 127.0.0.1\nport = %s\ntls = off\n' \
	"$work/aliases" "$dead" "$good" >"$work/firsthop.conf"; : >"$work/aliases"
"$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!; pids="$pids $runner"
wait_for test -s "$work/run/runner.pid"
"$BIN/mailq" health >/dev/null; is $? 0 "at first all is well"
echo x | "$BIN/sendmail" a@example.org
has() { [ "$(delivered)" -ge "$1" ]; }
ok "the mail is delivered by the second server" wait_for has 1
like "$(cat "$work/log")" "passed over: smarthost main, 127\.0\.0\.1.*connect: Connection refused" "the log names the first one, and why it was passed over"
unlike "$(cat "$work/log")" 'passed over: smarthost backup' "and not the one that took it"
line=$("$BIN/mailq" health); is $? 1 "mailq health warns"
like "$line" '^MAILQ WARNING - 0 messages wait; passed over: smarthost main, .*Connection refused' "and says what"
like "$("$BIN/sendmail" -bh)" '^main +passed over for .*asked again' "sendmail -bh shows it"
like "$("$BIN/mailq" health --openmetrics)" 'firsthop_smarthost_passed_over\{smarthost="main"\} 1' "the metrics, too"
like "$("$BIN/mailq" health --openmetrics)" 'firsthop_smarthost_passed_over\{smarthost="backup"\} 0' "for it alone"
like "$(FIRSTHOP_ROOT="$work" "$BIN/relayconf" check 2>&1)" '^problem +fallback +passed over: smarthost main, .*; other servers get its mail' "relayconf check: a problem"
echo y | "$BIN/sendmail" b@example.org
ok "further mail goes, too" wait_for has 2
is "$(grep -c 'passed over: smarthost main' "$work/log")" 1 "a server that is known to fail is not asked, nor named, for each message"
# It is back.
"$TOOLS/smarthost" -p "$dead" -d "$work/delivered3" -o "$work/sessions3" & pids="$pids $!"
kill -HUP "$runner"
echo z | "$BIN/sendmail" c@example.org
is_back() { [ "$(ls "$work/delivered3" 2>/dev/null | lines)" -ge 1 ]; }
ok "the first server gets mail again" wait_for is_back
"$BIN/mailq" health >/dev/null; is $? 0 "mailq health is OK again"
is "$("$BIN/sendmail" -bh)" "" "and no server is passed over"
kill -TERM "$runner"; wait "$runner" 2>/dev/null

# Two recipients, each refused with a reason of its own, and no other server takes them: each keeps its reason.
rm -f "$work"/spool/mqueue/[0-9a-f]*.*
refuser -r 'relay=513 Relaying denied.' -r 'later=450 4.2.0 Greylisted'
printf '[host]\nname = mon1.example.org\naliases = %s\n[smarthost main]\nhost = 127.0.0.1\nport = %s\ntls = off\n[smarthost backup]\nhost = 127.0.0.1\nport = 1\ntls = off\n' "$work/aliases" "$port2" >"$work/firsthop.conf"
echo x | "$BIN/sendmail" relay@example.org later@example.org
"$BIN/runner" --once --foreground 2>>"$work/log"
last() { grep " to=<$1>, " "$work/log" | tail -n 1; }
like "$(last relay@example.org)" 'said: 513 Relaying denied.* key=relay-denied ' "two recipients: the one that is refused keeps its reason"
like "$(last later@example.org)" 'said: 450 4\.2\.0 Greylisted.* key=greylisted ' "and the other one its own"
finish
