#!/bin/sh
# One user, of whom no share is asked, fills the spool with as many messages as its file system has files for.  Others are told so, mailq and health say
# it; with no file left at all, mail that is accepted still goes out, which makes room; and each message that was taken has arrived, once.
ROOM=size=20m,nr_inodes=150
. tests/real/small-spool.sh
# send UID TO
send() { echo x | as "$1" "$work/programs/sendmail" -f "from$1@example.org" "$2@example.org" 2>"$work/err"; }
free_files() { df -Pi "$work/spool" | awk 'NR == 2 { print $4 }'; }
smarthost -R 'busy-=451 4.3.0 busy'; up=$port
everything='[queue]
max_user_percent = 0'
port=1; config "$everything"
runner_once
send 64002 other-first; is $? 0 "another user's message is taken before that"
taken=0
while [ $taken -lt 200 ] && send 64001 "busy-$taken"; do taken=$((taken + 1)); done
like "$(cat "$work/err")" 'No space left for new mail.* files are left, and as many are kept' "he is stopped after $taken messages, and told why"
send 64002 other-late; is $? 74 "so is another user, for now: exit 74"
like "$(cat "$work/err")" 'No space left for new mail' "with the same words"
is "$(ls "$work/spool/drop" | grep -c '^t\.')" 0 "no half file stays"
ok "a reserve is left ($(free_files) files)" test "$(free_files)" -ge 5
like "$("$BIN/mailq" health)" '^MAILQ CRITICAL.*submissions are refused: the disk of .* has no room for new files' "health says so"
i=0; while touch "$work/spool/filler.$i" 2>/dev/null; do i=$((i + 1)); done
is "$(free_files)" 0 "somebody else has taken the reserve, too"
port=$up; config "$everything"; : >"$work/log"
runner_once
is "$(cat "$work"/delivered/*.eml | grep -c '^X-Envelope-To: .*other-first@')" 1 "mail that the server accepts goes out with no file left"
waiting=$("$BIN/mailq" -bP 2>/dev/null)
is $((waiting + $(delivered))) $((taken + 1)) "the rest is still there, for which the server had no time"
like "$(cat "$work/log")" 'No space left' "and the log says what cannot be noted"
# The reserve of a runner that stays: with it the session has its ledger, and mailq can ask.
rm -f "$work"/spool/filler.*
head -c 65536 /dev/urandom >"$work/spool/mqueue/reserve"
i=0; while touch "$work/spool/filler.$i" 2>/dev/null; do i=$((i + 1)); done
: >"$work/log"; "$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!; pids="$pids $runner"
asked() { [ -S "$work/spool/mqueue/control" ]; }
ok "mailq can ask a runner that starts with no file left" wait_for asked
is_spent() { [ ! -e "$work/spool/mqueue/reserve" ]; }
ok "because the reserve is spent" wait_for is_spent
stop "$runner"
rm -f "$work"/spool/filler.*
for pass in 1 2 3 4 5 6 7 8 9 10 11 12; do runner_once; done
is "$("$BIN/mailq" -bP 2>/dev/null)" 0 "with room again the queue empties"
wrong=$(cat "$work"/delivered/*.eml | grep '^X-Envelope-To: ' | sort | uniq -c | awk '$1 != 1')
is "$wrong $(delivered)" " $((taken + 1))" "each of them has arrived, once"
send 64002 other-again; is $? 0 "and mail is taken again"
finish
