#!/bin/sh
# An upgrade of a machine in use: eight users submit, two of them without the set-group-id right, mail flows; nothing is refused, lost or sent
# twice, no right is another for a moment, and the runner is the new program.  Then other ways to run it, a queue of a later version, uninstall.
. tests/real/stage.sh
install_firsthop
take_mail
plain_config 127.0.0.1 "$(cat "$work/port")"
# What "make upgrade" calls, inside; the sources are a copy there.
mkdir -p "$S/usr/src/firsthop/build" "$S/usr/src/firsthop/sendmail/lib/spool"
cp -R man relayconf "$S/usr/src/firsthop/" && cp sendmail/lib/spool/format.h "$S/usr/src/firsthop/sendmail/lib/spool/" && cp -R "$BIN" "$S/usr/src/firsthop/build/bin"
script() {
	script=$1; shift
	in_stage /usr/bin/env SYSTEM=Linux DESTDIR= PREFIX=/usr/local SYSCONFDIR=/etc SPOOLDIR=/var/spool/firsthop RUNDIR=/var/run/firsthop LIBEXEC=/usr/local/libexec/firsthop \
		MANDIR=/usr/local/share/man /bin/sh -c "cd /usr/src/firsthop && sh relayconf/system/$script.sh $*" >"$work/out" 2>&1
}
make=$(make -n upgrade 2>/dev/null | grep 'upgrade.sh build')
like "$make" "SPOOLDIR='/var/spool/firsthop' RUNDIR='/var/run/firsthop' LIBEXEC='/usr/local/libexec/firsthop'.*sh relayconf/system/upgrade.sh build/bin" "make upgrade calls the script with the places"

# Other builds of the programs: as in a real upgrade every file is another one.
age_programs() { for p in "$S"/usr/src/firsthop/build/bin/*; do echo x >>"$p"; done; }
exe() { readlink "/proc/$1/exe"; }
# submit NUMBER: messages of one user, until the file stop is there; each that was taken is written down, and each that was not
submit() {
	count=0
	while [ ! -e "$work/stop" ]; do
		count=$((count + 1))
		if [ "$1" -gt 6 ]; then
			printf 'Subject: s\n\ntag %s.%s.\n' "$1" $count | setpriv --no-new-privs chroot --userspec="200$1:200$1" "$S" /usr/sbin/sendmail ops@example.org
		else
			printf 'Subject: s\n\ntag %s.%s.\n' "$1" $count | chroot --userspec="200$1:200$1" "$S" /usr/sbin/sendmail ops@example.org
		fi >>"$work/said.$1" 2>&1
		code=$?
		echo "$1.$count" >>"$work/$([ $code = 0 ] && echo taken || echo refused.$code).$1"
	done
}
# rights_seen: all that each place ever had
places="/usr/local/libexec/firsthop/sendmail /usr/local/libexec/firsthop/mailq /usr/local/libexec/firsthop/runner /usr/local/libexec/firsthop/mailbox
	/var/spool/firsthop /var/spool/firsthop/drop /var/spool/firsthop/mqueue /var/spool/firsthop/trigger /etc/firsthop"
watch_rights() { while [ ! -e "$work/stop" ]; do (cd "$S" && stat -c '%n %u:%g %a' $(for p in $places; do echo ".$p"; done) 2>&1); done | awk '!seen[$0]++ { print; fflush() }' >"$work/rights"; }

start_runner
wait_for test -S "$S/var/run/firsthop/submit.sock"
first=$(runner_pid)

# A configuration that the present programs use, and the new ones do not read.
new=$S/usr/src/firsthop/build/bin
mv "$new/relayconf" "$work/relayconf"
printf '#!/bin/sh\necho "relayconf: /etc/firsthop/firsthop.conf:4: domains: leave out the dot" >&2; exit 78\n' >"$new/relayconf"; chmod +x "$new/relayconf"
age_programs
script upgrade build/bin; is $? 78 "a configuration that the new programs refuse: exit 78"
like "$(tr "\n" " " <"$work/out")" 'Nothing was changed; correct this, then upgrade:.*firsthop.conf:4: domains: leave out the dot' "the line is named"
ok "and the programs are those of before" cmp "$work/relayconf" "$S/usr/local/sbin/relayconf"
cp "$BIN"/* "$new/"

for n in 1 2 3 4 5 6 7 8; do submit $n & submitters="${submitters:-} $!"; done
watch_rights & watcher=$!
as 2001:2001 /bin/sh -c 'cd / && until [ -e /tmp/stop ]; do ls /var/spool/firsthop/mqueue /var/spool/firsthop/drop; done' >"$work/looked" 2>/dev/null & looker=$!
sleep 1
for round in 1 2 3; do
	age_programs
	script upgrade build/bin; result $? "upgrade $round" "$(cat "$work/out")"
	like "$(cat "$work/out")" 'the runner was replaced' "it says that the runner was replaced"
	second=$(runner_pid)
	ok "another process runs" test -n "$second" -a "$second" != "$first"
	like "$(exe "$second")" 'libexec/firsthop/runner$' "and it is the new program"
	ok "the old one has ended" wait_for gone "$first"
	first=$second
	sleep 1
done
: >"$work/stop"; : >"$S/tmp/stop"
wait $submitters $watcher $looker
taken=$(cat "$work"/taken.* | wc -l)
ok "much was submitted meanwhile ($taken messages)" test "$taken" -gt 100
is "$(cat "$work"/refused.* 2>/dev/null | wc -l; cat "$work"/said.* | sort | uniq -c | head)" 0 "nothing was refused"
all_delivered() { [ "$(ls "$work/delivered" | wc -l)" -ge "$taken" ]; }
wait_tries=1200 wait_for all_delivered
cat "$work"/taken.* | sort >"$work/wanted"
cat "$work"/delivered/*.eml | tr -d '\r' | sed -n 's/^tag \(.*\)\.$/\1/p' | sort >"$work/got"
ok "each that was taken is delivered, once" cmp -s "$work/wanted" "$work/got"
is "$(comm -23 "$work/wanted" "$work/got" | wc -l) lost, $(uniq -d "$work/got" | wc -l) doubled" "0 lost, 0 doubled" "none is lost or doubled"
is "$(cut -d ' ' -f 1 "$work/rights" | sort | uniq -d)" "" "no place had other rights for a moment" "$(cat "$work/rights")"
is "$(wc -l <"$work/rights")" "$(echo $places | wc -w)" "each was looked at, and never missing"
is "$(cat "$work/looked")" "" "and no user saw the queue"

# --- as it is run stays as it is
for target in "DAEMONLESS=yes sh relayconf/system/install-rights.sh"; do in_stage /usr/bin/env PREFIX=/usr/local SYSCONFDIR=/etc SPOOLDIR=/var/spool/firsthop LIBEXEC=/usr/local/libexec/firsthop DESTDIR= /bin/sh -c "cd /usr/src/firsthop && $target" >/dev/null; done
kill "$first"; wait_for gone "$first"
script upgrade build/bin; is $? 0 "upgrade of an installation whose submission starts the runner"
is "$(stat -c %a "$S/usr/local/libexec/firsthop/runner")" 4511 "keeps it so"
like "$(cat "$work/out")" 'no runner was running, so none was started' "and starts none"

# --- a queue of a later version
echo 'firsthop-queue: 99' >"$S/var/spool/firsthop/mqueue/format"
inode=$(stat -c %i "$S/usr/local/libexec/firsthop/sendmail")
script upgrade build/bin; is $? 65 "a queue that a later version has written: not installed over"
like "$(tr '\n' ' ' <"$work/out")" 'written by a later version \(format 99, these programs know [0-9]+\).*nothing was changed' "with the reason"
is "$(stat -c %i "$S/usr/local/libexec/firsthop/sendmail")" "$inode" "nothing was changed"
error=$(in_stage /usr/local/libexec/firsthop/runner --once 2>&1); is $? 78 "no runner of this version runs it"
like "$error" 'written by a later version of firsthop \(format 99' "and says why"
rm "$S/var/spool/firsthop/mqueue/format"

# --- uninstalling ends what runs
in_stage /usr/bin/env DAEMONLESS=no PREFIX=/usr/local SYSCONFDIR=/etc SPOOLDIR=/var/spool/firsthop LIBEXEC=/usr/local/libexec/firsthop DESTDIR= /bin/sh -c "cd /usr/src/firsthop && sh relayconf/system/install-rights.sh" >/dev/null
start_runner
wait_for test -S "$S/var/run/firsthop/submit.sock"
last=$(runner_pid)
is "$(cat "$S/var/spool/firsthop/mqueue/format")" "firsthop-queue: $(sed -n 's/^#define FORMAT_KNOWN //p' sendmail/lib/spool/format.h)" "a runner notes the format"
script uninstall; result $? "uninstall" "$(cat "$work/out")"
ok "the runner has ended" gone "$last"
ok "and its socket is gone" test ! -e "$S/var/run/firsthop/submit.sock"
is "$(ls -d "$S/usr/local/libexec/firsthop" "$S/usr/local/share/firsthop" 2>/dev/null)" "" "nothing of it is left"
kill "$smarthost"
finish
