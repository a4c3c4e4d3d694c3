#!/bin/sh
# mail: what it hands to sendmail.
. tests/lib.sh
new_spool
M=$BIN/mail
stored() { cat "$work"/spool/drop/*; }
clear_drop() { rm -f "$work"/spool/drop/*; }
export HOME="$work"
echo "plain text" | "$M" -s "a subject" -r "Cacti <cacti@example.org>" -c c1@example.org,c2@example.org -b hidden@example.org a@example.org; is $? 0 "exit 0"
like "$(stored)" '^sender: cacti@example.org$' "-r is the envelope sender"
is "$(stored | grep -c '^recipient:')" 4 "recipients, cc and bcc"
like "$(stored)" '^Subject: a subject$' "subject"
like "$(stored)" '^From: Cacti <cacti@example.org>$' "-r is the From field"
unlike "$(stored | sed '1,/^$/d')" 'hidden' "bcc is not in the message"
like "$(stored)" '^Content-Type: text/plain; charset=us-ascii$' "plain text stays plain"
clear_drop
printf 'Gr\303\274\303\237e = gut, and the rest is plain \n' | "$M" -s "$(printf '\303\234berwachung\nBcc: evil@example.org')" a@example.org; is $? 0 "UTF-8"
like "$(stored)" '^Subject: =\?UTF-8\?B\?[A-Za-z0-9+/=]+\?=' "the subject is encoded, and has no second line"
unlike "$(stored)" '^Bcc' "a line break in the subject makes no field"
like "$(stored)" 'charset=utf-8' "the charset is named"
like "$(stored)" '^Gr=C3=BC=C3=9Fe =3D gut, and the rest is plain=20$' "the body is quoted-printable"
clear_drop
head -c 1000 /dev/urandom >"$work/blob.bin"
echo text | "$M" -s file -A "$work/blob.bin" -a 'X-Test: yes' -a "$work/blob.bin" a@example.org; is $? 0 "attachments and a header"
like "$(stored)" '^X-Test: yes$' "-a with a colon is a header"
is "$(stored | grep -c 'filename="blob.bin"')" 2 "-A and -a FILE attach"
is "$(stored | sed -n '/filename="blob.bin"/,/^--/p' | sed '1,/^$/d; /^--/,$d' | base64 -d | cmp - "$work/blob.bin" && echo same)" same "the bytes are the file's"
clear_drop
"$M" -E -s empty a@example.org </dev/null; is $? 0 "-E with an empty text"
is "$(ls "$work/spool/drop")" "" "sends nothing"
echo x | "$M" -s x 2>/dev/null; is $? 64 "no recipient"
"$M" -f </dev/null 2>"$work/err"; is $? 64 "reading mailboxes"
like "$(cat "$work/err")" 'sends only' "is explained"
echo x | "$M" -a nonsense a@example.org 2>/dev/null; is $? 64 "-a that is neither header nor file"
echo x | "$M" -A "$work/none" a@example.org 2>"$work/err"; is $? 66 "an attachment that is not there"
like "$(cat "$work/err")" 'nothing was sent' "says so"
echo 'precious' | "$M" -s x 'bad address@@' 2>"$work/err"; is $? 65 "exit status is sendmail's"
like "$(cat "$work/dead.letter")" precious "the text is kept in dead.letter"
finish
