# small-spool.sh: the spool is a small file system of its own, a tmpfs with the options in ROOM, into which ordinary users hand in mail.  A test sources
# this file in the place of tests/lib.sh, after ROOM; it begins anew in a namespace for mounts, with a new spool.
if [ -z "${SMALL_SPOOL:-}" ]; then
	[ "$(id -u)" = 0 ] && unshare -m setpriv --reuid 64001 --regid 64001 --clear-groups true 2>/dev/null ||
		{ echo "1..1"; echo "ok 1 - $0 # skip needs root and namespaces (unshare, setpriv)"; exit 0; }
	SMALL_SPOOL=1 exec unshare -m sh "$0"
fi
. tests/lib.sh
new_spool
mount --make-rprivate /
mount -t tmpfs -o "$ROOM" full "$work/spool" || exit 1
trap 'umount -l "$work/spool"; cleanup' EXIT
mkdir "$work/spool/drop" "$work/spool/mqueue"; chmod 1777 "$work/spool/drop"; mkfifo "$work/spool/trigger"; chmod 0666 "$work/spool/trigger"
chmod 0711 "$work" "$work/run"; chmod 0755 "$work/spool"
# The tree may be in a home that they cannot enter.
mkdir "$work/programs"; cp "$BIN/sendmail" "$work/programs/"
# as UID COMMAND...: of a user of that number
as() { uid=$1; shift; setpriv --reuid "$uid" --regid "$uid" --clear-groups "$@"; }
