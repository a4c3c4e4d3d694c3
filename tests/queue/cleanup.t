#!/bin/sh
# Who cleans up (the states of firsthop-spool(5)): parts of messages, parts of reports, journals alone, and mail that was set aside long ago.
. tests/lib.sh
new_spool
port=1; config '
[queue]
keep_dead_d = 30'
drop=$work/spool/drop mqueue=$work/spool/mqueue
exists() { for file; do [ -e "$file" ] || return 1; done; }
gone() { for file; do [ ! -e "$file" ] || return 1; done; }

for name in 1 2 3; do echo 'firsthop-spool: 1' >"$drop/t.6553700$name.00000001"; done
touch_at -7200 "$drop/t.65537001.00000001" "$drop/t.65537003.00000001"
echo other >"$drop/t.passwd"; echo other >"$drop/x"
if command -v flock >/dev/null; then
	sh -c 'exec 9<"$1"; flock 9; exec sleep 60' sh "$drop/t.65537003.00000001" & writer=$!; pids="$pids $writer"
	is_locked() { ! flock -n "$drop/t.65537003.00000001" true; }
	wait_for is_locked
fi
echo part >"$mqueue/t.65537004.00000001"
echo '1700000000 attempt n=1' >"$mqueue/65537005.00000001.log"
"$BIN/runner" --once --foreground 2>>"$work/log"
ok "S1: a part that is two hours old and belongs to nobody is removed" gone "$drop/t.65537001.00000001"
ok "one that is new is kept: somebody writes it" exists "$drop/t.65537002.00000001"
[ -z "${writer:-}" ] || ok "and so is an old one whose writer lives" exists "$drop/t.65537003.00000001"
ok "files of other names are nobody's business" exists "$drop/t.passwd" "$drop/x"
ok "a report that a killed runner did not write to its end is removed" gone "$mqueue/t.65537004.00000001"
ok "S6: a journal alone is removed" gone "$mqueue/65537005.00000001.log"

# S7: set aside now, whatever its name says about its age
for name in 6 7; do
	echo x >"$mqueue/6553700$name.00000001.dead"
	echo '1700000000 attempt n=1' >"$mqueue/6553700$name.00000001.log"
done
"$BIN/runner" --once --foreground 2>>"$work/log"
ok "S7: what was set aside is kept with its journal" exists "$mqueue/65537006.00000001.dead" "$mqueue/65537006.00000001.log"
echo $((29 * 86400)) >"$work/clock"
LD_PRELOAD="$TOOLS/wrongclock.so" WRONGCLOCK="$work/clock" "$BIN/runner" --once --foreground 2>>"$work/log"
ok "29 days later, too" exists "$mqueue/65537006.00000001.dead" "$mqueue/65537006.00000001.log"
echo $((30 * 86400 - 1800)) >"$work/clock"
# An hour passes in a second, for a runner that has no mail: nothing else wakes it.
LD_PRELOAD="$TOOLS/wrongclock.so" WRONGCLOCK="$work/clock" WRONGCLOCK_SPEED=3600 "$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!; pids="$pids $runner"
ok "a runner that has nothing to do removes it when its 30 days are over" wait_for gone "$mqueue/65537006.00000001.dead" "$mqueue/65537006.00000001.log"
like "$(cat "$work/log")" '65537006\.00000001\.dead was kept for 30 days and is removed' "and says so"
wait_for gone "$mqueue/65537007.00000001.dead"
if [ -r "/proc/$runner/status" ]; then
	wakes() { awk '$1 == "voluntary_ctxt_switches:" { print $2 }' "/proc/$runner/status"; }
	# Two seconds are two hours: 120 looks into drop/ for mail that nobody rang for.
	is_calm() { before=$(wakes); sleep 2; [ $(($(wakes) - before)) -le 180 ]; }
	wait_tries=6; ok "then it wakes once a minute: with nothing set aside no hour wakes it" wait_for is_calm; wait_tries=
fi

echo 0 >"$work/clock"
mkdir -p "$drop/65537008.00000001" "$drop/65537009.00000001/x"
printf x >"$work/spool/trigger"
ok "what is no message is set aside meanwhile" wait_for exists "$mqueue/65537008.00000001.dead" "$mqueue/65537009.00000001.dead"
echo $((31 * 86400)) >"$work/clock"
ok "and removed 30 days later, by the hourly look" wait_for gone "$mqueue/65537008.00000001.dead"
ok "what cannot be removed is told" wait_for grep -q '65537009.00000001.dead was kept for 30 days and cannot be removed: ' "$work/log"
stop $runner
finish
