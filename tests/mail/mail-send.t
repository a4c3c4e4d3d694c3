#!/bin/sh
# mail: start files, variables, aliases, charsets, attachments, letters that somebody types, signals.
. tests/lib.sh
new_spool
M=$BIN/mail
export HOME="$work" FIRSTHOP_MAILRC="$work/system.rc" FIRSTHOP_LIBEXEC="$work/libexec"
unset MAIL DEAD MAILRC REPLYTO MBOX
mkdir "$work/libexec"
cat >"$work/libexec/sendmail" <<'END'
#!/bin/sh
for word; do printf '[%s]' "$word"; done >"$HOME/argv"
cat >"$HOME/stdin"
exit "${OUTCOME:-0}"
END
chmod +x "$work/libexec/sendmail"
sent() { cat "$work/stdin" 2>/dev/null; }
argv() { cat "$work/argv" 2>/dev/null; }
clear_sent() { rm -f "$work/stdin" "$work/argv" "$work/dead.letter"; }

# Start files, aliases.
cat >"$work/system.rc" <<'END'
# a comment
set metoo \
    record=sysrecord
if r
alias ops wrong@example.org
else
alias ops joe@example.org "Ann B <ann@example.org>" night
endif
if s
set REPLYTO=desk@example.org
endif
nosuchcommand of another mail program
END
sed "s|record=|record=$work/|" "$work/system.rc" >"$work/system.new" && mv "$work/system.new" "$work/system.rc"
cat >"$work/.mailrc" <<END
unset metoo record
group night ops owl@example.org, joe@example.org
source $work/more.rc
END
echo "alias loop loop other" >"$work/more.rc"
echo x | "$M" -s x ops 2>"$work/err"; is "$? $(argv)" "0 [-i][--][joe@example.org][Ann B <ann@example.org>][owl@example.org]" "aliases of both start files, in each other, nobody twice"
is "$(cat "$work/err")" "" "commands of other mail programs in a start file do not disturb a sender"
like "$(sent)" '^Reply-To: desk@example.org$' "if, else, endif; REPLYTO"
echo x | "$M" -n -s x ops; is "$(argv)" "[-i][--][ops]" "-n: not the system's start files"
echo x | "$M" loop; is "$(argv)" "[-i][--][loop][other]" "an alias in itself is an address"
echo x | "$M" '\ops'; is "$(argv)" "[-i][--][ops]" "a backslash: no alias"
printf 'set from=var@example.org verbose\nunset metoo\n' >"$work/.mailrc"
echo x | "$M" a@example.org; is "$(argv)" "[-i][-v][-f][var@example.org][--][a@example.org]" "variables from and verbose"
like "$(sent)" '^From: var@example.org$' "from is the From field"
echo x | "$M" -S from=opt@example.org -S noverbose a@example.org; is "$(argv)" "[-i][-f][opt@example.org][--][a@example.org]" "-S is stronger"
rm "$work/.mailrc" "$work/system.rc"
echo "set sendmail=$work/libexec/other" >"$work/rc"
cp "$work/libexec/sendmail" "$work/libexec/other"; clear_sent
echo x | MAILRC="$work/rc" FIRSTHOP_LIBEXEC=/nonexistent "$M" a@example.org; is "$? $(argv)" "0 [-i][--][a@example.org]" "MAILRC; variable sendmail"
# Recipients and options.
clear_sent
echo x | "$M" -s x a@example.org -- -f b@example.org -oQ/x; is "$(argv)" "[-i][-f][b@example.org][-oQ/x][--][a@example.org]" "behind -- and a recipient: sendmail's options"
clear_sent
echo x | "$M" '|/bin/sh' 2>"$work/err"; is $? 65 "a command as recipient"
like "$(cat "$work/err")" 'nothing was sent' "is refused"
echo x | "$M" "$work/file" 2>"$work/err"; is $? 65 "a file as recipient is refused"
echo x | "$M" -c '|/bin/sh' ./file a@example.org +x b@example.org 2>"$work/err"; is "$? $(argv)" "65 [-i][--][a@example.org][b@example.org]" "beside others: they get it"
is "$(sed 's/^mail: \([^:]*\):.*/\1/' "$work/err" | xargs)" "./file +x |/bin/sh" "and each of those is named"
echo x | "$M" -S expandaddr -s filed "$work/file" a@example.org; is "$? $(argv)" "0 [-i][--][a@example.org]" "with expandaddr"
like "$(cat "$work/file")" '^Subject: filed$' "it is written"
printf 'To: t@example.org\nSubject: inside\nBcc: hid@example.org\nX-A: 1\n 2\n\nbody\n' | "$M" -t a@example.org; is "$(argv)" "[-i][--][a@example.org][t@example.org][hid@example.org]" "-t: recipients in the text"
like "$(sent)" '^Subject: inside$' "and its subject"
like "$(sent)" '^X-A: 1 +2$' "and other fields, unfolded"
is "$(sent | tail -n 1)" body "the rest is the text"
unlike "$(sent)" hid@ "Bcc is not written"
(cd "$work" && echo x | "$M" -F -s rec Joe@example.org b@example.org); like "$(cat "$work/Joe")" '^Subject: rec$' "-F records by name"
echo x | "$M" -S record="$work/sent" -s one a@example.org; echo x | "$M" -S record="$work/sent" -s two a@example.org
is "$("$M" -H -f "$work/sent" | sed 's/.*"\(.*\)"/\1/' | xargs)" "one two" "record is a mailbox"
mkdir "$work/Folder"; echo x | "$M" -S record=out -S outfolder -S folder=Folder -s three a@example.org; like "$(cat "$work/Folder/out")" 'Subject: three' "outfolder"
clear_sent
is "$(echo x | "$M" --dry-run -s x a@example.org | head -n 2 | xargs)" "Sendmail arguments: sendmail -i -- a@example.org To: a@example.org" "--dry-run shows"
is "$(argv)$(echo x | "$M" -d a@example.org >/dev/null; argv)" "" "and so does -d, and nothing is sent"
is "$("$M" -s x a@example.org </dev/null)" "Null message body; hope that's ok" "an empty text is remarked"
is "$("$M" a@example.org </dev/null)" "No message, no subject; hope that's ok" "and so is one without a subject"
clear_sent
"$M" -S dontsendempty -s x a@example.org </dev/null; is "$?$(argv)" 0 "dontsendempty"
echo x | "$M" -s x 2>"$work/err"; is $? 64 "no recipient"; like "$(cat "$work/err")" 'specify direct recipients' "in FreeBSD's words"
echo x | OUTCOME=75 "$M" -S nosave a@example.org; is $? 75 "sendmail's failure is ours"; ok "nosave: no dead.letter" test ! -e "$work/dead.letter"
# Charsets and attachments.
jp=$(printf '\033$B4F;k\033(B')
echo "$jp body" | "$M" -s "$jp alert" -c "$jp <j@example.org>, k@example.org" a@example.org
like "$(sent)" '^Content-Type: text/plain; charset=iso-2022-jp$' "ISO-2022-JP is labelled"
is "$(sent | tail -n 1)" "$jp body" "and its text is not touched"
like "$(sent)" '^Subject: =\?UTF-8\?B\?55uj6KaWIGFsZXJ0\?=$' "its subject becomes UTF-8"
like "$(sent)" '^Cc: =\?UTF-8\?B\?55uj6KaW\?= <j@example.org>,$' "and names too, whatever their bytes look like"
# ISO-2022-JP everywhere, as its reader gets it: subject, From, To, a header line, the name of a file in that charset and one in UTF-8, and the text.
j() { printf '%s' "$1" | iconv -f UTF-8 -t ISO-2022-JP; }
mkdir "$work/names"; echo data >"$work/names/$(j '監視.txt')"; echo a,b >"$work/names/報告.csv"
j '本文です
二行目
' | "$M" -s "$(j '件名 警報')" -r "$(j '監視') <w@example.org>" -a "X-Who: $(j '誰')" -A "$work/names/$(j '監視.txt')" -A "$work/names/報告.csv" "$(j '山田') <ops@example.org>"
if command -v python3 >/dev/null; then
is "$(python3 -c 'import email, email.policy, sys
m = email.message_from_binary_file(sys.stdin.buffer, policy=email.policy.default)
print(m["Subject"], m["From"], m["To"], m["X-Who"], sep="|")
for p in m.walk():
    if not p.is_multipart(): print(p.get_content_type(), p.get_filename(), p.get_content().strip().replace("\n", "|"))' <"$work/stdin")" "件名 警報|監視 <w@example.org>|山田 <ops@example.org>|誰
text/plain None 本文です|二行目
text/plain 監視.txt data
text/csv 報告.csv a,b" "ISO-2022-JP in each place is read as what it says"
else
	skip "ISO-2022-JP in each place is read as what it says" "python3 is not installed"
fi
like "$(argv)" '\[-f\]\[w@example.org\]' "and the envelope sender is the address alone"
printf '\264\306\273\353\n' | "$M" --charset=EUC-JP -s "$(printf '\264\306')" a@example.org
like "$(sent)" 'charset=EUC-JP' "--charset labels the text"
like "$(sent)" '^Subject: =\?UTF-8\?B\?55uj\?=$' "and is how the subject is read"
printf 'a,b\n' >"$work/t.csv"; printf 'plain\n' >"$work/README"; printf '\211PNG\r\n\032\n\0' >"$work/picture"
printf 'Gr\303\274n\r\nx' >"$work/t.txt"; printf 'x\n' >"$work/$(printf 'B\303\274 "1".pdf')"
echo x | "$M" -a "$work/t.csv" -a "$work/README" -a "$work/picture" -a "$work/t.txt" -a "$work/$(printf 'B\303\274 "1".pdf')" -s types a@example.org
is "$(sent | sed -n 's/^Content-Type: \([a-z/]*\).*/\1/p' | xargs)" "multipart/mixed text/plain text/csv text/plain image/png text/plain application/pdf" "types by name and by bytes"
like "$(sent)" "filename\*=utf-8''B%C3%BC%20%221%22.pdf" "a name that is not plain (RFC 2231)"
is "$(sent | sed -n '/filename="t.txt"/,/^--/p' | sed '1,/^$/d; /^--/,$d' | head -n 2)" 'Gr=C3=BCn=0D=0A=
x' "a text that is not of lines keeps its bytes"

# Somebody types.
clear_sent
typed() { printf "%b" "$1" | "$M" -I -s typed a@example.org >"$work/out" 2>&1; }
cat >"$work/.mailrc" <<END
set sign="-- \nJoe" Sign=Boss askcc askbcc indentprefix="> "
END
printf 'inserted\n' >"$work/insert"
typed "one\n~~two\n~r $work/insert\n~< !echo command\n~a\n~A\n~i Sign\n~t t@example.org\n~c c@example.org\n~b b@example.org\n~s new subject\n~R r@example.org\n~@ $work/t.csv\n~w $work/written\n~p\n~?\n.\ncc2@example.org\n\n"
is "$(argv)" "[-i][--][a@example.org][t@example.org][c@example.org][cc2@example.org][b@example.org]" "~t ~c ~b, and the prompts for copies"
is "$(sent | sed '1,/^$/d' | sed '1,/^$/d; /^--=/,$d' | xargs)" "one ~two inserted command -- Joe Boss Boss" "~~ ~r ~< ~a ~A ~i"
like "$(sent)" '^Subject: new subject$' "~s"; like "$(sent)" '^Reply-To: r@example.org$' "~R"; like "$(sent)" 'filename="t.csv"' "~@"
is "$(cat "$work/written" | head -n 2 | xargs)" "one ~two" "~w"
like "$(cat "$work/out")" 'Message contains:' "~p"; like "$(cat "$work/out")" '^~x ' "~?"; like "$(cat "$work/out")" 'Bcc: ' "askbcc asks"
rm "$work/.mailrc"
typed "beta\nalpha\n~| sort\n~!echo shell > $work/shell\n~: set escape=@\n@s by at\n~not\n"
is "$(sent | tail -n 3 | xargs)" "alpha beta ~not" "~| ~: and another escape"; is "$(cat "$work/shell")" shell "~!"; like "$(sent)" '^Subject: by at$' "set escape"
printf '#!/bin/sh\necho edited >>"$1"\n' >"$work/ed"; chmod +x "$work/ed"
with EDITOR="$work/ed" VISUAL="$work/ed" typed "first\n~e\n~v\n"; is "$(sent | tail -n 3 | xargs)" "first edited edited" "~e ~v"
typed "x\n~h\n\nasked subject\nc@example.org\n\n"; is "$(argv)" "[-i][--][a@example.org][c@example.org]" "~h asks"; like "$(sent)" '^Subject: asked subject$' "and takes the answers"
clear_sent; typed "kept\n~q\n"; is "$?$(argv) $(cat "$work/dead.letter")" "1 kept" "~q keeps"
typed "more\n~d\n.\n"; is "$(sent | tail -n 2 | xargs)" "more kept" "~d inserts it"
clear_sent; typed "gone\n~x\n"; is "$?$(argv) $(ls "$work/dead.letter" 2>/dev/null)" "1 " "~x forgets"
typed "~f 1\n~nonsense\n.\n"; like "$(cat "$work/out")" 'no such escape' "an unknown escape is told"
printf 'x\n.\ny\n' | "$M" -s x a@example.org; is "$(sent | tail -n 1)" y "when nobody types, a dot is text"
printf '~x\n' | "$M" -s x a@example.org; is "$(sent | tail -n 1)" "~x" "and a tilde too"

# As FreeBSD's four tests of mailx have it: signal, interactive or not.  mail runs in the foreground: jobs in the background ignore SIGINT.
signal_test() { # SIGNAL OPTIONS: sets code
	rm -f "$work/fifo" "$work/dead.letter" "$work/pid"; mkfifo "$work/fifo"
	{
		exec 7>"$work/fifo"
		echo hello >&7
		sleep 1
		pid=$(cat "$work/pid")
		kill -"$1" "$pid"
		[ "$1" = INT ] && [ "$2" = -Is ] && wait_for test -s "$work/err" && kill -INT "$pid"
		wait_for test -e "$work/over"
	} &
	rm -f "$work/over"
	code=$(sh -c 'echo $$ >"$0/pid"; exec "$@" <"$0/fifo" >"$0/out" 2>"$0/err"' "$work" "$M" "$2" test test@example.com 2>/dev/null; echo $?)
	: >"$work/over"
	wait
}
signal_test HUP -Is; is "$code $(cat "$work/out" "$work/err")$(cat "$work/dead.letter")" "129 hello" "hangup, interactive: ends by the signal, the text is kept, nothing is said"
signal_test HUP -s; is "$code $(cat "$work/out" "$work/err")$(ls "$work/dead.letter" 2>/dev/null)" "129 " "hangup, not interactive: nothing is kept"
# In the background of a shell they may be ignored (mail/mail).
if sh -c 'kill -INT $$; true'; then
	for name in "two interrupts" "warns" "not interactive"; do skip "interrupt: $name" "interrupts are ignored here"; done
else
	signal_test INT -Is; is "$code $(cat "$work/out")$(cat "$work/dead.letter")" "1 hello" "two interrupts, interactive: exit 1, the text is kept"
	like "$(cat "$work/err")" 'Interrupt -- one more to kill letter' "the first one warns, on standard error"
	signal_test INT -s; is "$code $(cat "$work/out" "$work/err")$(ls "$work/dead.letter" 2>/dev/null)" "130 " "interrupt, not interactive: ends by the signal"
fi
finish
