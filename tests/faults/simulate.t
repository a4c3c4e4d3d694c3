#!/bin/sh
# The runner's own code in a simulated world (tests/sim): days of mail, servers that come and go, kills, full disks, clocks that jump.
# SECONDS of it, and the first SEED, may be given: make simulate.
"$BUILD/tests/simulate" "${SIM_SECONDS:-30}" "${SIM_SEED:-1}"
