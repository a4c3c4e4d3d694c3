#!/bin/sh
# mail: options and start files of the other mail programs of this world, where they are unmistakable; content types as people write them.
. tests/lib.sh
new_spool
M="$BIN/mail"
export HOME="$work" FIRSTHOP_MAILRC=/dev/null FIRSTHOP_LIBEXEC="$work/libexec" MAIL="$work/inbox" LOGNAME= USER=
unset DEAD MAILRC REPLYTO MBOX PAGER CDPATH LC_ALL LC_CTYPE LANG
cd "$work" || exit 1
mkdir libexec
printf '#!/bin/sh\nfor word; do printf "[%%s]" "$word"; done >"$HOME/argv"\ncat >"$HOME/stdin"\n' >libexec/sendmail
chmod +x libexec/sendmail
# send OPTIONS...: a text; code, argv and stdin are what came of it
send() { rm -f argv stdin; printf '%s\n' "${text:-text}" | "$M" "$@" >out 2>&1; code=$?; }
sent() { cat stdin 2>/dev/null; }
# types: of the message and its parts; encodings likewise
types() { sent | sed -n 's/^Content-Type: \([^;]*\).*/\1/p' | xargs; }
encodings() { sent | sed -n 's/^Content-Transfer-Encoding: //p' | xargs; }
printf 'a,b\n' >data.csv; printf '<p>x</p>\n' >page.html; : >empty.txt

# A command in front of the recipients: fail2ban's, and GNU's long form.
send -E 'set escape' -s '[Fail2Ban] sshd: banned 192.0.2.1' root
is "$code $(cat argv)" "0 [-i][--][root]" "-E 'set escape' is a command, and no recipients"
like "$(sent)" '^Subject: \[Fail2Ban\] sshd: banned 192.0.2.1$' "and the rest is as it was"
text=" " send -E 'unset metoo' root; is "$code $(cat argv)" "0 [-i][--][root]" "-E with a command is not -E for empty texts"
printf '~x\ntext\n' | "$M" -I -E 'set escape' -s x root >/dev/null 2>&1; like "$(sent)" '^~x$' "what it sets holds: no escapes"
rm -f argv; "$M" -E -s x root </dev/null; is "$? $(ls argv 2>/dev/null)" "0 " "-E alone: an empty text is not sent"
send -Es x root; is "$code $(cat argv)" "0 [-i][--][root]" "-Es x"
rm -f argv; "$M" -E root </dev/null; is "$? $(ls argv 2>/dev/null)" "0 " "-E and a recipient"
send --exec='set from=me@example.org' root; is "$(cat argv)" "[-i][-f][me@example.org][--][root]" "--exec="
send --exec 'alias ops joe@example.org' ops; is "$(cat argv)" "[-i][--][joe@example.org]" "--exec with a blank"

# GNU's mail.
for option in --mime -M --no-alternative --no-skip-empty-attachments; do send $option -s x root; is "$code $(cat argv) $(types)" "0 [-i][--][root] text/plain" "$option"; done
send -Ms x root; is "$code $(cat argv)" "0 [-i][--][root]" "-Ms x"; like "$(sent)" '^Subject: x$' "with its subject"
send -M text/html -s x root; is "$code $(types)" "0 text/html" "-M with a type is s-nail's"
send --encoding=base64 -s x root; is "$code $(encodings) $(sent | tail -n 1)" "0 base64 dGV4dAo=" "--encoding=base64: the text"
send --encoding=Quoted-Printable root; is "$code $(encodings) $(sent | tail -n 1)" "0 quoted-printable text" "--encoding=quoted-printable"
send --encoding=8bit root; is "$code $(encodings)" "0 7bit" "--encoding=8bit: as the text needs it"
send --encoding=uuencode root; is "$code $(cat argv 2>/dev/null)" "64 " "--encoding=uuencode is refused"; like "$(cat out)" 'uuencode is not known; base64' "and named"
send --encoding=base64 -A data.csv root; is "$(encodings)" "base64 base64" "--encoding: text and attachments"
send -A data.csv --content-type=application/x-thing -A page.html root; is "$(types)" "multipart/mixed text/plain text/csv application/x-thing" "--content-type: of the attachments that follow"
send --content-type=application/x-thing root; is "$(types)" "application/x-thing" "of the text, where none follows"
send --content-type=text/html -A data.csv root; is "$(types)" "multipart/mixed text/html text/csv" "a text's type is the text's"
send --content-filename=report.txt --content-name='nice name' -A data.csv -A page.html root
is "$(sent | sed -n 's/^\t\(file\)*name=//p' | xargs)" "nice name report.txt page.html page.html" "--content-filename and --content-name: of the next attachment"
send --content-filename=report.csv --attach-fd=3 root 3<data.csv; is "$code $(types) $(sent | sed -n 's/^\tfilename=//p')" "0 multipart/mixed text/plain text/csv \"report.csv\"" "--attach-fd, its type by the name"
send --attach-fd=x root; is "$code" 64 "--attach-fd: no number"
send --alternative -A page.html root; is "$(types) $(sent | grep -c '^Content-Disposition')" "multipart/alternative text/plain text/html 0" "--alternative"
send --skip-empty-attachments -A empty.txt -A data.csv root; is "$(types)" "multipart/mixed text/plain text/csv" "--skip-empty-attachments"
send --return-address=b@example.org root; is "$(cat argv)" "[-i][-f][b@example.org][--][root]" "--return-address"

# s-nail.
send --cc=c@example.org --bcc=b@example.org --subject=long --custom-header='X-A: 1' --from-address=f@example.org root
is "$(cat argv)" "[-i][-f][f@example.org][--][root][c@example.org][b@example.org]" "--cc --bcc --from-address"
is "$(sent | grep -c '^X-A: 1$\|^Subject: long$')" 2 "--custom-header --subject"
send --set=from=s@example.org --batch-mode root; is "$code $(cat argv)" "0 [-i][-f][s@example.org][--][root]" "--set --batch-mode"
send -s x -. -dash@example.org; is "$code $(cat argv)" "0 [-i][--][-dash@example.org]" "-. ends the options"
rm -f argv; "$M" --discard-empty-messages root </dev/null; is "$? $(ls argv 2>/dev/null)" "0 " "--discard-empty-messages"
like "$("$M" -V)" '^firsthop [0-9]' "-V"; like "$("$M" -h)" '^usage: mail' "-h"; like "$("$M" '-?')" '^usage: mail' "-?"

# Content types as people write them.
for type in 'text/html;' 'text/html; ' 'text/html ;' 'text/html;;'; do
	send -a "Content-Type: $type" root; is "$(sent | sed -n 's/^Content-Type: //p')" "text/html" "-a 'Content-Type: $type'"
done
text='grün' send -a 'Content-Type: text/html;' root; is "$(sent | sed -n 's/^Content-Type: //p')" "text/html; charset=utf-8" "with a charset where one is needed"
send -a 'Content-Type: text/html; charset=UTF-8;' root; is "$(sent | sed -n 's/^Content-Type: //p')" "text/html; charset=UTF-8" "one parameter and a semicolon"
send -M 'text/html;' root; is "$(sent | sed -n 's/^Content-Type: //p')" "text/html" "-M 'text/html;'"
send -a 'Content-Type: text/html;' -A data.csv root; is "$(types)" "multipart/mixed text/html text/csv" "and with an attachment"

# Start files of other mail programs: blocks of accounts and macros are not run.
cat >.mailrc <<'END'
set from=me@example.org
account work {
	set from=other@example.org
	set sendmail=/nonexistent
	account inner {
		set from=third@example.org
	}
	set record=/nonexistent/record
}
define hello {
	!touch touched
}
account next
{
	set from=fourth@example.org
}
# a { in a comment {
set smtp=smtp://mail.example.net
alias ops joe@example.org
END
send -s x ops
is "$code $(cat argv) $(cat out)" "0 [-i][-f][me@example.org][--][joe@example.org] " "blocks of accounts in .mailrc are not run, and the rest is"
ok "nor are macros" test ! -e touched
printf 'From a@x Tue Nov 24 20:00:00 2026\nSubject: x\n\nx\n\n' >inbox
like "$(echo x | "$M" -N 2>&1)" '^mail: account: such blocks are not known' "a reader is told of them"
printf 'account a {\nset from=x@example.org\n' >.mailrc
send -s x ops; is "$code $(cat argv)" "0 [-i][--][ops]" "a block without an end: its lines are not run either"
printf 'account a {\r\nset from=x@example.org\r\n}\r\nset from=y@example.org\n' >.mailrc
send -s x ops; is "$code $(cat argv)" "0 [-i][-f][y@example.org][--][ops]" "with CRLF"
# A start file as long as it may be: what is read is linear.  And odd ones: none is waited for.
awk 'BEGIN { for (i = 0; i < 60000; i++) print "set v" i "=x"; printf "retain"; for (i = 0; i < 20000; i++) printf " h%d", i; print ""
	for (i = 0; i < 9000; i++) print "alias a" i " a" i + 1 " m" i "@example.org" }' >.mailrc
before=$(milliseconds)
send -s x a0; took=$(($(milliseconds) - before))
is "$code $(tr ']' '\n' <argv | grep -c 'm[0-9]*@example.org')" "0 19" "a .mailrc with 60,000 variables, 20,000 names of fields and aliases that lead on"
ok "it is read in $took ms" test "$took" -le $((3000 * ${PATIENCE:-1}))
for odd in fifo zero folder loop; do
	rm -rf .mailrc
	case $odd in fifo) mkfifo .mailrc ;; zero) ln -s /dev/zero .mailrc ;; folder) mkdir .mailrc ;; loop) ln -s .mailrc .mailrc ;; esac
	send -s x me@example.org; is "$code $(cat argv)" "0 [-i][--][me@example.org]" ".mailrc is a $odd"
done
rm -rf .mailrc; echo "source $PWD/.mailrc" >.mailrc
send -s x me@example.org; is "$code $(cat argv)" "0 [-i][--][me@example.org]" ".mailrc reads itself"
finish
