#!/bin/sh
# Every call of mbox and mailbox fails once, in every way, seen from libc (libc-calls.t) and from the kernel (system-calls.t): no mailbox ever holds a part of a message,
# nothing is lost, an error repeats nothing, and a kill at most the one delivery in hand.  FAULTS=1 takes every call; otherwise samples of them.
. tests/lib.sh
new_spool
[ "${BUILD#*gcov}" = "$BUILD" ] || { echo "1..1"; echo "ok 1 - faults # skip who is killed while counts are written spoils them"; exit 0; }
[ "${BUILD#*asan}" = "$BUILD" ] || { echo "1..1"; echo "ok 1 - faults # skip a sanitizer wants to be the first library"; exit 0; }
me=$(id -un)
smarthost
mkdir "$work/mail" "$work/home"
export FIRSTHOP_MAIL="$work/mail" FIRSTHOP_HOME="$work/home" FAULTS_USER="$me"
export FAULTS_PRELOAD="$TOOLS/failpoint.so" FAULTS_WORK="$work" FAULTS_DELIVERED="$work/delivered"
# faults [-k] FORMAT PROGRAM EVERY ACTION...
faults() {
	seen=
	[ "$1" != -k ] || { seen=-k; shift; }
	format=$1 program=$2 every=${FAULTS:-$3}
	shift 3
	config "
[local]
deliver = $format
domains = here.example.org"
	for action in "$@"; do
		rm -rf "$work"/delivered/* "$work/mail/$me" "$work/home/Maildir"
		out=$("$TOOLS/faults" $seen -l $format $program $action $every 2>"$work/faults")
		result $? "$format, $program: $action at one ${seen:+system }call in $every" "$out
$(head -n 20 "$work/faults")"
		echo "# $out"
	done
}
errors='short ENOSPC EDQUOT EIO EMFILE ENFILE EINTR'
faults mbox mailbox 5 torn
faults mbox mailbox 17 kill $errors
faults maildir mailbox 17 kill torn $errors
faults mbox mbox 17 kill torn $errors
"$TOOLS/faults" -k -l mbox mailbox kill 100000 >/dev/null 2>&1
if [ $? -ne 69 ]; then
	faults -k mbox mailbox 127 kill $errors
	faults -k maildir mailbox 127 kill $errors
	faults -k mbox mbox 127 kill $errors
fi
faults mbox runner 40 kill
is "$(ls -A "$work/mail" | grep -v "^\.firsthop-done")" "$me" "no lock and no note stays beside the mailbox"
finish
