#!/bin/sh
# The queue: waiting with a reason, going out once, in every layout.
. tests/lib.sh
new_spool
smarthost; stop "$smarthost_pid"
config
for i in $(seq 20); do printf 'Subject: %d\n\nx\n' "$i" | "$BIN/sendmail" -i "u$i@example.org" || echo "not ok"; done
is "$("$BIN/mailq" 2>/dev/null | tail -n 1)" "$(printf '\t\tTotal requests: 20')" "mailq counts what waits in drop/"
like "$("$BIN/mailq" 2>&1 >/dev/null)" 'the runner is not running' "and says that nobody delivers"
runner_once
list=$("$BIN/mailq" 2>/dev/null)
like "$list" 'mqueue \(20 requests\)' "they wait in mqueue/"
is "$(echo "$list" | grep -c 'connect: Connection refused')" 20 "each with the reason"
is "$(grep -c 'status=deferred' "$work/log")" 1 "only one of them asked the dead smarthost"
like "$("$BIN/mailq" -v 2>/dev/null)" 'tried 1 time, next in' "-v tells when it is tried next"
json=$("$BIN/mailq" --json 2>/dev/null)
is "$(echo "$json" | lines)" 20 "JSON: a line per message"
like "$json" '"queue_id": "[0-9a-f.]{17}", "arrival_time": [0-9]+, "message_size": [0-9]+, "forced_expire": false, "sender": "[^"]*", "recipients": \[\{"orig_address": "", "address": "u1@' "JSON: the keys of postqueue -j"
like "$json" '"key": "connect-refused"' "JSON: the reason's key"
like "$("$BIN/mailq" --format=postfix 2>/dev/null | tail -n 1)" '^-- [0-9]+ Kbytes in 20 Requests\.$' "the layout of Postfix"
is "$("$BIN/sendmail" -bp 2>/dev/null | tail -n 1)" "$(printf '\t\tTotal requests: 20')" "sendmail -bp is mailq"
"$BIN/mailq" --format=xml 2>/dev/null; is $? 64 "an unknown format"
smarthost -p "$port"
"$BIN/sendmail" -q 2>>"$work/log"; is $? 0 "sendmail -q makes a pass and returns"
is "$(delivered)" 20 "everything arrived"
is "$(cat "$work"/delivered/*.eml | grep -c '^X-Envelope-To: <u[0-9]*@example.org>$')" 20 "each once, to its recipient"
is "$(ls "$work/spool/mqueue" | grep -vx 'runner.lock\|clock\|counters\|format\|woken')" "" "the queue's folder is empty"
like "$("$BIN/mailq")" 'is empty' "and mailq says so"
is "$(cut -d' ' -f1 "$work/sessions" | sort -u | lines)" 1 "over one connection"
finish
