#!/bin/sh
# What has a limit: recipients of a message, journals, alias files and the lists that they include.  Each says so, and nothing beyond it is tried for ever.
. tests/lib.sh
new_spool
smarthost
# users N: as many addresses, one a line
users() { seq -f 'u%g@example.org' "$1"; }
# put ID HEAD-LINES-FILE: a message in drop/ as somebody's program could leave it
put() { { printf 'firsthop-spool: 1\ncontent: bytes=%015d lines=%012d longest=%015d 8bit=0 nul=0 cr=0\ncreated: 1800000000000000\nsender: me@example.org\nflags: from-given\n' 14 3 10; cat "$2"; printf '\nSubject: x\n\nx\n'; } >"$work/spool/drop/$1"; }
in_queue() { find "$work/spool/mqueue" -name '????????.????????' | lines; }
log_has() { grep -q -e "$1" "$work/log"; }
start_runner() { "$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!; pids="$pids $runner"; wait_for test -S "$work/run/submit.sock"; }

# Recipients: the key is published for sendmail, and holds at every way in.
config '[queue]
max_recipients = 5'
runner_once
like "$(cat "$work/spool/drop/policy")" 'max_recipients=5' "the runner publishes max_recipients"
echo x | "$BIN/sendmail" $(users 5); is $? 0 "5 recipients"
error=$(echo x | "$BIN/sendmail" $(users 6) 2>&1); is $? 65 "6: exit 65"
like "$error" "more than 5 recipients, as many as it may have \(\[queue\] max_recipients in $work/firsthop.conf\); divide them" "names the limit, the key and the file"
{ printf 'To: '; users 6 | tr '\n' ','; printf '\n\nx\n'; } | "$BIN/sendmail" -t 2>"$work/err"; is $? 65 "6 in the header, with -t"
echo x | "$BIN/sendmail" $(users 5) u1@example.org u5@example.org; is $? 0 "one that is named twice counts once"
out=$({ printf 'EHLO x\r\nMAIL FROM:<me@example.org>\r\n'; users 6 | sed 's/.*/RCPT TO:<&>\r/'; printf 'DATA\r\nx\r\n.\r\nQUIT\r\n'; } | "$BIN/sendmail" -bs)
is "$(echo "$out" | grep -c '^250 2.1.5')" 5 "-bs takes 5"
like "$out" '^452 4.5.3 .*more than 5 recipients.*max_recipients' "and puts the sixth off"
like "$out" '^250 2.0.0 .* is on disk' "the message goes to those"
rm -f "$work"/spool/drop/????????.????????
start_runner
error=$(echo x | FIRSTHOP_SPOOL=$work/none "$BIN/sendmail" $(users 6) 2>&1); is $? 65 "submit.sock: exit 65"
like "$error" 'more than 5 recipients' "in the same words"
echo x | FIRSTHOP_SPOOL=$work/none "$BIN/sendmail" $(users 5); is $? 0 "submit.sock: 5 are taken"
delivers() { [ "$(delivered)" -ge "$1" ]; }
ok "and delivered" wait_for delivers 1
stop "$runner"

# What comes into drop/ with more goes back, without work for each of them.
users 300000 | sed 's/^/recipient: /' >"$work/head"
put 6b49d200.00000001 "$work/head"
rm -f "$work"/delivered/*; : >"$work/log"
before=$(date +%s)
runner_once
ok "300,000 recipients in drop/: dealt with in $(($(date +%s) - before)) s" test $(($(date +%s) - before)) -le 10
like "$(cat "$work/log")" '6b49d200.00000001: to=<u1@example.org>.*has 300000 recipients, and may have 5.* key=recipients-limit ' "the log says why"
ok "in few lines" test "$(lines <"$work/log")" -lt 250
runner_once
is "$(in_queue)" 0 "nothing of it waits"
is "$(cat "$work"/delivered/* | grep -c '^To: <me@example.org>')" 1 "its sender has a report"
like "$(cat "$work"/delivered/*)" 'may have 5 \(\[queue\] *$|max_recipients' "that names the limit"
rm -f "$work"/delivered/*

# Aliases that lead to more: held up with a reason, and tried again when the limit allows it.
printf 'few: a1@example.org, a2@example.org\nmany: %s\n' "$(users 6 | tr '\n' ',')" >"$work/aliases"
echo x | "$BIN/sendmail" -f me@example.org few many b@example.org
: >"$work/log"; runner_once
like "$(cat "$work/log")" 'to=<many> waits: with what many leads to this message has more than 5 recipients' "an alias that leads to too many is held up"
is "$(grep -c 'status=sent' "$work/log")" 3 "the others have it"
config '[queue]
max_recipients = 9'
runner_once
is "$(grep -c 'to=<u[0-9]@example.org>.*status=sent' "$work/log")" 6 "with a higher limit it goes, too"
is "$(in_queue)" 0 "and nobody waits"

# A journal that cannot be read any more.
stop "$smarthost_pid"; rm -f "$work"/delivered/*
for name in one two; do echo x | "$BIN/sendmail" -f me@example.org $name@example.org; done
runner_once
one=$("$BIN/mailq" --json 2>/dev/null | grep one@ | sed 's/.*"queue_id": "\([^"]*\)".*/\1/')
two=$("$BIN/mailq" --json 2>/dev/null | grep two@ | sed 's/.*"queue_id": "\([^"]*\)".*/\1/')
config '[queue]
retry_min = 1000'
start_runner
for id in $one $two; do : >>"$work/spool/mqueue/$id.log"; truncate -s 300M "$work/spool/mqueue/$id.log"; done
like "$("$BIN/mailq" 2>/dev/null)" 'its journal is longer than 256 MiB' "mailq says what is wrong with it"
like "$("$BIN/mailq" remove "$one")" "^$one  removed" "mailq remove takes it away"
is "$(ls "$work/spool/mqueue" | grep -c "$one")" 0 "with all its files"
"$BIN/mailq" retry "$two" >/dev/null
set_aside() { test -e "$work/spool/mqueue/$two.dead"; }
ok "one that is tried is set aside" wait_for set_aside
like "$(cat "$work/log")" "$two is set aside as $two.dead: its journal .256 MiB at most. is too long" "with its reason"
like "$("$BIN/mailq" dead retry "$two")" 'without it .remove ID.log. all of its recipients get it once more' "it is not begun anew by mistake"
like "$("$BIN/mailq" dead remove "$two")" 'removed' "and can be removed"
is "$(ls "$work/spool/mqueue" | grep -c "$two")" 0 "for good"
stop "$runner"

# An alias file beyond its limit.
head -c 17000000 /dev/zero | tr '\0' '#' >"$work/aliases"
: >"$work/log"; runner_once
like "$(cat "$work/log")" 'aliases is longer than 16 MiB, the most that is read: let \[host\] aliases name a folder' "the log says how to go on"
like "$("$BIN/newaliases" -n 2>&1 || "$BIN/newaliases" 2>&1)" 'longer than 16 MiB' "so does newaliases"

# A list that the aliases include may be a user's: bounded in size and number, and no more of it is told than can be read.
printf 'list: :include:%s/list\nroot: root@example.org\n' "$work" >"$work/aliases"
yes 'someone@example.org' | head -n 300000 >"$work/list"
like "$("$BIN/newaliases" 2>&1)" 'list is longer than 4 MiB, the most that an included file may have; mail for it waits' "an included list of 6 MB is not used"
yes '|' | head -n 300000 >"$work/list"
ok "one that is wrong in each line is told of in few" test "$("$BIN/newaliases" 2>&1 | lines)" -lt 200
like "$("$BIN/newaliases" 2>&1)" 'too many of its lines are wrong: from here on it is not read' "and is not read to its end"
for i in $(seq 1200); do echo "list$i: :include:$work/small"; done >"$work/aliases"
echo a@example.org >"$work/small"
like "$("$BIN/newaliases" 2>&1)" 'small is not read: all files together that are included may be 1000' "of 1,200 includes the last are not read"

# A list that changes all the time is read once, and then once a minute; what the runner does meanwhile is nearly nothing.
config
printf 'list: :include:%s/list\n' "$work" >"$work/aliases"
seq -f 'user%g.of.a.list.that.is.long@example.org' 90000 >"$work/list"
: >"$work/log"; start_runner
wait_for test -s "$work/run/runner.pid"
before=$(cpu_ticks $runner)
for i in $(seq 50); do touch "$work/list"; echo x | "$BIN/sendmail" x@example.org; sleep 0.2; done
used=$(($(cpu_ticks $runner) - before))
ok "a list of 4 MB that changes all the time: $used ticks of 1000 in 10 s" test "$used" -le $((60 * ${PATIENCE:-1}))
echo '|' >>"$work/list"; sleep 2.5
echo x | "$BIN/sendmail" x@example.org; sleep 1
unlike "$(cat "$work/log")" 'a pipe to a program' "the last good content counts on"
stop "$runner"
finish
