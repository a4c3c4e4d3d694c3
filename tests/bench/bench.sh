#!/bin/sh
# Figures, not tests: everything in one run, on loopback, in a private spool.
. tests/lib.sh
set -u
new_spool
N=${N:-500}
mkdir "$work/floor"
{ printf 'Subject: alert\n\n'; head -c 4000 /dev/zero | tr '\0' x | fold -w 70; echo; } >"$work/message"
row() { printf '%-58s %s\n' "$1" "$2"; }
machine() {
	cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo 2>/dev/null | head -n 1)
	echo "$(uname -srm), $(getconf _NPROCESSORS_ONLN) x ${cpu:-$(uname -p)}, spool on $(df -P "$work" | awk 'NR == 2 { print $1 }'), load$(cut -d" " -f1-3 /proc/loadavg 2>/dev/null)"
}
row "machine" "$(machine)"
row "commit" "$(git log -1 --format='%h %cs' 2>/dev/null)"
count_files() { find "$work/spool/$1" -name '????????.????????' | lines; }

# The binary is started with its recipient as the only argument.
set -- $("$TOOLS/timer" pair "$N" "$work/message" "$TOOLS/floor" "$work/floor" "$BIN/sendmail" ops@example.org)
row "one submission of 4 KiB, spawn to exit (median of $N)" "$2 us ($5)"
row "the floor: write, fsync, rename, fsync of the folder" "$1 us ($4)"
row "ratio (target: at most 1.8)" "$3"
rm -rf "$work/floor" "$work"/spool/drop/*
set -- $("$TOOLS/timer" cost $((N * 4)) 16 "$work/message" "$BIN/sendmail" ops@example.org)
row "submissions per second, 16 in flight" "$1"
cpu=$2
rm -f "$work"/spool/drop/*
mkdir "$work/floor"
set -- $("$TOOLS/timer" cost $((N * 4)) 16 "$work/message" "$TOOLS/floor" "$work/floor")
row "  of the floor program" "$1"
row "  CPU of one, and of the floor program" "$cpu us, $2 us"
row "  ratio of the CPU (target: at most 1.5)" "$(awk -v a="$cpu" -v b="$2" 'BEGIN { printf "%.2f", a / b }')"
rm -rf "$work/floor"

{ printf 'Subject: alert\n\n'; head -c 1900 /dev/zero | tr '\0' x | fold -w 70; echo; } >"$work/message"
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
[ "$arrived" -eq "$waiting" ] && [ "$(count_files mqueue)" -eq 0 ] || { echo "bench: $arrived of $waiting arrived, $(count_files mqueue) wait" >&2; exit 1; }
row "messages per second, draining $waiting to a smarthost on loopback" "$((waiting * 1000000000 / (after - before))) (target: over 2000)"
row "  over sessions" "$(cut -d' ' -f1 "$work/sessions" | sort -u | lines)"

# CPU of the runner and its relays for a message, where the way is short: CHUNKING may not cost more.
# near_cpu [SMARTHOST-OPTIONS]: least of three drains
near_cpu() {
	least=
	for drain in 1 2 3; do
		"$TOOLS/timer" flood 1000 8 "$work/message" "$BIN/sendmail" ops@example.org >/dev/null
		rm -f "$work/near"
		"$TOOLS/smarthost" -P "$work/near" -o "$work/sessions" "$@" &
		near_server=$!
		pids="$pids $near_server"
		wait_for test -s "$work/near"
		port=$(cat "$work/near"); config
		each=$("$TOOLS/timer" look 1 "$BIN/runner" --once | awk '{ printf "%d", $1 }')
		[ -n "$least" ] && [ "$least" -le "$each" ] || least=$each
		stop "$near_server"
	done
	echo "$least us"
}
near=$port
row "  CPU of one message on loopback, by DATA" "$(near_cpu)"
row "  the same with CHUNKING" "$(near_cpu -b good)"
port=$near; config

# Accepted by SMTP on loopback, each message on disk before its 250, while the runner delivers what came.
smtp_port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
config "
[listen]
smtp = 127.0.0.1:$smtp_port"
"$BIN/runner" --stay 2>/dev/null
answers() { python3 -c "import socket; s = socket.create_connection(('127.0.0.1', $smtp_port)); s.recv(100)"; }
wait_for answers
for connections in 1 8 32; do
	row "messages per second, accepted by SMTP over $connections connections$([ $connections -lt 32 ] || echo ' (target: over 2000)')" "$("$TOOLS/smtpload" "$smtp_port" $connections 4000 "$work/message")"
done
row "  a connection for each message, 16 at a time" "$("$TOOLS/smtpload" "$smtp_port" 16 1600 "$work/message" each)"
kill "$(cat "$work/run/runner.pid")"
no_runner() { [ ! -e "$work/run/runner.pid" ]; }
wait_for no_runner
rm -f "$work"/spool/drop/* "$work"/spool/mqueue/????????.*
config

# The same with 20 ms to the server and back: by DATA, and with CHUNKING.
# far_drain SESSIONS MESSAGES [SMARTHOST-OPTIONS]: sets rate and sessions
far_drain() {
	allowed=$1 messages=$2; shift 2
	rm -f "$work/far" "$work/sessions" "$work/port"
	"$TOOLS/smarthost" -P "$work/port" -o "$work/sessions" "$@" &
	far_server=$!
	pids="$pids $far_server"
	wait_for test -s "$work/port"
	"$TOOLS/longway" "$work/far" "$(cat "$work/port")" 10 &
	far_way=$!
	pids="$pids $far_way"
	wait_for test -s "$work/far"
	port=$(cat "$work/far"); config "[queue]
max_sessions = $allowed"
	"$TOOLS/timer" flood "$messages" 8 "$work/message" "$BIN/sendmail" ops@example.org >/dev/null
	waiting=$(count_files drop)
	before=$(date +%s%N)
	"$BIN/runner" --once
	after=$(date +%s%N)
	arrived=$(lines <"$work/sessions")
	[ "$arrived" -eq "$waiting" ] || { echo "bench: $arrived of $waiting arrived, $(count_files mqueue) wait" >&2; exit 1; }
	rate=$((waiting * 1000000000 / (after - before)))
	sessions=$(cut -d' ' -f1 "$work/sessions" | sort -u | lines)
	stop "$far_way"; stop "$far_server"
}
near=$port
for most in 1 2 4 8 16; do
	far_drain $most 1500
	row "messages per second, draining 1500 over 20 ms, by DATA, max_sessions = $most" "$rate"
	row "  over sessions" "$sessions"
done
rates=
for drain in 1 2 3 4 5; do
	far_drain 4 5000 -b good
	rates="$rates $rate"
done
row "draining 5000 with CHUNKING, max_sessions = 4 (median of 5)" "$(echo $rates | tr ' ' '\n' | sort -n | awk '{ r[NR] = $1 } END { print r[3] " (" r[1] "-" r[5] ")" }') (target: over 2000)"
row "  over sessions" "$sessions"
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
heads=$work/spool/mqueue/heads
# look_row WORDS PROGRAM ARGUMENTS...: least of five, and sets cpu
look_row() {
	words=$1; shift
	set -- $("$TOOLS/timer" look 5 "$@")
	cpu=$1 peak=$6
	row "$words" "CPU $1 ms (median $2), elapsed $3-$5 ms (median $4), $6 KiB"
}
look_row "  mailq" "$BIN/mailq"
few=$cpu
[ ! -e "$heads" ] || mv "$heads" "$work/heads"
look_row "  mailq, when the runner has copied no heads" "$BIN/mailq"
few_read=$cpu
[ ! -e "$work/heads" ] || mv "$work/heads" "$heads"
look_row "  mailq -v" "$BIN/mailq" -v
look_row "  mailq --json" "$BIN/mailq" --json
look_row "  mailq summary" "$BIN/mailq" summary
look_row "  runner --once with all of them in the queue" "$BIN/runner" --once
few_runner=$cpu few_peak=$peak
row "  mailq why" "$(elapsed_ms "$BIN/mailq" why "$("$BIN/mailq" --json 2>/dev/null | sed -n '1s/.*"queue_id": "\([^"]*\)".*/\1/p')") ms"

# copy_heads: runners, each of which copies heads for a second, until there are no more
copy_heads() {
	copied=-1
	until [ "$copied" = "$(bytes 2>/dev/null <"$heads")" ]; do
		copied=$(bytes 2>/dev/null <"$heads")
		"$BIN/runner" --once 2>/dev/null
	done
}

# Many more, which were not tried; LARGE=1000000 for as many (4 GB, and a quarter of an hour), here and below.
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1f", a / (b > 0 ? b : 1) }'; }
one=$(cd "$work/spool/mqueue" && ls | grep '^........\.........$' | head -n 1)
made=10000
for size in 100000 200000 ${LARGE:-}; do
	(cd "$work/spool/mqueue" && awk -v from=$made -v to=$size '{ body = body $0 "\n" } END {
		for (i = from; i < to; i++) { name = sprintf("%08x.%08x", 4096 + i / 50, i); printf "%s", body >name; close(name) } }' "$one")
	made=$size
	echo "$size messages"
	rm -f "$heads"
	look_row "  mailq, when the runner has copied no heads" "$BIN/mailq"
	row "    times the CPU for 10000" "$(ratio "$cpu" "$few_read")"
	copy_heads
	look_row "  mailq" "$BIN/mailq"
	row "    times the CPU for 10000" "$(ratio "$cpu" "$few")"
	look_row "  mailq --json" "$BIN/mailq" --json
	look_row "  mailq summary" "$BIN/mailq" summary
	look_row "  runner --once with all of them in the queue" "$BIN/runner" --once
	row "    times the CPU for 10000" "$(ratio "$cpu" "$few_runner")"
	row "    bytes of memory for each message more" "$(((peak - few_peak) * 1024 / (size - 10000)))"
done

# One user's flood lies in drop/: what it costs to move it, while nothing is sent.
find "$work/spool/mqueue" "$work/spool/drop" -name '????????.????????*' -exec rm -f {} +
flooded=$(awk -v to=100000 -v folder="$work/spool/drop" 'BEGIN { for (i = 0; i < to; i++) {
	name = sprintf("%s/%08x.%08x", folder, 4096 + i / 50, i)
	printf "firsthop-spool: 1\ncontent: bytes=000000000000002 lines=000000000001 longest=000000000000001 8bit=0 nul=0 cr=0\nsender: me\nrecipient: ops@example.org\n\nx\n" >name
	close(name) } print to }')
"$BIN/runner" --stay 2>/dev/null
picked_up() { [ "$(count_files drop)" -eq 0 ]; }
wait_tries=6000 wait_for picked_up
runner=$(cat "$work/run/runner.pid")
row "$flooded small messages in drop/, moved by a runner: CPU" "$(cpu_ms "$runner") ms"
kill "$runner"
wait_for no_runner

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
# What it does at its start, for all that lies there, is a row above.
answered() { grep -q '^refused' "$work/sessions"; }
wait_for answered
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
speed=360
# dead_hours: of what is queued
dead_hours() {
	rm -f "$work/run/runner.pid"
	LD_PRELOAD=$TOOLS/wrongclock.so WRONGCLOCK_SPEED=$speed "$BIN/runner" --stay 2>/dev/null
	wait_for test -s "$work/run/runner.pid"
	runner=$(cat "$work/run/runner.pid")
	wait_for taken_up
	echo "a dead smarthost, $(count_files mqueue) messages waiting"
	sleep "$1"
	for hour in 1 2 3; do
		cpu=$(cpu_ms "$runner") tries=$(attempts)
		sleep $((3600 / speed))
		row "  hour $hour: connections / CPU of runner and relays" "$(($(attempts) - tries)) / $(($(cpu_ms "$runner") - cpu)) ms (target: under 1000 ms)"
	done
	row "  memory" "$(memory_kb "$runner") KiB"
	kill "$runner"
	wait_for ended
}
attempts() { find "$work/spool/mqueue" -name '*.log' -exec cat {} + 2>/dev/null | grep -c ' attempt '; }
find "$work/spool/mqueue" "$work/spool/drop" -name '????????.????????*' -exec rm -f {} +
"$TOOLS/timer" flood 10000 8 "$work/message" "$BIN/sendmail" ops@example.org >/dev/null
dead_hours 1
made=10000
for size in 100000 ${LARGE:-}; do
	(cd "$work/spool/mqueue" && awk -v now="$(date +%s)" -v from=$made -v to="$size" '{ body = body $0 "\n" } END {
		for (i = from; i < to; i++) { name = sprintf("%08x.%08x", now - i / 50, i); printf "%s", body >name; close(name) } }' \
		"$(ls | grep '^........\.........$' | head -n 1)")
	made=$size
	dead_hours $((size / 5000))
done
