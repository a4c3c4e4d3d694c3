#!/bin/sh
# A server that offers a parameter of MAIL or RCPT and then refuses it gets the message again at once without it; that is remembered and logged once.
. tests/lib.sh
new_spool

# scripted FILE: the server on $port; $said is its transcript
scripted() {
	rm -f "$work/port"
	"$TOOLS/smtpd" -P "$work/port" -T "$work/said" "$1" & server=$!; pids="$pids $server"
	wait_for test -s "$work/port"
	port=$(cat "$work/port"); config
}
hello() { printf 'send 220 hi\nexpect EHLO\n%s\n' "$1"; }
taken() { printf 'expect RCPT\nsend 250 ok\nexpect DATA\nsend 354 go\nread-data\nsend 250 2.0.0 queued\n'; }
clear_queue() { rm -f "$work"/spool/mqueue/* "$work/log" "$work/said"; stop "$server"; }

# SIZE, without PIPELINING: the same session.
{ hello 'send 250-hi
send 250 SIZE 1000000'; printf 'expect MAIL\nsend 555 5.5.4 Unsupported option: SIZE=\nexpect RSET\nsend 250 ok\nexpect MAIL\nsend 250 ok\n'; taken; printf 'expect MAIL\nsend 250 ok\n'; taken; } >"$work/script"
scripted "$work/script"
for n in 1 2; do printf 'x\n' | "$BIN/sendmail" -f me@example.org a@example.net; done
runner_once
like "$(cat "$work/log")" ' dsn=2.0.0, status=sent ' "555 to SIZE: the message arrives in the same session"
is "$(grep -c 'C: MAIL FROM:<me@example.org>$' "$work/said")" 2 "without it, and the next message, too"
is "$(grep -c 'C: MAIL .*SIZE=' "$work/said")" 1 "with it once"
is "$(grep -c 'offers SIZE and refuses it: it gets mail without it' "$work/log")" 1 "said once in the log"
unlike "$(cat "$work/log")" 'status=deferred' "and nothing waited"
clear_queue

# With PIPELINING the rest of the group is answered first; the parameter is not named: all that can be left out.
{ hello 'send 250-hi
send 250-PIPELINING
send 250-DSN
send 250 SIZE 1000000'; printf 'expect MAIL\nexpect RCPT\nexpect DATA\nsend 501 5.5.4 Invalid arguments\nsend 503 5.5.1 need MAIL\nsend 503 5.5.1 need RCPT\nexpect RSET\nexpect MAIL\nexpect RCPT\nexpect DATA\nsend 250 ok\nsend 250 ok\nsend 250 ok\nsend 354 go\nread-data\nsend 250 2.0.0 queued\n'; } >"$work/script"
scripted "$work/script"
printf 'x\n' | "$BIN/sendmail" -f me@example.org -V tag1 -R hdrs a@example.net
runner_once
like "$(cat "$work/log")" 'status=sent ' "501 in a group: the message arrives"
like "$(cat "$work/said")" 'C: MAIL FROM:<me@example.org> SIZE=[0-9]* RET=HDRS ENVID=tag1$' "first with all"
like "$(cat "$work/said")" 'C: MAIL FROM:<me@example.org>$' "then with none"
like "$(cat "$work/log")" 'offers SIZE, DSN and refuses it' "both are named in the log"
clear_queue

# NOTIFY at RCPT: never becomes the null sender (RFC 3461 5.2.2).
{ hello 'send 250-hi
send 250 DSN'; printf 'expect MAIL\nsend 250 ok\nexpect RCPT\nsend 555 5.5.4 Unsupported parameter NOTIFY\nexpect RSET\nsend 250 ok\nexpect MAIL FROM:<>\nsend 250 ok\n'; taken; } >"$work/script"
scripted "$work/script"
printf 'x\n' | "$BIN/sendmail" -f me@example.org -N never a@example.net
runner_once
like "$(cat "$work/log")" 'status=sent ' "555 to NOTIFY=NEVER: the message arrives with the null sender"
like "$(cat "$work/said")" 'C: RCPT TO:<a@example.net>$' "and without NOTIFY"
clear_queue

# BODY: the text is sent in 7 bits.
{ hello 'send 250-hi
send 250 8BITMIME'; printf 'expect MAIL FROM:<me@example.org> BODY=8BITMIME\nsend 501 5.5.4 BODY parameter not implemented\nexpect RSET\nsend 250 ok\nexpect MAIL\nsend 250 ok\n'; taken; } >"$work/script"
scripted "$work/script"
printf 'Subject: x\n\nGr\303\274\303\237e\n' | "$BIN/sendmail" -f me@example.org a@example.net
runner_once
like "$(cat "$work/log")" 'status=sent ' "501 to BODY=8BITMIME: the message arrives"
like "$(cat "$work/said")" 'Gr=C3=BC=C3=9Fe' "its text in quoted-printable"
clear_queue

# SMTPUTF8 cannot be left out.
{ hello 'send 250-hi
send 250 SMTPUTF8'; printf 'expect MAIL\nsend 555 5.6.7 SMTPUTF8 parameter not supported\nexpect-any\n'; } >"$work/script"
scripted "$work/script"
printf 'x\n' | "$BIN/sendmail" -f me@example.org "$(printf 'gr\303\274n@example.net')"
runner_once
like "$(cat "$work/said")" 'C: MAIL .* SMTPUTF8$' "SMTPUTF8 is said"
is "$(grep -c 'C: MAIL' "$work/said")" 1 "SMTPUTF8 that is needed is not left out"
like "$("$BIN/mailq" why "$("$BIN/mailq" -bpi | head -n 1)")" 'offers SMTPUTF8 and then refuses it' "the cause is named"
clear_queue

# What stays refused says so, and asks no third time.
{ hello 'send 250-hi
send 250 SIZE'; printf 'expect MAIL\nsend 555 5.5.4 no\nexpect RSET\nsend 250 ok\nexpect MAIL\nsend 555 5.5.4 no\nexpect-any\n'; } >"$work/script"
scripted "$work/script"
printf 'x\n' | "$BIN/sendmail" -f me@example.org a@example.net
runner_once
is "$(grep -c 'C: MAIL' "$work/said")" 2 "a refusal without any parameter ends it"
like "$(cat "$work/log")" 'status=deferred .* key=parameter-refused ' "the mail waits"
like "$("$BIN/mailq" why "$("$BIN/mailq" -bpi | head -n 1)")" 'offers SIZE and refuses it: the same again without it' "why has the story"
clear_queue

# The next session knows, too: a resident runner.
{ printf 'connection 1\n'; hello 'send 250-hi
send 250 SIZE 1000000'; printf 'expect MAIL\nsend 555 5.5.4 SIZE unsupported\nexpect RSET\nsend 250 ok\nexpect MAIL\nsend 250 ok\n'; taken; printf 'close\n'
printf 'connection 2\n'; hello 'send 250-hi
send 250 SIZE 1000000'; printf 'expect MAIL FROM:<me@example.org>\nsend 250 ok\n'; taken; } >"$work/script"
scripted "$work/script"
"$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!; pids="$pids $runner"
for n in 1 2; do
	printf 'x\n' | "$BIN/sendmail" -f me@example.org a@example.net
	wait_for sh -c "test \$(grep -c 'status=sent ' '$work/log') -eq $n"
done
is "$(grep -c 'C: EHLO' "$work/said")" 2 "two sessions"
is "$(grep -c 'C: MAIL .*SIZE=' "$work/said")" 1 "the second one leaves it out from the start"
stop $runner

# probe does as delivery does.
clear_queue
{ hello 'send 250-hi
send 250 SIZE 1000000'; printf 'expect MAIL\nsend 555 5.5.4 SIZE unsupported\nexpect RSET\nsend 250 ok\nexpect MAIL\nsend 250 ok\nexpect RCPT\nsend 250 ok\nexpect-any\nsend 250 ok\nexpect-any\nsend 221 bye\n'; } >"$work/script"
scripted "$work/script"
out=$("$BIN/relayconf" probe --to a@example.net 2>&1); is $? 0 "probe finds that mail goes through"
like "$out" 'offers SIZE and refuses it' "and says what was left out"
finish
