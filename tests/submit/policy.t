#!/bin/sh
# Who may hand over what: [submit WHO], published by the runner, kept by sendmail.  Root is never refused, so root lets another user submit.
. tests/lib.sh
new_spool
port=1
if [ "$(id -u)" = 0 ]; then
	chmod 711 "$work"; chmod 1777 "$work/spool/drop"; chmod 755 "$work/spool"; chmod 666 "$work/spool/trigger"
	user=nobody
	as_user() { as_nobody "$@"; }
else
	user=$(id -un)
	as_user() { "$@"; }
fi
cp "$BIN/sendmail" "$work/sendmail" && chmod 755 "$work/sendmail"
S="as_user $work/sendmail"
policy() { cat "$work/spool/drop/policy" 2>/dev/null; }
send() { echo x | as_user "$work/sendmail" "$@" >"$work/out" 2>&1; code=$?; }
waiting() { find "$work/spool" -name '????????.????????' | sed 's,.*/,,' | sort -u | lines; }

# without a runner, and with a file that is odd, nothing is refused
config "
[submit $user]
from = @example.org, root@example.net
max_per_hour = 5
"
send -f any@where.example a@example.org; is "$code" 0 "no policy was published: taken"
for odd in 'nonsense' 'policy version=2 domain=x' 'policy version=1 ' "$(head -c 100000 /dev/zero | tr '\0' x)"; do
	printf '%s\nover all=1 until=99999999999 text=x\n' "$odd" >"$work/spool/drop/policy"
	send a@example.org; is "$code" 0 "an odd policy refuses nothing"
done
# As one who is in many groups, as users of a directory service are.
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null 2>&1; then
	printf '%s\n' 'policy version=1 file=x domain=mon1.example.org' 'rule line=1 who=%many gid=2999 from=@example.org' >"$work/spool/drop/policy"
	echo x | setpriv --reuid 65534 --regid 65534 --groups "$(seq -s , 2001 2999)" "$work/sendmail" -f any@where.example a@example.org 2>"$work/out"
	is $? 77 "a rule for a group holds for one of 999 groups, too"
else
	skip "a rule for a group, for one of 999 groups" "needs root and setpriv"
fi
rm -f "$work"/spool/drop/*

"$BIN/runner" --stay --foreground 2>"$work/log" & runner=$!
pids="$pids $runner"
published() { policy | grep -q "^rule .*who=$user uid=[0-9]"; }
ok "the runner publishes the rules" wait_for published
like "$(policy | head -n 1)" "^policy version=1 file=$FIRSTHOP_CONFIG domain=mon1.example.org min_free_mb=0" "with the file and the domain"

send -f x@example.org a@example.org; is "$code" 0 "-f that the rule allows: @domain"
send -f root@example.net a@example.org; is "$code" 0 "an address"
send -f '' a@example.org; is "$code" 0 "the null sender"
send a@example.org; is "$code" 0 "no -f"
before=$(waiting)
send -f boss@example.com a@example.org
is "$code $(waiting)" "77 $before" "-f that it does not allow: 77, nothing is stored"
line=$(grep -n "^\[submit" "$FIRSTHOP_CONFIG" | cut -d: -f1)
like "$(cat "$work/out")" "user $user may not send as <boss@example.com>; \[submit $user\] in $FIRSTHOP_CONFIG, line $line, allows: @example.org, root@example.net" "the refusal says who, what, and where it is set"
printf 'MAIL FROM:<boss@example.com>\r\nMAIL FROM:<x@example.org>\r\nQUIT\r\n' | $S -bs >"$work/out"
is "$(cut -c1-9 "$work/out" | sed 1d | tr '\n' ' ')" "550 5.7.1 250 2.1.0 221 2.0.0 " "-bs refuses the same with 550"

over() { policy | grep -q '^over '; }
adopted() { [ -z "$(find "$work/spool/drop" -name '????????.????????')" ]; }
for i in 1 2 3 4 5 6 7 8; do send a@example.org; [ $code = 0 ] || break; wait_for adopted; done
ok "above the limit an hour is noted" over
send a@example.org
is "$code" 77 "and refused with 77"
like "$(cat "$work/out")" "user $user may hand over 5 messages an hour \(\[submit $user\] in .*line $line\); not before .* have passed" "naming limit, place and time"
printf 'MAIL FROM:<x@example.org>\r\nQUIT\r\n' | $S -bs >"$work/out"
like "$(sed -n 2p "$work/out")" '^450 4.7.1 ' "-bs: 450"
[ "$(id -u)" != 0 ] || { echo x | "$BIN/sendmail" a@example.org; is $? 0 "root is never refused"; }

# a share of the queue instead
edit "s/^max_per_hour.*/max_waiting = 3/; s/^from.*//" "$FIRSTHOP_CONFIG"
share() { policy | grep -q 'messages in the queue'; }
kill -HUP $runner
ok "a changed rule holds" wait_for share
send -f boss@example.com a@example.org
like "$code $(cat "$work/out")" "^77 .*user $user has [0-9]+ messages in the queue and may have 3" "a share of the queue"
kill $runner; wait $runner 2>/dev/null
rm -f "$work/spool/drop/policy"
"$BIN/runner" --stay --foreground 2>"$work/log" & runner=$!
pids="$pids $runner"
wait_for share
send a@example.org; is "$code" 77 "it is counted again after a restart"
printf '[broken\n' >>"$FIRSTHOP_CONFIG"
kill -HUP $runner
broken() { grep -q 'earlier configuration stays' "$work/log"; }
wait_for broken
send -f any@example.com a@example.org; is "$code" 77 "a broken configuration changes nothing of that"
edit "/broken/d; s/^max_waiting.*/max_waiting_mb = 1/" "$FIRSTHOP_CONFIG"
kill -HUP $runner
free() { ! share; }
ok "and is noticed when it is repaired" wait_for free
send a@example.org; is "$code" 0 "below the new limit: taken"
head -c 1500000 /dev/zero | tr '\0' x | fold -w 70 | $S a@example.org
megabytes() { policy | grep -q 'MB in the queue'; }
ok "megabytes are counted, too" wait_for megabytes
# less disk than is wanted
edit "s/^max_waiting_mb.*//" "$FIRSTHOP_CONFIG"; printf '[queue]\nmin_free_mb = 1000000\n' >>"$FIRSTHOP_CONFIG"
kill -HUP $runner
reserve() { policy | grep -q min_free_mb=1000000; }
wait_for reserve
if [ "$(df -Pm "$work" | awk 'NR == 2 { print $4 }')" -lt 1000000 ]; then
	send a@example.org
	like "$code $(cat "$work/out")" '^74 .*MB left; below 1000000 MB \(\[queue\] min_free_mb' "too little disk: 74, with the limit"
else
	skip "too little disk" "this disk is too big for the test"
fi
# a policy that somebody else put there
if [ "$(id -u)" = 0 ]; then
	kill $runner; wait $runner 2>/dev/null
	printf 'policy version=1 domain=x\nover all=1 until=%s text=forged\n' $(($(date +%s) + 100)) >"$work/spool/drop/policy"
	chown nobody "$work/spool/drop/policy"
	send a@example.org; is "$code" 0 "a policy of another owner counts for nothing"
	# a rule for a group
	group=$(id -gn nobody)
	rm -rf "$work/spool/drop/policy" "$work"/spool/mqueue/* "$work"/spool/drop/*
	config "
[submit %$group]
from = @example.org
max_per_hour = 1
"
	"$BIN/runner" --stay --foreground 2>"$work/log" & runner=$!
	pids="$pids $runner"
	for_group() { policy | grep -q "^rule .*who=%$group gid=$(id -g nobody)"; }
	ok "the rule for a group is published with its number" wait_for for_group
	send -f boss@example.com a@example.org; is "$code" 77 "it holds for its users"
	send -f x@example.org a@example.org; wait_for adopted; send -f x@example.org a@example.org
	wait_for over
	send -f x@example.org a@example.org
	like "$code $(cat "$work/out")" "^77 .*user $user may hand over 1 messages an hour \\(\\[submit %$group\\]" "with its limits"
	# by number, as for users without a name
	number=$(id -u nobody)
	rm -rf "$work"/spool/mqueue/* "$work"/spool/drop/*
	kill $runner; wait $runner 2>/dev/null
	config "
[submit $number]
from = @example.org
max_per_hour = 1
"
	unlike "$("$BIN/relayconf" check 2>&1)" 'this machine has no user' "relayconf check takes a number for what it is"
	"$BIN/runner" --stay --foreground 2>"$work/log" & runner=$!
	pids="$pids $runner"
	for_number() { policy | grep -q "^rule .*who=$number uid=$number"; }
	ok "a rule for the number of a user is published" wait_for for_number
	send -f boss@example.com a@example.org; is "$code" 77 "it holds for the user"
	send -f x@example.org a@example.org; wait_for adopted; send -f x@example.org a@example.org
	wait_for over
	send -f x@example.org a@example.org
	like "$code $(cat "$work/out")" "^77 .*user $user may hand over 1 messages an hour \\(\\[submit $number\\]" "with its limits"
fi
finish
