#!/bin/sh
# A power cut after each change on the disk, with everything lost that was not synced, or parts of it: what was promised is kept.
. tests/lib.sh
new_spool
skip_build asan "a sanitizer wants to be the first library"
smarthost -r 'refused=550 5.1.1 no such user' -R 'later=451 4.3.0 busy' -o "$work/trace"
config
record() { LD_PRELOAD="$TOOLS/failpoint.so" FAILPOINT_TRACE="$work/trace" "$@"; }
submit() {
	n=$1; shift
	{ printf 'Subject: %s\n\n' "$n"; seq 1 300; echo "END $n"; } | record "$BIN/sendmail" -i -f "sender-$n@example.org" "$@" && echo "promise $n" >>"$work/trace"
}
submit 1 ok-1@example.org
submit 2 a-2@example.org later-2@example.org
submit 3 refused-3@example.org good-3@example.org
for pass in 1 2; do record "$BIN/runner" --once --foreground 2>>"$work/log"; done
is "$(delivered)" 5 "the scenario was recorded: four mails and a report"
drop=$(file_inode "$work/spool/drop") mqueue=$(file_inode "$work/spool/mqueue")
new_memory
mkdir -p "$memory/replay/drop" "$memory/replay/mqueue"; mkfifo "$memory/replay/trigger"
rm -rf "$work/delivered"
stop "$smarthost_pid"
smarthost -r 'refused=550 5.1.1 no such user'; config
out=$("$TOOLS/powercut" "$work/trace" "$drop" "$mqueue" "$memory/replay" "$work/delivered" 2>"$work/cuts")
result $? "after a power cut nothing promised is lost, and nothing noted comes twice" "$out
$(head -n 30 "$work/cuts")"
echo "# $out"
out=$("$TOOLS/powercut" "$work/trace" "$drop" "$mqueue" "$memory/replay" "$work/delivered" rename 2>/dev/null)
is $? 1 "a file that is renamed into another folder could be lost, and this test sees it"
like "$out" " lost=[1-9]" "and counts it"

# While mails of a storm are put together: the digest is written, and no server takes it yet.
stop "$smarthost_pid"; rm -rf "$work"/delivered "$work/spool/mqueue/"* "$memory/replay/"*queue/* "$memory/replay/drop/"* "$work/trace"
guard='[storm]
messages = 1'
port=1; config "$guard"
for n in 1 2 3; do
	printf 'Subject: %s\n\nEND %s\n' $n $n | record "$BIN/sendmail" -odq -i -f nagios@example.org ops@example.org && echo "promise $n" >>"$work/trace"
done
record "$BIN/runner" --once --foreground 2>>"$work/log"
like "$(cat "$work/log")" 'digest of 2 messages' "a digest was recorded"
smarthost; config "$guard"
out=$("$TOOLS/powercut" "$work/trace" "$drop" "$mqueue" "$memory/replay" "$work/delivered" digest 2>"$work/cuts")
result $? "a power cut while a digest is made: each mail arrives once, in it or alone" "$out
$(head -n 30 "$work/cuts")"
echo "# $out"
finish
