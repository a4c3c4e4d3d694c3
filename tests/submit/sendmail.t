#!/bin/sh
# sendmail: what it takes, what it refuses, and what is on disk afterwards.
. tests/lib.sh
new_spool
S=$BIN/sendmail
stored() { cat "$work"/spool/drop/????????.????????; }
body() { sed '1,/^$/d' "$work"/spool/drop/????????.????????; }
clear_drop() { rm -f "$work"/spool/drop/*; }
# submit CODE NAME ARGS... <input
submit() { want=$1 name=$2; shift 2; error=$("$S" "$@" 2>&1); is $? "$want" "$name"; }

printf 'To: a@example.org\nCc: B <b@example.org>, "C, D" <c@example.org>\nBcc: hidden@example.org\nSubject: x\n\ntext\n' >"$work/in"; submit 0 "-t" -t -i <"$work/in"
is "$(stored | grep -c '^recipient: ')" 4 "-t takes To, Cc and Bcc"
unlike "$(body)" 'hidden' "Bcc is not in the stored message"
clear_drop
printf 'To: a@example.org\n\nx\n' >"$work/in"; submit 0 "-t with an argument" -t extra@example.org <"$work/in"
is "$(stored | grep '^recipient' | tr '\n' ' ')" "recipient: a@example.org recipient: extra@example.org " "-t adds the argument"
clear_drop
printf 'Subject: dot\n\none\n.\ntwo\n' >"$work/in"; submit 0 "a lone dot ends input" a@example.org <"$work/in"
is "$(body | tail -n +3)" "one" "what stands behind the dot is not taken"
clear_drop
printf 'Subject: dot\n\none\n.\n..two\n' >"$work/in"; submit 0 "-i" -i a@example.org <"$work/in"
is "$(body | tail -n +3)" "$(printf 'one\n.\n..two')" "with -i dots are text"
clear_drop
printf 'To: a@example.org\r\nSubject: crlf\r\n\r\none\r\ntwo\r\n' >"$work/in"; submit 0 "CRLF input" -t -i <"$work/in"
unlike "$(stored | LC_ALL=C od -c | head -60)" '\\r' "CRLF is stored as LF"
clear_drop
printf 'Subject: bytes\n\na\000b \303\274 c\rd\n' >"$work/in"; submit 0 "NUL, 8-bit and a bare CR" -i a@example.org <"$work/in"
is "$(body | tail -n 1 | LC_ALL=C od -An -c | tr -d ' \n')" 'a\0b303274c\rd\n' "are kept"
like "$(stored | sed -n 2p | tr -d '\000')" '8bit=1 nul=1 cr=1' "and are noted"
clear_drop
submit 0 "an empty message with a recipient" a@example.org </dev/null
clear_drop
printf 'x\n' >"$work/in"; submit 0 "-f '' is the null sender" -f '' a@example.org <"$work/in"
like "$(stored)" '^sender: $' "and stored as such"
clear_drop
printf 'x\n' >"$work/in"; submit 0 "cron's options" -FCronDaemon -odi -oem -oi -t a@example.org <"$work/in"
clear_drop
printf 'x\n' >"$work/in"; submit 0 "bundled letters" -tiodi a@example.org <"$work/in"
clear_drop
printf 'x\n' >"$work/in"; submit 0 "every option that is ignored" -Am -B8BITMIME -C/etc/mail/submit.cf -c -d0.1 -E -em -G -h3 -J -L tag -m -N never -O Foo=bar -om -p SMTP:x -R hdrs -s -T -U -V id -v -x a@example.org <"$work/in"
clear_drop

submit 64 "no recipients" </dev/null
like "$error" 'no recipients' "says so"
submit 64 "-t without addresses" -t </dev/null
submit 64 "an unknown option" -Z a@example.org </dev/null
like "$error" '-Z' "is named"
for refused in "-bS" "-X /tmp/x" "-D x" "-M id" "-S x" "-f"; do
	submit 64 "refused: $refused" $refused </dev/null
done
printf 'x\n' >"$work/in"; submit 64 "an address that is none" 'a@@example.org' <"$work/in"
printf 'To: a@, @b, <>\n\nx\n' >"$work/in"; submit 64 "recipients that are none" -t <"$work/in"
printf 'To: (no end\n\n' >"$work/in"; submit 64 "a list that holds nothing" -t <"$work/in"
{ printf 'To: a@example.org\nX: '; head -c 1000000 /dev/zero | tr '\0' a; printf '\n\nx\n'; } >"$work/in"; submit 65 "a header line of 1 MB" -t <"$work/in"
like "$error" '256 KiB' "names the limit"
is "$(ls "$work/spool/drop" | lines)" 0 "nothing is left of what was refused"

{ printf 'Subject: big\n\n'; head -c 100000000 /dev/zero | tr '\0' b; } >"$work/in"; submit 0 "100 MB in one line" -i a@example.org <"$work/in"
is "$(body | bytes)" 100000014 "are stored whole"
clear_drop
for i in $(seq 9999); do printf 'u%d@example.org,\n ' $i; done >"$work/many"
{ printf 'To: '; cat "$work/many"; printf 'last@example.org\n\nx\n'; } >"$work/in"; submit 0 "10,000 recipients" -t -i <"$work/in"
is "$(stored | grep -c '^recipient')" 10000 "are stored"
clear_drop
edit 's/^To: /To: once.more@example.org, u1@example.org, /' "$work/in"; submit 65 "one more" -t -i <"$work/in"
like "$error" 'more than 10000 recipients.*max_recipients in firsthop.conf' "is refused, with the name of the limit"
submit 65 "and so it is on the command line" -i $(seq -f 'u%g@example.org' 10001) </dev/null
like "$error" 'more than 10000 recipients' "in the same words"
is "$(ls "$work/spool/drop" | lines)" 0 "and nothing is left of it"

"$S" -i a@example.org <&- >&- 2>&-; is $? 0 "descriptors 0 to 2 closed: taken"
clear_drop
echo x | env -i "FIRSTHOP_SPOOL=$work/spool" NAME="$(printf 'evil\nBcc: x@y')" TZ=/etc/passwd LOGNAME=../../x "$S" a@example.org; is $? 0 "a hostile environment"
unlike "$(stored)" '^Bcc|evil' "is not believed"
clear_drop
chmod 0000 "$work/spool/drop"
if [ "$(id -u)" = 0 ]; then
	skip "unreadable drop" "root reads everything; the test with real rights covers it"
else
	echo x >"$work/in"; submit 77 "a drop/ without rights" a@example.org <"$work/in"
fi
chmod 1770 "$work/spool/drop"
FIRSTHOP_SPOOL=$work/none; export FIRSTHOP_SPOOL
echo x >"$work/in"; submit 73 "no spool" a@example.org <"$work/in"
like "$error" "$work/none" "is named"
FIRSTHOP_SPOOL=$work/spool
echo '[broken' >"$FIRSTHOP_CONFIG"
echo x >"$work/in"; submit 0 "a broken configuration" a@example.org <"$work/in"
clear_drop
if mount -t tmpfs -o size=300k none "$work/spool/drop" 2>/dev/null; then
	chmod 1770 "$work/spool/drop"
	head -c 1000000 /dev/zero | tr '\0' c >"$work/in"; submit 74 "a full disk" -i a@example.org <"$work/in"
	like "$error" 'No space left' "is said"
	is "$(ls "$work/spool/drop" | lines)" 0 "and leaves nothing behind"
	umount "$work/spool/drop"
else
	skip "a full disk" "no right to mount a small file system"
fi
(ulimit -f 100; head -c 1000000 /dev/zero | tr '\0' c | "$S" -i a@example.org 2>/dev/null; exit $?); is $? 74 "a file size limit"
is "$(ls "$work/spool/drop" | lines)" 0 "leaves nothing behind"
finish
