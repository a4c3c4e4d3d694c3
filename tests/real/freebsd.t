#!/bin/sh
# Every program compiled and linked for FreeBSD 14 on two processors, and what the results need: FreeBSD's libraries and nothing of Linux.
. tests/lib.sh
if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" != 0 ]; then
	echo "1..1"; echo "ok 1 - $0 # skip the compiler is fetched as root on Debian"; exit 0
fi
log=build/freebsd.log
mkdir -p build
fetched "the compiler" sh tests/freebsd/fetch-freebsd.sh build/freebsd
make --no-print-directory freebsd >"$log" 2>&1; result $? "make freebsd" "$(tail -n 20 "$log")"
programs=$(make --no-print-directory -pn -f GNUmakefile 2>/dev/null | sed -n 's/^PROGRAMS = //p' | head -n 1)
ok "the list of programs is known" test -n "$programs"
for cpu in x86_64 aarch64; do
	bin=build/freebsd/$cpu/bin
	for program in $programs; do
		needs=$(readelf -d "$bin/$program" 2>/dev/null | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sort | tr '\n' ' ')
		case $program in
		sendmail | mail | mailbox) wanted='^libc.so.7 $' ;;
		smtpd) wanted='^libc.so.7 libcrypt.so.5 libcrypto.so.30 libidn2.so.0 libinih.so.0 libssl.so.30 $' ;;
		relay) wanted='^libc.so.7 libcrypto.so.30 libidn2.so.0 libinih.so.0 libssl.so.30 $' ;;
		*) wanted='^libc.so.7 (libidn2.so.0 libinih.so.0 )?$' ;;
		esac
		like "$needs" "$wanted" "$cpu: $program needs $needs"
		like "$(readelf -lW "$bin/$program" 2>/dev/null)" 'interpreter: /libexec/ld-elf.so.1' "$cpu: $program is FreeBSD's"
	done
	symbols=$(for program in $programs; do readelf -W --dyn-syms "$bin/$program" 2>/dev/null; done | awk '$7 == "UND" && $8 != "" { print $8 }' | sort -u)
	unlike "$symbols" 'GLIBC|__libc_start_main|epoll_|signalfd|renameat2|prctl|landlock|secure_getenv' "$cpu: no symbol is Linux's"
	for program in relay runner; do
		like "$(readelf -W --dyn-syms "$bin/$program")" 'cap_rights_limit@FBSD_1' "$cpu: $program limits descriptors"
	done
	like "$(readelf -W --dyn-syms "$bin/relay")" 'cap_enter@FBSD_1' "$cpu: relay enters capability mode"
	like "$(readelf -W --dyn-syms "$bin/relay")" 'setrlimit@FBSD_1' "$cpu: and may start no process"
	unlike "$(echo "$symbols" | grep -v '@FBSD_1')" '^(open|read|write|socket|fork)$' "$cpu: what libc has is bound to FreeBSD's versions"
done
# The port's own Makefile stages these programs, and they are what its packing list has.  It works in this very tree, whose files stay as they are.
rm -rf build/freebsd/ports && mkdir -p build/freebsd/ports/mail
sh relayconf/system/freebsd/into-ports.sh -n build/freebsd/ports >"$log" 2>&1; result $? "the port in a tree" "$(cat "$log")"
for cpu in x86_64 aarch64; do
	work=$PWD/build/freebsd/$cpu/port
	rm -rf "$work" && mkdir -p "$work"
	env -u MAKEFLAGS -u MFLAGS bmake -m "$PWD/tests/freebsd/mk" -C build/freebsd/ports/mail/firsthop WRKDIR="$work" WRKSRC="$PWD" MAKEFILE=tests/freebsd/freebsd.mk GMAKE_ARGS="-s CPU=$cpu" SHEBANG_FILES= STRIP= stage >"$log" 2>&1
	result $? "$cpu: the port is staged" "$(tail -n 5 "$log")"
	# Completion is what the programs print themselves, and these do not run here.
	like "$(cat "$log")" 'completion.* is not made: relayconf does not run here' "$cpu: it says that completion is not made here"
	listed=$(grep -v '^@\(comment\|dir\|postexec\|preunexec\)' "$work/plist" | sed 's/^@[a-z]*\(([^)]*)\)* //; s,^,/usr/local/,' | grep -v 'completion\|/zsh/' | sort)
	is "$(cd "$work/stage" && find . -type f -o -type l | sed 's/^\.//' | sort)" "$listed" "$cpu: with what its packing list has"
	for program in sendmail relay runner mailq; do
		like "$(readelf -hlW "$work/stage/usr/local/libexec/firsthop/$program")" 'interpreter: /libexec/ld-elf.so.1' "$cpu: the $program in it is FreeBSD's"
	done
	like "$(readelf -h "$work/stage/usr/local/libexec/firsthop/relay")" "$(case $cpu in x86_64) echo X86-64 ;; *) echo AArch64 ;; esac)" "$cpu: and for this processor"
done
finish
