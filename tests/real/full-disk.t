#!/bin/sh
# A small file system that fills up: submission stops at the reserve, the runner goes on writing journals and reports; when even that is used up
# by others, mail waits, and all of it arrives once when there is room again.
if [ -z "${FULL_DISK:-}" ]; then
	[ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null || { echo "1..1"; echo "ok 1 - a full disk # skip needs root and namespaces (unshare)"; exit 0; }
	FULL_DISK=1 exec unshare -m sh "$0"
fi
. tests/lib.sh
new_spool
mount --make-rprivate /
mount -t tmpfs -o size=2m full "$work/spool" || exit 1
mkdir "$work/spool/drop" "$work/spool/mqueue"; chmod 1770 "$work/spool/drop"; mkfifo "$work/spool/trigger"
trap 'umount -l "$work/spool"; cleanup' EXIT
port=1; config
send() { { printf 'Subject: %s\n\n' "$1"; head -c 20000 /dev/zero | tr '\0' x | fold -w 70; printf '\nEND %s\n' "$1"; } | "$BIN/sendmail" -i -f sender@example.org "$2" 2>"$work/err"; }
taken=0
while [ $taken -lt 200 ] && send "mail $taken" "ok-$taken@example.org"; do taken=$((taken + 1)); done
code=$?
send last ok-last@example.org; code=$?
is "$code" 74 "submission stops with exit 74 after $taken messages"
like "$(cat "$work/err")" 'No space left for new mail.*kept for the queue' "and says why"
left=$(df -k "$work/spool" | awk 'NR == 2 { print $4 }')
ok "the reserve is left ($left KiB)" test "$left" -ge 50
is "$(ls "$work/spool/drop" | grep -c '^t\.')" 0 "no half file stays"
runner_once
is "$(ls "$work"/spool/mqueue/*.log | lines)" 1 "the runner still writes journals"
unlike "$(cat "$work/log")" 'cannot be written' "without a complaint"

smarthost -r 'ok-1@=550 5.1.1 no such user' -R 'ok-=451 4.3.0 busy'; config
head -c 3000000 /dev/zero >"$work/spool/filler" 2>/dev/null
runner_once
like "$(cat "$work/log")" 'cannot be written: .*No space left|journal cannot be written' "on a disk that is full to the last byte nothing can be noted, and the log says so"
rm "$work/spool/filler"
for pass in 1 2 3; do runner_once; done
is "$("$BIN/mailq" -bP)" 0 "with room again the queue empties"
for i in $(seq 0 $((taken - 1))); do
	n=$(cat "$work"/delivered/*.eml | grep -c "^X-Envelope-To: <ok-$i@example.org>")
	[ $i = 1 ] && want=0 || want=1
	[ "$n" = $want ] || wrong="${wrong:-} $i:$n"
done
is "${wrong:-}" "" "each of the $taken messages has arrived once, but for the one that was refused"
is "$(cat "$work"/delivered/*.eml | grep -c '^X-Envelope-To: <sender@example.org>')" 1 "whose sender has his report"
is "$(grep -L '^END mail\|firsthop-.*-report--' "$work"/delivered/*.eml | lines)" 0 "none is cut"

# --- the reserve file: what was delivered is noted on a disk that is full to the last byte --------------------------------------------
# a message with two recipients, one of whom is deferred, in a runner that ends at once: without a note the first would have it twice
two() {
	rm -f "$work"/delivered/*
	printf 'Subject: two\n\nx\n' | "$BIN/sendmail" -i -f sender@example.org "first-$1@example.org" "busy-$1@example.org"
	head -c 3000000 /dev/zero >"$work/spool/filler" 2>/dev/null
	runner_once
	rm "$work/spool/filler"
	for pass in 1 2 3; do runner_once; done
	cat "$work"/delivered/*.eml | grep -c "^X-Envelope-To: .*<first-$1@"
}
stop "$smarthost_pid"; smarthost -R 'busy-=451 4.3.0 busy'; config
is "$("$BIN/mailq" -bP)" 0 "the queue is empty"
head -c 65536 /dev/urandom >"$work/spool/mqueue/reserve"
is "$(two reserve)" 1 "with a reserve in mqueue/ the note finds room, and nobody gets it twice"
ok "the reserve is spent" test ! -e "$work/spool/mqueue/reserve"
finish
