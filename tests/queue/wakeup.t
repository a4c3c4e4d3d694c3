#!/bin/sh
# No message lies in drop/ unseen: one is handed in at each system call of a runner that starts, works and ends, and a runner starts at each system call
# of a submission.  Each must be delivered without anybody's help.  FAULTS=1 takes every call; otherwise samples.
. tests/lib.sh
new_spool
printf x | "$TOOLS/failcall" "$work/says" cat meanwhile 0 cat >/dev/null || skip_all "system calls are known to the tests on x86_64 only"
smarthost
config
printf 'Subject: x\n\nx\n' >"$work/message"
send() { "$BIN/sendmail" "$@" -f a@example.org ops@example.org <"$work/message"; }
waiting() { find "$work/spool/drop" "$work/spool/mqueue" -name '????????.????????' | lines; }
none_waits() { [ "$(waiting)" -eq 0 ]; }
# Also none that is only on its way to the lock.
nobody_lives() {
	for pid in $(ls -l /proc/[0-9]*/exe 2>/dev/null | sed -n "s|.* /proc/\([0-9]*\)/exe -> $BIN/runner\$|\1|p"); do
		! grep -qF "$work" "/proc/$pid/environ" || return 1
	done
}
gone() { ! kill -0 "$1" 2>/dev/null; }
end_runner() {
	[ -s "$work/run/runner.pid" ] || return 0
	pid=$(cat "$work/run/runner.pid")
	kill "$pid"
	wait_for gone "$pid"
}
printf '#!/bin/sh\necho x | "%s" -f b@example.org ops@example.org\n: >"%s"\n' "$BIN/sendmail" "$work/done" >"$work/hand-in"
printf '#!/bin/sh\n: >"%s"\n"%s" --stay 2>>"%s"\n' "$work/done" "$BIN/runner" "$work/err" >"$work/start"
chmod +x "$work/hand-in" "$work/start"
# meanwhile N PROGRAM COMMAND...: $doing is run before its Nth system call
meanwhile() {
	at=$1 program=$2
	shift 2
	rm -f "$work/done"
	FAILCALL_DO=$work/$doing "$TOOLS/failcall" "$work/says" "$program" meanwhile "$at" "$@" 2>>"$work/log"
}
# at_each EVERY NAME STEP: runs "STEP N" until it says that there is no Nth call; which of them left something behind
at_each() {
	every=${FAULTS:-$1} name=$2 step=$3 n=1 left=''
	while $step "$n"; do
		none_waits || { left="$left $n"; FIRSTHOP_DAEMONLESS=no "$BIN/runner" --once --foreground 2>>"$work/log"; }
		n=$((n + every))
	done
	is "$([ "$n" -gt $((10 * every)) ] && echo many) places,$left" 'many places,' "$name ($((n / every)) places)"
}
was_done() { [ -e "$work/done" ]; }

doing=hand-in
export FIRSTHOP_DAEMONLESS=yes
lingers() {
	send -odq
	meanwhile "$1" runner "$BIN/runner" --linger --foreground
	wait_for none_waits; wait_for nobody_lives
	was_done
}
at_each 11 "without a resident runner: mail comes in while one works for a message, and ends" lingers
passes() {
	send -odq
	meanwhile "$1" runner "$BIN/runner" --once --foreground
	wait_for none_waits; wait_for nobody_lives
	was_done
}
at_each 11 "mail comes in while a pass is at work" passes
unset FIRSTHOP_DAEMONLESS
starts() {
	rm -f "$work/done"
	meanwhile "$1" runner "$BIN/runner" --stay --foreground &
	tracer=$!
	wait_for test -s "$work/run/runner.pid"
	wait_tries=30 wait_for was_done; code=$?
	wait_for none_waits
	end_runner
	wait $tracer
	return $code
}
at_each 11 "mail comes in while a resident runner starts" starts

doing=start
submits() {
	meanwhile "$1" sendmail "$BIN/sendmail" -f c@example.org ops@example.org <"$work/message"
	was_done || return 1
	wait_for none_waits
	end_runner
}
at_each 7 "a resident runner starts while mail comes in" submits
# --- a flood is taken up in portions, from both ends: who comes behind it does not wait for its end -----------------------
new_spool
smarthost -n 100000
config
seq 3000 | awk -v folder="$work/spool/drop" '{ file = sprintf("%s/5f000000.%08x", folder, $1)
	print "firsthop-spool: 1\ncontent: bytes=000000000000002 lines=000000000001 longest=000000000000001 8bit=0 nul=0 cr=0\nsender: me\nrecipient: flood" $1 "@example.org\n\nx" >file; close(file) }'
echo x | "$BIN/sendmail" behind@example.org
"$BIN/runner" --stay --foreground 2>>"$work/log" & pids="$pids $!"
behind() { grep -n 'to=<behind@' "$work/sessions" | cut -d: -f1; }
came() { [ -n "$(behind)" ]; }
ok "a message behind 3,000 others is sent" wait_for came
ok "before most of them ($(behind) of 3001)" test "$(behind)" -le 1500
stop $!
finish
