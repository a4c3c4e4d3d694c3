#!/bin/sh
# mail: files of every ending and charset, and of every name, are attached and come back byte for byte.
. tests/lib.sh
command -v python3 >/dev/null 2>&1 || skip_all "python3 is not installed"
new_spool
M="$BIN/mail"
tool=$PWD/tests/mail/attachments.py
export HOME="$work" FIRSTHOP_MAILRC=/dev/null FIRSTHOP_LIBEXEC="$work/libexec" MAIL="$work/inbox" LOGNAME= USER= PYTHONIOENCODING=utf-8
unset DEAD MAILRC REPLYTO MBOX PAGER CDPATH LC_ALL LC_CTYPE LANG
cd "$work" || exit 1
mkdir libexec
printf '#!/bin/sh\n{ echo "From me Tue Nov 24 20:00:00 2026"; sed "s/^>*From />&/"; echo; } >"$HOME/inbox"\n' >libexec/sendmail
chmod +x libexec/sendmail
python3 "$tool" make "$work/files" >names
total=$(lines <names)
ok "there are files of each ending and charset ($total)" test "$total" -gt 250
set --
while IFS= read -r name; do set -- "$@" --attach="files/$name"; done <names
echo "the text" | "$M" -s files "$@" a@example.org
is $? 0 "all of them in one message"
sed 1d inbox >message
is "$(python3 "$tool" read message)" "wrong:
$total" "a reader (Python's) gets each by its name, byte for byte"
is "$(grep -c '^>' message)" 0 "no line begins with From"
is "$(grep -cE '[ 	]$' message)" 0 "no line ends with a blank, which servers take away"
is "$(LC_ALL=C awk 'length > 998' message | lines)" 0 "no line is too long"
is "$(LC_ALL=C tr -d '\n\040-\176\t\033\f' <message | bytes)" 0 "and all of it is ASCII"
# mail's own reader, too.
mkdir saved
printf 'detach 1 saved\nx\n' | "$M" -N >out 2>&1
is "$? $(grep -c '\[New file\]' out)" "0 $total" "mail's own detach saves each"
wrong=
while IFS= read -r name; do
	safe=$(printf '%s' "$name" | sed 's/["\\;'"'"'?]/_/g; s/^[.-]/_/; s/	/ /')
	cmp -s "files/$name" "saved/$safe" || wrong="$wrong $name"
done <names
is "$wrong" "" "byte for byte"
# Names that are too long, hidden, in other folders, taken, encoded, or none: each is saved, whole, in this folder.  Texts with a name are saved, too.
part() { printf -- '--b\n%s\n\nbytes\n' "$1"; }
names() {
	printf 'From a@x Tue Nov 24 20:00:00 2026\nFrom: a@x\nSubject: names\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n'
	for disposition in "$@"; do part "Content-Type: ${type:-application/pdf}
Content-Disposition: $disposition"; done
	printf -- '--b--\n\n'
}
long=$(printf '%0300d' 0)
# saved WANTED NAME DISPOSITION...: files that detach makes
saved() {
	wanted=$1 name=$2
	shift 2
	rm -rf saved inbox; mkdir saved; names "$@" >inbox
	printf 'detach 1 saved\nx\n' | "$M" -N >out 2>&1
	is "$? $(ls -A saved | tr '\n' '|')" "0 $wanted" "$name" "$(cat out)"
	is "$(for file in saved/*; do [ ! -e "$file" ] || [ "$(cat "$file")" = bytes ] || echo "$file"; done)" "" "$name: its bytes"
}
cut=$(printf '%0251d' 0)
saved "$cut.pdf|" "300 bytes: cut, with its extension" "attachment; filename=\"$long.pdf\""
saved "$(printf '%0248d' 0).tar.gz|" "300 bytes and .tar.gz" "attachment; filename=\"$long.tar.gz\""
saved "$(printf '%0249d' 0)-1.pdf|$cut.pdf|" "the same name twice" "attachment; filename=$long.pdf" "attachment; filename=$long.pdf"
saved "x.$(printf '%0253d' 0)|" "an extension that is none" "attachment; filename=x.$long"
many=$(for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do printf '%%C3%%BC%%C3%%BC%%C3%%BC%%C3%%BC%%C3%%BC%%C3%%BC%%C3%%BC%%C3%%BC%%C3%%BC%%C3%%BC'; done)
saved "$(printf 'ü%.0s' $(seq 125)).txt|" "400 bytes of UTF-8: no character is cut in two" "attachment; filename*=utf-8''$many.txt"
saved "_.|" ".." 'attachment; filename=".."'
saved "passwd|" "another folder" 'attachment; filename="../../etc/passwd"'
saved "b|" "a slash at its end" 'attachment; filename="/a/b/"'
saved "_profile|" "a hidden name" 'attachment; filename=".profile"'
saved "part-1|" "an empty name" 'attachment; filename=""'
saved "part-1|" "slashes only" 'attachment; filename="///"'
saved "part-1|" "blanks only" 'attachment; filename="   "'
saved "C:_x_y.txt|" "a name of Windows" 'attachment; filename="C:\\x\\y.txt"'
saved "ü.txt|" "an encoded word" 'attachment; filename="=?utf-8?Q?=C3=BC?=.txt"'
saved "ü.txt|" "an encoded word in ISO-8859-1" 'attachment; filename="=?iso-8859-1?B?/A==?=.txt"'
saved "監視 .txt|" "RFC 2231, in pieces" "attachment; filename*0*=iso-2022-jp''%1B%24B4F%3Bk%1B%28B%20; filename*1=.txt"
saved "x y^[z|" "control characters" "attachment; filename*=utf-8''a%2Fx%0Ay%1Bz"
saved "x.txt|" "no quotes" 'attachment; filename=x.txt'
saved "x y.txt|" "no quotes around blanks" 'attachment; filename="x y.txt"; size=3'
type=text/plain
saved "notes.txt|" "a text with a name, inline" 'inline; filename=notes.txt'
type='text/plain; name=named.txt'
saved "named.txt|" "a text with the old kind of name" 'inline'
type='text/html; name="page.html"'
saved "page.html|" "a page" 'inline'
type=text/plain
saved "" "a text without a name is none" 'inline'
like "$(cat out)" '^No attachments$' "and that is said"
type=
# One file alone, in each of the encodings, and a message that is sent on.
for file in ascii-lf.txt ascii-none.txt utf8-two.txt odd-all.bin odd-empty.txt; do
	echo x | "$M" -s one -a "files/$file" a@example.org
	rm -rf saved; mkdir saved; printf 'detach 1 saved\nx\n' | "$M" -N >/dev/null 2>&1
	ok "$file alone" cmp "files/$file" "saved/$file"
done
finish
