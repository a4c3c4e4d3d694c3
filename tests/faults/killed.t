#!/bin/sh
# A runner that is killed repeats nothing: its session brings to an end what has reached the final dot and notes it, and the next runner reads that.
. tests/lib.sh
new_spool
mqueue=$work/spool/mqueue
take() { printf '%s\n' 'send 220 odd.test ESMTP' 'expect EHLO' 'send 250 odd.test' 'expect MAIL FROM:' 'send 250 ok' "$@"; }
data='expect DATA
send 354 go on
read-data'
# server: serves $work/script
server() {
	rm -rf "$work/port" "$work/transcript" "$mqueue"/* "$work"/spool/drop/*; : >"$work/log"
	"$TOOLS/smtpd" -P "$work/port" -T "$work/transcript" -w 60 "$work/script" 2>>"$work/log" &
	smtpd=$!
	pids="$pids $smtpd"
	wait_for test -s "$work/port"
	port=$(cat "$work/port")
	config
}
send() { printf 'Subject: once\n\nx\n' | "$BIN/sendmail" -i -f s@example.org "$@"; }
in_data() { grep -q '^S: 354' "$work/transcript"; }
# kill_at_dot: a runner that is killed while its session waits for the answer to the message
kill_at_dot() {
	"$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!
	wait_for in_data; sleep 0.3
	kill -9 $runner; wait $runner 2>/dev/null
}
said() { grep -c "^C: $1" "$work/transcript"; }
in_queue() { "$BIN/mailq" -bP 2>/dev/null; }
ledgers() { find "$mqueue" -name 'sent.*' | lines; }

{ echo 'connection 1'; take 'expect RCPT' 'send 250 ok' "$data" 'sleep 1500' 'send 250 2.0.0 taken as 4711' 'expect-any'; echo 'connection 2'; } >"$work/script"
server
send ops@example.org
kill_at_dot
is "$(in_queue) $(ledgers)" "1 1" "killed at the final dot: the message waits, and a ledger is there"
runner_once
is "$(in_queue) $(said MAIL) $(said EHLO) $(ledgers)" "0 1 1 0" "the next runner does not send it again, and the ledger is gone"
like "$(cat "$work/log")" 'to=<ops@example.org>, .*status=sent \(.*taken as 4711\) from=<s@example.org> .*try=1 stage=end-of-data .* \(noted by its session; the runner was ended\)' \
	"the log says what the server answered, and who noted it"
stop "$smtpd"

# With a relay that is stopped: POSIX has SIGHUP, then SIGCONT, for its whole group when the runner, its parent, is gone and nobody of its login session
# is left above it.  They are sent here, so that it is so under every process 1.
{ echo 'connection 1'; take 'expect RCPT' 'send 250 ok' "$data" 'sleep 1500' 'send 250 2.0.0 taken' 'expect-any'; echo 'connection 2'; } >"$work/script"
server
send ops@example.org
"$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!
wait_for in_data; sleep 0.3
relays=$(processes | awk -v runner="$runner" '$1 == runner && $3 ~ /relay/ { print $2 }')
kill -STOP $relays
kill -9 $runner; wait $runner 2>/dev/null
for relay in $relays; do kill -s HUP -- "-$relay"; kill -s CONT -- "-$relay"; done 2>/dev/null
runner_once
is "$(said MAIL) $(in_queue) $(ledgers)" "1 0 0" "one of its relays was stopped: the session goes on all the same, and nothing is sent again"
stop "$smtpd"

# Of several recipients only those are asked about again who were not served; the story says how that came.
{ echo 'connection 1'; take 'expect RCPT TO:<a@' 'send 250 ok' 'expect RCPT TO:<b@' 'send 450 4.2.0 greylisted' "$data" 'sleep 1000' 'send 250 2.0.0 taken' 'expect-any'
	echo 'connection 2'; take 'expect RCPT TO:<b@' 'send 450 4.2.0 greylisted' 'expect-any' 'silence'; } >"$work/script"
server
send a@example.org b@example.org
kill_at_dot
runner_once
is "$(said 'RCPT TO:<a@') $(said 'RCPT TO:<b@')" "1 2" "two recipients: who has it is not asked about again, who has not is"
id=$("$BIN/mailq" --json 2>/dev/null | sed 's/.*"queue_id": "\([^"]*\)".*/\1/')
like "$("$BIN/mailq" why "$id")" 'the runner was ended before it could note what follows; the session had noted it' "mailq why tells it"
stop "$smtpd"

# A report of success that was due is written by the next runner, once.
{ echo 'connection 1'; take 'expect RCPT' 'send 250 ok' "$data" 'sleep 1000' 'send 250 2.0.0 taken' 'expect-any'
	echo 'connection 2'; take 'expect RCPT TO:<s@' 'send 250 ok' "$data" 'send 250 2.0.0 taken' 'expect-any'; } >"$work/script"
server
send -N success ops@example.org
kill_at_dot
runner_once; runner_once
is "$(in_queue) $(said 'RCPT TO:<ops@') $(said 'RCPT TO:<s@')" "0 1 1" "-N success: the mail once, and one report"
like "$(cat "$work/log")" "relayed=.* to=<s@example.org>" "the log names it"
stop "$smtpd"

# The answer never comes: it is sent again, and the story says why it may be there twice.
{ echo 'connection 1'; take 'expect RCPT' 'send 250 ok' "$data" 'sleep 1000' 'close'
	echo 'connection 2'; take 'expect RCPT' 'send 450 4.2.0 greylisted' 'expect-any' 'silence'; } >"$work/script"
server
send ops@example.org
kill_at_dot
runner_once
is "$(said MAIL)" 2 "no answer: it is sent again"
id=$("$BIN/mailq" --json 2>/dev/null | sed 's/.*"queue_id": "\([^"]*\)".*/\1/')
like "$("$BIN/mailq" why "$id")" 'outcome unknown: it is kept and sent again with the same Message-ID, and may arrive twice' "mailq why says that it may arrive twice"
stop "$smtpd"

# A session that cannot tell the runner: what it noted counts for the living runner, too.
{ echo 'connection 1'; take 'expect RCPT' 'send 250 ok' "$data" 'sleep 1500' 'send 250 2.0.0 taken' 'silence'; echo 'connection 2'; } >"$work/script"
server
send ops@example.org
"$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!
pids="$pids $runner"
wait_for in_data
printf 'outcome id=%s address=ops@example.org verdict=sent stage=dot hop=main text="taken" .\n' "$(ls "$mqueue" | grep -x '[0-9a-f.]*')" >>"$mqueue/sent.1"
for process in /proc/[0-9]*; do
	[ "$(cat "$process/comm" 2>/dev/null)" = relay ] && grep -qs "$runner" "$process/stat" && session=$(tr -d ' ' <"/proc/${process#/proc/}/task/${process#/proc/}/children")
done
if [ -n "${session:-}" ]; then
	is "$(sed -n 's/^Max file size *\([0-9]*\) .*/\1/p' "/proc/$session/limits")" 67108864 "the session cannot fill the disk by its ledger"
	kill -9 $session
else
	echo "# no /proc here: the session is left to its end"
fi
gone() { [ "$(in_queue)" = 0 ]; }
ok "a killed session: what its ledger says is believed" wait_for gone
is "$(said MAIL)" 1 "and it is not sent again"
kill $runner; wait $runner 2>/dev/null
stop "$smtpd"

# Ledgers that are none: nothing is believed, nothing is touched, and mail goes its way.
smarthost
config
rm -rf "$mqueue"/*
send ops@example.org; mv "$work"/spool/drop/*.* "$mqueue"; id=$(ls "$mqueue")
head -c 5000 /dev/zero >"$mqueue/sent.1"
line="address=ops@example.org verdict=sent stage=dot"
printf 'outcome id=%s %s\noutcome id=%s %s' "$id" "$line" "$id" "$line" >"$mqueue/sent.2"
printf 'outcome id=../../x %s .\noutcome id=00000001.00000001 %s .\noutcome id=%s address=other@example.org verdict=failed .\noutcome id=%s verdict=sent .\n' "$line" "$line" "$id" "$id" >"$mqueue/sent.3"
ln -s /etc/passwd "$mqueue/sent.4"; mkfifo "$mqueue/sent.5"; mkdir "$mqueue/sent.6"
printf '\001\377\n\n=\noutcome\noutcome  .\n' >"$mqueue/sent.99999999999999999999"
runner_once
is "$(delivered) $(in_queue)" "1 0" "ledgers that are cut, empty, of other mail, links, pipes and folders: the mail is delivered"
is "$(find "$work" -name '*x.log' -o -name '00000001.*' | lines)" 0 "and nothing is written for what is not there"
ok "what a link leads to is there still" test -s /etc/passwd
printf 'outcome id=%s %s .\n' "$id" "$line" >"$mqueue/sent.1"
runner_once
is "$(ls "$mqueue" | grep -c '\.log$')" 0 "a ledger about mail that is gone makes no journal"

# A ledger that was kept over later attempts: what did not settle a recipient is no news.
stop "$smarthost_pid"
: >"$work/log"; rm -rf "$mqueue"/*; send ops@example.org; runner_once; id=$("$BIN/mailq" -bpi | head -n 1)
unknown="address=ops@example.org verdict=deferred key=outcome-unknown stage=end-of-data"
printf 'outcome id=%s at=%s %s .\n' "$id" $(($(date +%s) - 600)) "$unknown" >"$mqueue/sent.1"
runner_once
unlike "$(cat "$work/log")" 'noted by its session' "an outcome from before the last attempt is not news"
like "$(grep ' rcpt ' "$mqueue/$id.log" | tail -n 1)" 'key=connect-refused' "and is not taken for the last one"
printf 'outcome id=%s at=%s %s .\n' "$id" $(($(date +%s) + 60)) "$unknown" >"$mqueue/sent.1"
runner_once
like "$(cat "$work/log")" 'key=outcome-unknown .*noted by its session' "one that came after it is"
smarthost; config

# A report that is in the queue when the runner is killed before its note: it is not written again.
stop "$smarthost_pid"
smarthost -r 'ops=550 5.1.1 no such user' -r 's@=451 4.3.0 busy'
config
rm -rf "$mqueue"/*
send ops@example.org; mv "$work"/spool/drop/*.* "$mqueue"; id=$(ls "$mqueue")
cp -p "$mqueue/$id" "$work/kept"
runner_once
is "$(in_queue) $(grep -c '^note: .* rcpt address=ops@example.org verdict=failed' "$mqueue"/*.*[0-9a-f])" "1 1" "a report waits, with the notes that follow from it"
cp -p "$work/kept" "$mqueue/$id"
: >"$work/log"
runner_once
is "$(in_queue)" 1 "as a kill leaves it, with the message there still: no second report"
like "$(cat "$work/log")" "$id: the last runner was ended between the report [0-9a-f.]* and its note here" "and the log says so"

# Somebody wanted it tried again: an old report does not settle it.
cp -p "$work/kept" "$mqueue/$id"
printf '1700000000 attempt n=1\n1700000000 rcpt address=ops@example.org verdict=failed stage=RCPT\n1700000001 revived by=0\n' >"$mqueue/$id.log"
runner_once
is "$(in_queue) $(grep -c "$id: to=<ops@example.org>, .*status=bounced" "$work/log")" "2 1" "a revived message is asked about again, and fails with a report of its own"

# Who asks the runner something hears of its end at once, though its session lives on.
stop "$smarthost_pid"
{ echo 'connection 1'; take 'expect RCPT' 'send 250 ok' "$data" 'silence'; } >"$work/script"
server
"$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!
wait_for test -S "$mqueue/control"
"$TOOLS/sockcat" "$mqueue/control" </dev/null >/dev/null & asking=$!
pids="$pids $asking"
sleep 0.3
send ops@example.org
wait_for in_data
kill -9 $runner; wait $runner 2>/dev/null
ended() { ! kill -0 "$1" 2>/dev/null; }
ok "killed with a session that waits: a request that was open ends" wait_for ended "$asking"
finish
