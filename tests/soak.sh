#!/bin/sh
# soak.sh [MESSAGES [chunks]]: 8 submitters, a smarthost that flaps, and a runner, one of its relays or a session killed every few seconds.  Prints TAP and figures.
# The runner's clock runs 60 times as fast, so that a wait of a minute is one of a second.
. tests/lib.sh
total=${1:-50000}
new_spool
mkdir "$work/accepted"
# With CHUNKING several messages are on their way when a session is killed, and each may have arrived.
[ "${2:-}" = chunks ] && { offer='-b good'; window=24; } || { offer=; window=1; }
smarthost -f 4 $offer
config '
[queue]
warn_after_h = 0
retry_min = 1 1 2 2 3'
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
children() { cat "/proc/$1/task/$1/children" 2>/dev/null; }
# Ends a relay, or its session.
end_relay() {
	for relay in $(children $runner); do
		session=
		[ $((turn % 4)) = 1 ] || session=$(children "$relay")
		kill -9 ${session:-$relay} 2>/dev/null && if [ -n "$session" ]; then sessions=$((sessions + 1)); else relays=$((relays + 1)); fi
		break
	done
}
start=$(date +%s) kills=0 relays=0 sessions=0 most=0
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
		end_relay
	fi
	[ $(($(date +%s) - start)) -lt $((60 + total / 20)) ] || break
done
wait $submitters
now=$(peak); [ "${now:-0}" -le $most ] || most=$now
kill $runner; wait $runner 2>/dev/null
cat "$work"/accepted/* | sort >"$work/wanted"
find "$work/delivered" -name '*.eml' -exec cat {} + | sed -n 's/^Subject: soak //p' | sort >"$work/arrived"
sort -u "$work/arrived" >"$work/once"
wanted=$(lines <"$work/wanted") arrived=$(lines <"$work/arrived")
twice=$((arrived - $(lines <"$work/once")))
# Copies behind which no broken connection stands in the log: one for each time that the server's answer was missing is the server's.
unexplained=0
for soak in $(uniq -d "$work/arrived"); do
	copies=$(grep -cx -- "$soak" "$work/arrived")
	file=$(grep -lx -m 1 "Subject: soak $soak" -r "$work/delivered" | head -n 1)
	id=$(tr -d '\r' <"$file" | sed -n 's/^Message-I[dD]: <\([0-9a-f.]*\)@.*/\1/p')
	unknown=$(grep "$id: .*key=outcome-unknown" "$work/log" | lines)
	[ "$copies" -le $((unknown + 1)) ] || unexplained=$((unexplained + copies - unknown - 1))
done
seconds=$(($(date +%s) - start))
is "$wanted" $((total / 8 * 8)) "every submission was accepted"
is "$("$BIN/mailq" -bP 2>/dev/null)" 0 "the queue is empty in the end"
is "$(comm -23 "$work/wanted" "$work/once" | lines)" 0 "each of $wanted messages has arrived"
is "$(find "$work/delivered" -name '*.eml' -exec cat {} + | grep -c '^END ')" "$arrived" "none is cut"
ok "$twice arrived twice, because the server took them without an answer, but for $unexplained: at most $window for each of $sessions killed sessions, none for $kills killed runners" \
	test "$unexplained" -le $((sessions * window))
# A sanitizer keeps what was freed.
case $BUILD in *asan*) limit=$((120000 + total)) ;; *) limit=$((40000 + total)) ;; esac
ok "the runner used at most $most KiB" test "$most" -lt $limit
echo "# $wanted messages in $seconds s; runner killed $kills times, relay $relays times, session $sessions times; $twice twice, $unexplained of them without a broken connection; at most $most KiB"
finish
