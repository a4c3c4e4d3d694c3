#!/bin/sh
# A relay that fails for a reason of this machine and names no server (it may not read the configuration, say): one message asks, the others wait for it.
. tests/lib.sh
new_spool
[ -e "$TOOLS/wrongclock.so" ] || skip_all "the clock is replaced by a preloaded library on Linux only"
own_libexec
rm "$work/libexec/relay"
cat >"$work/libexec/relay" <<END
#!/bin/sh
echo started >>"$work/started"
[ -e "$work/mended" ] || export FIRSTHOP_CONFIG="$work/none"
exec "$BIN/relay" "\$@"
END
chmod +x "$work/libexec/relay"
started() { lines <"$work/started"; }
arrived_all() { [ "$(delivered)" -ge 30 ]; }
smarthost
for smarthosts in one two; do
	config
	[ $smarthosts = one ] || printf '[smarthost other]\nhost = 127.0.0.1\nport = %s\ntls = off\n' "$port" >>"$work/firsthop.conf"
	for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do printf 'Subject: x\n\nx\n' | "$BIN/sendmail" -f s@example.org "$n@example.org"; done
	rm -rf "$work/started" "$work/mended" "$work/delivered"; mkdir "$work/delivered"; : >"$work/log"
	LD_PRELOAD=$TOOLS/wrongclock.so WRONGCLOCK_SPEED=60 "$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!
	pids="$pids $runner"
	# More than three minutes of the runner.
	sleep 4
	tries=$(started)
	ok "$smarthosts: few relays were started, and not one for each message ($tries)" test "$tries" -ge 1 -a "$tries" -le 6
	ok "$smarthosts: as often it was said" test "$(grep -c 'no smarthost accepts mail' "$work/log")" -le 6
	is "$(grep -c 'next try in 0 s' "$work/log")" 0 "$smarthosts: and each time when the next try is"
	: >"$work/mended"
	wait_tries=600 wait_for arrived_all
	is "$(delivered) $("$BIN/mailq" -bP 2>/dev/null)" "30 0" "$smarthosts: when it is mended, all goes"
	stop "$runner"
done
finish
