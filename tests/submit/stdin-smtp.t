#!/bin/sh
# sendmail -bs: SMTP on standard input.
. tests/lib.sh
new_spool
S=$BIN/sendmail
stored() { cat "$work"/spool/drop/????????.????????; }
body() { sed '1,/^$/d' "$work"/spool/drop/????????.????????; }
clear_drop() { rm -f "$work"/spool/drop/*; }
files() { ls "$work/spool/drop" | lines; }
# talk [options]: the lines of standard input (\n there becomes CR LF) go in; replies has the answers, codes their numbers
talk() { sed 's/$/\r/' | "$S" -bs "$@" >"$work/out" 2>"$work/err"; status=$?; replies=$(tr -d '\r' <"$work/out"); codes=$(echo "$replies" | grep -v '^250-' | cut -c1-3 | tr '\n' ' '); }
# raw: the same with the file in, bytes as they are
raw() { "$S" -bs <"$work/in" >"$work/out" 2>/dev/null; status=$?; replies=$(tr -d '\r' <"$work/out"); codes=$(echo "$replies" | grep -v '^250-' | cut -c1-3 | tr '\n' ' '); }

talk <<'END'
EHLO localhost
MAIL FROM:<a@example.org> SIZE=100 BODY=8BITMIME RET=HDRS ENVID=x+2By SMTPUTF8
RCPT TO:<b@example.org> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;b@example.org
RCPT TO:<root>
DATA
Subject: one
Bcc: hidden@example.org

text
..dot
..
.
QUIT
END
is "$codes$status" "220 250 250 250 250 354 250 221 0" "a whole session"
for word in PIPELINING 'SIZE 1073741824' 8BITMIME SMTPUTF8 DSN ENHANCEDSTATUSCODES HELP; do
	like "$replies" "^250[- ]$word\$" "EHLO offers $word"
done
is "$(grep -c "$(printf '\r')" "$work/out")" "$(lines <"$work/out")" "replies end with CR LF"
like "$replies" "^250 2.0.0 $(ls "$work/spool/drop") " "the reply names the ID"
is "$(stored | sed '/^$/,$d' | grep -vE '^(firsthop|content|created|program|login|fullname)')" "sender: a@example.org
recipient: b@example.org
recipient-notify: SUCCESS,FAILURE
recipient-orcpt: rfc822;b@example.org
recipient: root
flags: from-given
body: 8BITMIME
ret: HDRS
envid: x+y" "the envelope is what was said"
is "$(body)" "Subject: one

text
.dot
." "dots are single, the Bcc field is gone"
clear_drop

talk <<'END'
HELO [127.0.0.1]
MAIL FROM:<>
RCPT TO:<a@example.org>
DATA
x: 1

one
.
MAIL FROM:<two@example.org>
RCPT TO:<a@example.org>
DATA
x: 2

two
.
END
is "$codes$status" "220 250 250 250 354 250 250 250 354 250 0" "Symfony's way: HELO, several messages, no QUIT"
is "$(stored | grep '^sender:' | sort | tr '\n' '|')" "sender: |sender: two@example.org|" "each with its own envelope"
clear_drop

# One command a time, as swaks does it: without a flush per reply this would never end.
mkfifo "$work/to" "$work/from"
"$S" -bs <"$work/to" >"$work/from" &
pids="$pids $!"
exec 7>"$work/to" 8<"$work/from"
lockstep=
for line in '' 'EHLO x' 'MAIL FROM:<a@example.org>' 'RCPT TO:<b@example.org>' DATA "$(printf 'x: y\r\n\r\n.')" QUIT; do
	[ -z "$line" ] || printf '%s\r\n' "$line" >&7
	while read -r answer <&8; do case $answer in ???-*) ;; *) break ;; esac; done
	lockstep="$lockstep${answer%"${answer#???}"} "
done
exec 7>&- 8<&-
is "$lockstep" "220 250 250 250 354 250 221 " "each reply comes at once"
clear_drop

printf 'MAIL FROM:<a@example.org>\nRCPT TO:b@example.org\nDATA\nx: y\n\none\n.\nQUIT\n' >"$work/in"; raw
is "$codes$status" "220 250 250 354 250 221 0" "commands and message with bare LF, no HELO, no brackets"
is "$(body | tail -n 1)" "one" "are taken"
clear_drop
printf 'MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\nx: y\r\n\r\none\n.\nMAIL FROM:<evil@example.org>\n.\r\n\r.\r\ntwo\r\n.\r\nQUIT\r\n' >"$work/in"; raw
is "$codes$(files)" "220 250 250 354 250 221 1" "with CR LF, only CR LF . CR LF ends a message: nothing is smuggled"
is "$(body | tail -n +3 | LC_ALL=C od -An -c | tr -d ' \n')" 'one\n.\nMAILFROM:<evil@example.org>\n.\n\r.\ntwo\n' "it is all there"
clear_drop
{ printf 'MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\nx: y\r\n\r\n'; head -c 3000000 /dev/zero | tr '\0' x | fold -w 77 | sed 's/^x/../; s/$/\r/'; printf '\r\n.\r\nQUIT\r\n'; } >"$work/in"; raw
is "$codes$(body | grep -c '^\.x')" "220 250 250 354 250 221 $((3000000 / 77 + 1))" "3 MB, over many reads"
is "$(body | grep -c '^\.\.')" 0 "each dot single"
clear_drop

talk <<'END'
MAIL FROM:<a b@example.org>
MAIL FROM:<a@example.org> FOO=1
MAIL FROM:<a@example.org> BODY=BINARYMIME
MAIL FROM:<a@example.org> RET=x
MAIL FROM:<a@example.org> ENVID=+0A
MAIL FROM:<a@example.org> SIZE=99999999999
MAIL a@example.org
RCPT TO:<a@example.org>
DATA
MAIL FROM:<"a> b"@example.org>
MAIL FROM:<a@example.org>
RCPT TO:<>
RCPT TO:<b@>
RCPT TO:<b@example.org> NOTIFY=NEVER,FAILURE
RCPT FROM:<b@example.org>
DATA
RCPT TO:<@old.example,@older.example:b@example.org>
RCPT TO:<c@example.org> NOTIFY=NEVER
RSET
RSET
NOOP
VRFY root
HELP
EXPN root
STARTTLS
AUTH PLAIN x
BDAT 10
FOO
rset
QUIT
END
is "$codes$status" "220 553 555 501 501 501 552 501 503 503 250 503 553 553 501 501 554 250 250 250 250 250 252 214 502 502 503 502 500 250 221 0" "wrong and odd commands"
unlike "$(echo "$replies" | grep -v '^220' | grep -v '^354')" '^[245][0-9][0-9] [^245]' "every reply has an enhanced code"
is "$(files)" 0 "nothing is stored"
{ head -c 5000 /dev/zero | tr '\0' a; printf '\r\nNOOP\r\nNO\0OP\r\nQUIT\r\n'; } >"$work/in"; raw
is "$codes" "220 500 250 500 221 " "a line that is too long, a line with NUL"
yes FOO | head -n 100000 >"$work/in"; raw
is "$(echo "$codes" | words) $status" "103 0" "a hundred errors are enough"
{ printf 'MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n'; printf 'x: '; head -c 400000 /dev/zero | tr '\0' a; printf '\r\n\r\nx\r\n.\r\nNOOP\r\nQUIT\r\n'; } >"$work/in"; raw
is "$codes$(files)" "220 250 250 354 552 250 221 0" "a header that is too long: refused, and the session goes on"
printf 'MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\nx: y\r\n\r\nhalf' >"$work/in"; raw
is "$codes$status $(files)" "220 250 250 354 451 65 0" "input that ends within a message: nothing is stored, exit 65"
{ printf 'MAIL FROM:<a@example.org>\r\n'; for i in $(seq 10001); do printf 'RCPT TO:<u%d@example.org>\r\n' "$i"; done; printf 'DATA\r\n\r\nx\r\n.\r\nQUIT\r\n'; } >"$work/in"; raw
is "$(echo "$codes" | tr -s ' ' '\n' | grep . | sort | uniq -c | tr -s ' \n' ' ')$(stored | grep -c '^recipient')" " 1 220 1 221 10002 250 1 354 1 452 10000" "10,000 recipients, the next is put off"
clear_drop
"$S" -bs -L tag -F 'Full Name' -n >/dev/null <<'END'
MAIL FROM:<a@example.org>
RCPT TO:<b@example.org>
DATA

x
.
END
is "$(stored | grep -E '^(tag|fullname|flags)')" "fullname: Full Name
flags: from-given no-alias name-given
tag: tag" "-L, -F and -n hold for a session"
clear_drop
(ulimit -f 100; { printf 'MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n\r\n'; head -c 1000000 /dev/zero | tr '\0' c; printf '\r\n.\r\nQUIT\r\n'; } | "$S" -bs | tr -d '\r' >"$work/out")
like "$(cat "$work/out")" '^451 4.3.0 not accepted: ' "a write that fails: refused with its reason"
is "$(files)" 0 "and nothing is left"
FIRSTHOP_SPOOL=$work/none "$S" -bs </dev/null >"$work/out" 2>/dev/null
is "$? $(cut -c1-3 "$work/out")" "73 421" "no spool: 421"
finish
