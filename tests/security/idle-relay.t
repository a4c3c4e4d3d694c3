#!/bin/sh
# A relay that is ready, and then ends or gives its mail back without having done anything, is not
# started again and again: it rests, longer each time, until an outcome shows that it works.
# Nothing here depends on how fast a process ends: one that lingers is there while the next could be.
. tests/lib.sh
. tests/evil.sh
new_spool
evil_setup
smarthost
# The servers of "evil" rest for 1 minute, then 10.
evil_config "[queue]
retry_min = 1 10"
"$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!
pids="$pids $runner"
wait_for test -s "$work/run/runner.pid"
starts() { lines <"$work/libexec/evil.got"; }
has_mail() { test -s "$work/libexec/evil.got"; }
rests_for() { grep -Eq "no smarthost accepts mail for evil; .* next try in $1 s: .*$2" "$work/log"; }
three() {
	for i in 1 2 3; do
		printf 'Subject: evil\n\nx\n' | "$BIN/sendmail" -i -f evil@example.org "a$i@evil.example"
	done
}
# What the one that lingers had in hand is in the queue again.
settled() { ! "$BIN/mailq" --json | grep -q '"queue_name": "active"'; }
queued() { "$BIN/mailq" | grep -c '^ *a[123]@evil.example'; }
ask() { "$BIN/mailq" retry from=evil@example.org >/dev/null; }

# From word to word it is asked again when somebody wants it, and the server is forgiven nothing.
for word in linger linger-slowly linger-over; do
	evil "$word"
	: >"$work/log"
	three
	wait_for has_mail
	why="gave its mail back without a reason"
	[ $word != linger-over ] || why="421 later"
	wait_for rests_for '[0-9]+' "$why"; result $? "$word: it rests, and the log says why" "$(tail -n 5 "$work/log")"
	sleep 1
	[ "$(starts)" -le 3 ]; result $? "$word: it is started once for each message at most ($(starts))"
	: >"$work/log"
	wait_for settled
	ask
	wait_for rests_for '(5[0-9][0-9]|6[0-9][0-9])' "$why"
	result $? "$word: ready again and useless again, it rests for longer" "$(cat "$work/log")"
	wait_for settled
	unlike "$(cat "$work/log")" 'accepts mail again' "$word: that it is ready is no news"
	"$BIN/mailq" remove from=evil@example.org >/dev/null
	is "$(queued)" 0 "$word: all of its mail is in the queue, and can be removed"
	"$BIN/mailq" --purgestat
done

# What avoids a server has sessions of its own, and their end says nothing about the path.
for word in next-bye next-unused; do
	evil "$word"
	: >"$work/log"
	three
	waits() { [ "$(grep -c 'the relay process.* next_s=[1-9]' "$work/log")" -ge 3 ]; }
	wait_for waits; result $? "$word: each message waits" "$(tail -n 5 "$work/log")"
	sleep 1
	[ "$(starts)" -le 12 ]; result $? "$word: and is not given again and again ($(starts))"
	"$BIN/mailq" remove from=evil@example.org >/dev/null
	"$BIN/mailq" --purgestat
done

# One outcome, and the server is as good as any other.
evil linger
: >"$work/log"
printf 'Subject: evil\n\nx\n' | "$BIN/sendmail" -i -f evil@example.org a1@evil.example
wait_for rests_for '[0-9]+' 'without a reason'
wait_for settled
evil sent
ask
takes_again() { grep -q 'smarthost evil accepts mail again, after' "$work/log"; }
ok "with the first outcome it accepts mail again" wait_for takes_again
sent() { grep -q 'to=<a1@evil.example>.*status=sent' "$work/log"; }
ok "and the message is off" wait_for sent
finish
