#!/bin/sh
# The Debian package under a systemd that runs: started, confined, reloaded, restarted after a crash and at boot; callers without new rights.
groups=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
own=$groups/firsthop-test.$$
if [ "$(id -u)" != 0 ] || ! unshare -m -n -p -C -f true 2>/dev/null || ! command -v apt-get >/dev/null 2>&1 || ! command -v nsenter >/dev/null 2>&1 ||
	[ -z "$groups" ] || ! mkdir "$own" 2>/dev/null; then
	echo "1..1"; echo "ok 1 - $0 # skip needs root, namespaces (unshare, nsenter), a control group and Debian"; exit 0
fi
rmdir "$own"
. tests/lib.sh
. tests/real/load.sh
set -u
if [ -z "${FIRSTHOP_STAGE:-}" ]; then
	fetched "Debian or the package" sh tests/real/package.sh
	FIRSTHOP_STAGE=1 exec unshare -m sh "$0"
fi
work=$PWD/$BUILD/real/work.$(cat /proc/sys/kernel/random/uuid)
mkdir -p "$work"
mount --make-rprivate /
mount -t tmpfs -o mode=0755 stage "$work"
init= smarthost=
# power_off: as a plug is pulled
power_off() {
	[ -z "$init" ] || kill -KILL "$init"
	init=
	[ -z "$(jobs -p)" ] || wait 2>/dev/null
	# Until the last of its processes is gone.
	tries=0
	while [ -d "$own" ] && [ $tries -lt 100 ]; do
		find "$own" -depth -type d -exec rmdir {} \; 2>/dev/null
		[ ! -d "$own" ] || sleep 0.1
		tries=$((tries + 1))
	done
}
trap '[ -z "$smarthost" ] || kill "$smarthost"; power_off; umount -l "$work"; rmdir "$work"' EXIT
trap 'exit 1' HUP INT TERM
mkdir "$work/upper" "$work/scratch" "$work/root"
mount -t overlay -o "lowerdir=$PWD/$BUILD/real/systemd:$PWD/$BUILD/real/debian,upperdir=$work/upper,workdir=$work/scratch" stage "$work/root"
S=$work/root
cp "$BUILD"/deb/firsthop_*.deb "$S/root/firsthop.deb"
rm -f "$S/etc/machine-id"; : >"$S/etc/machine-id"

# A system that boots has more to do than one program: at most a minute.
wait_tries=1200
# boot: sets init, the number of its process 1 as it is seen from here
boot() {
	mkdir -p "$own"
	sh -c 'echo $$ >"$1/cgroup.procs" && exec unshare -m -p -n -u -i -C -f sh tests/real/boot.sh "$2"' sh "$own" "$S" >"$work/boot" 2>&1 &
	unshare=$!
	wait_for started
	wait_for is_up
}
started() { init=$(cat "/proc/$unshare/task/$unshare/children" 2>/dev/null | tr -d ' '); [ -n "$init" ] && grep -q systemd "/proc/$init/comm"; }
is_up() { inside systemctl is-system-running 2>/dev/null | grep -qE 'running|degraded'; }
inside() { nsenter -t "$init" -m -p -n -u -i -C -r -w/ env -i -C / PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 "$@"; }
getent_number() { inside getent group "$1" | cut -d: -f3; }
processes_of() { inside cat "/sys/fs/cgroup/system.slice/$1.service/cgroup.procs" 2>/dev/null; }
show() { inside systemctl show -P "$1" firsthop; }
is_active() { [ "$(inside systemctl is-active firsthop)" = active ]; }
got() { [ "$(ls "$work/delivered" 2>/dev/null | lines)" -ge "$1" ]; }
smarthost_up() {
	rm -f "$work/port"
	nsenter -t "$init" -n "$TOOLS/smarthost" ${port:+-p "$port"} -P "$work/port" -d "$work/delivered" & smarthost=$!
	wait_for test -s "$work/port"; port=$(cat "$work/port")
}
quietly() { "$@" >"$work/out" 2>&1 || { tail -n 20 "$work/out"; return 1; }; }

boot
ok "systemd is process 1" is_up
ok "apt installs the package" quietly inside apt-get -qq -y -o APT::Install-Recommends=false install /root/firsthop.deb cron
ok "the service runs at once" wait_for is_active
is "$(inside systemctl is-enabled firsthop)" enabled "and will at boot"
port=
smarthost_up
printf '[host]\nname = mon1.example.org\n[smarthost main]\nhost = 127.0.0.1\nport = %s\ntls = off\n[queue]\nwaits_min = 60\n' "$port" >"$work/conf"
inside sh -c 'cat >/etc/firsthop/firsthop.conf' <"$work/conf"
inside systemctl reload firsthop
ok "systemctl reload" inside systemctl reload firsthop
log() { inside journalctl -q -o short --facility=mail --no-pager | grep firsthop; }
has_read() { log | grep -q 'configuration read again'; }
ok "it reads the configuration, and says so in the journal" wait_for has_read

# --- what it may do -----------------------------------------------------------------------------------------------------
pid=$(show MainPID)
status=$(inside cat "/proc/$pid/status")
like "$status" "^Uid:	$(inside id -u firsthop)	" "it is the user firsthop"
is "$(echo "$status" | awk '$1 == "NoNewPrivs:" || $1 ~ /^Cap(Prm|Eff|Bnd|Amb):/ || $1 == "Seccomp:" { print $2 }' | tr '\n' ' ')" "0000000000000000 0000000000000000 0000000000000000 0000000000000000 1 2 " "no capability, nor any to be had, no way to new rights, a filter of system calls"
is "$(processes_of firsthop | tr -d '\n')" "$pid" "it is the only process of its unit: no part of it is root"
is "$(inside sh -c "cat /proc/$pid/net/dev" | awk -F: 'NR > 2 { print $1 }' | tr -d ' \n')" lo "it has no network"
is "$(inside systemctl is-active firsthop-relay.service firsthop-local.service firsthop-filter.service firsthop-relay.socket firsthop-local.socket firsthop-filter.socket | tr '\n' ' ')" "inactive inactive inactive active active active " "without mail no other process runs; their sockets wait"
is "$(inside stat -c '%a %U %n' /run/firsthop-start /run/firsthop-start/relay /run/firsthop-start/local | tr '\n' ' ')" "755 root /run/firsthop-start 600 firsthop /run/firsthop-start/relay 600 firsthop /run/firsthop-start/local " "sockets for the runner alone, in a folder of root's"
# Through the process' own root everything looks as it does to it.
its() { inside sh -c "cd /proc/$pid/root && $1" >/dev/null 2>&1; }
its 'touch etc/x'; ok "it can write nowhere in the system" test $? -ne 0 -a ! -e "$S/etc/x"
its 'cat root/firsthop.deb'; ok "and sees no home" test $? -ne 0
ok "it writes in the queue" its 'touch var/spool/firsthop/mqueue/x && rm var/spool/firsthop/mqueue/x'
level() { inside systemd-analyze security "$1" --no-pager 2>/dev/null | sed -n 's/.*exposure level[^:]*: \([0-9]*\)\.\([0-9]\).*/\1\2/p'; }
# exposures WHEN: of all units, in tenths
exposures() {
	for unit in firsthop firsthop-relay firsthop-local firsthop-filter firsthop-smtpd; do
		found=$(level $unit.service)
		result "$([ "${found:-100}" -le 15 ]; echo $?)" "systemd-analyze security $unit.service, $1: $found tenths of 100 are at most 15"
	done
}
exposures "without local delivery"
is "$(inside sh -c 'systemd-analyze verify --man=no /usr/lib/systemd/system/firsthop*' 2>&1 | grep -F firsthop)" "" "systemd-analyze verify has nothing to say"

# --- callers ----------------------------------------------------------------------------------------------------------------
inside setpriv --reuid=33 --regid=33 --clear-groups sh -c 'echo "of a user" | sendmail ops@example.org'; is $? 0 "sendmail"
ok "is delivered by the service" wait_for got 1
relays=$(processes_of firsthop-relay)
ok "relay's unit has processes: a starter, a relay, and perhaps its session" test "$(echo "$relays" | lines)" -ge 2
# of_relays FIELD: of /proc/PID/status
of_relays() { for p in $relays; do inside sed -n "s/^$1:[[:space:]]*//p" "/proc/$p/status" 2>/dev/null; done | sort -u; }
is "$(of_relays Uid | tr '\t' ' ')" "$(id=$(inside id -u fhnet); echo "$id $id $id $id")" "all of them are fhnet, wholly"
is "$(of_relays 'Cap[A-Za-z]*')" 0000000000000000 "without a capability, also to be had"
is "$(of_relays NoNewPrivs) $(of_relays Seccomp)" "1 2" "no way to new rights, and a filter"
relay=$(echo "$relays" | head -n 1)
is "$(inside sh -c "ls -A /proc/$relay/root/var/spool/firsthop/mqueue /proc/$relay/root/var/spool/firsthop/drop" 2>/dev/null | grep -v ':$\|^$')" "" "what talks with servers sees no queue"
ok "which is not empty" test -n "$(inside ls -A /var/spool/firsthop/mqueue)"
inside sh -c "ls /proc/$relay/root/root" 2>/dev/null | grep -q .; ok "and no home" test $? -ne 0
is "$(inside nsenter -t "$relay" -m -r -w/ -S "$(inside id -u fhnet)" -G "$(getent_number firsthop)" sh -c 'cd /var/spool/firsthop/oauth && echo x >.probe && cat .probe && rm .probe' 2>&1)" x "but the place of its tokens"
for unit in relay local; do
	ok "a user does not reach the socket of $unit" inside setpriv --reuid=33 --regid=33 --clear-groups sh -c "! test -w /run/firsthop-start/$unit"
done
inside systemd-run -q --wait -p User=www-data -p NoNewPrivileges=yes -p ProtectSystem=strict -p PrivateTmp=yes sh -c 'echo "of a unit" | sendmail -f web@example.org ops@example.org'; is $? 0 "a unit with NoNewPrivileges, as that of php-fpm"
ok "its mail, too" wait_for got 2
like "$(log)" 'pickup.* uid=33 from=<web@example.org> login=www-data .*via=socket' "through submit.sock, with the number of its user"
inside systemd-run -q --wait -p DynamicUser=yes sh -c 'echo "of a dynamic user" | sendmail -f dyn@example.org ops@example.org'; is $? 0 "a unit with DynamicUser"
ok "its mail, too: 3" wait_for got 3
# [listen], on port 25, which systemd opens and keeps
printf '[listen]\nsmtp = 127.0.0.1:25\n' | inside sh -c 'cat >>/etc/firsthop/firsthop.conf'
inside systemctl reload firsthop
smtpd_health() { inside setpriv --reuid=33 --regid=33 --clear-groups mailq health "$@" 2>&1; }
smtpd_warned() { smtpd_health | grep -q 'smtpd is not running'; }
ok "a port to listen at, and nobody there: mailq health warns" wait_for smtpd_warned
ok "firsthop-smtpd.socket" quietly inside systemctl enable --now firsthop-smtpd.socket
is "$(inside systemctl is-active firsthop-smtpd.service)" inactive "nothing is running as long as nobody calls"
unlike "$(smtpd_health)" 'smtpd' "and health is content with that"
like "$(smtpd_health --openmetrics)" '^firsthop_smtpd_up 1$' "and the metrics, so that no alert comes"
printf 'EHLO x\r\nMAIL FROM:<app@example.org>\r\nRCPT TO:<ops@example.org>\r\nDATA\r\nSubject: by smtp\r\n\r\nx\r\n.\r\nQUIT\r\n' >"$work/in"
like "$(nsenter -t "$init" -n "$TOOLS/sockcat" -e 127.0.0.1:25 <"$work/in" 2>&1 | tr -d '\r' | grep -v '^250-' | cut -c1-3 | tr '\n' ' ')" '^220 250 250 250 354 250 221 ' "the first caller is served"
ok "its mail goes" wait_for got 4
is "$(inside systemctl is-active firsthop-smtpd.service)" active "smtpd was started for him"
has_counted() { smtpd_health --openmetrics | grep -q '^firsthop_smtpd_events_total{event="messages"} 1$'; }
ok "and counts" wait_for has_counted
like "$(inside relayconf check -v 2>&1)" '^ok +listen +smtpd answers at 127.0.0.1:25' "relayconf check finds it"
inside systemctl stop firsthop-smtpd.service
ok "stopped, what it has counted stays" has_counted
inside systemctl disable --now firsthop-smtpd.socket firsthop-smtpd.service >/dev/null 2>&1
smtpd_is_down() { smtpd_health --openmetrics | grep -q '^firsthop_smtpd_up 0'; }
ok "without the socket it is down" wait_for smtpd_is_down
inside sed -i '/^\[listen\]/,$d' /etc/firsthop/firsthop.conf
inside systemctl reload firsthop
printf '@reboot echo "output of a job"\n' | inside crontab -u nobody -
inside rm -f /run/crond.reboot
inside systemctl restart cron
ok "cron.service: the mail of a job" wait_for got 5

# --- local delivery ---------------------------------------------------------------------------------------------------------
inside useradd -m bob
printf '[local]\ndeliver = mbox\ndomains = mon1.example.org\n' >>"$work/conf"
inside sh -c 'cat >/etc/firsthop/firsthop.conf' <"$work/conf"
inside systemctl restart firsthop
is "$(inside stat -c '%a %U:%G' /usr/libexec/firsthop/mailbox)" "755 root:root" "mailbox is a program as any other"
to_bob() { inside setpriv --reuid=33 --regid=33 --clear-groups sh -c "echo '$1' | sendmail bob@mon1.example.org"; }
to_bob "for bob"
has_mail() { inside grep -q 'for bob' /var/mail/bob; }
wait_for has_mail; result $? "a local mailbox gets its mail" "$(log | tail -n 5)"
is "$(inside stat -c '%U' /var/mail/bob)" bob "which is its user's"
starter=$(processes_of firsthop-local | head -n 1)
is "$(inside cat "/proc/$starter/status" | awk '$1 == "Uid:" || $1 == "NoNewPrivs:" || $1 == "CapBnd:" { print $2 }' | tr '\n' ' ')" "0 00000000000000e0 1 " "its starter is root, with three capabilities: to become others, and to end them"
is "$(inside sh -c "cat /proc/$starter/net/dev" | awk -F: 'NR > 2 { print $1 }' | tr -d ' \n')" lo "and no network"
exposures "with local delivery"
# .forward and Maildir are in a home.
inside sh -c 'echo ops@example.org >/home/bob/.forward; chown bob /home/bob/.forward'
before=$(ls "$work/delivered" | lines)
to_bob "sent on"
has_more() { [ "$(ls "$work/delivered" | lines)" -gt "$before" ]; }
wait_for has_more; result $? "a .forward of his is followed" "$(log | tail -n 5)"
inside rm -f /home/bob/.forward
sed -i 's/^deliver = mbox/deliver = maildir/' "$work/conf"
inside sh -c 'cat >/etc/firsthop/firsthop.conf' <"$work/conf"
inside systemctl restart firsthop
to_bob "in a Maildir"
has_maildir() { inside grep -qr 'in a Maildir' /home/bob/Maildir/new; }
wait_for has_maildir; result $? "a Maildir in his home gets its mail, and needs no setting of the unit" "$(log | tail -n 5)"
exposures "with a Maildir"

# --- from the unit of before, in which everything was one, with a root of its own ---------------------------------------
arrive=$(ls "$work/delivered" | lines)
inside sh -c 'cat >/usr/lib/systemd/system/firsthop.service' <<END
[Service]
Type=forking
PIDFile=/run/firsthop/runner.pid
ExecStart=/usr/libexec/firsthop/runner --stay --pass
KillMode=mixed
ExecStartPre=+/usr/bin/install -d -m 0755 -o firsthop -g firsthop /run/firsthop
CapabilityBoundingSet=CAP_SETUID CAP_SETGID CAP_SYS_CHROOT CAP_KILL
NoNewPrivileges=yes
[Install]
WantedBy=multi-user.target
END
inside systemctl stop firsthop
inside systemctl daemon-reload
inside systemctl stop firsthop-relay.socket firsthop-local.socket firsthop-filter.socket
ok "the service of before starts" inside systemctl start firsthop
is "$(for p in $(processes_of firsthop); do inside awk '$1 == "Uid:" { print $2 }' "/proc/$p/status"; done | sort -n | head -n 1)" 0 "with a root"
ok "an upgrade of the package, while it runs" quietly inside apt-get -qq -y -o APT::Install-Recommends=false --reinstall install /root/firsthop.deb
ok "it runs" wait_for is_active
is "$(for p in $(processes_of firsthop); do inside awk '$1 == "Uid:" { print $2 }' "/proc/$p/status"; done | sort -u)" "$(inside id -u firsthop)" "and no part of the runner is root any more"
inside setpriv --reuid=33 --regid=33 --clear-groups sh -c 'echo "after the upgrade" | sendmail ops@example.org'
ok "mail goes" wait_for got $((arrive + 1))

# --- upgrades under load, by dpkg beside the systemd that runs ------------------------------------------------------------
later_versions "$S/root/firsthop.deb" 2 "$S/root"
submit_as() {
	hardened=
	[ "$1" -le 6 ] || hardened=--no-new-privs
	submit "$1" inside setpriv $hardened --reuid="200$1" --regid="200$1" --clear-groups sendmail ops@example.org
}
submitters=
for n in 1 2 3 4 5 6 7 8; do submit_as $n & submitters="$submitters $!"; done
wait_for more_taken 20
for round in 1 2; do
	before=$(taken) pid=$(show MainPID)
	ok "upgrade $round under load" quietly inside dpkg -i "/root/next$round.deb"
	ok "mail was handed in all the while" more_taken $((before + 1))
	ok "the service runs" wait_for is_active
	new=$(show MainPID)
	ok "as another process" test "$new" -gt 0 -a "$new" != "$pid"
	like "$(inside readlink "/proc/$new/exe")" '/root/usr/libexec/firsthop/runner$' "of the new program"
	wait_for more_taken $(($(taken) + 20))
done
: >"$work/stop"
wait $submitters
each_arrived
arrive=$(ls "$work/delivered" | lines)

# --- firsthop(7): the log in systemd's journal ----------------------------------------------------------------------------
id=$(inside journalctl --facility=mail -o cat | sed -n 's/.*\([0-9a-f]\{8\}\.[0-9a-f]\{8\}\): to=.*status=sent.*/\1/p' | tail -n 1)
recipe journal | sed "s/6743a1f2.9c01d2aa/$id/; s/--grep 'status=(deferred|bounced)'/--grep 'status=(sent|deferred|bounced)'/; /--follow/d" >"$work/recipe"
inside sh -e -c "$(cat "$work/recipe")" >"$work/out" 2>&1; result $? "reading the journal" "$(cat "$work/out")"
like "$(cat "$work/out")" "$id: to=.*status=sent" "finds a delivery, and the way of one mail"

# --- firsthop(7): numbers for Prometheus, by a timer --------------------------------------------------------------------
inside mkdir -p /var/lib/prometheus/node-exporter
inside sh -e -c "$(recipe metrics-timer)" >"$work/out" 2>&1; result $? "the timer of firsthop(7) is enabled" "$(cat "$work/out")"
is "$(inside systemctl is-active firsthop-metrics.timer)" active "and runs"
ok "what it starts" inside systemctl start firsthop-metrics.service
is "$(ls "$S/var/lib/prometheus/node-exporter")" firsthop.prom "leaves one file"
is "$(awk -f tests/fake/openmetrics.awk "$S/var/lib/prometheus/node-exporter/firsthop.prom")" "" "which is valid"

# --- what goes wrong ----------------------------------------------------------------------------------------------------------
inside crontab -u nobody -r
pid=$(show MainPID)
kill "$smarthost"; wait "$smarthost" 2>/dev/null; smarthost=
inside setpriv --reuid=33 --regid=33 --clear-groups sh -c 'echo "while it was down" | sendmail ops@example.org'
waits() { inside mailq --json 2>/dev/null | grep -q '"attempt_count": [1-9]'; }
ok "the smarthost is down: the mail waits, for an hour" wait_for waits
inside sh -c "kill -KILL $pid"
is_another() { new=$(show MainPID); [ "$new" != 0 ] && [ "$new" != "$pid" ] && is_active; }
ok "killed, it is started again" wait_for is_another
power_off
boot
ok "the plug is pulled, and the machine boots" is_up
ok "the service runs" wait_for is_active
is "$(inside mailq -bP 2>/dev/null)" 1 "the mail is there"
is_tried() { log | grep -q 'to=<ops@example.org>.* try=2 '; }
ok "and it is tried at boot, not an hour later" wait_for is_tried
smarthost_up
inside systemctl restart firsthop
ok "a restart with the smarthost back delivers it" wait_for got $((arrive + 1))
ok "systemctl stop" inside systemctl stop firsthop
is "$(inside systemctl is-failed firsthop)" inactive "is a clean end"
is "$(inside systemctl is-active firsthop-relay.service firsthop-local.service firsthop-filter.service firsthop-relay.socket firsthop-local.socket firsthop-filter.socket | sort -u)" inactive "of all of its units"
is "$(inside sh -c 'for p in /proc/[0-9]*; do readlink $p/exe; done' 2>/dev/null | grep -c libexec/firsthop)" 0 "and no process is left"
ok "the package is removed" quietly inside apt-get -qq -y purge firsthop
is "$(inside systemctl is-active firsthop; inside systemctl list-units --all --no-legend firsthop.service 'firsthop-relay*' 'firsthop-local*' 'firsthop-filter*')" inactive "and nothing of the service stays"
finish
