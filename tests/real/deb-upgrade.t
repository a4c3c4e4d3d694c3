#!/bin/sh
# The package installed over itself on a machine in use: eight users submit, two of them without the set-group-id right, and mail flows.  Nothing
# is refused, lost or sent twice, no file has other rights for a moment, and the runner becomes the new program.
UNPACK=package.sh
. tests/real/inside.sh
. tests/real/load.sh
image root "$PWD/$BUILD/real/debian"
S=$work/root
in_stage() { chroot "$S" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive "$@"; }
runner_pid() { cat "$S/run/firsthop/runner.pid" 2>/dev/null; }
gone() { ! kill -0 "$1" 2>/dev/null; }

later_versions "$S/tmp/firsthop.deb" 3 "$S/tmp"

# --- the machine in use ---------------------------------------------------------------------------------------------------
ok "apt installs the package" quietly in_stage apt-get -qq -y -o APT::Install-Recommends=false install /tmp/firsthop.deb
take_mail
plain_config 127.0.0.1 "$(cat "$work/port")"
in_stage sendmail -bd -q1m
ok "a runner that was started by hand" wait_for test -S "$S/run/firsthop/submit.sock"
first=$(runner_pid)

# watch_rights: all that each place ever had, each once
places="/usr/libexec/firsthop/sendmail /usr/libexec/firsthop/mailq /usr/libexec/firsthop/runner /usr/libexec/firsthop/mailbox
	/var/spool/firsthop /var/spool/firsthop/drop /var/spool/firsthop/mqueue /var/spool/firsthop/trigger /etc/firsthop"
watch_rights() { while [ ! -e "$work/stop" ]; do (cd "$S" && stat -c '%n %u:%g %a' $(for p in $places; do echo ".$p"; done) 2>&1); done | awk '!seen[$0]++ { print; fflush() }' >"$work/rights"; }

# submit_as NUMBER: by the program of the package; the last two users have no way to new rights
submit_as() {
	hardened=
	[ "$1" -le 6 ] || hardened="setpriv --no-new-privs"
	submit "$1" $hardened chroot --userspec="200$1:200$1" "$S" /usr/sbin/sendmail ops@example.org
}
submitters=
for n in 1 2 3 4 5 6 7 8; do submit_as $n & submitters="$submitters $!"; done
watch_rights & watcher=$!
chroot --userspec=2001:2001 "$S" /bin/sh -c 'cd / && until [ -e /tmp/stop ]; do ls /var/spool/firsthop/mqueue /var/spool/firsthop/drop; done' >"$work/looked" 2>/dev/null & looker=$!
wait_for more_taken 20
for round in 1 2 3; do
	before=$(taken)
	ok "upgrade $round: dpkg -i" quietly in_stage dpkg -i "/tmp/next$round.deb"
	ok "mail was handed in all the while" more_taken $((before + 1))
	is "$(in_stage dpkg-query -W -f '${Status} ${Version}' firsthop)" "install ok installed $version+$round" "it is the new version"
	second=$(runner_pid)
	ok "another process runs" test -n "$second" -a "$second" != "$first"
	is "$(readlink "/proc/$second/exe" | sed 's/.*\(\/usr\/libexec\)/\1/')" /usr/libexec/firsthop/runner "and it is the new program"
	ok "the old one has ended" wait_for gone "$first"
	first=$second
	wait_for more_taken $(($(taken) + 20))
done
: >"$work/stop"; : >"$S/tmp/stop"
wait $submitters $watcher $looker

ok "much was handed in meanwhile ($(taken) messages)" more_taken 100
each_arrived
is "$(cut -d ' ' -f 1 "$work/rights" | sort | uniq -d)" "" "no place had other rights for a moment" "$(cat "$work/rights")"
is "$(lines <"$work/rights")" "$(echo $places | words)" "each was looked at, and never missing"
is "$(cat "$work/looked")" "" "and no user saw the queue"
kill "$(runner_pid)"
kill "$smarthost"
finish
