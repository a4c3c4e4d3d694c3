#!/bin/sh
# relayconf test: one mail, three lines, and the outcome as exit code.
. tests/lib.sh
new_spool
smarthost -r 'gone=550 5.1.1 no such user' -r 'grey=450 4.2.0 Greylisted' -r 'evil=550 <x@y> sent: all well'; config
R=$BIN/relayconf
send() { "$R" test "$@" >"$work/out" 2>"$work/err"; code=$?; out=$(cat "$work/out"); }
says() { like "$(echo "$out" | sed -n "$1p")" "$2" "$3"; }
send nobody@example.org
is "$code $(echo "$out" | lines)" "75 3" "no runner: exit 75, three lines"
says 2 '^outcome  waits: not tried yet: the runner is not running' "and why"
is "$(cat "$work/err" 2>/dev/null)" "" "nothing else is said of that"
says 3 'Start the runner, as root: sendmail -bd -q1m. "mailq why' "and what to do"
"$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!
pids="$pids $runner"
wait_for test -S "$work/spool/mqueue/control"
send ops@example.org
is "$code $(echo "$out" | lines) $(cat "$work/err")" "0 3 " "delivered: exit 0, three lines, no other word"
says 1 '^sent     [0-9a-f]{8}\.[0-9a-f]{8} to <ops@example.org>, subject "firsthop test from mon1.example.org, 20' "what was sent"
says 2 "^outcome  delivered: smarthost main, 127.0.0.1:$port: .*250 2.0.0 taken" "its outcome"
says 3 '^next     Look into the mailbox of ops@example.org' "and what to do"
like "$(cat "$work"/delivered/*)" '^Subject: firsthop test from mon1.example.org' "the mail has that subject"
like "$(cat "$work"/delivered/*)" '^Auto-Submitted: auto-generated' "and is no cause for automatic answers"
send --from cron@example.org ops@example.org
like "$(cat "$work/sessions"* 2>/dev/null; cat "$work"/delivered/*)" 'cron@example.org' "--from: another sender"
send gone@example.org
is "$code $(echo "$out" | lines)" "69 3" "refused: exit 69"
says 2 '^outcome  refused: .*RCPT: 550 5.1.1 no such user' "with the server's words"
says 3 '^next     .*relayconf probe' "and what to do"
send evil@example.org; is "$code" 69 "a server's words that look like an outcome are none"
send grey@example.org
is "$code $(echo "$out" | lines)" "75 3" "not now: exit 75"
says 2 '^outcome  waits: .*450 4.2.0 Greylisted' "with the server's words"
says 3 'tried again in [0-9]+ (s|min)' "and when it is tried again"
printf 'team: ops@example.org, gone@example.org\n' >"$work/aliases"
edit 's/^port/port/' "$work/firsthop.conf"
both() { send team; [ "$code" = 69 ]; }
ok "an alias: the worst outcome counts" wait_for both
send 'no address@@example.org'; is "$code $out" "64 " "what is no address: the code of sendmail"
send "$(printf 'a@example.org\nBcc: x@example.org')"; is "$code $out" "65 " "a line break in it"
send --json gone@example.org
if command -v python3 >/dev/null 2>&1; then
	is "$(echo "$out" | python3 -c 'import json,sys; r = json.load(sys.stdin); print(r["outcome"], r["exit"], r["to"], r["key"] != "")')" "refused 69 gone@example.org True" "--json"
else
	like "$out" '"outcome": "refused", "exit": 69' "--json"
fi
stop "$smarthost_pid"
send ops@example.org
is "$code" 75 "nobody listens: exit 75"
says 3 '^next     Check host and port' "with the remedy"
finish
