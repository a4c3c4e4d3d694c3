#!/bin/sh
# submit.sock: mail from callers who cannot write to drop/, taken by the runner.
. tests/lib.sh
new_spool
smarthost
config
sock=$work/run/submit.sock
# A spool that cannot be opened stands for a right without effect.
S() { FIRSTHOP_SPOOL=$work/none "$BIN/sendmail" "$@"; }
start_runner() {
	"$BIN/runner" --stay --foreground 2>>"$work/log" &
	runner=$!; pids="$pids $runner"
	wait_for test -S "$sock"
}
delivers() { [ "$(delivered)" -ge "$1" ]; }
last() { cat "$work/delivered/$(ls -t "$work/delivered" | head -n 1)"; }
clear_delivered() { rm -f "$work"/delivered/*; }
files_in_drop() { ls "$work/spool/drop" | lines; }

error=$(echo x | S a@example.org 2>&1); is $? 73 "no spool and no runner: not taken"
start_runner
printf 'Subject: by socket\n\none\n..\n' | S -i -f me@example.org -F 'Full Name' 'b@@example.org' 2>/dev/null; is $? 64 "a bad address: exit 64"
printf 'To: a@example.org\nBcc: secret@example.org\nSubject: by socket\r\n\none\n..\n' | S -t -i -f me@example.org -F 'Full Name'; is $? 0 "a message: exit 0"
ok "it is delivered" wait_for delivers 1
like "$(last)" '^Subject: by socket' "its header"
unlike "$(last)" 'secret@example.org.*Bcc|^Bcc' "without Bcc"
like "$(cat "$work/log")" "pickup.* uid=$(id -u) from=<me@example.org> login=[a-z]+ program=[^ ]+ via=socket" "the runner logs who sent it"
like "$(cat "$work/log")" 'qmgr: .* from=<me@example.org>, size=[0-9]+, nrcpt=2 ' "and what"
clear_delivered
{ printf 'Subject: big\n\n'; head -c 3000000 /dev/zero | tr '\0' 'x' | fold -w 70; } >"$work/big"
S -i a@example.org <"$work/big"; is $? 0 "3 MB: exit 0"
ok "are delivered" wait_for delivers 1
is_whole() { test "$(last | grep -c '^xxxxxxxxxx')" -eq "$(grep -c '^xxxxxxxxxx' "$work/big")"; }
ok "whole" wait_for is_whole
clear_delivered

# What a hostile caller sends.  frame TEXT: with its length in front
frame() { printf '%08x\n%s' "${#1}" "$1"; }
newline='
'
head="firsthop-spool: 1${newline}content: bytes=000000000000009 lines=000000000009 longest=000000000000009 8bit=1 nul=0 cr=0${newline}created: 1${newline}"
say() { "$TOOLS/sockcat" "$sock"; }
answer=$({ frame "${head}uid: 4711${newline}login: victim${newline}sender: v@example.org${newline}recipient: forged@example.org${newline}flags: from-given bounce no-alias${newline}${newline}"; frame "Subject: f${newline}${newline}x${newline}"; frame ""; } | say)
like "$answer" '^ok [0-9a-f]{8}\.[0-9a-f]{8}$' "a raw client is answered with the ID"
like "$(cat "$work/log")" "pickup.* uid=$(id -u) from=<v@example.org> login=$(id -un) " "what it says about its user does not count"
unlike "$(cat "$work/log")" 'uid=4711|login=victim' "nowhere"
ok "it is delivered" wait_for delivers 1
like "$(last)" "^Received: by .*, from uid $(id -u)[^0-9]" "and goes as mail of the user whom the kernel named"
unlike "$(last)" '4711|victim' "without a word of the other"
clear_delivered
ok "and the time, the counts and the flags are our own" grep -q 'size=14, ' "$work/log"
refused() { like "$(say <"$work/said")" "$1" "$2"; }
printf 'GET / HTTP/1.0\r\n\r\n' >"$work/said"; refused '^no 65 ' "no message at all"
{ frame "rubbish${newline}${newline}"; frame ""; } >"$work/said"; refused '^no 65 ' "a head that is none"
{ frame "${head}sender: a@example.org${newline}${newline}"; frame ""; } >"$work/said"; refused '^no 65 ' "a head without recipients"
{ frame "${head}sender: a@example.org${newline}recipient: <x> y${newline}${newline}"; frame ""; } >"$work/said"; refused '^no 65 address-bad ' "a recipient that is none"
{ frame "${head}sender: a@example.org${newline}recipient: x$(printf '\001')y@example.org${newline}${newline}"; frame ""; } >"$work/said"; refused '^no 65 ' "a control character in a recipient"
{ frame "${head}sender: a b${newline}recipient: x@example.org${newline}${newline}"; frame ""; } >"$work/said"; refused '^no 65 address-bad ' "a sender that is none"
{ frame "${head}sender: ${newline}recipient: x@example.org${newline}${newline}rest"; frame ""; } >"$work/said"; refused '^no 65 ' "text behind the head"
printf 'ffffffff\n' >"$work/said"; refused '^no 65 ' "a head of 4 GiB"
{ frame "${head}sender: ${newline}recipient: x@example.org${newline}${newline}"; printf '00200000\n'; } >"$work/said"; refused '^no 65 ' "a piece of 2 MiB"

# Callers that hold the connection: each a silent one; then one that breaks off.
mkfifo "$work/silence"
exec 9<>"$work/silence"
for i in 1 2 3 4 5 6; do "$TOOLS/sockcat" "$sock" <"$work/silence" >/dev/null & pids="$pids $!"; done
"$BIN/sendmail" drop@example.org </dev/null; is $? 0 "while silent callers hold the socket, drop/ works"
delivered_to() { grep -q "to=<$1>.*status=sent" "$work/log"; }
ok "and is delivered" wait_for delivered_to drop@example.org
# One user cannot fill it: above 64 that wait he is refused, and told so.
for i in $(seq 70); do "$TOOLS/sockcat" "$sock" <"$work/silence" >/dev/null 2>&1 & pids="$pids $!"; done
is_refused() { grep -q "submission refused: uid=$(id -u) exit=73" "$work/log"; }
ok "more silent callers than may wait: the log names the user" wait_for is_refused
error=$(echo x | S a@example.org 2>&1); is $? 73 "the next one: exit 73"
like "$error" 'too many submissions of this user wait at submit.sock. The message was NOT accepted' "and why"
"$BIN/sendmail" drop2@example.org </dev/null; is $? 0 "drop/ works all the same"
ok "and goes on" wait_for delivered_to drop2@example.org
{ frame "${head}sender: ${newline}recipient: broken@example.org${newline}${newline}"; frame "text"; } >"$work/half"
timeout 1 "$TOOLS/sockcat" "$sock" <"$work/half" >/dev/null
kill -KILL "$runner"; wait "$runner" 2>/dev/null
error=$(echo x | S a@example.org 2>&1); is $? 77 "the socket of a dead runner: exit 77"
case $(uname -s) in FreeBSD) reason='procctl\(2\)' ;; *) reason=NoNewPrivileges ;; esac
like "$error" "$reason"'.*no runner accepts the message at .*submit.sock \(root starts it with "sendmail -bd -q1m"\)\. The message was NOT accepted' "says why, and the cure"
rm -f "$work/run/runner.pid"
# Refused for a moment: FreeBSD's answer when more callers wait than the runner can listen to.
echo patient | S patient@example.org & patient=$!
start_runner
wait $patient; is $? 0 "a caller who is refused tries again for a while"
again() { echo again | S again@example.org; }
ok "the next runner makes the socket anew" wait_for again
ok "and delivers" wait_for delivered_to again@example.org
stop "$runner"
ok "the socket is gone with its runner" test ! -e "$sock"
unlike "$(cat "$work/log")" 'broken@example.org' "what broke off was not taken"

# No descriptor is left for the next caller: he waits, and the runner does not go round and round.
(ulimit -n 12; exec "$BIN/runner" --stay --foreground 2>>"$work/log") & runner=$!; pids="$pids $runner"
wait_for test -S "$sock"
idle=
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do "$TOOLS/sockcat" "$sock" </dev/null >/dev/null 2>&1 & idle="$idle $!"; done
sleep 0.5
before=$(cpu_ticks $runner); sleep 2; used=$(($(cpu_ticks $runner) - before))
ok "12 callers and 12 descriptors: $used ticks of 200 in 2 s" test "$used" -lt $((40 * ${PATIENCE:-1}))
for i in $idle; do kill "$i" 2>/dev/null; done
stop "$runner"

# A path beyond what an address of a socket holds: 104 bytes on FreeBSD, 108 on Linux.
export FIRSTHOP_RUN="$work/run/$(printf '%0100d' 0)"
mkdir "$FIRSTHOP_RUN"; : >"$work/log"
"$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!; pids="$pids $runner"
echo long | wait_for "$BIN/sendmail" long@example.org
ok "without the socket drop/ works" wait_for delivered_to long@example.org
like "$(cat "$work/log")" 'submit.sock: File name too long' "and the log says why there is none"
stop "$runner"
finish
