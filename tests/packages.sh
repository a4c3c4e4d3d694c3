#!/bin/sh
# Installs what is missing, and only that: "build" for building and the demonstration, "check" for the tests too, "fuzz" for fuzzing, "deep" for
# the analysers, "deb" for the Debian package.
# Needs root only when something is missing.
set -eu
what=${1:-build}

need_debian() {
	missing=
	for package in $1; do
		dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $package"
	done
	[ -n "$missing" ] || return 0
	echo "installing:$missing"
	log=$(mktemp)
	{ apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing; } >"$log" 2>&1 || {
		cat "$log"; rm -f "$log"
		echo "these packages could not be installed; install them by hand:$missing" >&2
		exit 1
	}
	rm -f "$log"
}

need_freebsd() {
	missing=
	for package in $1; do
		pkg info -e "$package" || missing="$missing $package"
	done
	[ -z "$missing" ] || pkg install -y $missing
}

if command -v apt-get >/dev/null 2>&1; then
	need_debian "gcc libc6-dev libssl-dev libinih-dev libbsd-dev ca-certificates"
	case $what in
	build) ;;
	deb) need_debian "make dpkg-dev" ;;
	*) need_debian "libcmocka-dev mandoc openssl tmux bmake btrfs-progs" ;;
	esac
	case $what in fuzz | deep) need_debian "clang libclang-rt-14-dev" ;; esac
	[ "$what" != deep ] || need_debian "valgrind cppcheck clang-tidy binutils"
elif command -v pkg >/dev/null 2>&1; then
	need_freebsd "inih"
	[ "$what" = build ] || need_freebsd "cmocka"
fi
