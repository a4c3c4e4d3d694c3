#!/bin/sh
# Takes firsthop out again and restores what was there before.  Queued mail and the configuration stay.
set -eu
. relayconf/system/links.sh
root=${DESTDIR:-}

for file in "$root$mailer_conf" "$root/etc/mail/mailer.conf"; do # the second: where it was written once
	grep -qsF "$LIBEXEC/" "$file" || continue
	rm -f "$file"
	[ ! -e "$file.$saved" ] || mv "$file.$saved" "$file"
done
links | while read -r place target; do
	[ "$(readlink "$root$place" 2>/dev/null || :)" = "$target" ] || continue
	rm -f "$root$place"
	if [ -e "$root$place.$saved" ] || [ -L "$root$place.$saved" ]; then mv "$root$place.$saved" "$root$place"; fi
done
for name in sendmail mailq newaliases runner relay mbox mailbox relayconf; do rm -f "$root$LIBEXEC/$name"; done
rm -f "$root$PREFIX/sbin/relayconf" "$root$PREFIX/bin/mail" "$root$SYSCONFDIR/firsthop/firsthop.conf.sample"
for page in man/*.[1578]; do rm -f "$root$MANDIR/man${page##*.}/${page##*/}"; done
for file in munin.sh logwatch.pl logwatch.conf; do rm -f "$root$PREFIX/share/firsthop/$file"; done
for file in "$PREFIX/etc/rc.d/firsthop" "$PREFIX/etc/periodic/daily/450.status-firsthop" "$PREFIX/lib/systemd/system/firsthop.service" /etc/systemd/system/firsthop.service; do
	if grep -qsF "$LIBEXEC/" "$root$file"; then rm -f "$root$file"; fi
done
rmdir "$root$LIBEXEC" "$root$PREFIX/share/firsthop" 2>/dev/null || :
waiting=$(find "$root$SPOOLDIR/drop" "$root$SPOOLDIR/mqueue" -type f -name '????????.????????' 2>/dev/null | wc -l)
echo "firsthop is removed; $root$SPOOLDIR stays with $((waiting)) messages, and $root$SYSCONFDIR/firsthop with the configuration"
