#!/bin/sh
# stub.sh FOLDER OBJECT...: libssl and libcrypto that hold what the objects want of them, and nothing else; the names are FreeBSD 14's.
# Which library a symbol belongs to is read off this system's OpenSSL, so one that OpenSSL does not have stays undefined.
set -eu
folder=$1
shift
LC_ALL=C
export LC_ALL
nm -u "$@" | sed -n 's/^ *U //p' | sort -u >"$folder/wanted"
for name in ssl:30 crypto:30; do
	library=lib${name%:*}
	real=$(ldconfig -p | sed -n "s/.*=> \(.*\/$library\.so\.3\)\$/\1/p" | head -n 1)
	nm -D --defined-only "$real" | sed 's/.* //; s/@.*//' | sort -u | comm -12 - "$folder/wanted" >"$folder/$library.symbols"
	[ -s "$folder/$library.symbols" ] || { echo "stub.sh: nothing of $library is wanted" >&2; exit 1; }
	sed 's/.*/void &(void) {}/' "$folder/$library.symbols" >"$folder/$library.c"
	$CC -w -O0 -fPIC -shared -nostdlib -fno-builtin -Wl,-soname,$library.so.${name#*:} -o "$folder/$library.so" "$folder/$library.c"
done
