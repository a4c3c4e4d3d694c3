#!/bin/sh
# Each parser with its corpus: whole, cut short at every place, and spoilt at every place in four ways ("make fuzz" goes on from there).
. tests/lib.sh
make -s --no-print-directory BUILD="$BUILD" fuzzers >/dev/null 2>&1
for corpus in tests/fuzz/corpus/*; do
	name=${corpus##*/}
	out=$("$BUILD/fuzz/fuzz_$name" "$corpus"/* 2>&1); is $? 0 "$name"
done
is "$(ls tests/fuzz/corpus | tr '\n' ' ')" "$(ls tests/fuzz/fuzz_*.c | sed 's,.*/fuzz_,,; s/\.c//' | tr '\n' ' ')" "each target has a corpus"
finish
