#!/bin/sh
# The Debian package: built, looked over by lintian, installed by apt in a fresh minimal Debian with real cron and PHP, upgraded, removed and purged.
UNPACK=package.sh
. tests/real/inside.sh
. tests/rights-check.sh
image root "$PWD/$BUILD/real/debian"
S=$work/root
in_stage() { chroot "$S" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive "$@"; }
as() { who=$1; shift; in_stage setpriv --reuid="$who" --regid="$who" --clear-groups "$@"; }
mode() { stat -c '%a' "$S$1"; stat -c '%u:%g' "$S$1" | sed "s/\b$user\b/firsthop/; s/:$group$/:firsthop/; s/:$drop$/:fhdrop/; s/:$list$/:fhlist/"; }
waiting() { in_stage mailq 2>/dev/null | sed -n 's/.*Total requests: //p'; }
is_waiting() { [ "$(waiting)" = "$1" ]; }
runner_pid() { cat "$S/run/firsthop/runner.pid" 2>/dev/null; }

# --- the package itself -----------------------------------------------------------------------------------------------
image lint "$PWD/$BUILD/real/lintian:$PWD/$BUILD/real/debian"
chroot "$work/lint" lintian --allow-root --tag-display-limit 0 /tmp/firsthop.deb >"$work/lintian" 2>&1
like "$(chroot "$work/lint" lintian --version 2>&1)" 'Lintian v' "lintian is there"
is "$(grep '^[EW]:' "$work/lintian")" "" "it has no error and no warning"
is "$(grep -vc '^#' relayconf/system/debian/lintian-overrides)" 1 "and one that is overridden: that it closes no request at Debian"
is "$(dpkg-deb -f "$work/lint/tmp/firsthop.deb" Maintainer)" "A Builder <packages@example.org>" "its maintainer is who built it"
unit=$S/usr/lib/systemd/system/firsthop.service

# --- installed by apt, with callers that ask for a mail-transport-agent ------------------------------------------------
agents() { in_stage apt-get -s install "$@" 2>/dev/null | grep -cE '^Inst (exim4-daemon|postfix)'; }
is "$(agents cron)" 1 "cron alone would bring an agent with it"
is "$(agents cron /tmp/firsthop.deb)" 0 "with firsthop it does not"
# apt has no network here, so all that is installed comes out of its cache.
ok "apt installs it with cron and PHP" quietly in_stage apt-get -qq -y -o APT::Install-Recommends=false install /tmp/firsthop.deb cron php-cli
like "$(cat "$work/out")" 'until /etc/firsthop/firsthop.conf names a smarthost' "what is to be done next is said"
is "$(in_stage dpkg --audit)" "" "nothing is half installed"
user=$(number firsthop passwd) group=$(number firsthop group) drop=$(number fhdrop group) list=$(number fhlist group)
is "$(mode /usr/libexec/firsthop/sendmail | tr '\n' ' ')" "2755 0:fhdrop " "sendmail has its right"
is "$(rights_as_in_table "$S" /usr /etc resident)" "" "every place has the rights of the table"
is "$(rights_beside_table "$S" /usr /etc)" "" "and nothing beside it belongs to, or may be written by, anybody but root"
is "$(mode /usr/libexec/firsthop/mailq | tr '\n' ' ')" "2755 0:fhlist " "mailq too"
is "$(mode /var/spool/firsthop/drop | tr '\n' ' ')" "3770 firsthop:fhdrop " "the spool is made"
for name in /usr/sbin/sendmail /usr/lib/sendmail /usr/bin/mailq /usr/bin/newaliases; do
	like "$(in_stage readlink -f "$name")" '^/usr/libexec/firsthop/(sendmail|mailq|newaliases)$' "$name is ours"
done
ok "pages in Japanese, none with a name of manpages-ja" in_stage test -s /usr/share/man/ja/man1/firsthop-mailq.1.gz -a -s /usr/share/man/ja/man8/firsthop-sendmail.8.gz -a \
	! -e /usr/share/man/ja/man1/mailq.1.gz -a ! -e /usr/share/man/ja/man8/sendmail.8.gz -a -s /usr/share/man/ja/man5/firsthop.conf.5.gz
for name in mail mailx Mail; do is "$(in_stage readlink -f /usr/bin/$name)" /usr/bin/mail.firsthop "$name is ours, by its alternative"; done
ok "the service is enabled" test -L "$S/etc/systemd/system/multi-user.target.wants/firsthop.service"
if command -v systemd-analyze >/dev/null 2>&1; then
	is "$(systemd-analyze verify --man=no --recursive-errors=no --root="$S" "$unit" 2>&1 | grep -F firsthop)" "" "systemd-analyze verify has nothing to say"
	for service in firsthop firsthop-relay firsthop-local firsthop-filter firsthop-smtpd; do
		exposure=$(systemd-analyze security --offline=yes --root="$S" $service.service 2>/dev/null | sed -n 's/.*exposure level[^:]*: \([0-9]*\)\.\([0-9]\).*/\1\2/p')
		ok "systemd-analyze security $service.service: $exposure tenths are at most 15" test "${exposure:-100}" -le 15
	done
else
	count=$((count + 1)); echo "ok $count - the unit # skip systemd-analyze is not installed"
fi

# --- mail of cron and PHP, while nothing runs -------------------------------------------------------------------------------
printf '@reboot echo "output of a job"\n' | in_stage crontab -u nobody -
in_stage cron -f >"$work/cron.out" 2>&1 &
cron=$!
ok "Debian's cron: its mail is queued" wait_for is_waiting 1
kill "$cron"
as 33 php -r 'exit(mail("ops@example.org", "from PHP", "words of PHP") ? 0 : 1);'; is $? 0 "PHP's mail() is true, by its own sendmail_path"
echo "words of mail" | as 65534 mail -s "from mail" ops@example.org; is $? 0 "mail(1)"
is "$(waiting)" 3 "three wait"

# --- the runner, with the rights that the unit gives ---------------------------------------------------------------------------
"$TOOLS/smarthost" -P "$work/port" -d "$work/delivered" &
smarthost=$!
wait_for test -s "$work/port"
printf '[host]\nname = mon1.example.org\n[smarthost main]\nhost = 127.0.0.1\nport = %s\ntls = off\n' "$(cat "$work/port")" >"$S/etc/firsthop/firsthop.conf"
# The units as systemd would start them: their users and groups, no new rights, no capabilities, everything read-only but what they name.
of_unit() { sed -n "s/^$2=//p" "$S/usr/lib/systemd/system/$1" | head -n 1; }
own_id() { number "$(of_unit "$1" User)" passwd; }
confined() {
	unshare -m sh -c 'mount --rbind "$1" "$1" || exit 1
		for path in /run/firsthop "$2"; do mount --bind "$1$path" "$1$path" || exit 1; done
		mount -o remount,bind,ro "$1" || exit 1
		root=$1; shift 2; exec chroot "$root" setpriv --no-new-privs --bounding-set=-all --inh-caps=-all "$@"' sh "$S" "$spool" "$@"
}
spool=/var/spool/firsthop
service() {
	mkdir -p -m 0755 "$S/run/firsthop" "$S/run/firsthop-start" && chown "$user:$group" "$S/run/firsthop"
	cp "$TOOLS/activate" "$S/tmp/activate"
	chroot "$S" /tmp/activate /run/firsthop-start/relay "$(own_id firsthop-relay.service)" "$(number "$(of_unit firsthop-relay.service Group)" group)" \
		"$(number "$(of_unit firsthop-relay.service SupplementaryGroups)" group)" $(of_unit firsthop-relay.service ExecStart) &
	relays=$!
	wait_for test -S "$S/run/firsthop-start/relay"
	confined --reuid="$(own_id firsthop.service)" --regid="$group" --groups="$(number "$(of_unit firsthop.service SupplementaryGroups)" group)" $(of_unit firsthop.service ExecStart)
}
ok "the unit's runner starts" service
got() { [ "$(ls "$work/delivered" 2>/dev/null | lines)" -ge "$1" ]; }
ok "all three are delivered" wait_for got 3
for words in "output of a job" "words of PHP" "words of mail"; do ok "$words" grep -qr "$words" "$work/delivered"; done
pid=$(runner_pid)
is "$(awk '$1 == "NoNewPrivs:" || $1 == "CapEff:" || $1 == "CapPrm:" { print $2 }' "/proc/$pid/status" | tr '\n' ' ')" "0000000000000000 0000000000000000 1 " "with no capability and no way to new rights"
echo x | as 33 setpriv --no-new-privs /usr/sbin/sendmail ops@example.org; is $? 0 "a caller with NoNewPrivileges reaches submit.sock"
ok "its mail is delivered" wait_for got 4

# --- relayconf check; mail(1) beside another one
out=$(in_stage relayconf check -v 2>&1); is $? 0 "relayconf check finds no problem in what the package made" "$out"
unlike "$out" '^problem' "none"
like "$out" '^ok +places +sendmail, mailq and newaliases of this system lead to firsthop' "the system's names lead to it, also over ../"
ok "bsd-mailx is installed beside it" quietly in_stage apt-get -qq -y -o APT::Install-Recommends=false install bsd-mailx
for name in mail mailx Mail; do is "$(in_stage readlink -f /usr/bin/$name)" /usr/bin/mail.firsthop "$name stays ours: the higher priority"; done
ok "an administrator may choose the other" quietly in_stage update-alternatives --set mailx /usr/bin/bsd-mailx
is "$(in_stage readlink -f /usr/bin/mail)" /usr/bin/bsd-mailx "which is kept"
ok "and the choice outlives a configuration" quietly in_stage dpkg-reconfigure firsthop
is "$(in_stage readlink -f /usr/bin/mail)" /usr/bin/bsd-mailx "of the package"
quietly in_stage apt-get -qq -y purge bsd-mailx

# --- upgrade, remove, purge ------------------------------------------------------------------------------------------------------
kill "$pid"; gone() { ! kill -0 "$pid" 2>/dev/null; }
wait_for gone
echo kept | as 33 /usr/sbin/sendmail ops@example.org
conf=$(cat "$S/etc/firsthop/firsthop.conf")
chroot "$work/lint" sh -c 'cd /tmp && dpkg-deb -R firsthop.deb next && sed -i "s/^Version:.*/Version: 0.9-1/" next/DEBIAN/control && dpkg-deb --root-owner-group -b next next.deb' >/dev/null
cp "$work/lint/tmp/next.deb" "$S/tmp/"
ok "upgrade" quietly in_stage apt-get -qq -y install /tmp/next.deb
is "$(in_stage dpkg-query -W -f '${Version}' firsthop)" 0.9-1 "to the next version"
is "$(cat "$S/etc/firsthop/firsthop.conf")" "$conf" "the configuration is as it was"
is "$(waiting)" 1 "the queue too"
is "$(mode /usr/libexec/firsthop/sendmail | tr '\n' ' ')" "2755 0:fhdrop " "and the rights"
is "$(rights_as_in_table "$S" /usr /etc resident)$(rights_beside_table "$S" /usr /etc)" "" "all of the table's"
ok "remove" quietly in_stage apt-get -qq -y remove firsthop
ok "sendmail and mail are gone" test ! -e "$S/usr/sbin/sendmail" -a ! -e "$S/usr/bin/mail"
ok "the configuration and the mail stay" test -s "$S/etc/firsthop/firsthop.conf" -a "$(ls "$S/var/spool/firsthop/drop" | grep -c '^[0-9a-f]*\.[0-9a-f]*$')" = 1
ok "purge, with mail in the queue" quietly in_stage dpkg --purge firsthop
like "$(cat "$work/out")" '1 messages that were not delivered stay in /var/spool/firsthop' "says what is kept"
ok "and keeps it, with its user" test "$(ls "$S/var/spool/firsthop/drop" | grep -c '^[0-9a-f]*\.[0-9a-f]*$')" = 1 -a -n "$(number firsthop passwd)"
ok "but not the configuration" test ! -e "$S/etc/firsthop"
ok "installed again" quietly in_stage apt-get -qq -y install /tmp/next.deb
is "$(waiting)" 1 "the mail is there"
rm -f "$S"/var/spool/firsthop/drop/????????.????????
echo aside >"$S/var/spool/firsthop/mqueue/6b0d6086.9b84ca1a.dead"
ok "purge, with one message that was set aside" quietly in_stage dpkg --purge firsthop
like "$(cat "$work/out")" '1 messages that were not delivered stay' "it stays"
is "$(cat "$S/var/spool/firsthop/mqueue/6b0d6086.9b84ca1a.dead")" aside "as it is"
ok "installed again" quietly in_stage apt-get -qq -y install /tmp/next.deb
rm "$S/var/spool/firsthop/mqueue/6b0d6086.9b84ca1a.dead"
echo 'firsthop-queue: 99' >"$S/var/spool/firsthop/mqueue/format"
ok "a queue of a later version is not given to this package" sh -c "! chroot '$S' dpkg -i /tmp/next.deb >'$work/out' 2>&1"
like "$(cat "$work/out")" 'written by a later version \(format 99' "with the reason"
rm "$S/var/spool/firsthop/mqueue/format"
ok "else it is" quietly in_stage dpkg -i /tmp/next.deb
ok "purge, with an empty queue" quietly in_stage apt-get -qq -y purge firsthop
ok "nothing stays" test ! -e "$S/var/spool/firsthop" -a ! -e "$S/etc/firsthop" -a -z "$(number firsthop passwd)$(number firsthop group)$(number fhdrop group)"
is "$(in_stage dpkg-statoverride --list '*firsthop*'; find "$S/etc" -name '*firsthop*' | head)" "" "no trace in dpkg or /etc"
kill "$smarthost"
finish
