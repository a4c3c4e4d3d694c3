#!/bin/sh
# A server that says that mail comes too fast teaches its pace: log, queue, story, health, metrics and the next runner know it.
. tests/lib.sh
new_spool
printf 'fast@ 450 4.7.1 Error: too much mail from 127.0.0.1\n' >"$work/limit"
mv "$work/limit" "$work/limit.off"
smarthost -m "$work/limit"
send() { echo x | "$BIN/sendmail" -f fast@example.org "$1"; }
metric() { "$BIN/mailq" health --openmetrics | sed -n "s/^firsthop_$1 //p"; }
config
for i in 1 2 3; do send b$i@example.net; done
runner_once
is "$(delivered)" 3 "three are accepted"
is "$(metric 'learnt_messages_per_hour{hop="main"}')" 0 "nothing was learnt yet"
unlike "$(cat "$work/spool/mqueue/pace" 2>/dev/null)" 'learnt' "and nothing is written down"
"$BIN/runner" --stay --foreground 2>>"$work/log" & runner_pid=$!; pids="$pids $runner_pid"; wait_for test -s "$work/run/runner.pid"
for i in 4 5 6; do send b$i@example.net; done
six() { [ "$(delivered)" = 6 ]; }
ok "three more" wait_for six
mv "$work/limit.off" "$work/limit"
send c1@example.net
learnt() { grep -q 'smarthost main limits how much it accepts: from now on it gets 3 messages a minute' "$work/log"; }
ok "then it says that it is too much: it gets what it accepted in the minute before, as this runner saw it" wait_for learnt
mv "$work/limit" "$work/limit.off"
is "$(grep -c 'limits how much it accepts' "$work/log")" 1 "said once"
counted() { [ "$(metric 'learnt_messages_per_hour{hop="main"}')" = 180 ]; }
ok "the metrics have it" wait_for counted
is "$(metric 'server_events_total{hop="main",event="too_fast"}')" 1 "with the answer itself"
stop "$runner_pid"
like "$(cat "$work/spool/mqueue/pace")" 'name=main learnt=180 at=[0-9]+' "the next runner will know it"
for i in 1 2 3 4 5; do send d$i@example.net; done
rm -f "$work"/delivered/*
runner_once
is "$(delivered)" 2 "which sends two, and no more in that minute: the one that was refused counts"
list=$("$BIN/mailq")
like "$list" "the server's own limit, as it was learnt, is used up: 3/minute" "mailq says why the others wait"
id=$("$BIN/mailq" --json | sed -n 's/.*"queue_id": "\([^"]*\)".*/\1/p' | head -n 1)
like "$("$BIN/mailq" why "$id" | tr -s ' \n' ' ')" 'has answered that mail comes too fast.*Nothing needs to be done' "mailq why explains it"
like "$("$BIN/mailq" health)" "the server's own limit, as it was learnt, is used up" "mailq health has it"
finish
