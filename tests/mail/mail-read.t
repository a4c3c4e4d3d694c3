#!/bin/sh
# mail: reading mailboxes.  Each command, mbox and maildir, what stays and what goes at the end.
. tests/lib.sh
new_spool
M="$BIN/mail"
export HOME="$work" FIRSTHOP_MAILRC=/dev/null FIRSTHOP_LIBEXEC="$work/libexec" MAIL="$work/inbox" LOGNAME= USER=
unset DEAD MAILRC REPLYTO MBOX PAGER CDPATH
cd "$work" || exit 1
mkdir "$work/libexec"
printf '#!/bin/sh\nfor word; do printf "[%%s]" "$word"; done >"$HOME/argv"\ncat >"$HOME/stdin"\nexit ${OUTCOME:-0}\n' >"$work/libexec/sendmail"
chmod +x "$work/libexec/sendmail"
# message NUMBER SENDER SUBJECT [TEXT]
message() {
	printf 'From %s Tue Nov 24 20:%02d:00 2026\nFrom: %s\nTo: ops@example.org, me@example.org\nCc: boss@example.org\nSubject: %s\nMessage-ID: <%s@x>\nReceived: by x\n\n%s\n\n' \
		"$2" "$1" "$2" "$3" "$1" "${4:-text $1}"
}
fill() { { message 1 joe@example.org 'disk full'; message 2 ann@example.org 'all well'; message 3 joe@example.net 'disk empty' 'From here
>From there'; } >"$work/inbox"; rm -f "$work/mbox"; }
# run COMMANDS [OPTIONS]: commands parted by \n; both outputs
run() { commands=$1; shift; printf "$commands\n" | "$M" -N "$@" 2>&1; }
numbers() { sed -n 's/^.. *\([0-9]*\) .*/\1/p' | xargs; }
subjects() { "$M" -H -f "$1" 2>/dev/null | sed 's/^.\(.\).*"\(.*\)"/\1 \2/; s/^ /R/' | xargs; }

"$M" 2>"$work/err" </dev/null; is "$? $(cat "$work/err")" "1 No mail for $(id -un)" "no mailbox: no mail"
"$M" -e; is $? 1 "-e says so too"
"$M" -f "$work/none" </dev/null 2>/dev/null; is $? 1 "-f of what is not there"
fill
"$M" -e; is $? 0 "-e with mail"
like "$("$M" -H | head -n 1)" '^ N  1 joe@example.org +Tue Nov 24 20:01 +8/[0-9]+ +"disk full"$' "-H: the list in mailx's form"
is "$(run x; cat inbox | lines)" "$(cat inbox | lines)" "exit changes nothing"
like "$(run '1\nx')" '^text 1$' "a number shows the message"
unlike "$(run '1\nx')" '^Received' "without the fields of no interest"
like "$(run 'P1\nx')" '^Received' "Print shows all"
is "$(run 'n\n\n-\nx' | grep ^text | xargs)" "text 1 text 2 text 1" "next, empty line, -"
like "$(run '3\nn\nx')" 'At EOF' "the end is told"
for row in '1-2:1 2' '*:1 2 3' 'joe:1 3' '/disk:1 3' '/DISK joe@example.net:1 3' '/well joe@example.net:2 3' ':n:1 2 3' '$:3' '^:1' '2-$:2 3' '1 3:1 3' '2-*:2 3' '.:1' '+:2' '1-2 ann:2'; do
	is "$(run "f ${row%:*}\nx" | numbers)" "${row##*:}" "list ${row%:*}"
done
is "$(run 'set searchheaders\nf /from:ann\nset allnet\nf joe@other\nx' | numbers)" "2 1 3" "searchheaders and allnet"
for bad in 9 3-1 nobody :q 1-x /nothing; do
	like "$(run "f $bad\nx")" '^mail: from: ' "list $bad is refused"
done
is "$(run 'd2\nf *\nu\nf 2\nx' | numbers)" "1 3 2" "delete and undelete"
is "$(run 'd *\nu 1 3\nf *\nf :d\nx' | numbers)" "1 3 2" "undelete of a list, :d"
like "$(run 'dp\nx')" '^text 2$' "dp shows the next"; like "$(run 'set autoprint\nd1\nx')" '^text 2$' "autoprint"
like "$(run 'set toplines=2\ntop 3\nx')" '^From: joe' "top"; unlike "$(run 'top 3\nx')" '^From here' "shows the first lines only"
is "$(run '2\n=\n= $\nx' | tail -n 2 | xargs)" "2 3" "="
like "$(run 'size 1\nx')" '^1: 8/[0-9]+$' "size"
is "$(run 'set screen=2\nh1\nz\nz-\nh3\nx' | numbers)" "1 2 3 1 2 3" "headers and z"
is "$(run 'ignore subject\nunknowncommand\np1\nx' | grep -c '^Subject')" 0 "ignore"
is "$(run 'retain subject\np1\nx' | sed -n '/^Message/,/^$/p' | lines)" 4 "retain"
like "$(run unknowncommand)" 'no such command' "an unknown command is told"
is "$(printf 'bad\nx\n' | "$M" -N 2>/dev/null; echo $?)" 1 "and tells in the exit status, when nobody types"
is "$(run 'pipe 1 2 grep ^Subject\n| 3 cat -n | tail -n 1\nx' | sed 's/\t/ /g; s/^ *//' | xargs)" "Subject: disk full Subject: all well 10 >From there" "pipe and |"
is "$(run "!echo from shell\necho words  'of two'\ncd /\n!pwd\nx" | xargs)" "from shell words of two /" "! echo cd"
is "$(with SHELL=/bin/echo run 'shell\nx')" "" "shell"
like "$(run 'set foo=bar\nset\nunset foo\nset\nx')" '^foo="bar"$' "set shows"
is "$(run 'alias a b c\nalias a\nunalias a\nalias\nalternates q r\nalternates\nx' | xargs)" "a b c q r" "alias unalias alternates"
echo 'echo sourced' >rcfile; is "$(run 'source rcfile\nif r\necho yes\nelse\necho no\nendif\nif s\necho no\nendif\nx' | xargs)" "sourced yes" "source and if"
like "$(run '?\nx')" 'd\[?elete' "help"; like "$(run 'list\nx')" 'print, type' "list"; like "$(run 'version\nx')" 'firsthop' "version"

# What stays and what goes.
run '1\nd2\nq' >/dev/null
is "$(subjects mbox)/$(subjects inbox)" "R disk full/U disk empty" "what was read moves to mbox, what was deleted is gone, the rest stays"
like "$(cat inbox)" '^Status: O$' "and is not new any more"
fill; run '1\nhold 1\nmbox 2\nd3\nq' >/dev/null; is "$(subjects inbox)/$(subjects mbox)" "R disk full/U all well" "hold and mbox"
fill; run 'set hold\n1\nq' >/dev/null; is "$(subjects inbox)" "R disk full U all well U disk empty" "variable hold"
fill; run '1\nU 1\ntouch 2\nq' >/dev/null; is "$(subjects inbox)/$(subjects mbox)" "U disk full U disk empty/U all well" "unread and touch"
fill; run 's 1 saved\nc 2 saved\nw 3 text\nS3\nq' >"$work/out"; is "$(subjects saved)/$(subjects joe)/$(subjects inbox)" "N disk full N all well/N disk empty/" "save, copy, write, Save"; is "$(subjects mbox)" "R all well" "what was copied was dealt with, and moves to mbox"
is "$(cat text)" "From here
>From there" "write: the text alone"
like "$(cat out)" '"saved" \[New file\] 1 message' "a new file is told"; like "$(cat out)" '"saved" \[Appended\]' "and one that was there"
fill; run 'saveignore received\nset keepsave\ns 1 saved2\nq' >/dev/null; unlike "$(cat saved2)" Received "saveignore"; is "$(subjects mbox | grep -c 'disk full')" 1 "keepsave: what was saved moves to mbox, too"
fill; run '1-2\nset noappend\nq' >/dev/null; fill2=$(cat mbox); message 9 z@example.org ninth >inbox; run '1\nset noappend\nq' >/dev/null; is "$(subjects mbox)" "R ninth R disk full R all well" "noappend: in front"
mkdir folders; fill; cp inbox folders/other; is "$(run 'set folder=folders\nd1\nfile +other\nd3\nfile #\nf *\nfolders\nx' | grep -v messages | numbers; subjects folders/other)" "1 2 3 1 2 1 2
U disk full U all well" "file, + and #: the first is written back, and so is the second"
fill; run 'd *\nq' >/dev/null; is "$(bytes <inbox)" 0 "all deleted: an empty mailbox, not none"
fill; cp inbox box; run '1\nq' -f box >/dev/null; is "$(subjects box)" "R disk full U all well U disk empty" "another mailbox: what was read stays"
fill; chmod 444 inbox; [ "$(id -u)" -eq 0 ] || like "$(run 'd1\nq')" 'may only be read' "a mailbox that may only be read"; chmod 600 inbox
fill; { printf '1\n'; sleep 1; message 4 new@example.org latest >>inbox; printf 'q\n'; } | "$M" >/dev/null 2>&1; is "$(subjects inbox)" "U all well U disk empty N latest" "mail that comes meanwhile stays"
fill; { sleep 1; message 4 new@example.org latest >>inbox; printf 'inc\nf $\nd1\nq\n'; } | "$M" -N >"$work/out" 2>&1; like "$(cat out)" '1 new message' "inc"; is "$(subjects inbox)" "U all well U disk empty U latest" "takes it in"
fill; { printf 'd1\n'; sleep 1; message 7 x@example.org changed >inbox; printf 'q\n'; } | "$M" >"$work/out" 2>&1; is "$? $(subjects inbox)" "74 N changed" "a mailbox that another program has rewritten is left alone"
# One that is locked.
fill; (sleep 3; rm inbox.lock) & echo 1 >inbox.lock; run 'd1\nq' >/dev/null; is "$(subjects inbox)" "U all well U disk empty" "waits for a lock file"
wait

# Answering and forwarding.
answer() { rm -f argv stdin; run "$@" >"$work/out"; }
fill; answer 'r1\nmy answer\n.\nx' -S record=; is "$(cat argv)" "[-i][--][joe@example.org][ops@example.org][me@example.org][boss@example.org]" "reply: sender and all recipients"
like "$(cat stdin)" '^Subject: Re: disk full$' "subject"; like "$(cat stdin)" '^In-Reply-To: <1@x>$' "In-Reply-To"; is "$(tail -n 1 stdin)" "my answer" "text"
answer 'alternates me@example.org\nr1\nx\n.\nx'; is "$(cat argv)" "[-i][--][joe@example.org][ops@example.org][boss@example.org]" "not to oneself"
answer 'R1\nx\n.\nx'; is "$(cat argv)" "[-i][--][joe@example.org]" "Reply: the sender only"
answer 'set Replyall\nr1\nx\n.\nx'; is "$(cat argv)" "[-i][--][joe@example.org]" "Replyall turns that round"
answer 'R 1 2\nx\n.\nx'; is "$(cat argv)" "[-i][--][joe@example.org][ann@example.org]" "Reply to several"
answer 'mail z@example.org y@example.org\nhello\n.\nx'; is "$(cat argv) $(tail -n 1 stdin)" "[-i][--][z@example.org][y@example.org] hello" "mail"
answer 'forward 2 z@example.org\nsee below\n.\nx'; is "$(cat argv)" "[-i][--][z@example.org]" "forward"
like "$(cat stdin)" '^Subject: Fwd: all well$' "its subject"; is "$(sed -n '/message.rfc822/,$p' stdin | grep -c '^Received: by x$')" 1 "the message is whole"
answer 'r1\nquote:\n~m 2\n.\nq' -I; like "$(cat stdin)" "^	text 2$" "~m inserts another message"
is "$(printf 'r1\nx\n.\nx\n' | OUTCOME=75 "$M" >/dev/null 2>&1; echo $?)" 75 "sendmail's failure is told at the end"
fill; printf '#!/bin/sh\nsed s/text.1/edited/ "$1" >edited; cat edited >"$1"\n' >ed; chmod +x ed; with EDITOR=$PWD/ed run 'e1\nset hold\nq' >/dev/null; is "$(grep -c edited inbox)$(subjects inbox)" "1R disk full U all well U disk empty" "edit"

# Maildir.
mkdir -p md/cur md/new md/tmp
for n in 1 2 3; do message $n m$n@example.org "maildir $n" 'From a line' | sed 1d >md/new/180000000$n.x.host; done
is "$(subjects md)" "N maildir 1 N maildir 2 N maildir 3" "a maildir"
run '1\nd2\nq' -f md >/dev/null; is "$(ls md/cur md/new | grep host | xargs)" "1800000001.x.host:2,S 1800000003.x.host:2," "flags are in the names, what was deleted is gone"
with MAIL=md run 's 1 frommd\nc 1 mdcopy\nq' >/dev/null; like "$(cat frommd)" '^>From a line$' "a message that goes into an mbox has its From lines quoted"
is "$(ls md/cur | xargs)" "1800000003.x.host:2," "what was saved leaves the system mailbox, a maildir too"
mkdir -p md2/cur md2/new md2/tmp; fill; run 's 1-2 md2\nx' >/dev/null; is "$(ls md2/new md2/cur | grep -c :2,S)$(cat md2/*/* | grep -c '^From ')" 00 "saved into a maildir"
is "$(subjects md2 | xargs)" "N disk full N all well" "they are whole"

# What others send.
printf 'From x@example.org Tue Nov 24 20:00:00 2026\nSubject: =?utf-8?q?=C3=9C=1B]0;evil=07?=\nFrom: =?iso-2022-jp?B?GyRCNEY7axsoQg==?= <jp@example.org>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/alternative; boundary=c\n\n--c\nContent-Type: text/html\n\n<p>wrong</p>\n--c\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\nGr=FCn =1B[31m\n--c--\n--b\nContent-Type: application/pdf; name="x"\nContent-Disposition: attachment; filename*=utf-8'"''"'..%%2F..%%2Fb%%C3%%BC.pdf\nContent-Transfer-Encoding: base64\n\nUERG\n--b\nContent-Type: text/html\nContent-Transfer-Encoding: base64\n\nPGgxPkhlYWQ8L2gxPjxzY3JpcHQ+ZXZpbDwvc2NyaXB0PmEgJmFtcDsgYg==\n--b--\n\n' >inbox
run '1\nset showname\nf1\ndetach 1 .\ndetach 1 .\nx' >"$work/out"
like "$(cat out)" '^Grün \^\[\[31m$' "quoted-printable, a charset, no escape sequence"
like "$(cat out)" '^Subject: Ü\^\]?\[?\]0;evil' "encoded words, no escape sequence"; is "$(LC_ALL=C tr -d '\n\t -~\200-\377' <out | bytes)" 0 "no control character comes out"
like "$(cat out)" '監視' "ISO-2022-JP"; like "$(cat out)" '^a & b$' "HTML as text"; unlike "$(cat out)" 'wrong|evil<|>evil' "of alternatives the plain one"
is "$(cat bü.pdf bü-1.pdf)" "PDFPDF" "detach: safe names, nothing overwritten"

# followup and Followup record under the author's name, whatever record says; reply by record.
fill; rm -f joe ann sent; mkdir -p authors
is "$(printf 'set record=sent\nset askcc=\nfollowup 1\nhere it is\n~.\nx\n' | "$M" -N -I 2>&1 | grep -c 'not recorded')" 0 "followup"
is "$(grep -c 'here it is' joe) $(ls sent 2>/dev/null)" "1 " "is recorded in a file named after the author, not by record"
like "$(cat argv)" 'joe@example.org.*ops@example.org.*boss@example.org' "and answers all"
printf 'set record=sent outfolder folder=%s/authors\nFollowup 2 1\nto the authors\n~.\nx\n' "$work" | "$M" -N -I >/dev/null 2>&1
is "$(grep -c 'to the authors' authors/ann) $(ls authors)" "1 ann" "Followup: named after the first author, in the folder with outfolder"
like "$(cat argv)" 'ann@example.org' "to the authors"; unlike "$(cat argv)" 'boss' "only"
printf 'set record=sent\nreply 1\nx\n~.\nx\n' | "$M" -N -I >/dev/null 2>&1
is "$(grep -c '^From ' sent)" 1 "reply is recorded by record"
printf 'From ../../evil@x Tue Nov 24 20:02:00 2026\nFrom: "/../x"@example.org\nSubject: y\n\nx\n\n' >evilbox
printf 'followup 1\nz\n~.\nx\n' | "$M" -N -I -f evilbox >/dev/null 2>&1
is "$(find "$work" -name '*x*' -newer evilbox -type f | grep -c '/\.\./')" 0 "a hostile name leads to no other folder"
printf 'From a@x Tue Nov 24 20:02:00 2026\nFrom: a@x\nReply-To: |\033]0;evil\007, /\033[31mx\nSubject: y\033[31m\n\nx\n\n' >evilbox
printf 'reply 1\n~p\n~m 1\n~p\n~.\nx\n' | "$M" -N -I -f evilbox >evilout 2>&1
like "$(cat evilout)" '\^\[\]0.*: a command cannot be a recipient' "a hostile Reply-To is refused by its name"
is "$(grep -c 'Message contains:' evilout) $(LC_ALL=C tr -d '\n\t -~\200-\377' <evilout | bytes)" "2 0" "no control character of it comes out, nor with ~p"

# A mailbox that nobody is to write is read only for the super-user, too.
fill; chmod 0444 inbox
said=$(run 'd1\nq'); before=$(cksum <inbox)
like "$said" 'may only be read; nothing in it is changed' "a mailbox without the right to write: delete is refused"
is "$(cksum <inbox) $(grep -c '^From ' inbox)" "$before 4" "and quit changes nothing"
like "$(printf 'x\n' | "$M" -I 2>&1)" '\[Read only\]' "the first line says so"
chmod 0600 inbox
mkdir -p ro/cur ro/new ro/tmp; printf 'Subject: m\n\nx\n' >ro/new/1.a; chmod 0555 ro/cur
like "$(run 'd1\nq' -f ro)" 'may only be read' "a maildir likewise"
is "$(ls ro/new ro/cur | xargs)" "ro/cur: ro/new: 1.a" "and it stays as it is"

# What is shown is in the charset of the terminal.
{ printf 'From a@example.org Tue Nov 24 20:02:00 2026\nFrom: =?utf-8?Q?J=C3=B6rg?= <a@example.org>\nSubject: =?iso-2022-jp?B?GyRCRnxLXBsoQg==?= =?utf-8?Q?=E2=82=AC_=C3=BC?=\n'
printf 'Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nf\303\274r \346\227\245\346\234\254 end\n\n'; } >intl
shown() { env -u LC_ALL -u LC_CTYPE -u LANG "$@" "$M" -N -f intl; }
hex() { LC_ALL=C grep -a "$1" | od -An -tx1 | tr -d ' \n'; }
is "$(echo p | shown LC_ALL=en_US.UTF-8 | hex end)" "$(printf 'für 日本 end\n' | hex end)" "UTF-8"
is "$(echo p | shown | hex end)" "$(printf 'für 日本 end\n' | hex end)" "no locale: UTF-8"
is "$(echo p | shown LC_ALL=C | hex end)" "$(printf 'f?r ?? end\n' | hex end)" "C: what ASCII lacks is a question mark"
is "$(echo p | shown LC_ALL=de_DE.ISO-8859-1 | hex end)" "$(printf 'f\374r ?? end\n' | hex end)" "ISO-8859-1, also when that locale is not installed"
# FreeBSD's iconv writes the sign 3013, and not our question mark, for what a charset lacks.
lacking='?'
[ "$(printf '\303\274' | iconv -f UTF-8 -t ISO-2022-JP 2>/dev/null | hex)" != "$(printf '\033$B".\033(B' | hex)" ] || lacking='\033$B".\033(B'
is "$(echo 'p' | shown LANG=ja_JP.ISO-2022-JP | hex end)" "$(printf "f${lacking}r "'\033$BF|K\134\033(B end\n' | hex end)" "ISO-2022-JP"
is "$(printf 'set ttycharset=ISO-8859-15\nset showname\nh\nx\n' | shown LC_ALL=C | hex 20:02 | grep -c '4af67267.*223f3fa420fc220a$')" 1 "the variable ttycharset counts before it, in lists, too"
is "$(printf 'w out\nx\n' | shown LC_ALL=C >/dev/null; hex end <out)" "$(printf 'für 日本 end\n' | hex end)" "what is written to a file is UTF-8"

# A mailbox that is not there does not end the one that is open: what was deleted is not yet gone.
printf 'From a@x.org Tue Dec  1 10:00:00 2026\nSubject: one\n\nb\n\nFrom b@x.org Tue Dec  1 10:00:00 2026\nSubject: two\n\nb\n' >"$work/stays"
printf 'd 1\nfile %s/none\nx\n' "$work" | "$BIN/mail" -N -f "$work/stays" >"$work/out" 2>&1
is "$(grep -c '^From ' "$work/stays")" 2 "file: a mailbox that cannot be opened changes nothing"; like "$(cat "$work/out")" 'none: No such file' "and is named"
finish
