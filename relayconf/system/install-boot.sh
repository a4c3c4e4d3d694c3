#!/bin/sh
# What starts the runner at boot: an rc.d script on FreeBSD, a unit where systemd is.  It is only put in place; switching it on is what is printed.
# Root; may be run again at any time; DESTDIR names an image.
set -eu
root=${DESTDIR:-}
# What all units have stands once, in systemd/common.
fill_in() {
	sed -e "/^@COMMON@\$/{
		r ${1%/*}/common
		d
	}" -e "s|%%PREFIX%%|$PREFIX|g" -e "s|%%LOCALBASE%%|/usr/local|g" -e "s|%%SPOOLDIR%%|$SPOOLDIR|g" -e "s|%%RUNDIR%%|$RUNDIR|g" \
		-e "s|@LIBEXEC@|$LIBEXEC|g" -e "s|@SPOOLDIR@|$SPOOLDIR|g" "$1"
}

# put SOURCE MODE FILE
put() {
	mkdir -p "$root${3%/*}"
	fill_in "$1" >"$root$3.new"
	chmod "$2" "$root$3.new"
	mv -f "$root$3.new" "$root$3"
	[ -n "$root" ] || sync # a crash in the next half minute does not take it away
	echo "firsthop: $root$3 is in place"
}

if [ "${SYSTEM:-$(uname -s)}" = FreeBSD ]; then
	put relayconf/system/freebsd/files/firsthop.in 0755 "$PREFIX/etc/rc.d/firsthop"
	put relayconf/system/freebsd/files/450.status-firsthop.in 0755 "$PREFIX/etc/periodic/daily/450.status-firsthop"
	echo "firsthop: \"sysrc firsthop_enable=YES sendmail_enable=NONE\" lets it start at boot; \"service firsthop start\" starts it now"
elif [ -d "$root/usr/lib/systemd/system" ] || [ -d "$root/lib/systemd/system" ] || { [ -z "$root" ] && [ -d /run/systemd/system ]; }; then
	case $PREFIX in /usr | /usr/local) units=$PREFIX/lib/systemd/system ;; *) units=/etc/systemd/system ;; esac
	. relayconf/system/service.sh
	for unit in $boot_units; do put "relayconf/system/systemd/$unit" 0644 "$units/$unit"; done
	if [ -z "$root" ] && [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
	echo "firsthop: \"systemctl enable --now firsthop\" starts it now, and at boot"
else
	echo "firsthop: neither systemd nor rc.d is here: let your init start \"$LIBEXEC/runner --stay\", as root, at boot"
fi
