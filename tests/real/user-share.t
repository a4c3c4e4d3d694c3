#!/bin/sh
# A user whom no [submit] limits fills the disk of the spool as fast as they can, with small mail, with large mail, and with many at a time, the runner
# running or not: they are stopped in time, and told by which key, and another user's mail is accepted all the while.
ROOM=size=20m,nr_inodes=1000
. tests/real/small-spool.sh
# send UID FILE
send() { as "$1" "$work/programs/sendmail" -f "from$1@example.org" "to$1@example.org" <"$2" 2>"$work/err.$1"; }
taken_of() { find "$work/spool/drop" "$work/spool/mqueue" -name '????????.????????' -uid "$1" | lines; }
left() { df -Pk "$work/spool" | awk 'NR == 2 { print $4 }'; }
clean() { rm -f "$work"/spool/mqueue/[0-9a-f]*.* "$work"/spool/drop/*; }
port=1; config
printf 'Subject: s\n\nx\n' >"$work/small"
{ cat "$work/small"; head -c 400000 /dev/zero | tr '\0' x | fold -w 70; } >"$work/large"
{ cat "$work/small"; head -c 15000000 /dev/zero | tr '\0' x | fold -w 70; } >"$work/huge"
chmod 644 "$work/small" "$work/large" "$work/huge"
key='one user.s may use 50 % of both together \(\[queue\] max_user_percent in '

# --- no runner: what lies in drop/ counts ------------------------------------------------------------------------------------------
n=0; while [ $n -lt 100 ] && send 64001 "$work/large"; do n=$((n + 1)); done; send 64001 "$work/large"
is "$?" 74 "large mail, no runner: refused after $n messages, exit 74"
like "$(cat "$work/err.64001")" "waiting mail of uid 64001 uses [0-9]+ KiB of the spool's disk, and [0-9]+ are left; $key" "and why"
ok "a quarter of the disk is left ($(left) KiB)" test "$(left)" -gt 4500
send 64002 "$work/large"; is $? 0 "another user's mail is accepted"
send 64002 "$work/small"; is $? 0 "and one more"
is "$(printf 'MAIL FROM:<x@example.org>\r\nRCPT TO:<y@example.org>\r\nDATA\r\nx\r\n.\r\nQUIT\r\n' | as 64001 "$work/programs/sendmail" -bs | grep -c '^452 4.3.1 ')" 1 "-bs: 452"
echo x | "$BIN/sendmail" root@example.org; is $? 0 "root's, too"
clean
send 64001 "$work/huge"; is $? 74 "one message that is larger than what it would leave"
like "$(cat "$work/err.64001")" "max_user_percent" "says why"
is "$(ls "$work/spool/drop" | lines)" 0 "and nothing of it stays"
i=0; while [ $i -lt 60 ]; do send 64001 "$work/large" & i=$((i + 1)); done; wait
ok "60 at a time: something is left ($(left) KiB)" test "$(left)" -gt 3000
send 64002 "$work/large"; is $? 0 "and another user's mail is accepted"
clean
n=0; while [ $n -lt 1000 ] && send 64001 "$work/small"; do n=$((n + 1)); done
like "$n $(cat "$work/err.64001")" "^[67][0-9][0-9] .*uses [0-9]+ files of the spool's disk, and [0-9]+ are left; $key" "small mail: the files are shared as well"
send 64002 "$work/small"; is $? 0 "another user's mail is accepted"
clean

# --- a runner: what waits in mqueue/ counts ----------------------------------------------------------------------------------------
"$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!; pids="$pids $runner"
published() { [ -s "$work/spool/drop/policy" ]; }
wait_for published
like "$(cat "$work/spool/drop/policy")" '^policy .*max_user_percent=50' "the runner publishes the key"
is_in_queue() { [ -z "$(find "$work/spool/drop" -name '????????.????????')" ]; }
n=0; while [ $n -lt 100 ] && send 64001 "$work/large"; do n=$((n + 1)); wait_for is_in_queue; done; send 64001 "$work/large"
is "$?" 74 "with a runner: refused after $n messages"
like "$(cat "$work/err.64001")" "waiting mail of uid 64001 uses [0-9]+ KiB .*$key" "in the same words"
ok "half of the disk is left ($(left) KiB)" test "$(left)" -gt 8000
send 64002 "$work/large"; is $? 0 "another user's mail is accepted"
"$BIN/mailq" remove all >/dev/null 2>&1
again() { send 64001 "$work/large"; }
ok "when it has gone, theirs is accepted again" wait_for again
"$BIN/mailq" remove all >/dev/null 2>&1
printf '[queue]\nmax_user_percent = 0\n' >>"$work/firsthop.conf"; kill -HUP $runner
unlimited() { grep -q max_user_percent=0 "$work/spool/drop/policy"; }
ok "max_user_percent = 0" wait_for unlimited
n=0; while [ $n -lt 100 ] && send 64001 "$work/large"; do n=$((n + 1)); done
like "$(cat "$work/err.64001")" 'No space left for new mail' "there is no share: $n messages"
finish
