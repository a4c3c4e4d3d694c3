#!/bin/sh
# Other C libraries, processors and compilers: every program is compiled and linked for glibc 2.31, for musl, and for a 32-bit machine with glibc 2.36;
# libbsd is linked where something of it is called that libc lacks, and nowhere else.  The compilers that are installed compile without a warning.
. tests/lib.sh
[ "$BUILD" = build ] || skip_all "once is enough"
make=$(command -v gmake || command -v make)

# --- the compilers at hand, on what is one file for every system
compiler() {
	command -v "$1" >/dev/null 2>&1 || { skip "$1 compiles it" "$1 is not installed"; return; }
	said=$("$make" --no-print-directory -s -k -j2 BUILD=build/cc/"$1" CC="$1" OPTIMIZE=-O1 all 2>&1); result $? "$1 compiles it, without a warning" "$said"
	rm -rf build/cc/"$1"
}
# cc itself has compiled what is tested here.
usual=$(readlink -f "$(command -v cc)")
for c in gcc-12 gcc-13 gcc-14 clang-14 clang-15 clang-16 clang-17 clang-18 clang-19; do
	case $usual in */*-"$c") result 0 "$c compiles it: it is cc" ;; *) compiler $c ;; esac
done

# --- C libraries
command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ] || { skip "other C libraries" "the compiler for them is fetched as root on Debian"; finish; exit 0; }
said=$(sh tests/freebsd/fetch-freebsd.sh build/freebsd 2>&1); code=$?
[ $code -ne 69 ] || { skip "other C libraries" "$(echo "$said" | tail -n 1)"; finish; exit 0; }
[ $code -eq 0 ] || { result $code "the compiler" "$said"; finish; exit 0; }
mkdir -p build/libc/include && cp -R /usr/include/bsd build/libc/include/
needs() { readelf -d "build/libc/$1/bin/$2" 2>/dev/null | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sed 's/libc.musl.*/libc.so/' | grep -v '^ld-linux\|^libpthread' | sort | tr '\n' ' '; }
# target NAME BSD
target() {
	said=$("$make" --no-print-directory -s -j2 -f tests/libc/libc.mk TARGET="$1" all 2>&1); result $? "$1: compiled and linked" "$said"
	like "$(needs "$1" sendmail)" "^${2:+libbsd.so.0 }libc.so(.6)? \$" "$1: sendmail needs libc${2:+ and libbsd} alone"
	like "$(needs "$1" runner)" "^${2:+libbsd.so.0 }libc.so(.6)? libidn2.so.0 libinih" "$1: runner${2:+, too}"
	[ -n "$2" ] || unlike "$(needs "$1" newaliases)" libbsd "$1: where libc has all, nothing links libbsd"
}
target x86_64-linux-gnu.2.31 libbsd
target x86_64-linux-musl libbsd
target x86-linux-gnu.2.36 ''
like "$(readelf -W --dyn-syms build/libc/x86-linux-gnu.2.36/bin/sendmail 2>/dev/null)" ' (open|openat)64' "32 bits: files may be longer than 2 GiB"
unlike "$(readelf -W --dyn-syms build/libc/x86-linux-gnu.2.36/bin/sendmail 2>/dev/null)" ' (clock_gettime|open|openat|fstat|lseek)(@|$)' "and times later than 2038"
finish
