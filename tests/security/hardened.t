#!/bin/sh
# How the programs are built: what makes a mistake in them harder to use.
. tests/lib.sh
command -v readelf >/dev/null 2>&1 || skip_all "readelf is not installed"
! readelf -sW "$BIN/sendmail" | grep -q "__asan_init\|__gcov_dump" || skip_all "this build looks for mistakes in another way"
for program in $PROGRAMS; do
	headers=$(readelf -hldW "$BIN/$program")
	like "$headers" 'Type: +DYN' "$program: its place in memory cannot be known (PIE)"
	like "$headers" 'GNU_RELRO' "$program: its tables are read-only"
	like "$headers" 'FLAGS.*(BIND_NOW| NOW)' "$program: and filled before it starts"
	like "$headers" 'GNU_STACK +([^ ]+ +){5}RW +' "$program: no code on the stack"
	unlike "$headers" 'LOAD +([^ ]+ +){5}RWE|TEXTREL|RPATH|RUNPATH' "$program: no memory that is written and run, no library path of its own"
	like "$(readelf --dyn-syms -W "$BIN/$program")" '__stack_chk_fail' "$program: overrun stack frames are noticed"
	like "$(readelf --dyn-syms -W "$BIN/$program")" '__[a-z]+_chk@?' "$program: calls of libc are checked (FORTIFY)"
done
case $(uname -m) in
x86_64) like "$(readelf -n "$BUILD/sendmail/submit/main.o")" 'IBT, SHSTK' "branch targets are marked, and the shadow stack works (CET)" ;;
esac
finish
