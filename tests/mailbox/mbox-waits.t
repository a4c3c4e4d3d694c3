#!/bin/sh
# A user whose mailbox is locked, or whose mailbox program stands still, delays his own mail and nobody else's.
. tests/lib.sh
new_spool
me=$(id -un)
mkdir "$work/mail" "$work/home" "$work/libexec"
export FIRSTHOP_MAIL="$work/mail" FIRSTHOP_HOME="$work/home"
send() { printf 'Subject: x\n\nx\n' | "$BIN/sendmail" -i -f sender@example.org "$@"; }
logged() { [ "$(grep -c "$1" "$work/log")" -ge "${2:-1}" ]; }
# The wrapper stands still for some users, as one who stops the process makes it.
ln -s "$BIN/mbox" "$BIN/relay" "$BIN/runner" "$work/libexec"
printf '#!/bin/sh\necho "$0 $*" >>"%s/words"\nread format; read user\ncase $user in still*) exec sleep 40 ;; esac\n{ printf "%%s\\n" "$format" "$user"; cat; } | "%s"\n' "$work" "$BIN/mailbox" >"$work/libexec/mailbox"
chmod +x "$work/libexec/mailbox"
smarthost
config '
[local]
deliver = mbox
domains = here.example.org'
: >"$work/log"
export FIRSTHOP_LIBEXEC="$work/libexec"
"$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!; pids="$pids $runner"
wait_for test -s "$work/run/runner.pid"
start=$(date +%s)
for i in 1 2 3 4 5 6; do send still@here.example.org; done
send still2@here.example.org; send still3@here.example.org; send still4@here.example.org
for i in 1 2 3; do send "away$i@example.net"; send "$me@here.example.org"; done
ok "mail to servers does not wait for mailboxes" wait_for logged 'to=<away.*status=sent' 3
ok "nor does that of other local users" wait_for logged "to=<$me@.*status=sent" 3
took=$(($(date +%s) - start))
ok "both within seconds ($took s)" test "$took" -lt 15
send "$me@here.example.org"
ok "and so it stays" wait_for logged "to=<$me@.*status=sent" 4
is "$(grep -c 'to=<still' "$work/log")" 0 "while the others still wait"
# Every user sees the words of every process: no address, and no name of a user, is among them.
processes | grep -F "$work" >"$work/seen"
like "$(cat "$work/seen" "$work/words")" 'mailbox' "the mailbox program is among the processes"
unlike "$(cat "$work/seen" "$work/words")" '@|still|sender' "without addresses in its words, or in those of another"
says() { "$BIN/mailq" 2>/dev/null | grep -Eq '(the first|an) attempt is running now; its session has been waiting [0-9]* s for the mailbox of still'; }
ok "mailq says for which mailbox" wait_for says
one() { [ "$("$BIN/mailq" --format=json 2>/dev/null | grep -c 'its session has been waiting.*of still@')" = 1 ]; }
ok "of one user one session waits at a time" wait_for one
send still@here.example.org; wait_for test ! -e "$work"/spool/drop/[0-9a-f]*.[0-9a-f]*
turn() { "$BIN/mailq" 2>/dev/null | grep -q 'waits for its turn: 4 sessions with local mailboxes wait, the longest has been waiting [0-9]* s for the mailbox of still'; }
ok "and what the rest of his mail waits for" wait_for turn
finish
