#!/bin/sh
# One user does his worst for half a minute, with three others to help him at the socket: huge lists of recipients, floods, huge headers, held sockets, bytes
# that come slowly, watchers, mailq without end, files of a terabyte.  Another user's mail arrives within 5 s each time, by drop/ and by submit.sock.
. tests/lib.sh
[ "$(id -u)" = 0 ] && setpriv --reuid 64001 --regid 64001 --clear-groups true 2>/dev/null || skip_all "needs root (setpriv)"
seconds=${NEIGHBOUR_S:-30}
new_spool
chmod 0711 "$work" "$work/spool" "$work/run"; chmod 1777 "$work/spool/drop"; chmod 0666 "$work/spool/trigger"; chmod 0755 "$work/spool/mqueue"
as() { uid=$1; shift; setpriv --reuid "$uid" --regid "$uid" --clear-groups "$@"; }
# For other users: the tree may be in a home that they cannot enter.
mkdir "$work/programs"
cp "$BIN/sendmail" "$BIN/mailq" "$TOOLS/sockcat" "$work/programs/"
PROGRAMS=$work/programs
export PROGRAMS work
smarthost -n 1000000 -r 'busy=450 4.2.0 mailbox busy'
printf 'list: :include:%s/list\n' "$work" >"$work/aliases"
seq -f 'list%g@example.org' 20000 >"$work/list"; chown 64001 "$work/list"
config
"$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!; pids="$pids $runner"
wait_for test -S "$work/run/submit.sock"

# worst NAME UID SCRIPT: in a loop until the time is over
worst() {
	as "$2" sh -c "end=\$((\$(date +%s) + $seconds)); while [ \$(date +%s) -lt \$end ]; do $3; done" >"$work/worst.$1" 2>&1 &
	pids="$pids $!"
}
seq -f 'busy.%g@example.org' 10000 >"$work/rcpts"
{ printf 'Subject: big\n'; for i in $(seq 2500); do printf 'X-Header-%d: %080d\n' "$i" 0; done; printf '\nx\n'; } >"$work/header"
{ printf 'To: x@['; head -c 200000 /dev/zero | tr '\0' ':'; printf '\nSubject: x\n\nx\n'; } >"$work/colons"
{ printf 'firsthop-spool: 1\ncontent: bytes=000000000000002 lines=000000000001 longest=000000000000001 8bit=0 nul=0 cr=0\nsender: me\n'; seq -f 'recipient: head%g@example.org' 20000; printf '\nx\n'; } >"$work/head"
mkfifo "$work/silence"; chmod 0666 "$work/silence"; exec 9<>"$work/silence"
worst recipients 64001 'xargs "$PROGRAMS/sendmail" -f me@example.org <"$work/rcpts"'
worst flood 64001 'echo x | "$PROGRAMS/sendmail" flood@example.org'
worst flood2 64001 'echo x | "$PROGRAMS/sendmail" busy@example.org'
worst headers 64001 '"$PROGRAMS/sendmail" header@example.org <"$work/header"; "$PROGRAMS/sendmail" colons@example.org <"$work/colons"'
worst lists 64001 'echo x | "$PROGRAMS/sendmail" list; touch "$work/list"; sleep 0.2'
worst watchers 64001 'echo x | timeout 2 "$PROGRAMS/sendmail" -v busy@example.org'
worst mailq 64001 '"$PROGRAMS/mailq"; "$PROGRAMS/mailq" --json; "$PROGRAMS/mailq" hold from=me@example.org; "$PROGRAMS/mailq" release from=me@example.org'
worst heads 64001 'i=$((${i:-0} + 1)); cp "$work/head" "$work/spool/drop/$(printf %08x.%08x "$(date +%s)" $i)"; sleep 0.3'
worst sparse 64001 'i=$((${i:-9999} + 1)); dd if=/dev/null of="$work/spool/drop/$(printf %08x.%08x "$(date +%s)" $i)" bs=1 seek=1000000000000; sleep 0.05'
for uid in 64001 64003 64004 64005; do
	for i in 1 2 3 4 5 6 7 8; do
		worst "socket$uid.$i" "$uid" '"$PROGRAMS/sockcat" "$work/run/submit.sock" <"$work/silence"; sleep 0.1'
		worst "slow$uid.$i" "$uid" '{ for i in 1 2 3 4 5 6; do printf 0; sleep 5; done; } | "$PROGRAMS/sockcat" "$work/run/submit.sock"; sleep 0.1'
		worst "control$uid.$i" "$uid" 'timeout 9 "$PROGRAMS/sockcat" "$work/spool/mqueue/control" <"$work/silence"; sleep 0.1'
	done
done

# The neighbour: one message by each way, and how long they took.
arrives() { grep -q "to=<$1@example.org>" "$work/sessions"; }
measure() {
	start=$(date +%s%N)
	shift_name=$1; shift
	echo x | as 64002 "$@" "$shift_name@example.org" || echo "exit $?" >>"$work/failed"
	wait_tries=600 wait_for arrives "$shift_name" || echo "$shift_name did not arrive" >>"$work/failed"
	echo $((($(date +%s%N) - start) / 1000000))
}
: >"$work/failed"; : >"$work/drop.ms"; : >"$work/socket.ms"
end=$(($(date +%s) + seconds)) n=0
while [ "$(date +%s)" -lt $end ]; do
	n=$((n + 1))
	measure "drop$n" "$PROGRAMS/sendmail" >>"$work/drop.ms"
	measure "socket$n" env FIRSTHOP_SPOOL=/none "$PROGRAMS/sendmail" >>"$work/socket.ms"
	sleep 1
done
slowest() { sort -n "$work/$1.ms" | tail -n 1; }
is "$(cat "$work/failed")" "" "each message of the neighbour was taken, and arrived ($n by each way)"
ok "while one user does his worst, another's mail arrives within 5 s (the slowest: $(slowest drop) ms)" test "$(slowest drop)" -le 5000
ok "and by submit.sock, which four users hold (the slowest: $(slowest socket) ms)" test "$(slowest socket)" -le 5000
his=$(($(grep -c 'from=<uid64001@\|from=<me@' "$work/sessions") + $(find "$work/spool/mqueue" -name '????????.????????' | lines)))
ok "he did what he could: $his of his messages arrived, or wait" test "$his" -ge 50
ok "and $(grep -c 'refused: uid=6400[1345]' "$work/log") of his calls at the socket were refused" grep -q 'refused: uid=6400[1345]' "$work/log"
before=$(date +%s%N)
as 64002 "$BIN/mailq" >/dev/null 2>&1
took=$((($(date +%s%N) - before) / 1000000))
ok "mailq beside all that: $took ms" test "$took" -le 5000
finish
