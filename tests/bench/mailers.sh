#!/bin/sh
# Figures, not tests: firsthop, dma, nullmailer and Postfix in one run, on loopback, with their spools on this machine's disk.
# Handing in: spawn to exit of one submission of 4 KiB, nothing else running, each in turn with firsthop (N times, the medians).
# The list: mailq with QUEUE messages waiting for a smarthost that is dead, CPU and elapsed time (the least of 5), peak memory.
# All the way: N messages handed in, 8 at a time, with every program's own delivery on; the clock stops when the smarthost has the last.
export FIRSTHOP_SCRIPT="$0"
LAYER=formers
. tests/real/stage.sh
N=${N:-500} QUEUE=${QUEUE:-10000}
disk=$PWD/$BUILD/real/spools.$$
mkdir -p "$disk"
trap 'umount -l "$S/var/spool"; umount -l "$work"; rmdir "$work"; rm -rf "$disk"' EXIT
cp -a "$S/var/spool/." "$disk"
mount --bind "$disk" "$S/var/spool"
. tests/real/peers.sh >&2
stop_postfix
cp "$TOOLS/timer" "$S/timer"
{ printf 'Subject: alert\n\n'; head -c 4000 /dev/zero | tr '\0' x | fold -w 70; } >"$S/message"

# timed USER ARGUMENTS...: the timer on the stage
timed() { user=$1; shift; chroot --userspec="$user" "$S" /timer "$@"; }
program() {
	case $1 in
	firsthop) echo /usr/sbin/sendmail ;;
	dma) echo /usr/sbin/dma ;;
	nullmailer) echo /usr/bin/nullmailer-inject ;;
	postfix) echo /usr/sbin/postfix-sendmail ;;
	esac
}
user() { [ "$1" = nullmailer ] && echo 8:8 || echo 2001:2001; }
empty() {
	find "$S/var/spool/firsthop/drop" "$S/var/spool/dma" "$S/var/spool/nullmailer/queue" "$S/var/spool/postfix/maildrop" -type f -delete
}
arrived_are() { [ "$(wc -l <"$work/sessions")" -ge "$1" ]; }
# all_the_way SYSTEM: messages per second
all_the_way() {
	: >"$work/sessions"
	before=$(date +%s%N)
	timed "$(user "$1")" flood "$N" 8 /message "$(program "$1")" ops@elsewhere.example >/dev/null || return 1
	tries=0
	until arrived_are "$N"; do
		tries=$((tries + 1))
		[ "$tries" -le 12000 ] || { echo "only $(wc -l <"$work/sessions") of $N arrived"; return 0; }
		sleep 0.01
	done
	echo "$((N * 1000000000 / ($(date +%s%N) - before)))"
}

list_program() {
	case $1 in
	firsthop) echo /usr/bin/mailq ;;
	dma) echo /usr/sbin/dma -bp ;;
	nullmailer) echo /usr/bin/nullmailer-mailq ;;
	postfix) echo /usr/sbin/postqueue -p ;;
	esac
}
# fill SYSTEM: messages that wait
fill() {
	timed "$(user "$1")" flood "$QUEUE" 8 /message "$(program "$1")" ops@elsewhere.example >/dev/null
	case $1 in
	firsthop) chroot "$S" /usr/local/libexec/firsthop/runner --once 2>/dev/null ;;
	postfix) wait_tries=1200 wait_for none_comes ;;
	esac
}
none_comes() { [ "$(find "$S/var/spool/postfix/maildrop" "$S/var/spool/postfix/incoming" "$S/var/spool/postfix/active" -type f | wc -l)" -eq 0 ]; }
cp "$PWD/$BUILD/real/$LAYER/usr/bin/mailq" "$S/usr/bin/nullmailer-mailq"
echo "$(uname -srm), $(getconf _NPROCESSORS_ONLN) x $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)"
printf '%-12s %10s %14s %14s %12s\n' "" listed 'CPU, ms' 'elapsed, ms' 'peak, KiB'
for system in firsthop dma nullmailer postfix; do
	[ $system != postfix ] || start_postfix
	fill $system
	set -- $(timed 0:0 look 5 $(list_program $system))
	printf '%-12s %10s %14s %14s %12s\n' $system "$(${system}_left)" "$1" "$3" "$6"
	[ $system != postfix ] || stop_postfix
	empty
	find "$S/var/spool/firsthop/mqueue" -name '????????.????????*' -delete
	find "$S/var/spool/postfix/deferred" "$S/var/spool/postfix/defer" -type f -delete
done
"$TOOLS/smarthost" -l 127.0.0.3 -p 25 -o "$work/sessions" &
smarthost_pid=$!
printf '%-12s %24s %24s %26s\n' '' 'handed in, us (median)' 'firsthop beside it, us' 'all the way, messages/s'
for system in firsthop dma nullmailer postfix; do
	set -- - - -
	if [ $system != firsthop ]; then
		set -- $(timed "$(user $system)" pair "$N" /message "$(program firsthop)" ops@elsewhere.example "$(program $system)" ops@elsewhere.example)
		empty
	fi
	case $system in
	firsthop) start_runner ;;
	dma) sed -i /^DEFER/d "$S/etc/dma/dma.conf" ;;
	nullmailer) nullmailer_start ;;
	postfix) start_postfix ;;
	esac
	printf '%-12s %24s %24s %26s\n' $system "$2" "$1" "$(all_the_way $system)"
	case $system in
	firsthop) kill "$(runner_pid)" ;;
	nullmailer) kill $sender ;;
	postfix) stop_postfix ;;
	esac
	empty
done
kill $smarthost_pid
