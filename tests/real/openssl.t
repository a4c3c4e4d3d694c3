#!/bin/sh
# relay with the oldest and the newest OpenSSL that FreeBSD's releases have, 1.1.1 and 3.5: it compiles, and the tests of TLS, certificates and
# logins pass as they do with this system's own.
. tests/lib.sh
if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" != 0 ] || [ "$BUILD" != build ]; then
	echo "1..1"; echo "ok 1 - $0 # skip needs root on Debian"; exit 0
fi
for version in 1.1.1 3.5; do
	out=build/openssl-$version
	said=$(sh tests/real/openssl.sh $version 2>&1); code=$?
	[ $code -ne 69 ] || { skip "relay with OpenSSL $version" "$(echo "$said" | tail -n 1)"; continue; }
	result $code "relay with OpenSSL $version" "$said"
	library=$out/bin/relay
	[ $version = 1.1.1 ] || library=$(ls $out/root/usr/lib/*-linux-gnu/libcrypto.so.3)
	like "$(grep -aoE "OpenSSL $(echo $version | sed 's/\./[.]/g')[.a-z0-9]* +[0-9]+ [A-Z][a-z]+ 20[0-9]+" "$library" | head -n 1)" "^OpenSSL $version" "it is OpenSSL $version that is at work"
	for test in relay/delivery config/probe; do
		told=$(BUILD=$out sh tests/$test.t 2>&1)
		is "$(echo "$told" | grep -A 5 '^not ok'; echo "$told" | grep -c '^ok')" "$(echo "$told" | sed -n 's/^1\.\.//p')" "$version: each check of $test"
	done
done
finish
