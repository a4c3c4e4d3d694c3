#!/bin/sh
# mail on a real terminal (tmux): list, pager, reply with tilde escapes, interrupts, a hangup.
. tests/lib.sh
new_spool
if ! command -v tmux >/dev/null 2>&1; then
	count=1; echo "ok 1 - terminal # skip tmux is not installed"; finish; exit
fi
export HOME="$work" FIRSTHOP_MAILRC=/dev/null FIRSTHOP_LIBEXEC="$work/libexec" MAIL="$work/inbox"
unset DEAD MAILRC MBOX TMPDIR TMUX PAGER
mkdir "$work/libexec"
printf '#!/bin/sh\nfor word; do printf "[%%s]" "$word"; done >"$HOME/argv"\ncat >"$HOME/stdin.new"\nmv "$HOME/stdin.new" "$HOME/stdin"\n' >"$work/libexec/sendmail"
chmod +x "$work/libexec/sendmail"
terminal() { tmux -S "$work/tmux" "$@"; }
trap 'terminal kill-server 2>/dev/null; cleanup' EXIT
# Without one that stays, tmux ends between two sessions, and the next may find it ending.
terminal -f /dev/null new-session -d -s stays 'sleep 600'
# start COMMAND: on a terminal of 80 by 24; what it leaves goes to $work/code
start() {
	rm -f "$work/code"
	terminal -f /dev/null new-session -d -x 80 -y 24 -s m "sh -c 'trap : INT; $1; echo \$? >$work/code; sleep 60'"
}
over() { terminal kill-session -t m 2>/dev/null; }
screen() { terminal capture-pane -p -t m; }
shows() { screen | grep -q -- "$1"; }
keys() { terminal send-keys -t m "$@"; }
line() { terminal send-keys -t m -l "$1"; terminal send-keys -t m Enter; }
# sees PATTERN NAME: the screen comes to show it
sees() { wait_for shows "$1"; result $? "$2" "$(screen)"; }
{
	printf 'From joe@example.org Tue Nov 24 20:01:00 2026\nFrom: joe@example.org\nSubject: first\n\nhello\033]0;evil\007\n\n'
	printf 'From ann@example.org Tue Nov 24 20:02:00 2026\nFrom: ann@example.org\nSubject: long\n\n'
	seq -f 'line %g' 1 100
	printf '\nFrom joe@example.org Tue Nov 24 20:03:00 2026\nFrom: joe@example.org\nSubject: third\n\nbye\n\n'
} >"$work/inbox"
start "$BIN/mail"
sees '": 3 messages 3 new' "the mailbox is announced"
sees '^>N  1 joe@example.org' "and listed, the first new message marked"
line ''; sees '^hello^\[\]0;evil' "an empty line shows it, and an escape sequence is only text"
line 2; wait_for shows 'line 15'; sees 'line 15' "a long message"
unlike "$(screen)" 'line 100' "goes through the pager"
keys q; sees '^&$' "which ends"
line 'r 1'; sees '^Subject: Re: first' "reply shows what it writes to"
line 'my answer'; line '~s other subject'; line '~c boss@example.org'; line '~p'
sees 'Cc: boss@example.org' "~p shows the letter"
sees '(continue)' "and goes on"
keys C-c; sees 'Interrupt -- one more to kill letter' "an interrupt warns"
line 'still here'; line .; sees 'EOT' "a dot ends the letter"
ok "it is sent" wait_for test -s "$work/stdin"
is "$(sed '1,/^$/d' "$work/stdin" | xargs)" "my answer still here" "with its text"
is "$(cat "$work/argv")" "[-i][--][joe@example.org][boss@example.org]" "to sender and copy"
keys C-c; sees '^Interrupt' "an interrupt at the prompt is no end"
line 'mail ops@example.org'; sees '^Subject:$' "mail asks for the subject"
# What is typed must have been read: an interrupt throws away what the terminal still holds.
line 'subject'; line 'precious'; line '~p'; sees '^To: ops@example.org' "and shows it"; keys C-c; sees 'one more' "a first interrupt"; keys C-c
sees 'kept in .*dead.letter' "a second one keeps the letter"
is "$(cat "$work/dead.letter")" precious "in dead.letter"
line 'd 3'; line q
ok "quit ends it" wait_for test -s "$work/code"
is "$(cat "$work/code") $(grep -c '^From ' "$work/mbox") $(grep -c . "$work/inbox")" "0 2 0" "read messages moved to mbox, the deleted one is gone"
over
# A terminal that goes away in the middle of a letter, and of a session.
start "$BIN/mail -s x a@example.org"
wait_for terminal has-session -t m; line 'half a letter'
wait_for shows 'half a letter'; sleep 1; over
ok "a hangup" wait_for test "$(cat "$work/dead.letter" | lines)" -ge 1
wait_for grep -q 'half a letter' "$work/dead.letter"
like "$(cat "$work/dead.letter")" 'half a letter' "keeps the letter"
before=$(cat "$work/mbox")
start "$BIN/mail -f"
sees '2 messages' "mail -f reads mbox"; line 'd *'; wait_for shows 'd \*'; over
sleep 1
is "$(cat "$work/mbox")" "$before" "a hangup while reading changes nothing"
start "$BIN/mail -s typed -S askcc a@example.org"
sleep 0.2; line text; keys C-d; sees '^Cc:' "askcc asks at the end"; line 'cc@example.org'
ok "and it is sent" wait_for test -s "$work/code"
is "$(cat "$work/argv")" "[-i][--][a@example.org][cc@example.org]" "to both"
over; rm -f "$work/stdin"
start "$BIN/mail -s typed -S ignoreeof a@example.org"
sleep 0.2; line text; keys C-d; sees 'Use "." to terminate letter' "ignoreeof: the end of input is no end of the letter"
line .; ok "a dot is" wait_for test -s "$work/stdin"
over
is "$("$BIN/mail" --help | awk 'length > 80')" "" "no line of the help is longer than 80 columns"
# A narrow screen: a message has one line.
printf 'From a@example.org Mon Nov 30 21:00:00 2026\nFrom: a@example.org\nSubject: =?UTF-8?B?44OH44Kj44K544Kv5a656YeP44GM5LiN6Laz44GX44Gm44GE44G+44GZ?=\n\nx\n' >"$work/narrow"
rm -f "$work/code"
terminal -f /dev/null new-session -d -x 40 -y 24 -s n "env LC_ALL=C.UTF-8 sh -c 'printf h | $BIN/mail -N -f $work/narrow; echo \$? >$work/code; sleep 60'"
wait_for test -s "$work/code"; sleep 0.2
is "$(tmux -u -S "$work/tmux" capture-pane -p -t n | grep -c .)" 1 "40 columns: one line for a message" "$(terminal capture-pane -p -t n)"
terminal kill-session -t n
finish
