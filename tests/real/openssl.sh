#!/bin/sh
# openssl.sh 1.1.1|3.5: relay with that OpenSSL in its place, everything else as in this build: build/openssl-VERSION/bin.  1.1.1, of FreeBSD 13, is
# compiled from its source (as carried unchanged by a package for Rust) without what relay does not use; 3.5, of FreeBSD 15, comes from Debian 13
# together with the C library that it wants, and relay is started by that library's own loader.  A second run finds all in place.
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

from_source() {
	[ ! -s "$out/source/libssl.a" ] || return 0
	for need in cargo perl; do
		command -v $need >/dev/null 2>&1 || { apt-get -qq update; apt-get -qq -y --no-install-recommends install $need; } >"$log" 2>&1 || complain "$need is missing"
	done
	crate=$out/crate
	rm -rf "$crate" "$out/source" && mkdir -p "$crate/src" "$crate/cc/src"
	printf '[package]\nname = "cc"\nversion = "1.2.999"\n' >"$crate/cc/Cargo.toml"
	printf '[package]\nname = "o"\nversion = "0.0.0"\n[dependencies]\nopenssl-src = "=111.28.2"\n[patch.crates-io]\ncc = { path = "cc" }\n[workspace]\n' >"$crate/Cargo.toml"
	: >"$crate/src/lib.rs"; : >"$crate/cc/src/lib.rs"
	(cd "$crate" && cargo vendor vendor) >"$log" 2>&1 || complain "the source of OpenSSL could not be fetched"
	mv "$crate/vendor/openssl-src/openssl" "$out/source"
	rm -rf "$crate"
	# Debian's folder of authorities, as the system's own OpenSSL has it.
	(cd "$out/source" && perl ./Configure "linux-$(uname -m)" --openssldir=/usr/lib/ssl no-shared no-tests no-engine no-dso no-comp no-dtls no-srp no-idea no-rc2 no-rc4 no-rc5 \
		no-camellia no-seed no-aria no-sm2 no-sm3 no-sm4 no-bf no-cast no-des no-md4 no-mdc2 no-whirlpool no-gost no-cms no-ts no-ct no-ocsp no-ui-console \
		no-async no-ssl3 no-psk no-srtp -O0 && make -s -j2 build_libs) >"$log" 2>&1 || complain "OpenSSL $version was not built"
}

# apt with lists, and an idea of what is installed (nothing), of its own
apt_13() {
	apt-get -qq -y -o APT::Sandbox::User=root -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null -o Dir::State="$apt/state" \
		-o Dir::State::status="$apt/status" -o Dir::Cache="$apt/cache" -o Debug::NoLocking=true "$@"
}

from_debian() {
	[ ! -s "$out/root/made" ] || return 0
	rm -rf "$out/root" "$apt" && mkdir -p "$out/root" "$apt/state/lists/partial" "$apt/cache/archives/partial" "$apt/debs"
	: >"$apt/status"
	mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | sed -n 's,^URIs: *\(http[^ ]*/debian\)/*$,\1,p; s,^deb *\(http[^ ]*/debian\)/* .*,\1,p' | head -n 1)
	echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${mirror:-http://deb.debian.org/debian} trixie main" >"$apt/sources.list"
	apt_13 update >"$log" 2>&1 || complain "the list of Debian 13's packages could not be fetched"
	(cd "$apt/debs" && apt_13 download libssl3t64 libssl-dev libc6 libidn2-0 libinih1 libunistring5 libzstd1 zlib1g libgcc-s1) >>"$log" 2>&1 || complain "the packages could not be fetched"
	for deb in "$apt"/debs/*.deb; do dpkg-deb -x "$deb" "$out/root"; done
	rm -rf "$apt"
	echo yes >"$out/root/made"
}

copy_build() { for folder in sendmail mail relayconf bin tests; do rm -rf "${out:?}/$folder"; cp -a "build/$folder" "$out/"; done; }
# All that sees OpenSSL's headers is compiled anew.
seeing() { grep -rl '<openssl/' sendmail/lib sendmail/relay | sed 's/^/-W /'; }
link() { make --no-print-directory -s BUILD="$out" $(seeing) "$@" "$out/bin/relay" >"$log" 2>&1 || complain "relay does not link with OpenSSL $version"; }

case $version in
1.1.1)
	from_source; copy_build
	link CPPFLAGS="-I$out/source/include" LDFLAGS="-L$out/source" ;;
3.5)
	from_debian; copy_build
	mkdir -p "$out/headers"
	cp -R "$out/root/usr/include/openssl" "$out/headers/"
	cp -R "$out"/root/usr/include/*-linux-gnu/openssl/* "$out/headers/openssl/" 2>/dev/null || :
	libraries=$(dirname "$(ls "$out"/root/usr/lib/*-linux-gnu/libssl.so.3)")
	link CPPFLAGS="-I$out/headers" LDFLAGS="-L$libraries -Wl,--allow-shlib-undefined"
	mv "$out/bin/relay" "$out/bin/relay.program"
	loader=$(ls "$PWD/$libraries"/ld-linux*.so.* | head -n 1)
	printf '#!/bin/sh\nexec %s --library-path %s %s "$@"\n' "$loader" "$PWD/$libraries" "$PWD/$out/bin/relay.program" >"$out/bin/relay"
	chmod 755 "$out/bin/relay" ;;
*) complain "1.1.1 or 3.5" ;;
esac
