#!/bin/sh
# upgrade.sh BINARIES: a machine in use gets these programs; mail may be submitted and delivered all the while.  Root.
set -eu
here=$(dirname "$0")
[ "$(id -u)" = 0 ] || { echo "upgrade needs root: programs, their rights and the runner are replaced" >&2; exit 1; }
[ -z "${DESTDIR:-}" ] || { echo "upgrade is for this machine; for an image: make install install-rights DESTDIR=$DESTDIR" >&2; exit 64; }
[ -e "$LIBEXEC/sendmail" ] || { echo "upgrade: $LIBEXEC/sendmail is not there: another PREFIX?  For a first installation: make install install-rights" >&2; exit 66; }
sh "$here/install.sh" "$1"
sh "$here/install-rights.sh"
. "$here/service.sh"
if is_ours_at_boot; then sh "$here/install-boot.sh" | sed '/starts it now/d'; fi
service_replace
