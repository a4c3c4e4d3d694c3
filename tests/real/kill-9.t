#!/bin/sh
# kill -9 of sendmail, runner and relay at random moments: nothing that was accepted is lost, and only what a killed relay had in hand comes twice.
. tests/real/stage.sh
install_firsthop
setup_postfix
start_postfix
start_runner
mkdir "$work/accepted"
end=$(($(date +%s) + 25))

# Submits until the end; each accepted one leaves a mark.
submitter() {
	n=0
	while [ "$(date +%s)" -lt $end ]; do
		n=$((n + 1))
		# The fourth one writes slowly, so that its sendmail lives long enough to be killed.
		if { printf 'Subject: message %s-%s\n\n' "$1" $n; [ "$1" != 4 ] || sleep 0.2; head -c 20000 /dev/zero | tr '\0' z | fold -w 70; echo; } |
			as 200$1:200$1 /usr/sbin/sendmail -i ops@example.org 2>/dev/null; then
			: >"$work/accepted/message $1-$n"
		fi
	done
}
# Ends processes of one name, which live in this namespace only; waits a second for one.
murder() {
	for try in 1 2 3 4 5 6 7 8 9 10; do
		! kill_some "$1" || return 0
		sleep 0.1
	done
}
kill_some() {
	found=1
	for process in /proc/[0-9]*; do
		[ "$(cat "$process/comm" 2>/dev/null)" = "$1" ] || continue
		kill -9 "${process#/proc/}" 2>/dev/null && echo "$1" >>"$work/killed" && found=0
		[ "$1" = runner ] || return $found
	done
	return $found
}
submitters=
for user in 1 2 3 4; do submitter $user & submitters="$submitters $!"; done
: >"$work/killed"
round=0
while [ "$(date +%s)" -lt $end ]; do
	round=$((round + 1))
	sleep "0.$(awk 'BEGIN { srand('"$(date +%N | sed 's/^0*//')"'); printf "%03d", rand() * 400 }')"
	case $((round % 3)) in
	0) murder sendmail ;;
	1) murder relay ;;
	*) murder runner; start_runner 2>/dev/null ;;
	esac
done
wait $submitters
accepted=$(ls "$work/accepted" | wc -l)
start_runner 2>/dev/null
for pass in 1 2 3; do in_stage /usr/sbin/sendmail -q; done
sleep 1
is "$(mailq_count)" 0 "the queue is empty in the end"
cat "$S"/var/vmail/all/new/* | sed -n 's/^Subject: \(message .*\)$/\1/p' | sort >"$work/arrived"
sort -u "$work/arrived" >"$work/arrived.once"
lost=$(ls "$work/accepted" | sort | comm -23 - "$work/arrived.once" | wc -l)
is "$lost" 0 "none of $accepted accepted messages is lost"
ok "the test did something: $accepted accepted" test "$accepted" -gt 50
for program in sendmail relay runner; do
	ok "$program was killed $(grep -c "^$program" "$work/killed") times" grep -q "^$program" "$work/killed"
done
twice=$(($(wc -l <"$work/arrived") - $(wc -l <"$work/arrived.once")))
ok "at most one message per killed relay arrived twice ($twice), none for a killed runner" test "$twice" -le "$(grep -c "^relay" "$work/killed")"
is "$(find "$S/var/vmail/all/new" -type f -size -20000c | wc -l)" 0 "no message is cut"
finish
