#!/bin/sh
# User, groups, spool and modes.  Root; may be run again at any time; DESTDIR names an image.
set -eu
root=${DESTDIR:-}
[ "$(id -u)" = 0 ] || { echo "install-rights needs root: it makes the user firsthop and sets owners" >&2; exit 1; }
[ -d "$root$LIBEXEC" ] || { echo "install-rights: $root$LIBEXEC is missing; run \"make install\" first" >&2; exit 1; }

have_group() { grep -q "^$1:" "$root/etc/group"; }
have_user() { grep -q "^$1:" "$root/etc/passwd"; }
number() { awk -F: -v name="$1" '$1 == name { print $3 }' "$root/etc/$2"; }

if [ "$(uname -s)" = FreeBSD ]; then
	for group in firsthop fhdrop; do have_group $group || pw ${root:+-R "$root"} groupadd $group; done
	have_user firsthop || pw ${root:+-R "$root"} useradd firsthop -g firsthop -d /nonexistent -s /usr/sbin/nologin -c 'firsthop mail relay'
else
	mkdir -p "$root/etc"
	touch "$root/etc/group" "$root/etc/passwd"
	for group in firsthop fhdrop; do have_group $group || groupadd -r ${root:+-P "$root"} $group; done
	have_user firsthop || useradd -r ${root:+-P "$root"} -g firsthop -d /nonexistent -s /usr/sbin/nologin -c 'firsthop mail relay' firsthop
fi
# Numbers of the image, which need not be those of this machine.
user=$(number firsthop passwd) group=$(number firsthop group) drop=$(number fhdrop group)

spool=$root$SPOOLDIR
mkdir -p "$spool/drop" "$spool/mqueue"
chown 0:0 "$spool" && chmod 0711 "$spool"
chown "$user:$drop" "$spool/drop" && chmod 1770 "$spool/drop"
chown "$user:$group" "$spool/mqueue" && chmod 0750 "$spool/mqueue"
[ -p "$spool/trigger" ] || { rm -f "$spool/trigger"; mkfifo -m 0620 "$spool/trigger"; }
chown "$user:$drop" "$spool/trigger" && chmod 0620 "$spool/trigger"

programs=$root$LIBEXEC
chown "0:$drop" "$programs/sendmail" && chmod 2755 "$programs/sendmail"
chown "0:$group" "$programs/mailq" && chmod 2755 "$programs/mailq"
# Whatever root or another user starts belongs to root.  With a resident runner nothing is set-user-id.  DAEMONLESS=yes: submission starts a runner, which
# lends anyone the right to have delivered what is queued, and no other.
for program in runner relay mbox mailbox newaliases; do chown 0:0 "$programs/$program" && chmod 0755 "$programs/$program"; done
if [ "${DAEMONLESS:-no}" = yes ]; then chown "0:$group" "$programs/runner" && chmod 4511 "$programs/runner"; fi

conf=$root$SYSCONFDIR/firsthop
chown 0:0 "$conf" && chmod 0755 "$conf"
[ ! -e "$conf/secret" ] || { chown "0:$group" "$conf/secret" && chmod 0640 "$conf/secret"; }
echo "firsthop: user, groups, spool $spool and modes are in place"
