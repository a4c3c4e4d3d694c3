#!/bin/sh
# Confinement, tried from inside: the same object as in relay and sendmail, and a process that then does its worst.
. tests/lib.sh
new_spool
mkdir "$work/drop"
echo secret >"$work/file"; echo secret >"$work/drop/other"
sleep 1000 & other=$!; pids="$pids $other"
for what in session submit; do
	out=$("$TOOLS/confined" $what "$work/drop" "$work/file" "$other" 2>&1)
	code=$?
	case $out in *"# SKIP"*) count=$((count + 1)); echo "ok $count - $what # skip $(case $BUILD in *asan*) echo "a sanitizer reads /proc in the end" ;; *) echo "this system has no confinement" ;; esac)"; continue ;; esac
	is "$code" 0 "$what: the trial comes to its end"
	like "$out" '^1\.\.1[0-9]' "$what: its plan"
	unlike "$out" '^not ok' "$what: nothing that is forbidden works, and what is needed does"
done
ok "the other process lives" kill -0 "$other"
is "$(cat "$work/file" "$work/drop/other" | tr '\n' ' ')" "secret secret " "the files are untouched"
finish
