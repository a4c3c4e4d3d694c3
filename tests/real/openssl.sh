#!/bin/sh
# openssl.sh 1.1.1|3.5: relay with that OpenSSL in its place, everything else as in this build: build/openssl-VERSION/bin.  1.1.1, of FreeBSD 13, is
# Debian 11's, linked statically; 3.5, of FreeBSD 15, comes from Debian 13 together with the C library that it wants, and relay is started by that
# library's own loader.  A second run finds all in place.
set -eu
. tests/real/offline.sh
version=$1
out=build/openssl-$version
log=$out/log
mkdir -p "$out"
apt=$PWD/$out/apt

complain() {
	echo "openssl.sh: $*" >&2
	[ ! -s "$log" ] || tail -n 5 "$log" >&2
	if offline "$log"; then
		echo "openssl.sh: there is no network to fetch it from" >&2
		exit 69
	fi
	exit 1
}

# apt with lists, and an idea of what is installed (nothing), of its own
apt_alone() {
	apt-get -qq -y -o APT::Sandbox::User=root -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null -o Dir::State="$apt/state" \
		-o Dir::State::status="$apt/status" -o Dir::Cache="$apt/cache" -o Debug::NoLocking=true -o Acquire::Check-Valid-Until=false "$@"
}

# suite_list NAME: the list of that Debian's packages; one that is no more among the living is in the archive
suite_list() {
	mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | sed -n 's,^URIs: *\(http[^ ]*/debian\)/*$,\1,p; s,^deb *\(http[^ ]*/debian\)/* .*,\1,p' | head -n 1)
	for mirror in "${mirror:-http://deb.debian.org/debian}" http://archive.debian.org/debian; do
		echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $1 main" >"$apt/sources.list"
		apt_alone update >"$log" 2>&1 && return 0
	done
	complain "the list of the packages of Debian's $1 could not be fetched"
}

# from_debian SUITE PACKAGE...: they, and nothing they depend on, unpacked in $out/root
from_debian() {
	[ ! -s "$out/root/made" ] || return 0
	rm -rf "$out/root" "$apt" && mkdir -p "$out/root" "$apt/state/lists/partial" "$apt/cache/archives/partial" "$apt/debs"
	: >"$apt/status"
	suite_list "$1"
	shift
	(cd "$apt/debs" && apt_alone download "$@") >>"$log" 2>&1 || complain "the packages could not be fetched"
	for deb in "$apt"/debs/*.deb; do dpkg-deb -x "$deb" "$out/root"; done
	rm -rf "$apt"
	mkdir -p "$out/headers"
	cp -R "$out/root/usr/include/openssl" "$out/headers/"
	cp -R "$out"/root/usr/include/*-linux-gnu/openssl/* "$out/headers/openssl/" 2>/dev/null || :
	echo yes >"$out/root/made"
}

copy_build() { for folder in sendmail mail relayconf bin tests; do rm -rf "${out:?}/$folder"; cp -a "build/$folder" "$out/"; done; }
# All that sees OpenSSL's headers is compiled anew.
seeing() { grep -rl '<openssl/' sendmail/lib sendmail/relay | sed 's/^/-W /'; }
link() { make --no-print-directory -s BUILD="$out" $(seeing) "$@" "$out/bin/relay" >"$log" 2>&1 || complain "relay does not link with OpenSSL $version"; }

case $version in
1.1.1)
	from_debian bullseye libssl-dev; copy_build
	mkdir -p "$out/static"
	cp "$out"/root/usr/lib/*-linux-gnu/lib*.a "$out/static/"
	link CPPFLAGS="-I$out/headers" LDFLAGS="-L$out/static" ;;
3.5)
	from_debian trixie libssl3t64 libssl-dev libc6 libidn2-0 libinih1 libunistring5 libzstd1 zlib1g libgcc-s1; copy_build
	libraries=$(dirname "$(ls "$out"/root/usr/lib/*-linux-gnu/libssl.so.3)")
	link CPPFLAGS="-I$out/headers" LDFLAGS="-L$libraries -Wl,--allow-shlib-undefined"
	mv "$out/bin/relay" "$out/bin/relay.program"
	loader=$(ls "$PWD/$libraries"/ld-linux*.so.* | head -n 1)
	printf '#!/bin/sh\nexec %s --library-path %s %s "$@"\n' "$loader" "$PWD/$libraries" "$PWD/$out/bin/relay.program" >"$out/bin/relay"
	chmod 755 "$out/bin/relay" ;;
*) complain "1.1.1 or 3.5" ;;
esac
