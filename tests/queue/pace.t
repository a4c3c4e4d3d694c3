#!/bin/sh
# Servers that accept little: one message in a session, or so many in a time.  Neither is the next message's failure, and mail goes out as fast
# as the server accepts it.
. tests/lib.sh
new_spool
hello='send 220 mail.example.org ESMTP
expect EHLO'
one='expect MAIL
send 250 ok
expect RCPT
send 250 ok
expect DATA
send 354 go
read-data
send 250 ok'

# serve LINE...: a server that says so, one client after the other; sets port and server_pid
serve() {
	rm -f "$work/port"
	: >"$work/transcript"
	printf '%s\n' "$@" >"$work/script"
	"$TOOLS/smtpd" -P "$work/port" -T "$work/transcript" -w 60 "$work/script" 2>>"$work/log" &
	server_pid=$!
	pids="$pids $server_pid"
	wait_for test -s "$work/port"
	port=$(cat "$work/port")
}
# queue N: an empty spool, and so many messages
queue() {
	rm -rf "$work"/spool/mqueue/* "$work"/spool/drop/*
	: >"$work/log"
	config
	queued=0
	while [ $queued -lt "$1" ]; do
		queued=$((queued + 1))
		printf 'Subject: %s\n\nx\n' $queued | "$BIN/sendmail" -i -f root@example.org ops@example.org
	done
}
# start: a runner, with the clock of $fast
fast=
start() {
	$fast "$BIN/runner" --stay --foreground 2>>"$work/log" &
	runner_pid=$!
	pids="$pids $runner_pid"
}
sent() { grep -c 'status=sent' "$work/log"; }
sent_are() { [ "$(sent)" -ge "$1" ]; }

# --- one message in a session ------------------------------------------------------------------------------------------------------
for offer in 'send 250 mail.example.org' 'send-raw 250-mail.example.org\r\n250 PIPELINING\r\n'; do
	for end in 'close' 'send 421 4.3.2 bye
close' 'expect MAIL
send 421 4.7.0 one message in a session
close' 'expect MAIL
send 452 4.5.3 too many messages in this session
expect-any
close' 'expect MAIL
close'; do
		serve "$hello" "$offer" "$one" "$end"
		queue 12
		start
		# The last one may find the server busy with a session that has nothing to do.
		ok "12 messages, one in a session ($(echo $offer | cut -c1-8), $(echo $end | cut -c1-40)): sent within seconds" wait_for sent_are 11
		unlike "$(cat "$work/log")" 'status=deferred' "and none has failed"
		stop "$runner_pid"
		stop "$server_pid"
	done
done

# --- so many in a time -------------------------------------------------------------------------------------------------------------
limit='send 450 4.7.1 Error: too much mail from 127.0.0.1
expect-any
send 221 bye
close'
serve 'connection 1' "$hello" 'send 250 mail.example.org' "$one" 'expect MAIL' "$limit" 'connection 2' "$hello" 'send 250 mail.example.org' "$one" 'expect MAIL' "$limit"
queue 40
# The minute that it waits for is over in 8 s, where the clock can be replaced.
[ ! -e "$TOOLS/wrongclock.so" ] || fast="env LD_PRELOAD=$TOOLS/wrongclock.so WRONGCLOCK_SPEED=8"
start
wait_for grep -q 'status=deferred' "$work/log"
sleep 3
is "$(sent)" 1 "a server that accepts one message in a minute has one"
ok "and was not asked for each of the others ($(grep -c 'C: MAIL' "$work/transcript"))" [ "$(grep -c 'C: MAIL' "$work/transcript")" -le 4 ]
next=$(sed -n 's/.*everything waits; next try in \([0-9]*\) s.*/\1/p' "$work/log" | tail -n 1)
ok "the next try is soon ($next s)" [ "${next:-999}" -le 70 ]
like "$("$BIN/mailq" health)" 'too much mail' "health says why"
wait_tries=1600
ok "then it accepts the next one" wait_for sent_are 2
sleep 2
next=$(sed -n 's/.*everything waits; next try in \([0-9]*\) s.*/\1/p' "$work/log" | tail -n 1)
ok "and after that the wait is as short as before ($next s)" [ "${next:-999}" -le 70 ]
unlike "$(cat "$work/log")" 'status=bounced' "nothing is returned"
stop "$runner_pid"
stop "$server_pid"
finish
