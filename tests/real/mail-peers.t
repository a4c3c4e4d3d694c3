#!/bin/sh
# mail beside other mail programs.  The same commands on the same mailbox by bsd-mailx and s-nail: each row of tests/mail/mail-states.table.
# And what mail attaches, as mutt and s-nail save it.
LAYER=callers
. tests/real/stage.sh
. tests/mail/mail-states.sh
table=$PWD/tests/mail/mail-states.table
mkdir "$S/w"
cd "$S/w" || exit 1
tab=$(printf '\t')
# one PROGRAM OPTIONS: the commands of the row by it; it prints the outcome
one() {
	rm -f mbox saved text; state_mailbox >inbox
	printf '%s\n' "$commands" | tr ';' '\n' |
		in_stage /usr/bin/env -i HOME=/w MAIL=/w/inbox MBOX=/w/mbox MAILRC=/dev/null USER=root LOGNAME=root PAGER=cat TERM=dumb PATH=/usr/bin:/bin \
			/bin/sh -c 'cd /w; exec "$@"' sh "$@" ${of:+-f inbox} >out 2>&1
	state_outcome
}
# differs PROGRAM: the outcome that the row names for it, or ours
differs() { printf '%s\n' "$rest" | tr '\t' '\n' | sed -n "s/^$1 //p" | grep . || echo "$wanted"; }
while IFS="$tab" read -r commands wanted rest; do
	case $commands in '#'* | '') continue ;; esac
	name=$commands of=
	case $commands in '-f '*) of=inbox; commands=${commands#-f } ;; esac
	is "$(one /usr/bin/bsd-mailx -n -N)" "$(differs bsd)" "bsd-mailx: $name"
	is "$(one /usr/bin/s-nail -:/ -N)" "$(differs s-nail)" "s-nail: $name"
done <"$table"
ok "the table was read" test $count -gt 300

# --- attachments ---------------------------------------------------------------------------------------------------
if ! command -v python3 >/dev/null 2>&1; then
	skip "attachments, as mutt and s-nail save them" "python3 is not installed"
	cd /; finish; exit
fi
rm -rf ./*
mkdir lib mutt s-nail jis
printf '#!/bin/sh\n{ echo "From me@x Tue Nov 24 20:00:00 2026"; sed "s/^>*From />&/"; echo; } >"$OUTPUT"\n' >lib/sendmail
chmod +x lib/sendmail
python3 "$OLDPWD/tests/mail/attachments.py" make files >names
mkdir -p "$S/lib/terminfo/v"
[ -e "$S/lib/terminfo/v/vt100" ] || cp "$(find /lib/terminfo /usr/share/terminfo -name vt100 2>/dev/null | head -n 1)" "$S/lib/terminfo/v/"
# attach BOX LIST: the files of a list
attach() {
	set -- "$1" "$2" "$BIN/mail" -s files
	box=$1 list=$2; shift 2
	while IFS= read -r name; do set -- "$@" "--attach=files/$name"; done <"$list"
	echo text | HOME=$PWD FIRSTHOP_MAILRC=/dev/null FIRSTHOP_LIBEXEC=$PWD/lib OUTPUT=$PWD/$box "$@" a@example.org
}
attach box names
python3 "$OLDPWD/tests/real/mutt_save.py" "$S" /w/box /w/mutt >/dev/null
n=0 wrong=
while IFS= read -r name; do n=$((n + 1)); cmp -s "files/$name" "mutt/$n" || wrong="$wrong $name"; done <names
is "$wrong" "" "mutt saves $n attachments byte for byte"
ok "and there were many" test $n -gt 250
# nail_saves CHARSET FOLDER: the files of FOLDER.names; s-nail gives texts the charset of its terminal, so that is the one that they have.
nail_saves() {
	attach "$2.box" "$2.names"
	printf 'write 1 /w/text\nx\n' | in_stage /usr/bin/env -i HOME=/w TERM=dumb MAILRC=/dev/null PATH=/usr/bin:/bin \
		/bin/sh -c 'cd "$1"; exec /usr/bin/s-nail -:/ -S ttycharset="$2" -N -f "$3"' sh "/w/$2" "$1" "/w/$2.box" >out 2>&1
	wrong=
	while IFS= read -r name; do cmp -s "files/$name" "$2/$name" || wrong="$wrong $name"; done <"$2.names"
	is "$wrong" "" "s-nail saves $(wc -l <"$2.names" | tr -d ' ') attachments byte for byte, its terminal in $1"
}
# It makes other names for those that are not plain.
grep '^[a-z0-9][a-z0-9.-]*$' names | grep -v '^n\{9\}' >plain
grep '^jis' plain >jis.names
grep -v '^jis' plain >s-nail.names
nail_saves utf-8 s-nail
nail_saves iso-2022-jp jis
cd /
finish
