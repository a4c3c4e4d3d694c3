#!/bin/sh
# A relay that hangs is ended, one that ignores that is killed, and what cannot have arrived goes by another at once.  The runner waits for nobody.
. tests/lib.sh
new_spool
send() { printf 'Subject: x\n\nx\n' | "$BIN/sendmail" -i -f s@example.org "$1"; }
logged() { grep -q "$1" "$work/log"; }
sent_to() { logged "to=<$1>.*status=sent"; }
gone() { ! kill -0 "$1" 2>/dev/null; }
# relays: the processes of the runner's sessions
relays() { processes | awk -v runner="$runner" '{ parent[$2] = $1; name[$2] = $3 } END { for (p in name) if (name[p] ~ /relay/ && (parent[p] == runner || parent[parent[p]] == runner)) print p }'; }
ready() { printf '%s\n' 'send 220 odd.test ESMTP' 'expect EHLO' 'send 250 odd.test' 'expect MAIL FROM:' 'send 250 ok' 'expect RCPT TO:' 'send 250 ok' 'expect DATA' 'send 354 go on' 'read-data'; }
serve() {
	cat >"$work/script"
	rm -f "$work/port"
	"$TOOLS/smtpd" -P "$work/port" -T "$work/transcript" -w 100 "$work/script" 2>>"$work/log" & smtpd_pid=$!; pids="$pids $smtpd_pid"
	wait_for test -s "$work/port"
	port=$(cat "$work/port")
}
: >"$work/log"

# A relay that speaks without end or line, ignores SIGTERM, and stays.
smarthost
mkdir "$work/libexec"
ln -s "$BIN"/* "$work/libexec/"; rm "$work/libexec/relay"
cat >"$work/libexec/relay" <<END
#!/bin/sh
[ ! -e "$work/met" ] && : >"$work/met" || exec "$BIN/relay" "\$@"
trap '' TERM; exec 7>&0
echo \$\$ >"$work/bad"
head -c 100000 /dev/zero | tr '\\0' x >&7
sleep 100
END
chmod +x "$work/libexec/relay"
config
FIRSTHOP_LIBEXEC="$work/libexec" "$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!; pids="$pids $runner"
wait_for test -s "$work/run/runner.pid"
send one@example.org
wait_for test -s "$work/bad"
ok "a relay that ends no line and ignores SIGTERM: its mail goes by another" wait_for sent_to one@example.org
ok "and it is killed" wait_for gone "$(cat "$work/bad")"
is "$(grep -c 'to=<one@' "$work/log")" 1 "nothing else is said of that mail"

# One that says nothing more, stopped where a connection is being made.
stop "$runner"; stop "$smarthost_pid"; rm -f "$work/run/runner.pid"; : >"$work/log"
if [ ! -e "$TOOLS/wrongclock.so" ]; then
	skip "a stopped relay" "the clock is replaced by a preloaded library on Linux only"
	finish; exit 0
fi
serve <<END
connection 1
silence
connection 2
$(ready)
send 250 taken
silence
END
config
LD_PRELOAD=$TOOLS/wrongclock.so WRONGCLOCK_SPEED=10 "$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!; pids="$pids $runner"
wait_for test -s "$work/run/runner.pid"
send two@example.org
connecting() { [ "$(relays | lines)" = 2 ]; }
wait_for connecting
stopped=$(relays)
kill -STOP $stopped
wait_tries=600
ok "a relay that is stopped: the log says that it hangs" wait_for logged 'the relay process [0-9]* hangs: it has said nothing for [0-9]* s'
ok "its mail goes by another" wait_for sent_to two@example.org
is "$(grep -c 'to=<two@' "$work/log")" 1 "at once"
ok "and it is killed" wait_for gone "$(echo $stopped | cut -d' ' -f1)"

# One that is stopped when the server has the message, and was not heard: RFC 1047.
stop "$runner"; stop "$smtpd_pid"; rm -f "$work/run/runner.pid" "$work"/spool/mqueue/[0-9a-f]*; : >"$work/log"
serve <<END
connection 1
$(ready)
silence
connection 2
silence
END
config
LD_PRELOAD=$TOOLS/wrongclock.so WRONGCLOCK_SPEED=10 "$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!; pids="$pids $runner"
wait_for test -s "$work/run/runner.pid"
send three@example.org
at_end() { grep -q '^C: \.$' "$work/transcript" || grep -c 354 "$work/transcript" | grep -q 1; }
wait_for at_end
sleep 0.3
kill -STOP $(relays)
ok "stopped behind the end of a message: it hangs, too" wait_for logged 'hangs: it has said nothing'
ok "and the message, which may have arrived, waits" wait_for logged 'to=<three@example.org>.*status=deferred.*key=relay-died'
finish
