#!/bin/sh
# The same as 0160 seen from the kernel's side: each system call of sendmail, runner, relay and its confined session, those of the dynamic linker
# and of libc's own doing, too.  FAULTS=1 takes every call; otherwise samples of them.
. tests/lib.sh
new_spool
[ "${BUILD#*gcov}" = "$BUILD" ] || { echo "1..1"; echo "ok 1 - faults # skip who is killed while counts are written spoils them"; exit 0; }
[ "${BUILD#*asan}" = "$BUILD" ] || { echo "1..1"; echo "ok 1 - faults # skip the sanitizer's own calls are not ours"; exit 0; }
smarthost -r 'refused=550 5.1.1 no such user' -R 'later=451 4.3.0 busy'
config
export FAULTS_WORK="$work" FAULTS_DELIVERED="$work/delivered"
"$TOOLS/faults" -k sendmail kill 100000 >/dev/null 2>&1
[ $? -ne 69 ] || { echo "1..1"; echo "ok 1 - faults # skip the system calls of this processor are not known to tests/fake/tracer.c"; exit 0; }
# faults PROGRAM ACTION EVERY
faults() {
	every=${FAULTS:-$3}
	rm -f "$work"/delivered/*
	out=$("$TOOLS/faults" -k "$1" "$2" "$every" 2>"$work/faults")
	result $? "$1: $2 at $([ "$every" = 1 ] && echo "every system call" || echo "every ${every}th system call")" "$out
$(head -n 20 "$work/faults")"
	echo "# $out"
}
for action in kill short ENOSPC EDQUOT EIO EMFILE ENFILE EINTR; do faults sendmail $action 3; done
for action in kill short ENOSPC EDQUOT EIO EMFILE ENFILE EINTR ENOBUFS; do faults runner $action 19; done
for action in kill short EIO EMFILE ENFILE EINTR ENOBUFS; do faults relay $action 17; done
finish
