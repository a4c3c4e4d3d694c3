#!/bin/sh
# soak.sh [MESSAGES]: 8 submitters, a smarthost that flaps, and a runner or one of its relays killed every few seconds.  Prints TAP and figures.
# The runner's clock runs 60 times as fast, so that a wait of a minute is one of a second.
. tests/lib.sh
total=${1:-50000}
new_spool
mkdir "$work/accepted"
smarthost -f 4
config '
[queue]
warn_after_h = 0
waits_min = 1 1 2 2 3'
start_runner() {
	LD_PRELOAD="$TOOLS/wrongclock.so" WRONGCLOCK_SPEED=60 "$BIN/runner" --stay --foreground 2>>"$work/log" &
	runner=$!
}
# Submits its share; each accepted message leaves a line.
submitter() {
	n=0
	while [ $n -lt $((total / 8)) ]; do
		n=$((n + 1))
		printf 'Subject: soak %s-%s\n\ntext of %s\nEND %s-%s\n' "$1" $n $n "$1" $n | "$BIN/sendmail" -i -f "soak@example.org" "ops@example.org" 2>>"$work/refused" &&
			echo "$1-$n" >>"$work/accepted/$1"
	done
}
peak() { sed -n 's/^VmHWM:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$runner/status" 2>/dev/null; }
start=$(date +%s) kills=0 relays=0 most=0
start_runner
submitters=
for user in 1 2 3 4 5 6 7 8; do submitter $user & submitters="$submitters $!"; done
busy() { for pid in $submitters; do kill -0 "$pid" 2>/dev/null && return 0; done; [ "$("$BIN/mailq" -bP 2>/dev/null)" != 0 ]; }
turn=0
while busy; do
	sleep 2
	turn=$((turn + 1))
	now=$(peak); [ "${now:-0}" -le $most ] || most=$now
	# In the end it is left alone.
	[ $turn -lt $((total / 500 + 5)) ] || continue
	if [ $((turn % 2)) = 0 ]; then
		kill -9 $runner 2>/dev/null; wait $runner 2>/dev/null
		kills=$((kills + 1))
		start_runner
	else
		for child in $(cat /proc/$runner/task/$runner/children 2>/dev/null); do kill -9 "$child" 2>/dev/null && relays=$((relays + 1)); break; done
	fi
	[ $(($(date +%s) - start)) -lt $((60 + total / 20)) ] || break
done
wait $submitters
now=$(peak); [ "${now:-0}" -le $most ] || most=$now
kill $runner; wait $runner 2>/dev/null
cat "$work"/accepted/* | sort >"$work/wanted"
find "$work/delivered" -name '*.eml' -exec cat {} + | sed -n 's/^Subject: soak //p' | sort >"$work/arrived"
sort -u "$work/arrived" >"$work/once"
wanted=$(wc -l <"$work/wanted") arrived=$(wc -l <"$work/arrived")
twice=$((arrived - $(wc -l <"$work/once")))
unanswered=$(grep -c '^unanswered' "$work/sessions")
seconds=$(($(date +%s) - start))
is "$wanted" $((total / 8 * 8)) "every submission was accepted"
is "$("$BIN/mailq" -bP 2>/dev/null)" 0 "the queue is empty in the end"
is "$(comm -23 "$work/wanted" "$work/once" | wc -l | tr -d ' ')" 0 "each of $wanted messages has arrived"
is "$(find "$work/delivered" -name '*.eml' -exec cat {} + | grep -c '^END ')" "$arrived" "none is cut"
# A session holds at most 16 messages whose outcome the runner has not noted, and there are at most 4.
ok "$twice arrived twice: at most one for each of $unanswered ends without an answer, 64 for each of $kills killed runners, 16 for each of $relays relays" \
	test "$twice" -le $((unanswered + 64 * kills + 16 * relays))
# A sanitizer keeps what was freed.
case $BUILD in *asan*) limit=$((120000 + total)) ;; *) limit=$((40000 + total)) ;; esac
ok "the runner used at most $most KiB" test "$most" -lt $limit
echo "# $wanted messages in $seconds s; runner killed $kills times, relay $relays times; $unanswered unanswered; $twice twice; at most $most KiB"
finish
