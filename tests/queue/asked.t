#!/bin/sh
# mailq retry: the very message is tried, also while its servers fail and another one is just finding that out; and the servers are not left
# alone for longer because of it.
. tests/lib.sh
new_spool
port=1; config
"$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!
pids="$pids $runner"
failed() { grep -q 'no smarthost accepts mail' "$work/log"; }
for i in 1 2 3 4 5 6; do echo x | "$BIN/sendmail" -f me@example.org "ops$i@example.org"; done
ok "the first message finds out that nothing listens" wait_for failed
all_in() { [ "$(ls "$work/spool/mqueue" | grep -cx '[0-9a-f]*\.[0-9a-f]*')" = 6 ]; }
ok "six wait" wait_for all_in
ids=$("$BIN/mailq" -bpi)
attempts() { cat "$work/spool/mqueue/$1.log" 2>/dev/null | grep -c ' attempt '; }
for id in $ids; do attempts "$id"; done >"$work/before"
for id in $ids; do "$BIN/mailq" retry "$id" >>"$work/out"; done
is "$(grep -c 'is tried now' "$work/out")" 6 "each is said to be tried now"
each_tried() { for id in $ids; do attempts "$id"; done | paste "$work/before" - | awk '$2 != $1 + 1 { wrong = 1 } END { exit wrong }'; }
ok "and each is, once" wait_for each_tried
sleep 0.5
ok "and not twice" each_tried
longest=$(sed -n 's/.*everything waits; next try in \([0-9]*\) s.*/\1/p' "$work/log" | sort -n | tail -n 1)
ok "six wishes make no wait of half an hour ($longest s)" test "$longest" -le 400
# One wish for all of them: one message asks, the others follow when the server answers.
"$BIN/mailq" retry $ids >"$work/out"
like "$(cat "$work/out")" 'is tried now, or follows when its server answers' "of several one asks"
kill $runner; wait $runner 2>/dev/null
finish
