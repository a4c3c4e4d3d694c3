#!/bin/sh
# The runner's lives, its signals, broken configurations, and the probe.
. tests/lib.sh
new_spool
send() { printf 'Subject: %s\n\nx\n' "$1" | "$BIN/sendmail" -i "${2:-a@example.org}"; }
delivered_are() { [ "$(delivered)" -ge "$1" ]; }
reason() { "$BIN/mailq" 2>/dev/null | sed -n 's/^  *(\(.*\))$/\1/p' | tail -n 1; }
gone() { ! kill -0 "$1" 2>/dev/null; }
smarthost
config
"$BIN/runner" --stay --foreground 2>>"$work/log" &
runner=$!
pids="$pids $runner"
wait_for test -s "$work/run/runner.pid"
is "$(cat "$work/run/runner.pid")" "$runner" "the pid file"
send one
ok "stay: new mail goes out at once" wait_for delivered_are 1
"$BIN/runner" --stay 2>"$work/err"; is $? 0 "a second runner leaves"
like "$(cat "$work/err")" "another runner is running \(process $runner\)" "and says why"
kill -USR1 $runner
ok "USR1: a status line" wait_for grep -q 'status: waiting=0 .*sent=1 ' "$work/log"

stop "$smarthost_pid"
send two
ok "the dead smarthost is noticed" wait_for grep -q 'no smarthost accepts mail' "$work/log"
send three
smarthost -p "$port"
"$BIN/sendmail" -q; is $? 0 "sendmail -q asks the staying runner, and waits"
is "$(delivered)" 3 "everything is delivered when it returns"
sh -c 'ln -s "$1" "$2/flush.$$"; exec "$3" --once' sh "$work/planted" "$work/spool/drop" "$BIN/runner" 2>"$work/err"; is "$?" 73 "a link in drop/ where the wish for a pass comes to lie: refused"
ok "and it is not followed" test ! -e "$work/planted"
rm -f "$work"/spool/drop/flush.*

echo '[nonsense]' >>"$work/firsthop.conf"
kill -HUP $runner
ok "HUP with a broken configuration: the earlier one stays" wait_for grep -q 'the earlier configuration stays in use' "$work/log"
send four
ok "and mail still goes out" wait_for delivered_are 4
config
kill -HUP $runner
ok "HUP reads it again" wait_for grep -q 'configuration read again' "$work/log"
stop "$smarthost_pid"
kill -TERM $runner
ok "TERM ends it" wait_for gone $runner
ok "the pid file is gone" test ! -e "$work/run/runner.pid"

printf '[smarthost main]\nhost =\nprot = 25\n' >"$work/firsthop.conf"
send five
runner_once
like "$(reason)" 'firsthop.conf:3: key "prot" is not known in \[smarthost\]; did you mean port' "a broken configuration: mail waits, and mailq names the line"
"$BIN/relayconf" check >"$work/out"; is $? 78 "relayconf check finds it"
like "$(cat "$work/out")" 'problem .*:3: key "prot"' "and names it"
rm "$work/firsthop.conf"
runner_once
like "$(reason)" 'does not exist: run relayconf setup, or copy firsthop.conf.sample' "no configuration"
echo '[host]' >"$work/firsthop.conf"
runner_once
like "$(reason)" 'names no smarthost: add a section \[smarthost main\]' "no smarthost"
smarthost; config
echo 'root: |/bin/sh' >"$work/aliases"
send six root
runner_once
like "$(reason)" 'aliases:1: alias root: a pipe to a program is not possible' "a pipe in the aliases"
echo 'root: admin@example.net' >"$work/aliases"
runner_once
is "$(delivered)" 6 "once it is repaired, mail goes out by the new rules"
like "$(cat "$work"/delivered/*.eml)" '^X-Envelope-To: <admin@example.net>$' "and aliases are applied"

# linger: ends by itself when the queue is empty.
send seven
"$BIN/runner" --linger
ok "linger delivers" wait_for delivered_are 7
lingering_is_gone() { [ ! -e "$work/run/runner.pid" ]; }
ok "and ends" wait_for lingering_is_gone

out=$("$BIN/relayconf" probe -r ops@example.org); is $? 0 "probe: exit 0 when the recipient is accepted"
like "$out" '  > MAIL FROM:<postmaster@mon1.example.org>' "probe: shows what it says"
like "$out" '  < 250 2.1.5 ok' "probe: shows the answers"
unlike "$out" '> DATA' "probe: sends no message"
is "$(delivered)" 7 "probe: nothing is delivered"
stop "$smarthost_pid"
smarthost -r 'ops=554 5.7.1 Relay access denied'; config
out=$("$BIN/relayconf" probe -r ops@example.org); is $? 75 "probe: exit 75 when it is refused for now"
like "$out" 'meaning   The server does not relay mail for this machine' "probe: explains"
"$BIN/relayconf" probe nobody >"$work/out" 2>&1; like "$(cat "$work/out")" 'no \[smarthost|no smarthost' "probe: an unknown smarthost"
"$BIN/relayconf" set queue.warn_after_h 9; is "$? $("$BIN/relayconf" get queue.warn_after_h)" "0 9" "relayconf set and get"
"$BIN/relayconf" set queue.warn_after_h soon 2>"$work/err"; is $? 78 "relayconf set with a wrong value"
like "$(cat "$work/err")" 'is unchanged' "leaves the file as it was"
"$BIN/relayconf" set local.deliver mbox 2>"$work/err"; is $? 78 "relayconf set: a key that needs another"
"$BIN/relayconf" set local.deliver mbox local.domains here.example.org; is "$? $("$BIN/relayconf" get local.domains)" "0 here.example.org" "both together"
"$BIN/relayconf" set local.deliver --default local.domains --default; is "$? $("$BIN/relayconf" get local.deliver)" "0 no" "and back"
"$BIN/relayconf" set queue.warn_after_h 8 queue.warn_after_h 7 2>"$work/err"; is "$? $("$BIN/relayconf" get queue.warn_after_h)" "64 9" "a key twice is refused, and nothing changes"
"$BIN/relayconf" set queue.warn_after_h 2>"$work/err"; is $? 64 "a key without a value"
"$BIN/relayconf" get queue.nothing 2>/dev/null; is $? 64 "relayconf get of an unknown key"
like "$("$BIN/relayconf" show)" "^queue.warn_after_h +9 +$work/firsthop.conf:[0-9]+\$" "relayconf show names file and line"
like "$("$BIN/relayconf" show --json)" '^\{"key": "queue.warn_after_h", "value": "9", "from": ' "and in JSON"
"$BIN/runner" 2>/dev/null; is $? 64 "runner without a lifetime"
"$BIN/relay" 2>/dev/null; is $? 64 "relay by hand"

# A crash between acceptance and delivery: states S5 and S6 are cleaned up, S4 goes on.
send eight; runner_once >/dev/null 2>&1
cp "$work"/delivered/*.eml "$work/" 2>/dev/null
mkdir -p "$work/spool/mqueue"
printf '1700000000 attempt n=1\n1700000000 done\n' >"$work/spool/mqueue/65537000.00000001.log"
printf 'firsthop-spool: 1\nsender: a@b.c\nrecipient: d@e.f\n\nSubject: x\n\ny\n' >"$work/spool/mqueue/65537000.00000001"
printf '1700000000 attempt n=1\n' >"$work/spool/mqueue/65537000.00000002.log"
printf 'damaged' >"$work/spool/mqueue/65537000.00000003"
before=$(delivered)
runner_once
is "$(delivered)" "$before" "a finished message is not sent again (S5)"
ok "and removed" test ! -e "$work/spool/mqueue/65537000.00000001" -a ! -e "$work/spool/mqueue/65537000.00000001.log"
ok "an orphan journal is removed (S6)" test ! -e "$work/spool/mqueue/65537000.00000002.log"
ok "a damaged file is set aside (S7)" test -e "$work/spool/mqueue/65537000.00000003.dead"

# A relay of a runner that was killed still holds the lock: those that are started meanwhile wait for it.
lock=$work/spool/mqueue/runner.lock
hold() {
	rm -f "$work/holder"
	flock "$lock" sh -c 'echo $$ >"$1"; exec sleep 60' sh "$work/holder" & pids="$pids $!"
	wait_for test -s "$work/holder"
}
let_go() { kill "$(cat "$work/holder")"; wait_for test -s "$work/run/runner.pid"; runner=$(cat "$work/run/runner.pid"); }
end() { kill -TERM "$runner"; wait_for gone "$runner"; }
rm -f "$work"/spool/mqueue/6*.dead "$work"/spool/mqueue/6*.log
if command -v flock >/dev/null; then
	hold
	"$BIN/runner" --stay; is $? 0 "a runner in the background waits for the lock"
	let_go
	before=$(delivered)
	send held
	ok "when it has it, it hears who rings" wait_for delivered_are $((before + 1))
	end
	if [ -e "$TOOLS/wrongclock.so" ]; then
		hold
		LD_PRELOAD=$TOOLS/wrongclock.so WRONGCLOCK_SPEED=100 "$BIN/runner" --stay --foreground 2>"$work/waits" & pids="$pids $!"
		ok "one that waits for a minute says what has the queue" wait_for grep -q 'no mail is sent yet: a relay or mbox process of an earlier runner still has the queue' "$work/waits"
		let_go
		end
	else
		skip "one that waits for a minute" "the clock is replaced by a preloaded library on Linux only"
	fi
	hold
	for log in one two; do "$BIN/runner" --stay --foreground 2>"$work/$log" & eval "$log=$!"; pids="$pids $!"; done
	sleep 0.2
	let_go
	[ "$runner" = "$one" ] && other=$two || other=$one
	ok "of two that wait, one leaves when the other has it" wait_for gone "$other"
	ok "which lives" kill -0 "$runner"
	end
else
	skip "those that wait for the lock" "flock(1) is not installed"
fi

# A sendmail that was killed before it could ring, or a message put back by hand.
if [ -e "$TOOLS/wrongclock.so" ]; then
	LD_PRELOAD=$TOOLS/wrongclock.so WRONGCLOCK_SPEED=60 "$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!; pids="$pids $runner"
	wait_for test -s "$work/run/runner.pid"
	before=$(delivered)
	"$BIN/sendmail" -odq a@example.org </dev/null
	ok "mail for which nobody rings is found within a minute" wait_for delivered_are $((before + 1))
	end
else
	skip "mail for which nobody rings" "the clock is replaced by a preloaded library on Linux only"
fi
finish
