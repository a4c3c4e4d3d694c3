#!/bin/sh
# coverage.sh [PART OF A TEST'S NAME...]: which lines of the C code the tests run, for each layer and program, and the files below 80 %.  gcc and gcov.
# The processes are not confined, or they could not write down what they ran.
# By the environment, for the tests that run make.
build=build-gcov
export BUILD=$build SANDBOX=none HARDEN=-fPIE OPTIMIZE='-O0 -g' SANITIZE='--coverage -fprofile-update=atomic' LDFLAGS="-Wl,--wrap=_exit,--wrap=execv,--wrap=execvp,--wrap=execl $PWD/$build/tests/fake/gcov_exit.o"
rm -rf $build
mkdir -p $build/tests/fake
cc -c -o $build/tests/fake/gcov_exit.o tests/fake/gcov_exit.c || exit 1
make -s --no-print-directory all tools units || exit 1
[ $# -gt 0 ] || set -- -source/ -real/
sh tests/run "$@" >$build/tests.log 2>&1
grep '^not ok' $build/tests.log
tail -n 1 $build/tests.log
for notes in $(find $build/sendmail $build/mail $build/relayconf -name '*.gcno'); do
	gcov -n -o "$notes" "$notes" 2>/dev/null
done | awk '
	/^File / { gsub(/.x27|\x27/, "", $2); file = $2 }
	/^Lines executed:/ && file ~ /^(sendmail|mail|relayconf)\/.*\.c$/ {
		split($2, a, /[:%]/); lines = $4; share = a[2]
		layer = file; sub(/\/[^\/]*$/, "", layer)
		total[layer] += lines; run[layer] += lines * share / 100
		if (share < 80) low[file] = share
		file = ""
	}
	END {
		for (layer in total) printf "%-20s %5.1f %% of %5d lines\n", layer, 100 * run[layer] / total[layer], total[layer] | "sort"
		close("sort")
		for (file in low) printf "below 80 %%: %-40s %s %%\n", file, low[file] | "sort"
	}'
