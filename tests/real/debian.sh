#!/bin/sh
# debian.sh: makes build/real/debian, a fresh minimal Debian by debootstrap, whose package cache holds what tests install into it by its own
# apt; and layers over it: build/real/lintian, and build/real/systemd, whose init is systemd.  This machine's mirror and settings of apt are used, nothing is installed here.
# A second run finds the marks and does nothing.  Run from the source tree, as root, in a namespace for mounts.
set -eu
umask 022
base=$PWD/build/real
root=$base/debian
wanted="ca-certificates cron php-cli bsd-mailx"

. tests/real/offline.sh
complain() {
	echo "debian.sh: $*" >&2
	if offline "$base/debian.log"; then
		echo "debian.sh: there is no network to fetch it from" >&2
		exit 69
	fi
	exit 1
}
# quietly COMMAND...: what it says is shown only when it fails
quietly() {
	"$@" >"$base/debian.log" 2>&1 || { tail -n 20 "$base/debian.log" >&2; complain "failed: $*"; }
}

bootstrap() {
	rm -rf "$root" "$base/lintian" "$base/lintian.made" "$base/systemd" "$base/systemd.made" "$base/debootstrap"
	mkdir -p "$base/debootstrap"
	(cd "$base/debootstrap" && { apt-get -qq download debootstrap || { apt-get -qq update && apt-get -qq download debootstrap; }; }) >"$base/debian.log" 2>&1 ||
		complain "debootstrap could not be fetched: $(tail -n 1 "$base/debian.log")"
	dpkg-deb -x "$base"/debootstrap/debootstrap_*.deb "$base/debootstrap"
	suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
	mirror=$(apt-get --print-uris download base-files | sed -n "s,^'\(.*\)/pool/.*,\1,p" | head -n 1)
	quietly env DEBOOTSTRAP_DIR="$base/debootstrap/usr/share/debootstrap" "$base/debootstrap/usr/sbin/debootstrap" \
		--variant=minbase "$suite" "$root" "$mirror"
	cp /etc/apt/apt.conf.d/*proxy* "$root/etc/apt/apt.conf.d/" 2>/dev/null || :
	rm -f "$root"/var/cache/apt/archives/*.deb
	quietly chroot "$root" apt-get -qq update
	# The cache only: the tests install, without a network.
	quietly chroot "$root" env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --download-only -o APT::Install-Recommends=false install $wanted libidn2-0 libinih1
}

# add_layer NAME PACKAGE...: what those packages add, in build/real/NAME
add_layer() {
	layer=$base/$1
	shift
	rm -rf "$layer" "$layer.work"
	mkdir -p "$layer" "$layer.work" "$layer.root"
	mount -t tmpfs stage "$layer.work"
	mkdir "$layer.work/upper" "$layer.work/scratch"
	mount -t overlay -o "lowerdir=$root,upperdir=$layer.work/upper,workdir=$layer.work/scratch" stage "$layer.root"
	quietly chroot "$layer.root" env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o APT::Keep-Downloaded-Packages=false --no-install-recommends install "$@"
	rm -rf "$layer.root"/var/cache/apt/*.bin "$layer.root"/usr/share/doc/*
	umount "$layer.root"
	cp -a "$layer.work/upper/." "$layer/"
	umount "$layer.work"
	: >"$layer.made"
}

mkdir -p "$base"
exec 9>"$base/debian.lock"
flock 9
if [ ! -e "$base/debian.made" ] || [ "$(cat "$base/debian.made")" != "$wanted" ]; then
	rm -f "$base/debian.made"
	bootstrap
	echo "$wanted" >"$base/debian.made"
fi
[ -e "$base/lintian.made" ] || add_layer lintian lintian
[ -e "$base/systemd.made" ] || add_layer systemd systemd systemd-sysv dbus
