#!/bin/sh
# Answers that break the rules, or come where none is due: what they say counts, and no message is sent again for want of a believed one.
. tests/lib.sh
new_spool

# serve LINE...: a server that says so; sets port and server_pid
serve() {
	rm -f "$work/port"
	printf '%s\n' "$@" >"$work/script"
	"$TOOLS/smtpd" -P "$work/port" -T "$work/transcript" -w 20 "$work/script" 2>>"$work/log" &
	server_pid=$!
	pids="$pids $server_pid"
	wait_for test -s "$work/port"
	port=$(cat "$work/port")
}

# begin [LINE...]: empty spool and log; the server up to RCPT, then these lines
begin() {
	rm -rf "$work"/spool/mqueue/* "$work"/spool/drop/*
	: >"$work/log"
	: >"$work/transcript"
	serve 'send 220 odd.example.org ESMTP' 'expect EHLO' 'send 250 odd.example.org' 'expect MAIL FROM:' 'send 250 ok' 'expect RCPT TO:' 'send 250 ok' \
		'expect DATA' 'send 354 go on' "$@"
	config "[relay]
connect_s = 3
reply_s = 3
data_s = 3
data_end_s = 3"
}

send() { "$BIN/sendmail" -i -f root@example.org ops@example.org; }

# --- behind the end ----------------------------------------------------------------------------------------------------------------
for case in 'NUL:send-raw 250 2.0.0 O\x00k\r\n' 'long:send-raw 250 '"$(printf '%5000s' '' | tr ' ' x)"'\r\n' 'no end of line:send-raw 250 2.0.0 queued' \
	'first line only:send 250-ok' 'a line before:send-raw queued as 4711\r\n250 ok\r\n'; do
	begin read-data "${case#*:}" close
	printf 'Subject: x\n\nbody\n' | send
	runner_once
	like "$(cat "$work/log")" 'status=sent' "the end is answered with 250 (${case%%:*}): delivered"
	is "$(grep -c 'C: DATA' "$work/transcript")" 1 "(${case%%:*}) once"
	stop "$server_pid"
done
begin read-data 'repeat 300 250-more' 'send 250 ok' close
printf 'Subject: x\n\nbody\n' | send
runner_once
like "$(cat "$work/log")" 'status=sent' "an answer of 301 lines is one"
stop "$server_pid"
begin read-data 'repeat 400 550-5.7.1 spam, and' 'send 550 5.7.1 no' close
printf 'Subject: x\n\nbody\n' | send
runner_once
like "$(cat "$work/log")" 'to=<ops@.*status=bounced .*key=content-refused' "a refusal of 401 lines, too"
stop "$server_pid"

# --- in the middle of the message --------------------------------------------------------------------------------------------------
for how in close reset; do
	begin 'read 1000' 'send 552 5.3.4 Message is too big for us, 20 MB at most' 'sleep 200' "$how"
	{ printf 'Subject: big\n\n'; yes 'a line of a message that is far too long for this server' | head -n 400000; } | send
	runner_once
	like "$(cat "$work/log")" 'to=<ops@.*dsn=5.3.4, status=bounced .*20 MB at most.* stage=body key=size-exceeded ' \
		"refused after 1 kB of 23 MB, and $how: its words are the reason"
	stop "$server_pid"
done
finish
