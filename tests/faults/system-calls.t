#!/bin/sh
# The same as libc-calls.t, seen from the kernel's side: each system call of sendmail, runner, relay and its confined session, those of the dynamic linker
# and of libc's own doing, too.  FAULTS=1 takes every call; otherwise samples of them.
# The server offers CHUNKING; that of libc-calls.t does not.
. tests/lib.sh
new_spool
skip_build gcov "who is killed while counts are written spoils them"
skip_build asan "the sanitizer's own calls are not ours"
smarthost -b good -r 'refused=550 5.1.1 no such user' -R 'later=451 4.3.0 busy'
config
export FAULTS_WORK="$work" FAULTS_DELIVERED="$work/delivered"
"$TOOLS/faults" -k sendmail kill 100000 >/dev/null 2>&1
[ $? -ne 69 ] || skip_all "the system calls of this processor are not known to tests/fake/tracer.c"
for action in kill short ENOSPC EDQUOT EIO EMFILE ENFILE EINTR; do faults "system call" sendmail $action 3; done
for action in kill short ENOSPC EDQUOT EIO EMFILE ENFILE EINTR ENOBUFS; do faults "system call" runner $action 19; done
for action in kill short EIO EMFILE ENFILE EINTR ENOBUFS; do faults "system call" relay $action 17; done
finish
