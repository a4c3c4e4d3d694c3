#!/bin/sh
# mail killed, or out of disk, at each of its changes to files: no message is lost, the mailbox is whole, mail that came later is there.
. tests/lib.sh
new_spool
M="$BIN/mail"
export HOME="$work" FIRSTHOP_MAILRC=/dev/null MAIL="$work/inbox" MAILFAULT_HIT="$work/hit"
unset DEAD MAILRC MBOX TMPDIR
cd "$work" || exit 1
if [ ! -e "$TOOLS/mailfault.so" ]; then
	count=1; echo "ok 1 - faults # skip mailfault.so is for Linux"; finish; exit
fi
message() { printf 'From x@example.org Tue Nov 24 20:%02d:00 2026\nSubject: number %s\n%s\ntext of %s, and enough of it\nto fill some lines\n\n' "$1" "$1" "${2:+$2
}" "$1"; }
has() { cat inbox mbox 2>/dev/null | grep -c "^text of $1,"; }
# once COMMANDS: a session with the fault; then one that finds what is left, with mail delivered in between
once() {
	rm -f hit mbox inbox *.lock .firsthop-mail*
	{ message 1; message 2; message 3 'Status: O'; message 4; } >inbox
	before=$(cat inbox)
	printf "$1" | LD_PRELOAD="$TOOLS/mailfault.so" "$M" -N >out 2>&1; code=$?
	rm -f *.lock
	[ -n "$late" ] && message 5 >>inbox
	"$M" -H >list 2>err || { bad="$bad $at:list"; return; }
	[ "$(grep -c '^From ' inbox)" = "$(lines <list)" ] || bad="$bad $at:shape"
	for n in 1 3 4 ${late:+5}; do [ "$(has $n)" -ge 1 ] || bad="$bad $at:lost-$n"; done
	[ "$(sort inbox | uniq -c | awk '/^ *[0-9]+ text of/ && $1 > 1')" = "" ] || bad="$bad $at:twice"
	ls -A | grep -q '^\.firsthop-mail' && bad="$bad $at:left"
	# What is in the mailbox afterwards can be read and changed as ever.
	printf 'd *\nq\n' | "$M" -N >/dev/null 2>&1 && [ "$(bytes <inbox)" = 0 ] || bad="$bad $at:stuck"
}
# all NAME COMMANDS FAULT: at each change
all() {
	bad= at=1
	while [ $at -lt 200 ]; do
		export MAILFAULT_AT=$at MAILFAULT="$3"
		once "$2"
		case $3 in kill | torn) ;; *)
			# A disk that is full from then on: the old mailbox, or the new one where no room was needed; and it is told.
			if [ -e hit ] && [ "$code" -eq 0 ] && [ "$(has 2)" -gt 0 ]; then bad="$bad $at:silent"; fi ;;
		esac
		[ -e hit ] || break
		at=$((at + 1))
	done
	is "$bad" "" "$1, $3, at each of $((at - 1)) changes"
	ok "$1, $3: there were changes" test $at -gt 3
}
late=yes
for fault in kill torn; do
	all "deleting in the middle" 'd2\nq\n' $fault
	all "moving to mbox" '1\nd2\nq\n' $fault
	all "only states, so that the mailbox grows" 'set hold\n1\n4\nd2\nu2\n2\nq\n' $fault
	all "deleting the last" 'd2 4\nu4\n3\nset hold\nq\n' $fault
done
# A maildir: every message is there, before or after.
bad= at=1
while [ $at -lt 50 ]; do
	export MAILFAULT_AT=$at MAILFAULT=kill
	rm -rf hit mbox md *.lock; mkdir -p md/cur md/new md/tmp
	for n in 1 2 3; do message $n | sed 1d >md/new/180000000$n.x; done
	printf '1\nd2\nq\n' | MAIL=$work/md LD_PRELOAD="$TOOLS/mailfault.so" "$M" -N >out 2>&1
	for n in 1 3; do cat mbox md/*/* 2>/dev/null | grep -q "^text of $n," || bad="$bad $at:lost-$n"; done
	[ -e hit ] || break
	at=$((at + 1))
done
is "$bad" "" "maildir, kill, at each of $((at - 1)) changes"
late=
for fault in ENOSPC EIO; do
	all "deleting in the middle" 'd2\nq\n' $fault
	all "moving to mbox" '1\nd2\nq\n' $fault
	all "saving" 's1 mbox\nd2\nq\n' $fault
done
finish
