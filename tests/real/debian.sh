#!/bin/sh
# debian.sh: makes build/real/debian, a fresh minimal Debian by debootstrap, whose package cache holds what tests install into it by its own
# apt; and build/real/lintian, a layer over it with lintian.  This machine's mirror and settings of apt are used, nothing is installed here.
# A second run finds the marks and does nothing.  Run from the source tree, as root, in a namespace for mounts.
set -eu
umask 022
base=$PWD/build/real
root=$base/debian
wanted="ca-certificates cron php-cli"

complain() {
	echo "debian.sh: $*" >&2
	exit 1
}
# quietly COMMAND...: what it says is shown only when it fails
quietly() {
	"$@" >"$base/debian.log" 2>&1 || { tail -n 20 "$base/debian.log" >&2; complain "failed: $*"; }
}

bootstrap() {
	rm -rf "$root" "$base/lintian" "$base/lintian.made" "$base/debootstrap"
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
	quietly chroot "$root" env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --download-only -o APT::Install-Recommends=false install $wanted libinih1
}

add_lintian() {
	rm -rf "$base/lintian" "$base/lintian.work"
	mkdir -p "$base/lintian" "$base/lintian.work" "$base/lintian.root"
	mount -t tmpfs stage "$base/lintian.work"
	mkdir "$base/lintian.work/upper" "$base/lintian.work/scratch"
	mount -t overlay -o "lowerdir=$root,upperdir=$base/lintian.work/upper,workdir=$base/lintian.work/scratch" stage "$base/lintian.root"
	quietly chroot "$base/lintian.root" env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o APT::Keep-Downloaded-Packages=false --no-install-recommends install lintian
	rm -rf "$base/lintian.root"/var/cache/apt/*.bin "$base/lintian.root"/usr/share/doc/*
	umount "$base/lintian.root"
	cp -a "$base/lintian.work/upper/." "$base/lintian/"
	umount "$base/lintian.work"
}

mkdir -p "$base"
exec 9>"$base/debian.lock"
flock 9
if [ ! -e "$base/debian.made" ] || [ "$(cat "$base/debian.made")" != "$wanted" ]; then
	rm -f "$base/debian.made"
	bootstrap
	echo "$wanted" >"$base/debian.made"
fi
[ -e "$base/lintian.made" ] || { add_lintian && : >"$base/lintian.made"; }
