# For the shell tests: TAP, a private spool, a smarthost of our own.  Everything that is started is ended by its process id.
BUILD=${BUILD:-build}
BIN=$PWD/$BUILD/bin
TOOLS=$PWD/$BUILD/tests
PROGRAMS=$(sed -n 's/^PROGRAMS = //p' GNUmakefile)
# The sanitizers' library comes behind a clock that is preloaded.
case $BUILD in *asan*) export ASAN_OPTIONS="verify_asan_link_order=0:${ASAN_OPTIONS:-}" ;; esac
count=0
pids=

new_spool() {
	work=$(mktemp -d "${TMPDIR:-/tmp}/firsthop.XXXXXX")
	mkdir -p "$work/spool/drop" "$work/spool/mqueue" "$work/run"
	chmod 1770 "$work/spool/drop"
	mkfifo "$work/spool/trigger"
	export FIRSTHOP_SPOOL="$work/spool" FIRSTHOP_CONFIG="$work/firsthop.conf" FIRSTHOP_LIBEXEC="$BIN" FIRSTHOP_RUN="$work/run" FIRSTHOP_HOME="$work/home"
	trap cleanup EXIT
	trap 'exit 1' HUP INT TERM PIPE
}

cleanup() {
	for pid in $pids; do
		kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
	done
	[ -f "$work/run/runner.pid" ] && { kill "$(cat "$work/run/runner.pid")"; } 2>/dev/null
	rm -rf "$work" "${memory:-$work}"
}

# memory: a folder in memory, where the system has one, for what is written a thousand times and never kept
new_memory() { memory=$(mktemp -d /dev/shm/firsthop.XXXXXX 2>/dev/null) || memory=$work; }

# own_libexec: the programs are started from $work/libexec from here on, where a test may put another in the place of one
own_libexec() {
	mkdir "$work/libexec"
	for program in $PROGRAMS; do ln -s "$BIN/$program" "$work/libexec/$program"; done
	export FIRSTHOP_LIBEXEC="$work/libexec"
}

# config [lines]: a smarthost on loopback at $port
config() {
	cat >"$work/firsthop.conf" <<END
[host]
name = mon1.example.org
aliases = $work/aliases

[smarthost main]
host = 127.0.0.1
port = $port
tls = ${tls:-off}
$*
END
	[ -e "$work/aliases" ] || : >"$work/aliases"
}

# smarthost [options]: starts one; sets port and smarthost_pid
smarthost() {
	rm -f "$work/port"
	"$TOOLS/smarthost" -P "$work/port" -d "$work/delivered" -o "$work/sessions" "$@" &
	smarthost_pid=$!
	pids="$pids $smarthost_pid"
	wait_for test -s "$work/port" || { echo "the smarthost does not start" >&2; return 1; }
	port=$(cat "$work/port")
}

stop() {
	kill "$1" 2>/dev/null
	wait "$1" 2>/dev/null
	pids=$(echo " $pids " | sed "s/ $1 / /")
}

# wait_for COMMAND...: at most 10 s (PATIENCE times that on a busy machine), or $wait_tries looks
wait_for() {
	tries=0
	until "$@" >/dev/null 2>&1; do
		tries=$((tries + 1))
		[ $tries -lt "${wait_tries:-$((200 * ${PATIENCE:-1}))}" ] || return 1
		sleep 0.05
	done
}

# --- what GNU and the BSDs say in different ways: tests/source/scripts.t checks that every test uses these ---------------------------

# lines, bytes, words: of standard input; the number and nothing else
lines() { wc -l | tr -d ' '; }
bytes() { wc -c | tr -d ' '; }
words() { wc -w | tr -d ' '; }

# edit COMMANDS FILE...: sed(1) in place.  (a, i and c would each need a line of their own: printf >> does as well.)
edit() {
	commands=$1
	shift
	for edited; do sed "$commands" "$edited" >"$edited.edited" && cat "$edited.edited" >"$edited" && rm "$edited.edited" || return 1; done
}

# file_mode FILE: as 2750; file_owner FILE: UID:GID; file_inode FILE
file_mode() { stat -c %a "$1" 2>/dev/null || stat -f %Mp%Lp "$1" | sed 's/^0*//'; }
file_owner() { stat -c %u:%g "$1" 2>/dev/null || stat -f %u:%g "$1"; }
file_inode() { stat -c %i "$1" 2>/dev/null || stat -f %i "$1"; }

# touch_at SECONDS FILE...: its times are that many seconds from now
touch_at() {
	at=$(($(date +%s) + $1))
	shift
	touch -t "$(date -d "@$at" +%Y%m%d%H%M.%S 2>/dev/null || date -r "$at" +%Y%m%d%H%M.%S)" "$@"
}

# milliseconds: since 1970; of full seconds where date(1) knows no more
milliseconds() {
	at=$(date +%s%N)
	case $at in *[!0-9]*) echo "$(date +%s)000" ;; *) echo $((at / 1000000)) ;; esac
}

# cpu_ticks PID: hundredths of a second that it has computed; memory_kb PID: in use, at most so far where the system notes that;
# descriptors PID: how many it has open
cpu_ticks() {
	if [ -r "/proc/$1/stat" ]; then
		awk '{ print $14 + $15 }' "/proc/$1/stat"
	else
		ps -o time= -p "$1" | awk -F: '{ for (i = 1; i <= NF; i++) s = s * 60 + $i; printf "%d\n", s * 100 }'
	fi
}
memory_kb() { if [ -r "/proc/$1/status" ]; then sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$1/status"; else ps -o rss= -p "$1" | tr -d ' '; fi; }
# processes: "parent number command" of each; a minimal Debian has no ps
processes() {
	if command -v ps >/dev/null 2>&1; then ps -A -o ppid= -o pid= -o args=; return; fi
	for process in /proc/[0-9]*; do
		echo "$(sed -n 's/^PPid:[[:space:]]*//p' "$process/status") ${process#/proc/} $(tr '\0' ' ' <"$process/cmdline")"
	done 2>/dev/null
}
descriptors() { if [ -d "/proc/$1/fd" ]; then ls "/proc/$1/fd"; else procstat -h -f "$1"; fi | lines; }

# with NAME=VALUE... FUNCTION...: a function, in a shell of its own, that finds them in its environment (in front of a function "NAME=VALUE" need not
# get there)
with() (
	while case $1 in [A-Z]*=*) true ;; *) false ;; esac; do
		export "$1"
		shift
	done
	"$@"
)

# runner_once: a pass; its log goes to $work/log
runner_once() { "$BIN/runner" --once --foreground 2>>"$work/log"; }

# age_queue SECONDS: as if its mail had come, and the runner had served it, for so long
age_queue() {
	now=$(date +%s)
	echo "from=$((now - $1 - 100)) to=$now counted=0" >"$work/spool/mqueue/clock"
	for old in "$work"/spool/mqueue/[0-9a-f]*.*; do
		name=${old##*/}
		mv "$old" "$work/spool/mqueue/$(printf '%08x' $((now - $1)))${name#????????}"
	done
	edit "s/^created: .*/created: $(((now - $1) * 1000000))/" "$work"/spool/mqueue/*.*[0-9a-f]
}

# as_nobody COMMAND...: by root, as a user and group with the number 65534 and no other group
as_nobody() {
	if command -v setpriv >/dev/null 2>&1; then
		setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
	else
		chroot -u 65534 -g 65534 -G 65534 / sh -c 'cd "$1" && shift && exec "$@"' sh "$PWD" "$@"
	fi
}

# on_terminal COMMAND: a command of the shell on a terminal of its own, which gets standard input as if it were typed; by script(1) of Linux or FreeBSD
on_terminal() {
	case $(script --version 2>/dev/null) in
	*util-linux*) script -qec "$1" /dev/null ;;
	*) script -q /dev/null sh -c "$1" ;;
	esac
}
has_terminals() { [ "$(on_terminal 'test -t 0 && echo seen' </dev/null 2>/dev/null | tr -d '\r' | grep -c seen)" = 1 ]; }

# recipe NAME: the commands of firsthop(7) that stand in the display marked with this name
recipe() { sed -n "/^\.[\\]\" recipe: $1\$/,/^\.Ed/p" man/firsthop.7 | sed -e '/^\./d' -e 's/\\e/\\/g' -e 's/\\(dq/"/g'; }

delivered() { ls "$work/delivered" 2>/dev/null | lines; }

result() {
	count=$((count + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $count - $2"
	else
		echo "not ok $count - $2"
		[ -z "${3:-}" ] || printf '%s\n' "$3" | sed 's/^/# /' | head -n 40
	fi
}

# is GOT WANTED NAME / like TEXT PATTERN NAME / unlike / ok NAME COMMAND...
is() { [ "$1" = "$2" ]; result $? "$3" "got: $1
wanted: $2"; }
like() { printf '%s\n' "$1" | grep -Eq -- "$2"; result $? "$3" "got: $1
wanted: $2"; }
unlike() { ! printf '%s\n' "$1" | grep -Eq -- "$2"; result $? "$3" "got: $1
not wanted: $2"; }
ok() { name=$1; shift; "$@"; result $? "$name" "failed: $*"; }
finish() { echo "1..$count"; }

# skip NAME WHY: one test.  skip_all WHY: nothing of this file can be tested here.  skip_build asan|gcov WHY: not with this build
skip() { count=$((count + 1)); echo "ok $count - $1 # skip $2"; }
skip_all() { echo "1..1"; echo "ok 1 - $0 # skip $*"; exit 0; }
skip_build() { case $BUILD in *"$1"*) skip_all "$2" ;; esac; }

# fetched WHAT SCRIPT...: ends the test when that does not make what is needed; 69 says that it cannot be had here
fetched() {
	what=$1; shift
	# One at a time: they fill the same folders.
	! command -v flock >/dev/null 2>&1 || set -- flock "$BUILD/fetch.lock" "$@"
	said=$("$@" 2>&1); code=$?
	[ $code -ne 69 ] || skip_all "$what: $(echo "$said" | tail -n 1)"
	[ $code -ne 0 ] || return 0
	echo "1..1"; echo "not ok 1 - $what could not be made"
	echo "$said" | tail -n 20 | sed 's/^/# /'
	exit 1
}

# faults CALL PROGRAM ACTION EVERY: every EVERYth "call", or "system call", of a program fails once; FAULTS=1: each
faults() {
	every=${FAULTS:-$4}
	rm -f "$work"/delivered/*
	out=$("$TOOLS/faults" $([ "$1" = call ] || echo -k) "$2" "$3" "$every" 2>"$work/faults")
	result $? "$2: $3 at $([ "$every" = 1 ] && echo "every $1" || echo "every ${every}th $1")" "$out
$(head -n 20 "$work/faults")"
	echo "# $out"
}
