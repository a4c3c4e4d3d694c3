#!/bin/sh
# One user's 5,000 messages do not keep another user's one from going: new mail, mail that is tried again, and mail that a new life of the runner finds.
. tests/lib.sh
[ "$(id -u)" = 0 ] && setpriv --reuid 64001 --regid 64001 --clear-groups true 2>/dev/null || { echo "1..1"; echo "ok 1 - fairness # skip needs root (setpriv)"; exit 0; }
new_spool
chmod 0711 "$work" "$work/spool"; chmod 1777 "$work/spool/drop"; chmod 0666 "$work/spool/trigger"
touch "$work/firsthop.conf"
# by UID COUNT SUBJECT: messages in drop/ as that user's sendmail leaves them; one is really sent, the others are copies of it
by() {
	printf 'Subject: %s\n\nx\n' "$3" | setpriv --reuid "$1" --regid "$1" --clear-groups "$BIN/sendmail" -i -f "user$1@example.org" "$3@example.org" || exit 1
	[ "$2" = 1 ] && return
	first=$(find "$work/spool/drop" -name '????????.????????' -uid "$1" | head -n 1)
	i=1
	while [ $i -lt "$2" ]; do echo "${first%.*}.$(printf %08x $((i + $1)))"; i=$((i + 1)); done |
		setpriv --reuid "$1" --regid "$1" --clear-groups sh -c 'while read -r name; do cp "'"$first"'" "$name"; done'
}
# place WHO: how many messages had arrived when WHO's did
place() { grep -n "to=<$1@" "$work/sessions" | head -n 1 | cut -d: -f1; }
arrived() { lines <"$work/sessions"; }
# soon NAME WHO FROM: at most 16 messages in each of 4 sessions, and a few, went before
soon() { at=$(place "$2"); at=${at:-999999}; ok "$1 (as number $((at - $3)))" test $((at - $3)) -le 200; }

by 64001 5000 flood
by 64002 1 lone
smarthost -n 1000000; config
[ "$(find "$work/spool/drop" -type f | lines)" = 5001 ] || { echo "1..1"; echo "not ok 1 - 5,001 messages in drop/"; exit 1; }
"$BIN/runner" --stay --foreground 2>"$work/log" & pid=$!; pids="$pids $pid"
wait_for test -s "$work/sessions"
by 64003 1 late
before=$(arrived)
wait_for grep -q "to=<late@" "$work/sessions"
soon "one message behind 5,000 of another user is among the first to go" lone 0
soon "one that comes while they go, too" late "$before"
kill -9 "$pid"; wait "$pid" 2>/dev/null
by 64004 1 after
mv "$work"/spool/drop/* "$work/spool/mqueue/"
before=$(arrived)
left=$(find "$work/spool/mqueue" -name '????????.????????' | lines)
ok "the flood is far from over ($left wait)" test "$left" -gt 100
runner_once
soon "a new runner finds both in mqueue/: again the one goes among the first" after "$before"
is "$(sort "$work/sessions" | grep -c 'to=<flood@')" "$(($(arrived) - 3))" "all else was the flood"
ok "and all of that has gone, too ($(grep -c 'to=<flood@' "$work/sessions"))" test "$(grep -c 'to=<flood@' "$work/sessions")" -ge 5000
finish
