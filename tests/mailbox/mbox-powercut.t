#!/bin/sh
# A power cut at each change that a delivery to an mbox makes: what was told is there once, the rest comes again, and no part of a message stays.
. tests/lib.sh
new_spool
[ "${BUILD#*asan}" = "$BUILD" ] || { echo "1..1"; echo "ok 1 - a power cut # skip a sanitizer wants to be the first library"; exit 0; }
mkdir "$work/mail"
export FIRSTHOP_MAIL="$work/mail" FAULTS_USER="$(id -un)" FAULTS_PRELOAD="$TOOLS/failpoint.so"
for start in old new; do
	rm -f "$work/mail"/* "$work/mail"/.firsthop* "$work/held" "$work/trace"
	out=$("$TOOLS/mailcut" "$work/trace" "$work/held" $start 2>"$work/cuts")
	result $? "$start mailbox: nothing is lost, nothing is cut" "$out
$(head -n 30 "$work/cuts")"
	like "$out" "states=([5-9][0-9]|[1-9][0-9][0-9]) .* twice=[34] " "and only what is durable but not told yet comes twice, once for each message"
	echo "# $out"
done
finish
