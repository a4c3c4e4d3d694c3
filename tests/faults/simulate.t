#!/bin/sh
# The runner's own code in a simulated world (tests/sim): days of mail, servers that come and go, kills, full disks, clocks that jump, operators.
# SECONDS of it, and the first SEED, may be given: make simulate.
. tests/lib.sh
out=$("$BUILD/tests/simulate" "${SIM_SECONDS:-30}" "${SIM_SEED:-1}"); is $? 0 "$(printf '%s\n' "$out" | sed -n 's/^ok 1 - //p; s/^not ok 1 - //p; s/^# //p' | tr '\n' ';')"
# A fault that is put in is found: a new message behind all others, a time that is told and not kept.
out=$("$BUILD/tests/simulate" 20 1 starves); is $? 1 "a message that starves is found"
like "$out" 'is starved' "and called so"
out=$("$BUILD/tests/simulate" 20 1 early); is $? 1 "an attempt before its time is found"
like "$out" 'before the time that was told' "and called so"
out=$("$BUILD/tests/simulate" 20 1 late); is $? 1 "an attempt that is late is found"
like "$out" 'was to be tried' "and called so"
out=$("$BUILD/tests/simulate" 20 1 digest); is $? 1 "a digest that is lost is found"
like "$out" 'is lost' "and called so"
out=$("$BUILD/tests/simulate" badnight); is $? 0 "$(printf '%s\n' "$out" | sed -n 's/^ok 1 - //p; s/^not ok 1 - //p; s/^# //p' | tr '\n' ';')"
finish
