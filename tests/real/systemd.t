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
is "$(echo "$status" | awk '$1 == "NoNewPrivs:" || $1 == "CapPrm:" || $1 == "CapEff:" || $1 == "Seccomp:" { print $2 }' | tr '\n' ' ')" "0000000000000000 0000000000000000 1 2 " "no capability, no way to new rights, a filter of system calls"
starter=$(for p in $(inside cat /sys/fs/cgroup/system.slice/firsthop.service/cgroup.procs); do [ "$p" = "$pid" ] || echo "$p"; done)
is "$(inside cat "/proc/$starter/status" | awk '$1 == "Uid:" || $1 == "NoNewPrivs:" || $1 == "CapBnd:" { print $2 }' | tr '\n' ' ')" "0 00000000000400e0 1 " "its starter is root, with four capabilities: to become others, to give them an empty root, to end them"
# Through the process' own root everything looks as it does to it.
its() { inside sh -c "cd /proc/$pid/root && $1" >/dev/null 2>&1; }
its 'touch etc/x'; ok "it can write nowhere in the system" test $? -ne 0 -a ! -e "$S/etc/x"
its 'cat root/firsthop.deb'; ok "and sees no home" test $? -ne 0
ok "it writes in the queue" its 'touch var/spool/firsthop/mqueue/x && rm var/spool/firsthop/mqueue/x'
level=$(inside systemd-analyze security firsthop.service --no-pager 2>/dev/null | sed -n 's/.*exposure level[^:]*: \([0-9]*\)\.[0-9].*/\1/p')
ok "systemd-analyze security: exposure $level of 10 is low" test "${level:-10}" -le 2
is "$(inside systemd-analyze verify --man=no /usr/lib/systemd/system/firsthop.service 2>&1 | grep -F firsthop)" "" "systemd-analyze verify has nothing to say"

# --- callers ----------------------------------------------------------------------------------------------------------------
inside setpriv --reuid=33 --regid=33 --clear-groups sh -c 'echo "of a user" | sendmail ops@example.org'; is $? 0 "sendmail"
ok "is delivered by the service" wait_for got 1
inside systemd-run -q --wait -p User=www-data -p NoNewPrivileges=yes -p ProtectSystem=strict -p PrivateTmp=yes sh -c 'echo "of a unit" | sendmail -f web@example.org ops@example.org'; is $? 0 "a unit with NoNewPrivileges, as that of php-fpm"
ok "its mail, too" wait_for got 2
like "$(log)" 'pickup.* uid=33 from=<web@example.org> login=www-data .*via=socket' "through submit.sock, with the number of its user"
inside systemd-run -q --wait -p DynamicUser=yes sh -c 'echo "of a dynamic user" | sendmail -f dyn@example.org ops@example.org'; is $? 0 "a unit with DynamicUser"
ok "its mail, too: 3" wait_for got 3
printf '@reboot echo "output of a job"\n' | inside crontab -u nobody -
inside rm -f /run/crond.reboot
inside systemctl restart cron
ok "cron.service: the mail of a job" wait_for got 4

# --- local delivery ---------------------------------------------------------------------------------------------------------
inside useradd -m bob
printf '[local]\ndeliver = mbox\ndomains = mon1.example.org\n' >>"$work/conf"
inside sh -c 'cat >/etc/firsthop/firsthop.conf' <"$work/conf"
inside systemctl restart firsthop
is "$(inside stat -c '%a %U:%G' /usr/libexec/firsthop/mailbox)" "755 root:root" "mailbox is a program as any other"
inside setpriv --reuid=33 --regid=33 --clear-groups sh -c 'echo "for bob" | sendmail bob@mon1.example.org'
has_mail() { inside grep -q 'for bob' /var/mail/bob; }
wait_for has_mail; result $? "a local mailbox gets its mail" "$(log | tail -n 5)"
is "$(inside stat -c '%U' /var/mail/bob)" bob "which is its user's"

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
ok "a restart with the smarthost back delivers it" wait_for got 5
ok "systemctl stop" inside systemctl stop firsthop
is "$(inside systemctl is-failed firsthop)" inactive "is a clean end"
ok "the package is removed" quietly inside apt-get -qq -y purge firsthop
is "$(inside systemctl is-active firsthop; inside systemctl list-units --all --no-legend 'firsthop.service')" inactive "and nothing of the service stays"
finish
