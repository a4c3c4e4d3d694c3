#!/bin/sh
# smtpd: mail by SMTP and LMTP from programs of this machine.
. tests/lib.sh
new_spool
smarthost
listen=$("$TOOLS/sockcat" -p)
config ""
ok "the recipe of the guide" sh -e -c "PATH=$BIN:\$PATH; $(recipe listen)"
is "$("$BIN/relayconf" get listen.smtp)" "127.0.0.1:25" "names port 25"
config "
[listen]
smtp = 127.0.0.1:$listen [::1]:$listen $work/smtp.sock
lmtp = $work/lmtp.sock
max_message_mb = 3"
"$BIN/runner" --stay --foreground 2>>"$work/log" &
runner=$!
pids="$pids $runner"
ok "the local socket is there" wait_for test -S "$work/lmtp.sock"
me=$(id -un)
stored() { grep -c "/pickup: " "$work/log"; }
one() { cat $(grep -l '^Subject: one' "$work"/delivered/*); }

# say PLACE FILE: the bytes of the file at once; codes has the numbers of the replies, replies all of them
say() { replies=$("$TOOLS/sockcat" -e "$1" <"$2" 2>/dev/null | tr -d '\r'); codes=$(echo "$replies" | grep -v '^[0-9][0-9][0-9]-' | cut -c1-3 | tr '\n' ' '); }
crlf() { sed 's/$/\r/' >"$work/in"; }
mail_from='MAIL FROM:<a@example.org>'
rcpt_to='RCPT TO:<b@example.org>'

crlf <<END
EHLO localhost
MAIL FROM:<a@example.org> SIZE=100 BODY=8BITMIME RET=HDRS ENVID=x+2By SMTPUTF8
RCPT TO:<b@example.org> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;b@example.org
RCPT TO:<c@example.org>
DATA
Subject: one
Bcc: hidden@example.org

text
..dot
.
QUIT
END
say "127.0.0.1:$listen" "$work/in"
is "$codes" "220 250 250 250 250 354 250 221 " "a whole session in one write"
for word in PIPELINING 'SIZE 3145728' 8BITMIME SMTPUTF8 DSN CHUNKING ENHANCEDSTATUSCODES; do
	like "$replies" "^250[- ]$word\$" "EHLO offers $word"
done
like "$replies" "^250-firsthop accepts mail from uid $(id -u) \($me\)" "the system has named the caller"
is_there() { grep -q '^Subject: one' "$work"/delivered/*; }
ok "it is delivered" wait_for is_there
like "$(one)" '^\.dot' "dots are single"
unlike "$(one)" hidden "the Bcc field is gone"
like "$(cat "$work/log")" "pickup: [0-9a-f.]+: uid=$(id -u) from=<a@example.org> login=$me program=smtp via=smtp" "the log has the user and the way"
like "$(one)" "^Received: by .*, from uid $(id -u)" "and so has Received"
for place in "::1:$listen" "$work/smtp.sock"; do
	before=$(stored)
	say "$place" "$work/in"
	is "$codes" "220 250 250 250 250 354 250 221 " "the same at ${place##*/}"
	is "$(stored)" $((before + 1)) "stored before it is answered"
done
crlf <<END
EHLO localhost
LHLO localhost
$mail_from
$rcpt_to
RCPT TO:<b@example.org>
RCPT TO:<no address>
RCPT TO:<c@example.org>
DATA
Subject: lmtp

x
.
QUIT
END
say "$work/lmtp.sock" "$work/in"
is "$codes" "220 500 250 250 250 250 553 250 354 250 250 250 221 " "LMTP: LHLO, and a reply for each recipient that was accepted"
like "$(cat "$work/log")" 'program=lmtp via=lmtp' "its name in the log"
before=$(stored)
printf 'LHLO x\r\nEHLO x\r\nQUIT\r\n' >"$work/in"; say "127.0.0.1:$listen" "$work/in"
is "$codes" "220 500 250 221 " "no LMTP where SMTP is spoken"

# BDAT
printf 'EHLO x\r\n%s\r\n%s\r\nBDAT 14\r\nSubject: b\r\n\r\nBDAT 0\r\nNOOP\r\nBDAT 11 LAST\r\none\r\n.\r\ntwo%s\r\n%s\r\nBDAT 5 LAST\r\n\r\nxyzQUIT\r\n' "$mail_from" "$rcpt_to" "$mail_from" "$rcpt_to" >"$work/in"
say "127.0.0.1:$listen" "$work/in"
is "$codes" "220 250 250 250 250 250 250 250 250 250 250 221 " "BDAT: chunks, an empty one, NOOP between, text that looks like an end"
is "$(stored)" $((before + 2)) "two messages"
in_bdat() { grep -lq '^\.$' "$work"/delivered/*; }
ok "a dot in a chunk is text" wait_for in_bdat
before=$(stored)
for lie in 'BDAT' 'BDAT x' 'BDAT -1' 'BDAT 10 FIRST' 'BDAT 99999999999999999999' 'BDAT 0x10' 'BDAT +5 LAST'; do
	printf 'EHLO x\r\n%s\r\n%s\r\n%s\r\nMAIL FROM:<evil@example.org>\r\nQUIT\r\n' "$mail_from" "$rcpt_to" "$lie" >"$work/in"
	say "127.0.0.1:$listen" "$work/in"
	like "$codes" '^220 250 250 250 501( 451)? $' "$lie: nothing behind it is a command"
done
printf 'EHLO x\r\nBDAT 6 LAST\r\nNOOP\r\nNOOP\r\n%s\r\n%s\r\nBDAT 20 LAST\r\nshort' "$mail_from" "$rcpt_to" >"$work/in"; say "127.0.0.1:$listen" "$work/in"
is "$codes" "220 250 503 250 250 250 451 " "a chunk without a transaction is read and not obeyed; one that is too short is no message"
printf 'EHLO x\r\n%s\r\n%s\r\nBDAT 4\r\nx: yRSET\r\n%s\r\n%s\r\nBDAT 4\r\nx: yMAIL FROM:<evil@example.org>\r\nBDAT 4 LAST\r\nabcdQUIT\r\n' "$mail_from" "$rcpt_to" "$mail_from" "$rcpt_to" >"$work/in"; say "127.0.0.1:$listen" "$work/in"
is "$codes" "220 250 250 250 250 250 250 250 250 503 503 221 " "RSET between chunks forgets them, another command gives up"
is "$(stored)" "$before" "nothing of all that is stored"
unlike "$(cat "$work/log")" 'evil@' "and nothing was smuggled"

# Smuggling, NULs, long lines, and sizes.
n='\n'; r='\r'
for end in "$n.$n" "$n.$r$n" "$r$n.$n" "$r.$r" "$r.$r$n" "$n.$r"; do
	before=$(stored)
	{ printf 'EHLO x\r\n%s\r\n%s\r\nDATA\r\nSubject: s\r\n\r\none' "$mail_from" "$rcpt_to"; printf "$end"; printf 'MAIL FROM:<evil@example.org>\r\nRCPT TO:<evil@example.org>\r\nDATA\r\n\r\nevil\r\n.\r\nQUIT\r\n'; } >"$work/in"
	say "127.0.0.1:$listen" "$work/in"
	is "$codes$(($(stored) - before))" "220 250 250 250 354 250 221 1" "$(printf %s "$end" | tr -d '\\') ends no message"
done
unlike "$(cat "$work/log")" 'from=<evil@|to=<evil@' "nothing was smuggled"
printf 'EHLO x\n%s\n%s\nDATA\nSubject: lf\n\nbare\n.\nQUIT\n' "$mail_from" "$rcpt_to" >"$work/in"; say "127.0.0.1:$listen" "$work/in"
is "$codes" "220 250 250 250 354 250 221 " "a client that ends all its lines with LF alone is understood"
before=$(stored)
{ printf 'EHLO x\r\nNO\0OP\r\n'; head -c 5000 /dev/zero | tr '\0' a; printf '\r\nNOOP\r\n%s\r\n%s\r\nDATA\r\nSubject: n\r\n\r\nnul \0 here\r\n.\r\nQUIT\r\n' "$mail_from" "$rcpt_to"; } >"$work/in"; say "127.0.0.1:$listen" "$work/in"
is "$codes" "220 250 500 500 250 250 250 354 250 221 " "a NUL and a huge line among the commands; a NUL in the text is kept"
{ printf 'EHLO x\r\n%s\r\n%s\r\nDATA\r\n\r\n' "$mail_from" "$rcpt_to"; head -c 4000000 /dev/zero | tr '\0' x; printf '\r\n.\r\nMAIL FROM:<a@example.org> SIZE=4000000\r\nQUIT\r\n'; } >"$work/in"; say "127.0.0.1:$listen" "$work/in"
is "$codes" "220 250 250 250 354 552 552 221 " "a message longer than max_message_mb, one that says so"
{ printf 'EHLO x\r\n%s\r\n%s\r\nDATA\r\nSubject: 2 MB\r\n\r\n' "$mail_from" "$rcpt_to"; head -c 2000000 /dev/zero | tr '\0' x | fold -w 77 | sed 's/$/\r/'; printf '\r\n.\r\nQUIT\r\n'; } >"$work/in"; say "127.0.0.1:$listen" "$work/in"
is "$codes" "220 250 250 250 354 250 221 " "2 MB"
is "$(stored)" $((before + 2)) "both are stored"
yes FOO | head -n 3000 | crlf; say "127.0.0.1:$listen" "$work/in"
is "$(echo "$codes" | words)" 103 "a hundred errors are enough"
printf 'EHLO x\r\nSTARTTLS\r\nAUTH PLAIN x\r\nEXPN root\r\nGET / HTTP/1.0\r\nQUIT\r\n' >"$work/in"; say "127.0.0.1:$listen" "$work/in"
is "$codes" "220 250 502 503 502 500 221 " "what is not offered is not obeyed"
printf 'EHLO x\r\n%s\r\n%s\r\nDATA\r\nSubject: half\r\n\r\nhalf' "$mail_from" "$rcpt_to" >"$work/in"; before=$(stored); say "127.0.0.1:$listen" "$work/in"
is "$codes$(stored)" "220 250 250 250 354 451 $before" "a client that breaks off: nothing is stored"

# relayconf check
check() { "$BIN/relayconf" check -v 2>&1 | grep -E '^(ok|problem|note) +listen'; }
like "$(check)" "^ok +listen +smtpd answers at 127.0.0.1:$listen" "check: it answers"
is "$(check | grep -c '^ok')" 4 "at each place"

# Many connections of one user: further ones are refused, other mail goes on; silent ones hold nothing.
is "$("$TOOLS/sockcat" -n 100 0 "127.0.0.1:$listen")" "60 40" "60 connections of one user, and no more"
"$TOOLS/sockcat" -n 100 5 "127.0.0.1:$listen" >"$work/many" &
many=$!; pids="$pids $many"
wait_for test -s "$work/many"
echo x | "$BIN/sendmail" -f a@example.org other@example.org; is $? 0 "sendmail works beside them"
other_sent() { grep -q 'to=<other@example.org>.*status=sent' "$work/log"; }
ok "and its mail goes" wait_for other_sent
stop $many

# The program dies, its configuration changes, the runner ends.
smtpd_pid() { sed -n 's/.*smtpd started: process \([0-9]*\).*/\1/p' "$work/log" | tail -n 1; }
old=$(smtpd_pid)
kill -KILL "$old"
is_new() { [ "$(smtpd_pid)" != "$old" ] && test -S "$work/lmtp.sock"; }
ok "killed, it is started again" wait_for is_new
printf 'EHLO x\r\n%s\r\n%s\r\nDATA\r\nSubject: again\r\n\r\nx\r\n.\r\nQUIT\r\n' "$mail_from" "$rcpt_to" >"$work/in"
say "127.0.0.1:$listen" "$work/in"
is "$codes" "220 250 250 250 354 250 221 " "and takes mail"
other=$("$TOOLS/sockcat" -p)
old=$(smtpd_pid)
edit "s/^smtp = .*/smtp = 127.0.0.1:$other/; s/^lmtp = .*//" "$work/firsthop.conf"
is_new() { [ "$(smtpd_pid)" != "$old" ]; }
ok "a changed [listen] is used by itself" wait_for is_new
say "127.0.0.1:$other" "$work/in"
is "$codes" "220 250 250 250 354 250 221 " "at the new place"
edit "/^smtp = /d" "$work/firsthop.conf"
is_gone() { ! kill -0 "$(smtpd_pid)"; }
ok "without a place there is no smtpd" wait_for is_gone
"$TOOLS/smarthost" -p "$listen" -d "$work/delivered" &
other_pid=$!; pids="$pids $other_pid"
config "
[listen]
smtp = 127.0.0.1:$listen"
is_taken() { grep -q "127.0.0.1:$listen: another program listens there already" "$work/log"; }
ok "a port that is taken: the log says so" wait_for is_taken
like "$(check)" "^problem +listen +another program answers at 127.0.0.1:$listen: 220 smarthost.test ESMTP" "and check"
echo x | "$BIN/sendmail" -f a@example.org third@example.org
third_sent() { grep -q 'to=<third@example.org>.*status=sent' "$work/log"; }
ok "other mail goes meanwhile" wait_for third_sent
stop $other_pid
is_back() { printf 'QUIT\r\n' >"$work/quit" && "$TOOLS/sockcat" -e "127.0.0.1:$listen" <"$work/quit" | grep -q ^221; }
ok "configured again, it is back" wait_for is_back
stop "$runner"
ok "it ends with the runner" wait_for is_gone
ok "every message was delivered once" test "$(grep -c 'status=sent' "$work/log")" -ge "$(stored)"
finish
