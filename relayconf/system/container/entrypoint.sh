#!/bin/sh
# entrypoint.sh [COMMAND...]: a container's first process.  Settings come from its variables; the runner works beside the command, which takes
# this script's place and gets the signals.  The mail's log goes where the container's output goes.
set -e
relayconf environment
# The password is in its file now, and in no variable of the command or its children.
for name in $(env | sed -n 's/^\(FIRSTHOP_[A-Z0-9_]*PASSWORD\)=.*/\1/p'); do unset "$name"; done
runner=${FIRSTHOP_LIBEXEC:-${0%/share/firsthop/*}/libexec/firsthop}/runner
[ $# -gt 0 ] || exec "$runner" --stay --foreground
"$runner" --stay --foreground &
exec "$@"
