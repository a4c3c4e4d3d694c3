#!/bin/sh
# mail beside bsd-mailx and s-nail: the same commands on the same mailbox, each row of tests/system/mail-states.table.
LAYER=callers
. tests/real/stage.sh
. tests/system/mail-states.sh
table=$PWD/tests/system/mail-states.table
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
cd /
finish
