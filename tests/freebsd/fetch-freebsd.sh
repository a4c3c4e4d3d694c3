#!/bin/sh
# fetch-freebsd.sh FOLDER: what compiling for FreeBSD needs: a compiler that brings FreeBSD's own headers and libraries, the source of inih, and
# OpenSSL's headers without the other headers of this system.  A second run finds everything in place and does nothing.
set -eu
. tests/real/offline.sh
folder=$1
zig=0.15.2
inih_c=31f5678cb95b73beb8ae3f0a68432f821da655245eeb95671e9b84362b24f58d
inih_h=c3d9f4b99207f0c8ead017401345ef2c1853fcbff18fa4c3e0b6e8e16712beb1
mkdir -p "$folder"

complain() {
	echo "fetch-freebsd.sh: $*" >&2
	[ ! -s "$folder/log" ] || tail -n 5 "$folder/log" >&2
	if offline "$folder/log"; then
		echo "fetch-freebsd.sh: there is no network to fetch it from" >&2
		exit 69
	fi
	exit 1
}

compiler() {
	[ "$(cat "$folder/zig/version" 2>/dev/null)" != $zig ] || return 0
	python3 -m pip --version >/dev/null 2>&1 || { apt-get -qq update; apt-get -qq -y --no-install-recommends install python3-pip; } >"$folder/log" 2>&1
	rm -rf "$folder/zig"
	python3 -m pip install -q --no-deps --no-compile --disable-pip-version-check --target "$folder/zig" "ziglang==$zig" >"$folder/log" 2>&1 ||
		complain "the compiler could not be fetched"
	echo $zig >"$folder/zig/version"
}

# A package for Rust carries inih unchanged.  What that package itself depends on is not wanted: empty packages stand in.
inih() {
	[ ! -s "$folder/inih/ini.c" ] || return 0
	command -v cargo >/dev/null 2>&1 || { apt-get -qq update; apt-get -qq -y --no-install-recommends install cargo; } >"$folder/log" 2>&1 ||
		complain "cargo is missing; it fetches the source of inih"
	rm -rf "$folder/crate" && mkdir -p "$folder/crate/src"
	for package in libc:0.2.999 bindgen:0.69.999 cc:1.0.999; do
		mkdir -p "$folder/crate/${package%:*}/src"
		printf '[package]\nname = "%s"\nversion = "%s"\n' "${package%:*}" "${package#*:}" >"$folder/crate/${package%:*}/Cargo.toml"
		: >"$folder/crate/${package%:*}/src/lib.rs"
	done
	: >"$folder/crate/src/lib.rs"
	cat >"$folder/crate/Cargo.toml" <<-'TOML'
		[package]
		name = "inih"
		version = "0.0.0"
		[dependencies]
		inih_rust_migration = "=0.1.0"
		[patch.crates-io]
		libc = { path = "libc" }
		bindgen = { path = "bindgen" }
		cc = { path = "cc" }
		[workspace]
	TOML
	(cd "$folder/crate" && cargo vendor vendor) >"$folder/log" 2>&1 || complain "the source of inih could not be fetched"
	mkdir -p "$folder/inih"
	cp "$folder/crate/vendor/inih_rust_migration/ini/ini.h" "$folder/inih/ini.h"
	cp "$folder/crate/vendor/inih_rust_migration/ini/ini.c" "$folder/inih/ini.new"
	printf '%s  %s\n' $inih_c "$folder/inih/ini.new" $inih_h "$folder/inih/ini.h" | sha256sum --quiet -c - >"$folder/log" 2>&1 || complain "the source of inih is not the one that is known here"
	mv "$folder/inih/ini.new" "$folder/inih/ini.c"
}

openssl() {
	[ ! -s "$folder/openssl/openssl/configuration.h" ] || return 0
	mkdir -p "$folder/openssl/openssl"
	for header in $(dpkg-query -L libssl-dev | grep '/openssl/[a-z0-9_]*\.h$'); do
		cp "$header" "$folder/openssl/openssl/" || complain "OpenSSL's headers are missing: install libssl-dev"
	done
}

# Its header alone: it is the same everywhere.
idn2() {
	[ ! -s "$folder/idn2/idn2.h" ] || return 0
	mkdir -p "$folder/idn2"
	cp "$(dpkg-query -L libidn2-dev | grep '/idn2\.h$')" "$folder/idn2/" || complain "the header of libidn2 is missing: install libidn2-dev"
}

compiler
inih
idn2
openssl
