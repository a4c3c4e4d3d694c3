#!/bin/sh
# Every call of libc in sendmail, runner and relay fails once, in every way: nothing that was accepted is lost, nothing is cut, and errors repeat nothing.
# FAULTS=1 takes every call of runner and relay, too; otherwise every other one.
. tests/lib.sh
new_spool
skip_build gcov "who is killed while counts are written spoils them"
skip_build asan "a sanitizer wants to be the first library"
smarthost -r 'refused=550 5.1.1 no such user' -R 'later=451 4.3.0 busy'
config
export FAULTS_PRELOAD="$TOOLS/failpoint.so" FAULTS_WORK="$work" FAULTS_DELIVERED="$work/delivered"
for action in kill torn short ENOSPC EDQUOT EIO EMFILE ENFILE EINTR; do faults call sendmail $action 1; done
for action in kill torn short ENOSPC EDQUOT EIO EMFILE ENFILE EINTR ENOBUFS; do faults call runner $action 2; done
for action in kill torn short EIO EMFILE ENFILE EINTR ENOBUFS; do faults call relay $action 2; done
finish
