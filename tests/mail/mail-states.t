#!/bin/sh
# mail: what every command makes of messages of every state, as POSIX, FreeBSD's mail, bsd-mailx and s-nail have it (mail-states.table).
. tests/lib.sh
new_spool
M="$BIN/mail"
table=$PWD/tests/mail/mail-states.table
export HOME="$work" FIRSTHOP_MAILRC=/dev/null MAIL="$work/inbox" LOGNAME= USER=
unset DEAD MAILRC REPLYTO MBOX PAGER CDPATH
cd "$work" || exit 1
. "$OLDPWD/tests/mail/mail-states.sh"
tab=$(printf '\t')
while IFS="$tab" read -r commands wanted rest; do
	case $commands in '#'* | '') continue ;; esac
	rm -f mbox saved text joe1; state_mailbox >inbox
	of=; case $commands in '-f '*) of=inbox; commands=${commands#-f } ;; esac
	printf '%s\n' "$commands" | tr ';' '\n' | "$M" -N ${of:+-f inbox} >out 2>&1
	is "$(state_outcome)" "$wanted" "${of:+-f }$commands"
done <"$table"
ok "the table was read" test $count -gt 150
# What the file's name is does not matter, and a mailbox that is its own mbox keeps everything.
rm -f mbox saved; state_mailbox >inbox
printf 'p 1\nmbox 2\nq\n' | MBOX="$work/inbox" "$M" -N >/dev/null 2>&1
is "$(state_outcome)" "iR iU iR iU" "a mailbox that is mbox itself: nothing moves"
finish
