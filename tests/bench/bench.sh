#!/bin/sh
# Figures, not tests: everything in one run, on loopback, in a private spool.
. tests/lib.sh
set -u
new_spool
N=${N:-500}
mkdir "$work/floor"
{ printf 'Subject: alert\n\n'; head -c 4000 /dev/zero | tr '\0' x | fold -w 70; } >"$work/message"
row() { printf '%-58s %s\n' "$1" "$2"; }
count_files() { find "$work/spool/$1" -name '????????.????????' | lines; }

# The binary is started with its recipient as the only argument.
set -- $("$TOOLS/timer" pair "$N" "$work/message" "$TOOLS/floor" "$work/floor" "$BIN/sendmail" ops@example.org)
row "one submission of 4 KiB, spawn to exit (median of $N)" "$2 us"
row "the floor: write, fsync, rename, fsync of the folder" "$1 us"
row "ratio (target: at most 1.8)" "$3"
rm -rf "$work/floor" "$work"/spool/drop/*
row "submissions per second, 16 in flight" "$("$TOOLS/timer" flood $((N * 4)) 16 "$work/message" "$BIN/sendmail" ops@example.org)"
rm -f "$work"/spool/drop/*

{ printf 'Subject: alert\n\n'; head -c 1900 /dev/zero | tr '\0' x | fold -w 70; } >"$work/message"
"$TOOLS/timer" flood 2000 8 "$work/message" "$BIN/sendmail" ops@example.org >/dev/null
"$TOOLS/smarthost" -P "$work/port" -o "$work/sessions" &
pids="$pids $!"
wait_for test -s "$work/port"
port=$(cat "$work/port"); config
waiting=$(count_files drop)
before=$(date +%s%N)
"$BIN/runner" --once
after=$(date +%s%N)
arrived=$(lines <"$work/sessions")
[ "$arrived" -eq "$waiting" ] && [ "$(count_files mqueue)" -eq 0 ] || { echo "bench: $arrived of $waiting arrived" >&2; exit 1; }
row "messages per second, draining $waiting to a smarthost on loopback" "$((waiting * 1000000000 / (after - before))) (target: over 2000)"
row "  over sessions" "$(cut -d' ' -f1 "$work/sessions" | sort -u | lines)"

"$TOOLS/timer" flood 2000 8 "$work/message" "$BIN/sendmail" ops@example.org >/dev/null
echo "peak memory"
row "  runner with its relays, 2000 messages" "$("$TOOLS/timer" memory "$BIN/runner" --once) KiB"
row "  sendmail" "$("$TOOLS/timer" memory "$BIN/sendmail" -f a@example.org b@example.org </dev/null) KiB"
row "  mailq" "$("$TOOLS/timer" memory "$BIN/mailq" -bP 2>&1 | tail -n 1) KiB"
row "  relay (loads TLS and the trust store)" "$(edit 's/^tls = off/tls = opportunistic/' "$FIRSTHOP_CONFIG"; "$TOOLS/timer" memory "$BIN/relay" --probe "$FIRSTHOP_CONFIG" main a@example.org b@example.org 2>/dev/null | tail -n 1) KiB"

# What an administrator waits for.
elapsed_ms() { start=$(date +%s%N); "$@" >"$work/out" 2>"$work/err"; echo $((($(date +%s%N) - start) / 1000000)); }
rm -f "$work"/spool/drop/* "$work"/spool/mqueue/*
"$TOOLS/timer" flood 10000 8 "$work/message" "$BIN/sendmail" ops@example.org >/dev/null
edit 's/^port = .*/port = 1/' "$FIRSTHOP_CONFIG"
echo "10000 messages"
row "  runner --once takes them up, and finds the smarthost dead" "$(elapsed_ms "$BIN/runner" --once) ms"
row "  runner --once with all of them in the queue" "$(elapsed_ms "$BIN/runner" --once) ms"
row "  mailq" "$(elapsed_ms "$BIN/mailq") ms"
row "  mailq why" "$(elapsed_ms "$BIN/mailq" why "$("$BIN/mailq" --json 2>/dev/null | sed -n '1s/.*"queue_id": "\([^"]*\)".*/\1/p')") ms"

# A dead smarthost, for three hours: the clocks of the runner go faster, its work is all done and counted.
[ -e "$TOOLS/wrongclock.so" ] || exit 0
rm -f "$work"/spool/drop/* "$work"/spool/mqueue/*
"$TOOLS/timer" flood 10000 8 "$work/message" "$BIN/sendmail" ops@example.org >/dev/null
speed=360
LD_PRELOAD=$TOOLS/wrongclock.so WRONGCLOCK_SPEED=$speed "$BIN/runner" --stay 2>/dev/null
wait_for test -s "$work/run/runner.pid"
runner=$(cat "$work/run/runner.pid")
cpu_ms() { awk -v tick="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print int(($12 + $13 + $14 + $15) * 1000 / tick) }' "/proc/$runner/stat"; }
attempts() { cat "$work"/spool/mqueue/*.log 2>/dev/null | grep -c ' attempt '; }
adopted() { [ "$(count_files drop)" -eq 0 ]; }
wait_for adopted
echo "a dead smarthost, $(count_files mqueue) messages waiting"
for hour in 1 2 3; do
	cpu=$(cpu_ms) tries=$(attempts)
	sleep $((3600 / speed))
	row "  hour $hour: connections / CPU of runner and relays" "$(($(attempts) - tries)) / $(($(cpu_ms) - cpu)) ms (target: under 1000 ms)"
done
kill "$runner"
