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
set -- $("$TOOLS/timer" cost $((N * 4)) 16 "$work/message" "$BIN/sendmail" ops@example.org)
row "submissions per second, 16 in flight" "$1"
row "  CPU of one" "$2 us"
rm -f "$work"/spool/drop/*
mkdir "$work/floor"
row "  CPU of the floor program" "$("$TOOLS/timer" cost $((N * 4)) 16 "$work/message" "$TOOLS/floor" "$work/floor" | cut -d' ' -f2) us (target: at most 1.5 times as much)"
rm -rf "$work/floor"

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

# The same with 20 ms to the server and back: by DATA, and with CHUNKING.
# far_drain WORDS [SMARTHOST-OPTIONS]
far_drain() {
	words=$1; shift
	rm -f "$work/far" "$work/sessions" "$work/port"
	"$TOOLS/smarthost" -P "$work/port" -o "$work/sessions" "$@" &
	far_server=$!
	pids="$pids $far_server"
	wait_for test -s "$work/port"
	"$TOOLS/longway" "$work/far" "$(cat "$work/port")" 10 &
	far_way=$!
	pids="$pids $far_way"
	wait_for test -s "$work/far"
	port=$(cat "$work/far"); config
	"$TOOLS/timer" flood 5000 8 "$work/message" "$BIN/sendmail" ops@example.org >/dev/null
	waiting=$(count_files drop)
	before=$(date +%s%N)
	"$BIN/runner" --once
	after=$(date +%s%N)
	arrived=$(lines <"$work/sessions")
	[ "$arrived" -eq "$waiting" ] || { echo "bench: $arrived of $waiting arrived" >&2; exit 1; }
	row "$words" "$((waiting * 1000000000 / (after - before)))"
	row "  over sessions" "$(cut -d' ' -f1 "$work/sessions" | sort -u | lines)"
	stop "$far_way"; stop "$far_server"
}
near=$port
far_drain "messages per second, draining 5000 over 20 ms, by DATA"
far_drain "the same with CHUNKING (target: over 2000)" -b good
port=$near; config

"$TOOLS/timer" flood 2000 8 "$work/message" "$BIN/sendmail" ops@example.org >/dev/null
echo "peak memory"
row "  runner with its relays, 2000 messages" "$("$TOOLS/timer" memory "$BIN/runner" --once) KiB"
row "  sendmail" "$("$TOOLS/timer" memory "$BIN/sendmail" -f a@example.org b@example.org </dev/null) KiB"
row "  mailq" "$("$TOOLS/timer" memory "$BIN/mailq" -bP 2>&1 | tail -n 1) KiB"
row "  relay (loads TLS and the trust store)" "$(edit 's/^tls = off/tls = opportunistic/' "$FIRSTHOP_CONFIG"; printf '%s\0' "$FIRSTHOP_CONFIG" main a@example.org b@example.org | "$TOOLS/timer" memory "$BIN/relay" --probe 2>/dev/null | tail -n 1) KiB"

# CPU of a process, and of those that it has seen end.
cpu_ms() { awk -v tick="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print int(($12 + $13 + $14 + $15) * 1000 / tick) }' "/proc/$1/stat"; }

# What an administrator waits for.
elapsed_ms() { start=$(date +%s%N); "$@" >"$work/out" 2>"$work/err"; echo $((($(date +%s%N) - start) / 1000000)); }
rm -f "$work"/spool/drop/* "$work"/spool/mqueue/*
"$TOOLS/timer" flood 10000 8 "$work/message" "$BIN/sendmail" ops@example.org >/dev/null
edit 's/^port = .*/port = 1/' "$FIRSTHOP_CONFIG"
echo "10000 messages"
row "  runner --once takes them up, and finds the smarthost dead" "$(elapsed_ms "$BIN/runner" --once) ms"
row "  runner --once with all of them in the queue" "$(elapsed_ms "$BIN/runner" --once) ms"
few=$(elapsed_ms "$BIN/mailq")
row "  mailq" "$few ms, $("$TOOLS/timer" memory "$BIN/mailq" 2>/dev/null | tail -n 1) KiB"
row "  mailq why" "$(elapsed_ms "$BIN/mailq" why "$("$BIN/mailq" --json 2>/dev/null | sed -n '1s/.*"queue_id": "\([^"]*\)".*/\1/p')") ms"

# Ten times as many, which were not tried.
(cd "$work/spool/mqueue" && awk '{ body = body $0 "\n" } END {
	for (i = 0; i < 90000; i++) { name = sprintf("%08x.%08x", 4096 + i / 50, i); printf "%s", body >name; close(name) } }' \
	"$(ls | grep '^........\.........$' | head -n 1)")
many=$(elapsed_ms "$BIN/mailq")
row "mailq, 100000 messages" "$many ms, $("$TOOLS/timer" memory "$BIN/mailq" 2>/dev/null | tail -n 1) KiB"
row "  times the time for 10000" "$(awk -v a="$many" -v b="$few" 'BEGIN { printf "%.1f", a / (b > 0 ? b : 1) }')"

# Each parser, with things as many as a hostile user would have.
echo "10,000 and 100,000 of everything (target: at most 12 times)"
LINEAR_FEW=10000 "$BUILD/tests/test_linear" 2>&1 | sed -n 's/^# \([a-z_]* *\)\(.*\)/  \1\2/p'

# A server that answers 451 to every MAIL.
find "$work/spool/mqueue" -name '????????.????????*' -exec rm -f {} +
rm -f "$work/sessions"
echo '< 451 4.3.0 not now' >"$work/rule"
smarthost -m "$work/rule"; config
"$TOOLS/timer" flood 10000 8 "$work/message" "$BIN/sendmail" ops@example.org >/dev/null
"$BIN/runner" --once 2>/dev/null
: >"$work/sessions"
"$BIN/runner" --stay 2>/dev/null
wait_for test -s "$work/run/runner.pid"
taken_up() { [ "$(count_files drop)" -eq 0 ]; }
wait_for taken_up
runner=$(cat "$work/run/runner.pid")
cpu=$(cpu_ms "$runner")
sleep 60
row "10000 messages, 451 to every MAIL: commands in a minute" "$(grep -c '^refused' "$work/sessions") (target: at most 10)"
row "  CPU of the runner and its relays" "$(($(cpu_ms "$runner") - cpu)) ms (target: at most 100 ms)"
kill "$runner"
ended() { ! kill -0 "$runner" 2>/dev/null; }
wait_for ended
stop "$smarthost_pid"

# A dead smarthost, for three hours: the clocks of the runner go faster, its work is all done and counted.
[ -e "$TOOLS/wrongclock.so" ] || exit 0
rm -f "$work"/spool/drop/* "$work"/spool/mqueue/*
"$TOOLS/timer" flood 10000 8 "$work/message" "$BIN/sendmail" ops@example.org >/dev/null
speed=360
LD_PRELOAD=$TOOLS/wrongclock.so WRONGCLOCK_SPEED=$speed "$BIN/runner" --stay 2>/dev/null
wait_for test -s "$work/run/runner.pid"
runner=$(cat "$work/run/runner.pid")
attempts() { cat "$work"/spool/mqueue/*.log 2>/dev/null | grep -c ' attempt '; }
adopted() { [ "$(count_files drop)" -eq 0 ]; }
wait_for adopted
echo "a dead smarthost, $(count_files mqueue) messages waiting"
for hour in 1 2 3; do
	cpu=$(cpu_ms "$runner") tries=$(attempts)
	sleep $((3600 / speed))
	row "  hour $hour: connections / CPU of runner and relays" "$(($(attempts) - tries)) / $(($(cpu_ms "$runner") - cpu)) ms (target: under 1000 ms)"
done
kill "$runner"
