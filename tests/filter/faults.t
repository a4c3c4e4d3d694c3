#!/bin/sh
# A filter that changes messages, while calls of the runner and of filters fail or kill them: nothing is lost, nothing is cut, nothing is sent twice.
. tests/lib.sh
new_spool
skip_build gcov "who is killed while counts are written spoils them"
skip_build asan "the sanitizer's own calls are not ours"
chmod 755 "$work"
smarthost -r 'refused=550 5.1.1 no such user' -R 'later=451 4.3.0 busy'
printf '#!/bin/sh\necho "X-Signed: yes"\nexec cat\n' >"$work/sign"
chmod 755 "$work/sign"
config "[filter sign]
command = $work/sign
changes = yes"
export FAULTS_PRELOAD="$TOOLS/failpoint.so" FAULTS_WORK="$work" FAULTS_DELIVERED="$work/delivered"
for action in kill short ENOSPC EIO EINTR; do faults call filters $action 5; done
for action in kill ENOSPC EIO; do faults call runner $action 61; done
finish
