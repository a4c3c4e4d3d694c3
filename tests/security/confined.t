#!/bin/sh
# Confinement, tried from inside: in a process of our own with the same object, which then does its worst; and within relay and sendmail themselves, by a
# library that comes between them and the first byte of a stranger.
. tests/lib.sh
new_spool
mkdir "$work/folder"
mkfifo "$work/trigger"
echo secret >"$work/file"; echo secret >"$work/folder/other"; echo secret >"$work/spool/drop/other"
sleep 1000 & other=$!; pids="$pids $other"
none=
for what in session submit; do
	out=$("$TOOLS/confined" $what "$work/folder" "$work/file" "$other" 2>&1)
	code=$?
	case $out in *"# SKIP"*) none="$none $what"; skip "$what" "$(case $BUILD in *asan*) echo "a sanitizer reads /proc in the end" ;; *) echo "this system has no confinement" ;; esac)"; continue ;; esac
	is "$code" 0 "$what: the trial comes to its end"
	like "$out" '^1\.\.[1-3][0-9]' "$what: its plan"
	unlike "$out" '^not ok|let through' "$what: nothing that is forbidden works, and what is needed does"
done

# tried NAME FILE COUNT: what the intruder has written there
tried() {
	is "$(grep -c '^intruder: ok' "$2")" "$3" "$1: the intruder tried, and nothing worked"
	unlike "$(cat "$2")" '^intruder: not ok|let through' "$1: not one of them"
}
[ "$(uname)" = Linux ] && calls=14 || calls=0
smarthost; config
case "$none $BUILD" in
*session* | *submit* | *asan* | *gcov*) skip "within the programs" "no confinement, or a library that wants to be the first" ;;
*)
	printf 'Subject: x\n\nx\n' | INTRUDER="$work/spool/drop $work/file $other" LD_PRELOAD="$TOOLS/intruder.so" "$BIN/sendmail" -i to@example.org 2>"$work/submit.err"; is $? 0 "sendmail takes the message"
	tried sendmail "$work/submit.err" 9
	rm -f "$work/log"
	with INTRUDER="$work/folder $work/file $other" LD_PRELOAD="$TOOLS/intruder.so" runner_once
	tried "a session of relay" "$work/log" $((13 + calls))
	is "$(grep -c 'status=sent' "$work/log") $(delivered)" "1 1" "and the mail goes"
	config "[listen]
smtp = $work/smtp.sock"
	# Its session writes to no file, not even to this one.
	mkfifo "$work/words"; cat "$work/words" >"$work/log" & pids="$pids $!"
	INTRUDER="$work/folder $work/file $other" LD_PRELOAD="$TOOLS/intruder.so" "$BIN/smtpd" 2>"$work/words" </dev/null & pids="$pids $!"
	wait_for test -S "$work/smtp.sock"
	{ printf 'NOOP\r\nQUIT\r\n'; sleep 1; } | "$TOOLS/sockcat" "$work/smtp.sock" >"$work/said"
	tried "a session of smtpd" "$work/log" $((13 + calls))
	like "$(cat "$work/said")" '^221 ' "and it answers"
	;;
esac
ok "the other process lives" kill -0 "$other"
is "$(cat "$work/file" "$work/folder/other" "$work/spool/drop/other" | tr '\n' ' ')" "secret secret secret " "the files are untouched"
finish
