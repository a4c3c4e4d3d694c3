#!/bin/sh
# A log daemon that does not read delays no mail: what it has no room for is kept, dropped and counted, and said.
. tests/lib.sh
new_spool
[ -x "$TOOLS/logsink" ] || skip_all "logsink is not built"
export FIRSTHOP_LOG="$work/log.sock"
daemon() { "$TOOLS/logsink" "$FIRSTHOP_LOG" "$work/syslog" & daemon=$!; pids="$pids $daemon"; wait_for test -S "$FIRSTHOP_LOG"; }
hang() { kill -STOP "$daemon"; "$TOOLS/logsink" -f "$FIRSTHOP_LOG"; }
elapsed_ms() { start=$(milliseconds); "$@"; code=$?; echo $(($(milliseconds) - start)) >"$work/ms"; return $code; }
send() { printf 'Subject: x\n\nx\n' | timeout 20 "$BIN/sendmail" -i -f s@example.org "$1"; }
within() { [ "$(cat "$work/ms")" -lt "$1" ]; }
delivered_are() { [ "$(delivered)" -ge "$1" ]; }
logged() { grep -q "$1" "$work/syslog"; }
sent() { grep -c 'firsthop/smtp\[.*to=<.*status=sent' "$work/syslog"; }
sent_are() { [ "$(sent)" -ge "$1" ]; }

: >"$work/syslog"
daemon
smarthost
config
send first@example.org
wait_for logged pickup
like "$(cat "$work/syslog")" '^[A-Z][a-z][a-z] [ 123][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9] firsthop/pickup\[[0-9]+\]: [0-9a-f.]{17}: uid=[0-9]+ from=' "a line as syslog(3) writes it"

"$BIN/runner" --stay
wait_for delivered_are 1
ok "the runner's lines are there" wait_for logged 'status=sent'

hang
elapsed_ms send second@example.org; is $? 0 "a log daemon that does not read: the message is accepted"
ok "at once" within $((1000 * ${PATIENCE:-1}))
for i in 3 4 5 6 7 8 9 10; do send "$i@example.org"; done
ok "and delivered, with others" wait_for delivered_are 10
health_warns() { [ "$("$BIN/mailq" health | grep -c 'WARNING.*the log daemon has not read for')" = 1 ]; }
# FreeBSD's datagram sockets have a queue for each sender: it takes more lines until this one is full.
[ "$(uname -s)" != FreeBSD ] || for i in $(seq 1 60); do send "$i@example.net"; done
wait_tries=500
ok "mailq health says so" wait_for health_warns
"$BIN/relayconf" check >"$work/out"
like "$(cat "$work/out")" 'problem.*the log daemon at .* does not read' "relayconf check says so"
before=$(sent)
kill -CONT "$daemon"
ok "when it reads again, it gets what the runner kept for it" wait_for sent_are 10
is "$before" 1 "which it did not have before"
health_is_fine() { "$BIN/mailq" health | grep -q '^MAILQ OK'; }
ok "and mailq health is content" wait_for health_is_fine

stop "$daemon"
send eleven@example.org
ok "a log daemon that is gone: mail is delivered" wait_for delivered_are 11
"$BIN/relayconf" check >"$work/out"
like "$(cat "$work/out")" 'is there, and no log daemon reads it' "relayconf check says that nobody listens"
daemon
send twelve@example.org
ok "one that was started anew gets the lines that the runner kept" wait_for sent_are 12
kill "$(cat "$work/run/runner.pid")"
ok "the runner's last words" wait_for logged 'runner ended'

# Standard error of a runner in the foreground is a pipe that nobody reads.
mkfifo "$work/pipe"
sleep 60 <"$work/pipe" & pids="$pids $!"
head -c 65536 /dev/zero >"$work/pipe"
"$BIN/runner" --stay --foreground 2>"$work/pipe" & runner=$!; pids="$pids $runner"
wait_for test -s "$work/run/runner.pid"
send thirteen@example.org
ok "standard error that nobody reads delays no mail" wait_for delivered_are 13
finish
