#!/bin/sh
# A server that refuses recipients and then takes its time: what is final is told at once, and once.
. tests/lib.sh
new_spool
# tarpit: serves the script of standard input; later connections take a report
tarpit() {
	{ echo 'connection 1'; cat; printf '%s\n' 'connection 2' 'send 220 odd.test ESMTP' 'expect EHLO' 'send 250 odd.test' 'expect MAIL FROM:' 'send 250 ok' 'expect RCPT TO:' 'send 250 ok' \
		'expect DATA' 'send 354 go on' 'read-data' 'send 250 taken' 'silence'; } >"$work/script"
	rm -rf "$work/port" "$work/transcript" "$work"/spool/mqueue/* "$work"/spool/drop/*; : >"$work/log"
	"$TOOLS/smtpd" -P "$work/port" -T "$work/transcript" -w 60 "$work/script" 2>>"$work/log" &
	smtpd_pid=$!
	pids="$pids $smtpd_pid"
	wait_for test -s "$work/port"
	port=$(cat "$work/port")
	config '[relay]
data_s = 20
data_end_s = 20'
}
start() { "$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!; pids="$pids $runner"; }
send() { printf 'Subject: x\n\nx\n' | "$BIN/sendmail" -i -f s@example.org "$@"; }
logged() { grep -q "$1" "$work/log"; }
answered() { grep -q '^S: [0-9]* late' "$work/transcript"; }
empty() { [ "$("$BIN/mailq" -bP)" = 0 ]; }

tarpit <<'END'
send 220 odd.test ESMTP
expect EHLO
send-raw 250-odd.test\r\n250 PIPELINING\r\n
expect MAIL FROM:
send 250 ok
expect RCPT TO:
send 550 5.1.1 no such user
expect RCPT TO:
send 450 4.2.0 greylisted
expect RCPT TO:
send 550 5.1.1 nor this one
expect DATA
sleep 3000
send 554 late
silence
END
send one@example.org two@example.org three@example.org
start
wait_for logged 'bounce='
answered; is "$?" 1 "all are refused: the report goes before DATA is answered"
unlike "$("$BIN/mailq" 2>/dev/null)" '^[0-9a-f.]{17}\*.*<s@example\.org>$' "and the message is not shown as being worked on"
is "$(sed -n 's/.* to=<\([a-z]*\)@.* status=\([a-z]*\) .*/\1 \2/p' "$work/log" | sort | tr '\n' ' ')" "one bounced three bounced two deferred " "with each outcome in the log"
wait_for answered
like "$("$BIN/mailq" 2>&1)" 'two@example.org' "the one that is put off waits"
stop "$runner"; stop "$smtpd_pid"
is "$(grep -c 'bounce=' "$work/log") $(grep -c 'to=<one@' "$work/log") $(grep -c 'to=<two@' "$work/log")" "1 1 1" "all is told once"

tarpit <<'END'
send 220 odd.test ESMTP
expect EHLO
send-raw 250-odd.test\r\n250 PIPELINING\r\n
expect MAIL FROM:
send 250 ok
expect RCPT TO:
send 550 5.1.1 no such user
expect RCPT TO:
send 250 ok
expect DATA
sleep 3000
send 354 late
read-data
send 250 taken
expect MAIL FROM:<>
send 250 ok
expect RCPT TO:<s@
send 250 ok
expect DATA
send 354 go on
read-data
send 250 taken
silence
END
send one@example.org two@example.org
start
wait_for logged 'to=<one@example.org>.*status=bounced'
answered; is "$?" 1 "one of two is refused: the log says so before DATA is answered"
wait_for logged 'to=<two@example.org>.*status=sent'
ok "the report follows with the rest" wait_for logged 'bounce='
ok "and goes" wait_for empty
stop "$runner"; stop "$smtpd_pid"
is "$(grep -c 'bounce=' "$work/log") $(grep -c 'to=<one@' "$work/log") $(grep -c 'to=<two@' "$work/log")" "1 1 1" "all is told once, here too"

# The connection breaks while DATA is still owed: nothing is told again.
tarpit <<'END'
send 220 odd.test ESMTP
expect EHLO
send-raw 250-odd.test\r\n250 PIPELINING\r\n
expect MAIL FROM:
send 552 5.3.4 too big
expect RCPT TO:
send 503 first MAIL
expect DATA
sleep 2000
close
END
send one@example.org
start
ok "MAIL is refused, and the link breaks: the report goes" wait_for logged 'to=<s@example.org>.*status=sent'
stop "$runner"; stop "$smtpd_pid"
is "$(grep -c 'bounce=' "$work/log") $(grep -c 'to=<one@' "$work/log") $(grep -c 'to=<s@.*status=sent' "$work/log")" "1 1 1" "once"
finish
