#!/bin/sh
# upgrade.sh BINARIES: a machine in use gets these programs; mail may be submitted and delivered all the while.  Root.
set -eu
here=$(dirname "$0")
[ "$(id -u)" = 0 ] || { echo "upgrade needs root: programs, their rights and the runner are replaced" >&2; exit 1; }
[ -z "${DESTDIR:-}" ] || { echo "upgrade is for this machine; for an image: make install install-rights DESTDIR=$DESTDIR" >&2; exit 64; }
[ -e "$LIBEXEC/sendmail" ] || { echo "upgrade: $LIBEXEC/sendmail is not there: another PREFIX?  For a first installation: make install install-rights" >&2; exit 66; }
# A configuration that these programs do not read any more would keep all mail waiting.
config=$SYSCONFDIR/firsthop/firsthop.conf
reads() { code=0; "$1" -C "$config" show >/dev/null 2>&1 || code=$?; [ $code -ne 78 ]; }
if reads "$LIBEXEC/relayconf" && ! reads "$1/relayconf"; then
	echo "upgrade: the new programs refuse the configuration that the present ones use.  Nothing was changed; correct this, then upgrade:" >&2
	"$1/relayconf" -C "$config" show >&2 || exit 78
fi
sh "$here/install.sh" "$1"
sh "$here/install-rights.sh"
. "$here/service.sh"
if is_ours_at_boot; then sh "$here/install-boot.sh" | sed '/starts it now/d'; fi
service_replace
