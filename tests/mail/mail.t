#!/bin/sh
# mail: what it hands to sendmail.
. tests/lib.sh
new_spool
M=$BIN/mail
stored() { cat "$work"/spool/drop/*; }
clear_drop() { rm -f "$work"/spool/drop/*; }
export HOME="$work" FIRSTHOP_MAILRC=/dev/null
unset MAIL DEAD MAILRC REPLYTO MBOX
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
echo x | "$M" -p a@example.org 2>"$work/err"; is $? 64 "an option of other mail programs"
like "$(cat "$work/err")" 'print' "is refused with what to write instead"
echo x | "$M" -a nonsense a@example.org 2>/dev/null; is $? 64 "-a that is neither header nor file"
echo x | "$M" -A "$work/none" a@example.org 2>"$work/err"; is $? 66 "an attachment that is not there"
like "$(cat "$work/err")" 'nothing was sent' "says so"
echo 'precious' | "$M" -s x 'bad address@@' 2>"$work/err"; is $? 64 "exit status is sendmail's"
like "$(cat "$work/dead.letter")" precious "the text is kept in dead.letter"
clear_drop
echo x | "$M" -s x 'bad@@example.org' good@example.org 2>"$work/err"; is $? 64 "one recipient of two is bad"
unlike "$(cat "$work/err")" 'was not sent;' "nobody says that nothing was sent"; like "$(cat "$work/err")" 'is queued for its other recipients' "but who gets it"; like "$(cat "$work/err")" 'not sent to all of its recipients; it is kept in' "and where the text is"
clear_drop
echo x | "$M" a@example.org -s 'behind the recipient' -a 'Cc: c@example.org'; is $? 0 "options behind the recipient"
like "$(stored)" '^Subject: behind the recipient$' "are read"
like "$(stored)" '^recipient: c@example.org$' "a Cc line of -a adds a recipient"
clear_drop
echo x | "$M" -r envelope@example.org -a "$(printf 'From: \303\234ber <seen@example.org>')" a@example.org
like "$(stored)" '^sender: envelope@example.org$' "with a From line, -r is the envelope sender"
is "$(stored | grep -c '^From:')" 1 "and there is one From field"
like "$(stored)" '^From: =\?UTF-8\?B\?[A-Za-z0-9+/=]*\?= <seen@example.org>$' "whose name is encoded and whose address is not"
clear_drop
echo x | "$M" -a "$(printf 'Content-Type: text/html\nX-Evil: 1')" a@example.org
unlike "$(stored)" '^X-Evil' "a line break in a header line makes no field"
clear_drop
printf 'one\r\ntwo\r\n' | "$M" a@example.org
is "$(stored | tail -n 2)" "one
two" "CRLF is a line end"
clear_drop
"$M" -s x a@example.org 0<&- 2>"$work/err"; is $? 74 "closed standard input is an error and not an empty mail"
is "$(ls "$work/spool/drop")" "" "nothing is sent then"
echo x | "$M" a@example.org >&- 2>&-; is $? 0 "closed standard output and error"
clear_drop
"$M" -A "$work" a@example.org </dev/null 2>/dev/null; is $? 66 "a folder cannot be attached"
echo x | "$M" a@example.org -f 2>/dev/null; is $? 64 "an option for sendmail without its value"
rm -f "$work/dead.letter"
# A sendmail that shows what it gets, and does as it is told.
mkdir "$work/libexec"
cat >"$work/libexec/sendmail" <<'END'
#!/bin/sh
for word; do printf '[%s]' "$word"; done >"$HOME/argv"
[ "${OUTCOME:-}" = deaf ] && exit 74
[ "${OUTCOME:-}" = killed ] && kill -9 $$
cat >"$HOME/stdin"
exit "${OUTCOME:-0}"
END
chmod +x "$work/libexec/sendmail"
export FIRSTHOP_LIBEXEC="$work/libexec"
echo x | "$M" -v -r f@example.org -b b@example.org -- -a@example.org 'B <c@example.org>, d@example.org' -s; is $? 0 "what sendmail is given"
is "$(cat "$work/argv")" "[-i][-v][-f][f@example.org][--][-a@example.org][B <c@example.org>][d@example.org][-s][b@example.org]" "options first, addresses behind --"
echo x | "$M" a@example.org -f '' -Fname -N never; is "$(cat "$work/argv")" "[-i][-f][][-Fname][-N][never][--][a@example.org]" "options behind the recipient go to sendmail"
echo x | (trap '' CHLD; exec env OUTCOME=73 "$M" a@example.org 2>/dev/null); is $? 73 "a caller that ignores SIGCHLD gets sendmail's status all the same"
rm -f "$work/dead.letter"
head -c 300000 /dev/urandom | OUTCOME=deaf "$M" a@example.org 2>/dev/null; is $? 74 "sendmail that does not read"
ok "leaves a dead.letter" test -s "$work/dead.letter"
echo x | OUTCOME=killed "$M" a@example.org 2>"$work/err"; is $? 71 "sendmail that is killed"
like "$(cat "$work/err")" 'signal 9.*|kept in' "is told"
echo x | OUTCOME=77 DEAD="$work/elsewhere" "$M" a@example.org 2>/dev/null
ok "DEAD names another file" test -s "$work/elsewhere"
echo x | OUTCOME=77 HOME=/nonexistent "$M" a@example.org 2>"$work/err"; like "$(cat "$work/err")" 'not kept' "without a home it says that nothing was kept"
mkfifo "$work/fifo"
echo x | OUTCOME=77 DEAD="$work/fifo" "$M" a@example.org 2>"$work/err"; is $? 77 "a FIFO as dead.letter does not block"
FIRSTHOP_LIBEXEC=/nonexistent
echo x | DEAD="$work/elsewhere" "$M" a@example.org 2>/dev/null; is $? 72 "no sendmail"
FIRSTHOP_LIBEXEC=$work/libexec
# On a terminal.
# Each argument but the first is typed after a pause.
pause=$(awk "BEGIN { print 0.3 * ${PATIENCE:-1} }")
terminal() {
	options=$1
	shift
	{ for text; do sleep "$pause"; printf "$text"; done; sleep "$pause"; } | with HOME="$work" on_terminal "$M $options" >"$work/tty" 2>&1
}
if has_terminals; then
	terminal a@example.org 'asked for\nfirst\n.\n'
	like "$(cat "$work/tty")" 'Subject: ' "a terminal is asked for the subject"
	like "$(cat "$work/stdin")" '^Subject: asked for$' "and its answer is used"
	is "$(tail -n 1 "$work/stdin")" first "a dot ends the text"
	# Where this runs in the background of a shell, and neither timeout(1) nor script(1) takes that back, interrupts are ignored: mail does so, too.
	if sh -c 'kill -INT $$; true'; then
		for name in interrupt two kept; do skip "terminal: $name" "interrupts are ignored here"; done
	else
		terminal '-s x a@example.org' 'once\n' '\003' 'twice\n.\n'
		is "$(tail -n 1 "$work/stdin")" twice "one interrupt does not end it"
		rm -f "$work/dead.letter" "$work/stdin"
		terminal '-s x a@example.org' 'precious\n' '\003' '\003'
		ok "two do" test ! -e "$work/stdin"
		like "$(cat "$work/dead.letter")" '^precious$' "and the text is kept"
	fi
else
	for name in prompt subject dot interrupt two kept; do
		skip "terminal: $name" "script(1) is not installed"
	done
fi
finish
