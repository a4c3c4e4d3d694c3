#!/bin/sh
# deep.sh [PART...]: what takes longer than a look: the analysers over all C code, and valgrind over the unit tests.  One line for each; all of it in
# build-deep.  PART: clang, cppcheck, analyzer, tidy, valgrind; without one, all.  SINCE=COMMIT: only C files that changed since then.  The sanitizers
# are "make check-asan".
parts=${*:-clang cppcheck analyzer tidy valgrind}
wanted() { case " $parts " in *" $1 "*) return 0 ;; esac; return 1; }
for part in $parts; do
	case $part in clang | cppcheck | analyzer | tidy | valgrind) ;; *) echo "deep.sh: no part is called $part" >&2; exit 2 ;; esac
done
out=build-deep
mkdir -p $out
rm -f $out/clang.bad
sources=$(find sendmail mail relayconf -name '*.c' ! -name 'sandbox_freebsd.c' ! -name 'sandbox_none.c')
[ -z "${SINCE:-}" ] || sources=$(for source in $sources; do git diff --quiet "$SINCE" -- "$source" || echo "$source"; done)
[ -n "$sources" ] || { echo "no C file has changed since $SINCE"; exit 0; }
flags="-std=c11 -Isendmail/lib -Isendmail -I. -D_GNU_SOURCE -DFH_VERSION=\"0\" -DFH_RIGHTS=\"build/rights.inc\""
make -s --no-print-directory build/rights.inc || exit 1
bad=0
# WHAT CODE: a program that ended before its work was done has not found the code clean
ended() { echo "$1 ended with $2: error:"; }
verdict() { # NAME FILE
	if [ -s "$2" ]; then echo "$1: $(wc -l <"$2") lines, see $2"; head -n 10 "$2"; bad=1; else echo "$1: clean"; fi
}
if wanted clang; then
make -s --no-print-directory CC=clang BUILD=$out/clang all tools units >$out/clang.log 2>&1 || cp $out/clang.log $out/clang.bad
[ -e $out/clang.bad ] || : >$out/clang.bad
verdict "clang's warnings" $out/clang.bad
fi
if wanted cppcheck; then
cppcheck --quiet --std=c11 --enable=warning,portability,performance --inline-suppr --suppress=missingInclude --suppress=missingIncludeSystem \
	-D__linux__ -DFH_VERSION='"0"' -Isendmail/lib -Isendmail -I. $sources 2>$out/cppcheck || ended cppcheck $? >>$out/cppcheck
verdict cppcheck $out/cppcheck
fi
if wanted analyzer; then
: >$out/analyzer.all
for source in $sources; do
	gcc $flags -O1 -fanalyzer -Wno-analyzer-use-of-uninitialized-value -c -o /dev/null "$source" 2>>$out/analyzer.all ||
		ended "$source: gcc" $? >>$out/analyzer.all
done
# Two that gcc 12 does not see through: iconv_open's result is no memory, and a command without a row was answered before.
grep -E 'warning:|error:' $out/analyzer.all | grep -v 'sendmail/lib/base/charset.c.*leak of\|mail/command/command.c.*dereference of NULL .row' | sort -u >$out/analyzer
verdict "gcc -fanalyzer" $out/analyzer
fi
if wanted tidy; then
checks='-*,clang-analyzer-*,bugprone-*,-bugprone-easily-swappable-parameters,-bugprone-narrowing-conversions,-bugprone-reserved-identifier,-bugprone-implicit-widening-of-multiplication-result,-bugprone-assignment-in-if-condition,-bugprone-sizeof-expression,-bugprone-branch-clone,-bugprone-misplaced-widening-cast,-bugprone-too-small-loop-variable,-clang-analyzer-valist.Uninitialized,-clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling'
# One at a time: a program that dies on one has still looked at the others.
for source in $sources; do
	clang-tidy --quiet --checks="$checks" "$source" -- $flags 2>/dev/null || ended "$source: clang-tidy" $?
done | grep -E 'warning:|error:' | sort -u >$out/tidy.all
# What clang 14 does not see through: no rows means a count of 0, a name is there in a section that has one, what was taken is there, a usable mailbox
# has an address, nothing is served before the filter is found, and long sentences of a table are written in several strings.
grep -v -e 'alias_file.c.*NullDereference' -e 'config.c.*NonNullParamChecker' -e 'pump.c.*field .step..*NullDereference' \
	-e 'mailboxes.c.*field .final..*NullDereference' -e 'filters/main.c.*field .filter..*NullDereference' -e 'steps.c.*missing-comma' \
	-e 'msmtp.c.*variable .all..*NullDereference' $out/tidy.all >$out/tidy
verdict clang-tidy $out/tidy
fi
if wanted valgrind; then
: >$out/valgrind
# Confined processes take limits that valgrind refuses, or cannot work under: test_child and test_resolver would fail.
${CC:-cc} -D_GNU_SOURCE -shared -fPIC -o $out/limits.so tests/fake/valgrind_limits.c || ended "tests/fake/valgrind_limits.c: the compiler" $? >>$out/valgrind
for program in build/tests/test_*; do
	case $program in *.d | *.o) continue ;; esac
	LD_PRELOAD=$PWD/$out/limits.so FLIGHT_SEEDS=100 LINEAR_FEW=100 valgrind --suppressions=tests/valgrind.supp --quiet --error-exitcode=9 --leak-check=no "$program" >/dev/null 2>$out/valgrind.one
	code=$?
	[ $code -eq 0 ] || { ended "$program" $code; cat $out/valgrind.one; } >>$out/valgrind
done
verdict "valgrind, unit tests" $out/valgrind
fi
exit $bad
