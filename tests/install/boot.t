#!/bin/sh
# install-boot: what starts the runner at boot, in an image; switched on by the administrator, found by relayconf check, removed by uninstall.
. tests/lib.sh
new_spool
image=$work/image
make=$(command -v gmake || command -v make)
run() { "$make" --no-print-directory -s BUILD="$BUILD" DESTDIR="$image" PREFIX=/usr/local "$@" >"$work/out" 2>&1 || { cat "$work/out"; return 1; }; }

ok "FreeBSD: make install-boot" run SYSTEM=FreeBSD install-boot
script=$image/usr/local/etc/rc.d/firsthop periodic=$image/usr/local/etc/periodic/daily/450.status-firsthop
is "$(file_mode "$script") $(file_mode "$periodic")" "755 755" "an rc.d script, and one for periodic"
like "$(cat "$work/out")" 'sysrc firsthop_enable=YES' "it says how to switch it on"
ok "the script can be read" sh -n "$script"
is "$(cat "$script" "$periodic" | grep -c '%%\|@[A-Z]*@')" 0 "and all is filled in"
like "$(cat "$script")" '^command="/usr/local/libexec/firsthop/runner"$' "it starts our runner"
ok "and again" run SYSTEM=FreeBSD install-boot
ok "uninstall" run SYSTEM=FreeBSD uninstall
ok "takes both away" test ! -e "$script" -a ! -e "$periodic"

ok "neither systemd nor rc.d: it says what to start" run SYSTEM=Linux install-boot
like "$(cat "$work/out")" 'let your init start "/usr/local/libexec/firsthop/runner --stay"' "with the command"
mkdir -p "$image/usr/lib/systemd/system"
ok "systemd: make install-boot" run SYSTEM=Linux SPOOLDIR=/var/spool/other install-boot
unit=$image/usr/local/lib/systemd/system/firsthop.service
is "$(file_mode "$unit") $(grep -c '@[A-Z]*@' "$unit")" "644 0" "a unit, filled in"
like "$(grep '^ExecStart=' "$unit")" '^ExecStart=/usr/local/libexec/firsthop/runner --stay' "which starts our runner"
like "$(grep '^ReadWritePaths=' "$unit")" '=/var/spool/other( |$)' "with the spool of the installation"
like "$(cat "$work/out")" 'systemctl enable --now firsthop' "it says how to switch it on"
units=$image/usr/local/lib/systemd/system
is "$(ls "$units" | tr '\n' ' ')" "firsthop-filter.service firsthop-filter.socket firsthop-local.service firsthop-local.socket firsthop-relay.service firsthop-relay.socket firsthop-smtpd.service firsthop-smtpd.socket firsthop.service " "all units"
is "$(cat "$units"/* | grep -c '@[A-Z]*@')" 0 "filled in"
is "$(for file in "$units"/*.service; do grep -c '^NoNewPrivileges=yes' "$file"; done | sort -u)" 1 "each with what all have"
is "$(sed -n 's/^ExecStart=//p' "$units"/firsthop-*.service | tr '\n' ' ')" "/usr/local/libexec/firsthop/runner --starter filter /usr/local/libexec/firsthop/runner --starter local /usr/local/libexec/firsthop/runner --starter relay /usr/local/libexec/firsthop/smtpd " "and its program"
echo mine >"$image/etc.service"; mkdir -p "$image/etc/systemd/system"; mv "$image/etc.service" "$image/etc/systemd/system/firsthop.service"
ok "uninstall" run SYSTEM=Linux uninstall
ok "takes ours away, and leaves another's" test "$(ls "$units")" = "" -a -s "$image/etc/systemd/system/firsthop.service"
finish
