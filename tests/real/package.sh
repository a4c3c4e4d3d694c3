#!/bin/sh
# package.sh: build/real/debian with its layers, and build/deb/firsthop_*.deb, made anew when a source is newer.  As root, in the source tree.
set -eu
build=${BUILD:-build}
unshare -m sh tests/real/debian.sh
deb=$(ls "$build"/deb/firsthop_*.deb 2>/dev/null | head -n 1)
exec 9>"$build/real/package.lock"
flock 9
if [ -z "$deb" ] || [ -n "$(find GNUmakefile mail man relayconf sendmail -newer "$deb" | head -n 1)" ] || [ "$(dpkg-deb -f "$deb" Maintainer)" != "A Builder <packages@example.org>" ]; then
	make --no-print-directory -s deb BUILD="$build" DEBFULLNAME="A Builder" DEBEMAIL=packages@example.org
fi
