#!/bin/sh
# run.sh SECONDS [TARGET...]: each target for so long, from its corpus and what earlier runs found (build-fuzz/found).  A line for each; what ended it
# lies in build-fuzz/crash.  Needs clang.
seconds=$1
shift
[ $# -eq 0 ] || set -- $(printf "%s\n" "$@" | sed "s/^fuzz_//")
build=build-fuzz
make -s --no-print-directory BUILD=$build CC=clang OPTIMIZE='-O1 -g' HARDEN=-fPIE FUZZ_RUN=-fsanitize=fuzzer \
	SANITIZE='-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all' CFLAGS=-Wno-error $([ $# -gt 0 ] && printf "$build/fuzz/fuzz_%s " "$@" || echo fuzzers) || exit 1
mkdir -p $build/found $build/crash
bad=0
for program in $build/fuzz/fuzz_*; do
	name=${program##*/fuzz_}
	case $name in *.d | *.o) continue ;; esac
	[ $# -eq 0 ] || case " $* " in *" $name "*) ;; *) continue ;; esac
	mkdir -p "$build/found/$name"
	"$program" -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=1024 -artifact_prefix="$build/crash/$name-" -print_final_stats=1 \
		"$build/found/$name" "tests/fuzz/corpus/$name" >"$build/$name.log" 2>&1
	code=$?
	printf '%-10s %s: %s runs, %s a second, coverage %s, corpus %s\n' "$name" "$([ $code -eq 0 ] && echo clean || echo FOUND)" \
		"$(sed -n 's/^stat::number_of_executed_units: *//p' "$build/$name.log")" "$(sed -n 's/^stat::average_exec_per_sec: *//p' "$build/$name.log")" \
		"$(sed -n 's/.* cov: \([0-9]*\).*/\1/p' "$build/$name.log" | tail -n 1)" "$(ls "$build/found/$name" | wc -l)"
	[ $code -eq 0 ] || { bad=1; grep -E 'not so|ERROR|runtime error|SUMMARY' "$build/$name.log" | head -n 5; }
done
exit $bad
