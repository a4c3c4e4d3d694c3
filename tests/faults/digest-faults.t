#!/bin/sh
# While a runner writes a digest, its system calls fail or kill it: each gathered message arrives once, in a digest or alone.
# FAULTS=1 takes every call; otherwise samples of them.
. tests/lib.sh
new_spool
skip_build gcov "who is killed while counts are written spoils them"
skip_build asan "the sanitizer's own calls are not ours"
printf x | "$TOOLS/failcall" "$work/says" cat EIO 0 cat >/dev/null || skip_all "system calls are known to the tests on x86_64 only"
smarthost
config "[storm]
messages = 1"
every=${FAULTS:-37}
# queue RUN: four messages; failing FAULT N: a pass whose Nth call fails
queue() { n=0; while [ $n -lt 4 ]; do n=$((n + 1)); printf 'Subject: %s.%s\n\nEND %s.%s\n' "$1" $n "$1" $n | "$BIN/sendmail" -odq -i -f nagios@example.org ops@example.org; done; }
failing() { "$TOOLS/failcall" "$work/says" runner "$1" "$2" "$BIN/runner" --once --foreground 2>>"$work/log"; }
# arrived RUN: how often each of its four messages arrived
arrived() { for n in 1 2 3 4; do cat "$work"/delivered/*.eml | grep -c "^END $1\.$n\$"; done | tr '\n' ' '; }
run=0
for fault in kill ENOSPC EIO EMFILE; do
	queue "$run"; rm -f "$work/spool/mqueue/reports"
	failing $fault 0
	read -r calls rest <"$work/says"
	wrong=; at=1; runs=0; left=0
	while [ "$at" -le "$calls" ]; do
		run=$((run + 1))
		runs=$((runs + 1))
		queue "$run"; rm -f "$work/spool/mqueue/reports"
		failing $fault "$at"
		runner_once
		[ "$("$BIN/mailq" -bP 2>/dev/null)" = 0 ] || runner_once
		got="$(arrived "$run")$("$BIN/mailq" -bP 2>/dev/null)"
		[ "$got" = "1 1 1 1 0" ] || wrong="$wrong
call $at $(cat "$work/says"): $got"
		rm -rf "$work"/delivered/*
		at=$((at + every))
	done
	is "$wrong" "" "$fault at every ${every}th of $calls calls, $runs runs: each message arrives once"
done
is "$(grep -c 'was ended between the report' "$work/log" | sed 's/[1-9][0-9]*/some/')" "some" "in some runs the next runner found the notes of the digest"
finish
