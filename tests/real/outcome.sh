# For the tests of relayconf import with the programs themselves: smarthosts that note where each message came in, with which login, envelope
# and From field.  Source stage.sh first.
command -v python3 >/dev/null 2>&1 || skip_all "python3 is not installed"
ok "firsthop is installed" install_firsthop
for n in 1 2 3; do places="${places:-} 127.0.0.3:250$n"; done
python3 tests/real/recorder.py "$work/log" $places &
recorder=$!
trap 'kill $recorder; umount -l "$work"; rmdir "$work"' EXIT
up() { echo QUIT | in_stage /bin/busybox nc -w 2 127.0.0.3 2503 | grep -q ^220; }
wait_for up
echo 'mail:x:8:8::/var/mail:/usr/sbin/nologin' >>"$S/etc/passwd"
echo mon1.example.org >"$S/etc/mailname"
# noted: the lines that came since the last question; from and to in lower case, the display name of From left out
noted() {
	wait_tries=400 wait_for test -s "$work/log"
	sed -e 's/header=.*<\(.*\)>$/header=\1/' -e 's/header=\([^ ]*\) (.*)$/header=\1/' "$work/log"
	: >"$work/log"
}
message() { printf 'From: %s\nTo: ops@elsewhere.example\nSubject: x\n\ntext\n' "$1"; }
# same PROGRAM NAME COMMAND...: a message by the program, and by firsthop as it was imported; both told to the recorder
same() {
	what=$1; shift
	message "$from" | as 0:0 "$@" >"$work/out" 2>&1
	[ -z "${deliver:-}" ] || $deliver >>"$work/out" 2>&1
	theirs=$(noted)
	cp "$work/out" "$work/theirs"
	message "$from" | as 0:0 /usr/local/libexec/firsthop/sendmail -i ${sender:+-f "$sender"} ops@elsewhere.example >>"$work/out" 2>&1
	in_stage /usr/local/libexec/firsthop/runner --once --foreground >>"$work/out" 2>&1
	ours=$(noted)
	like "$theirs$(cat "$work/theirs")" '^127' "$what: the program has sent it"
	is "$ours" "$theirs" "$what: the same server, login, envelope and From" "$(cat "$work/out")"
}
imported() {
	rm -f "$S/etc/firsthop/firsthop.conf" "$S"/etc/firsthop/secret.*
	in_stage /usr/local/sbin/relayconf import -o /etc/firsthop/firsthop.conf "$1" >"$work/import" 2>&1
	result $? "$1: import" "$(cat "$work/import")"
	make --no-print-directory -s BUILD="$BUILD" DESTDIR="$S" install-rights >/dev/null 2>&1
}
