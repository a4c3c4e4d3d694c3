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
	# Another program may be installing at this moment.
	if { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -q --no-install-recommends $missing; } >"$log" 2>&1; then
		rm -f "$log"
		return 0
	fi
	tail -n 5 "$log"; rm -f "$log"
	return 1
}

# What nothing can be built without.
require() {
	need_debian "$1" && return 0
	echo "these packages could not be installed; install them as root:$missing" >&2
	exit 1
}

# What single tests need: those say so.
want() { need_debian "$1" || echo "not installed, so the tests that need them are skipped:$missing"; }

# PACKAGE:FILE...: what is not there, whoever put it there, is installed.  The base system's pkg(8) fetches the real one first.
need_freebsd() {
	missing=
	for pair in $1; do
		[ -e "${LOCALBASE:-/usr/local}/${pair#*:}" ] || missing="$missing ${pair%:*}"
	done
	[ -n "$missing" ] || return 0
	echo "installing:$missing"
	command -v pkg >/dev/null 2>&1 && ASSUME_ALWAYS_YES=yes pkg install -y $missing </dev/null
}

require_freebsd() {
	need_freebsd "$1" && return 0
	echo "these packages could not be installed; install them as root: pkg install$missing" >&2
	exit 1
}

if command -v apt-get >/dev/null 2>&1; then
	require "gcc libc6-dev libssl-dev libinih-dev libidn2-dev libbsd-dev ca-certificates"
	case $what in
	build) ;;
	deb) require "make dpkg-dev build-essential" ;;
	*) want "libcmocka-dev mandoc openssl tmux bmake btrfs-progs python3 curl wget iproute2" ;;
	esac
	case $what in fuzz | deep) require "clang libclang-rt-dev" ;; esac
	[ "$what" != deep ] || require "valgrind cppcheck clang-tidy binutils"
elif [ "$(uname -s)" = FreeBSD ]; then
	require_freebsd "inih:include/ini.h libidn2:include/idn2.h"
	if [ "$what" != build ]; then
		require_freebsd "cmocka:include/cmocka.h"
		need_freebsd "tmux:bin/tmux python3:bin/python3 curl:bin/curl" || echo "not installed, so the tests that need them are skipped:$missing"
	fi
fi
