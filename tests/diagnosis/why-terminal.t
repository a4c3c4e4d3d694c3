#!/bin/sh
# mailq why on a screen: no line is longer than it, no word is lost; in a pipe no line is broken.
. tests/lib.sh
new_spool
if ! command -v tmux >/dev/null 2>&1; then
	count=1; echo "ok 1 - terminal # skip tmux is not installed"; finish; exit
fi
unset TMUX COLUMNS
terminal() { tmux -S "$work/tmux" "$@"; }
trap 'terminal kill-server 2>/dev/null; cleanup' EXIT
# Without one that stays, tmux ends between two sessions, and the next may find it ending.
terminal -f /dev/null new-session -d -s stays 'sleep 600'
port=1; config '
[smarthost backup]
host = 127.0.0.1
port = 2'
printf 'x\n' | "$BIN/sendmail" -f cacti@example.org root@example.net someone@department.example.net
for pass in 1 2 3 4 5 6; do runner_once; done
id=$("$BIN/mailq" -bpi 2>/dev/null)
"$BIN/mailq" why "$id" >"$work/piped"
ok "six attempts at two dead smarthosts: at most 30 lines" test "$(lines <"$work/piped")" -le 30
is "$(grep -c '^meaning   Nothing listens on that port of the server, or a firewall refuses the connection\.$' "$work/piped")" 1 "in a pipe a sentence is one line"
like "$(cat "$work/piped")" '^  attempts 2 to 6, .*: the same$' "five equal attempts are one line"
like "$(cat "$work/piped")" 'backup, 127.0.0.1:2: connect: Connection refused' "each failure has its server's address and port"
words_of() { tr -s ' \n' '\n\n' <"$1" | grep -v '^$'; }
for width in 80 40; do
	rm -f "$work/code"
	terminal -f /dev/null new-session -d -x $width -y 120 -s w$width "sh -c '\"$BIN/mailq\" why $id; echo \$? >$work/code; sleep 60'"
	ok "mailq why on a terminal of $width columns" wait_for test -s "$work/code"
	sleep 0.3
	terminal capture-pane -p -t w$width >"$work/shown"
	terminal kill-session -t w$width 2>/dev/null
	is "$(cat "$work/code")" 0 "ends well"
	is "$(head -n 1 "$work/shown" | cut -c1-20)" "meaning   Nothing li" "and begins with the answer"
	# Ages go on between the two calls.
	words_of "$work/piped" | sed 's/^[0-9]*$/N/' >"$work/a"; words_of "$work/shown" | sed 's/^[0-9]*$/N/' >"$work/b"
	is "$(diff "$work/a" "$work/b")" "" "with each word whole"
	like "$(cat "$work/shown")" '^          2\. Start the mail server' "and each step in a line of its own"
done
finish
