#!/bin/sh
# The demonstration: with a smarthost that takes its time to start, and as an ordinary user.
. tests/lib.sh
new_spool
chmod 755 "$work"
# A tree of its own, with the programs of this build.
mkdir -p "$work/tree/build/tests"
cp -R tests "$work/tree/tests" && cp -R "$BUILD/bin" "$work/tree/build/bin" && cp "$TOOLS/smarthost" "$work/tree/build/tests/real-smarthost"
printf '#!/bin/sh\nsleep 0.5\nexec "%s" "$@"\n' "$work/tree/build/tests/real-smarthost" >"$work/tree/build/tests/smarthost"
chmod 755 "$work/tree/build/tests/smarthost"
# demo COMMAND...: by COMMAND
demo() { (cd "$work/tree" && "$@" env -u FIRSTHOP_SPOOL -u FIRSTHOP_CONFIG -u FIRSTHOP_LIBEXEC -u FIRSTHOP_RUN -u FIRSTHOP_HOME BUILD=build sh tests/demo.sh) >"$work/out" 2>&1; }
demo env; result $? "the smarthost starts late" "$(tail -n 20 "$work/out")"
like "$(tail -n 1 "$work/out")" '^Both messages were delivered' "both messages are delivered"
like "$(cat "$work/out")" 'Connection refused' "after they waited for it"
if [ "$(id -u)" = 0 ]; then
	demo as_nobody; result $? "as an ordinary user" "$(tail -n 20 "$work/out")"
	like "$(tail -n 1 "$work/out")" '^Both messages were delivered' "both messages are delivered"
else
	skip "as an ordinary user" "needs root"
fi
finish
