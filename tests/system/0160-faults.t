#!/bin/sh
# Every call of libc in sendmail, runner and relay fails once, in every way: nothing that was accepted is lost, nothing is cut, and errors repeat nothing.
# FAULTS=1 takes every call of runner and relay, too; otherwise every other one.
. tests/lib.sh
new_spool
[ "${BUILD#*gcov}" = "$BUILD" ] || { echo "1..1"; echo "ok 1 - faults # skip who is killed while counts are written spoils them"; exit 0; }
[ "${BUILD#*asan}" = "$BUILD" ] || { echo "1..1"; echo "ok 1 - faults # skip a sanitizer wants to be the first library"; exit 0; }
smarthost -r 'refused=550 5.1.1 no such user' -R 'later=451 4.3.0 busy'
config
export FAULTS_PRELOAD="$TOOLS/failpoint.so" FAULTS_WORK="$work" FAULTS_DELIVERED="$work/delivered"
# faults PROGRAM ACTION EVERY
faults() {
	every=${FAULTS:-$3}
	rm -f "$work"/delivered/*
	out=$("$TOOLS/faults" "$1" "$2" "$every" 2>"$work/faults")
	result $? "$1: $2 at $([ "$every" = 1 ] && echo "every call" || echo "every ${every}th call")" "$out
$(head -n 20 "$work/faults")"
	echo "# $out"
}
for action in kill torn short ENOSPC EDQUOT EIO EMFILE ENFILE EINTR; do faults sendmail $action 1; done
for action in kill torn short ENOSPC EDQUOT EIO EMFILE ENFILE EINTR ENOBUFS; do faults runner $action 2; done
for action in kill torn short EIO EMFILE ENFILE EINTR ENOBUFS; do faults relay $action 2; done
finish
