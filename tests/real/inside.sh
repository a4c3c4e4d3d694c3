# inside.sh: a test of real programs begins anew inside namespaces for mounts, network, processes and the host's name, so that nothing of it touches
# this machine, and everything ends with the test.  UNPACK has what it needs first: a script of this folder with its arguments.  A test sources this
# file before all else; it comes back inside, with tests/lib.sh, $work, which goes with the test, and the functions below.
if [ -z "${FIRSTHOP_STAGE:-}" ]; then
	if [ "$(id -u)" != 0 ] || ! unshare -m -n -p -f true 2>/dev/null || ! command -v apt-get >/dev/null 2>&1; then
		echo "1..1"; echo "ok 1 - $0 # skip needs root, namespaces (unshare) and Debian"; exit 0
	fi
	. tests/lib.sh
	fetched "the real programs" sh tests/real/$UNPACK
	FIRSTHOP_STAGE=1 exec unshare -m -n -p -u -f --mount-proc sh "${FIRSTHOP_SCRIPT:-$0}"
fi
. tests/lib.sh
set -u
work=$PWD/$BUILD/real/work.$(cat /proc/sys/kernel/random/uuid)
mkdir -p "$work"
mount --make-rprivate /
# Without a domain: none is a search list, or this machine's.
uname -n | sed 's/[.].*//' >/proc/sys/kernel/hostname
mount -t tmpfs -o mode=0755 stage "$work"
# $work/stop ends what runs beside the test (load.sh).
trap ': >"$work/stop"; umount -l "$work"; rmdir "$work"' EXIT
trap 'exit 1' HUP INT TERM PIPE
ip link set lo up 2>/dev/null || "$BUILD/real/root/bin/busybox" ip link set lo up

# image NAME LOWER: a Debian to write into, at $work/NAME, with the package of firsthop in /tmp
image() {
	mkdir -p "$work/$1.upper" "$work/$1.scratch" "$work/$1"
	mount -t overlay -o "lowerdir=$2,upperdir=$work/$1.upper,workdir=$work/$1.scratch" "$1" "$work/$1" || exit 1
	mount -t proc proc "$work/$1/proc"
	mount -t tmpfs -o mode=1777 tmp "$work/$1/tmp"
	cp "$BUILD"/deb/firsthop_*.deb "$work/$1/tmp/firsthop.deb"
}
quietly() { "$@" >"$work/out" 2>&1 || { cat "$work/out"; return 1; }; }
# number NAME passwd|group: its number in the stage
number() { awk -F: -v name="$1" '$1 == name { print $3 }' "$S/etc/$2"; }
# plain_config HOST PORT [LINES]: a smarthost without TLS, and LINES behind it
plain_config() { printf '[host]\nname = mon1.example.org\n[smarthost main]\nhost = %s\nport = %s\ntls = off\n%s\n' "$1" "$2" "${3:-}" >"$S/etc/firsthop/firsthop.conf"; }
# take_mail: a smarthost of the tests, on the port in $work/port
take_mail() { "$TOOLS/smarthost" -P "$work/port" -d "$work/delivered" "$@" >/dev/null 2>&1 & smarthost=$!; wait_for test -s "$work/port"; }
