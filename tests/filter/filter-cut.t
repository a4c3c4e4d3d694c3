#!/bin/sh
# A power cut while filters change messages: each is there whole, as it was or as the filter made it, and goes once.
. tests/lib.sh
new_spool
skip_build asan "a sanitizer wants to be the first library"
chmod 755 "$work"
smarthost -o "$work/trace"
printf '#!/bin/sh\necho "X-Signed: yes"\nexec cat\n' >"$work/sign"
chmod 755 "$work/sign"
config "[filter sign]
command = $work/sign
changes = yes"
record() { LD_PRELOAD="$TOOLS/failpoint.so" FAILPOINT_TRACE="$work/trace" "$@"; }
{ printf 'Subject: 1\n\n'; seq 1 300; echo "END 1"; } | record "$BIN/sendmail" -i -f sender-1@example.org ok-1@example.org && echo "promise 1" >>"$work/trace"
record "$BIN/runner" --once --foreground 2>>"$work/log"
is "$(delivered) $(cat "$work"/delivered/* | grep -c X-Signed)" "1 1" "the scenario was recorded: a message that the filter changed"
drop=$(file_inode "$work/spool/drop") mqueue=$(file_inode "$work/spool/mqueue")
new_memory
mkdir -p "$memory/replay/drop" "$memory/replay/mqueue"; mkfifo "$memory/replay/trigger"
rm -rf "$work/delivered"
stop "$smarthost_pid"
smarthost; config
out=$("$TOOLS/powercut" "$work/trace" "$drop" "$mqueue" "$memory/replay" "$work/delivered" 2>"$work/cuts")
result $? "after a power cut nothing is lost, and nothing noted comes twice" "$out
$(head -n 30 "$work/cuts")"
echo "# $out"
finish
