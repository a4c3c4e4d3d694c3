#!/bin/sh
# Every call of sendmail, runner and relay fails once, in every way: nothing that was accepted is lost, and nothing is cut.
# FAULTS=all tries every call in every way; otherwise samples of them.
. tests/lib.sh
new_spool
[ "${BUILD#*asan}" = "$BUILD" ] || { echo "1..1"; echo "ok 1 - faults # skip a sanitizer wants to be the first library"; exit 0; }
smarthost -r 'refused=550 5.1.1 no such user' -R 'later=451 4.3.0 busy'
config
export FAULTS_PRELOAD="$TOOLS/failpoint.so" FAULTS_WORK="$work" FAULTS_DELIVERED="$work/delivered"
# faults PROGRAM ACTION EVERY
faults() {
	[ "${FAULTS:-}" != all ] || every=1
	rm -f "$work"/delivered/*
	out=$("$TOOLS/faults" "$1" "$2" "${every:-$3}" 2>"$work/faults")
	result $? "$1: $2 at $([ "${every:-$3}" = 1 ] && echo "every call" || echo "every ${3}th call")" "$out
$(head -n 20 "$work/faults")"
	echo "# $out"
}
for action in kill torn short ENOSPC EDQUOT EIO EMFILE ENFILE EINTR; do faults sendmail $action 1; done
faults runner kill 5
faults runner torn 2
faults relay kill 9
for action in short ENOSPC EDQUOT EIO EMFILE ENFILE EINTR; do faults runner $action 40; done
for action in torn short EIO EMFILE ENFILE EINTR; do faults relay $action 35; done
faults runner ENOBUFS 3
faults relay ENOBUFS 8
finish
