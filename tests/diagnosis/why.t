#!/bin/sh
# The story of a message, and explanations.
. tests/lib.sh
new_spool
smarthost -r 'relay=513 Relaying denied.' -r 'later=450 4.2.0 Greylisted'
config
printf 'To: relay@example.org, later@example.org, good@example.org\n\nx\n' | "$BIN/sendmail" -t -f cacti@example.org
id=$("$BIN/mailq" --json 2>/dev/null | sed 's/.*"queue_id": "\([^"]*\)".*/\1/')
story=$("$BIN/mailq" why "$id")
like "$story" '^reason    not tried yet: the runner is not running' "why: before the first attempt"
runner_once
story=$("$BIN/mailq" why "$id"); is $? 0 "why: exit 0"
is "$(echo "$story" | sed -n '1s/ .*//p')" for "why: the answer comes first"
like "$(echo "$story" | head -n 2)" '^meaning ' "and begins with what is wrong"
flat=$(echo "$story" | tr '\n' '~')
like "$flat" '~for       <relay@example.org>~meaning   The server does not relay|^for       <relay@example.org>~meaning   The server does not relay' "why: one recipient has its own remedy"
like "$flat" '~for       <later@example.org>~meaning   The server delays mail' "the other one another"
like "$story" '^remedy    1\. If the server .Courier. should relay for this machine, run there as root: .*makesmtpaccess$' "why: the first step"
like "$story" '^          2\. If example.org is one of its own domains' "and the second, in a line of its own"
like "$story" '^waiting   will not fix this$' "why: what waiting does"
is "$(echo "$story" | grep -n '^next try' | cut -d: -f1)" "$(($(echo "$story" | grep -n "^$id" | cut -d: -f1) - 2))" "why: the story comes after when it is tried next"
like "$story" "^$id  from <cacti@example.org>  to <relay@example.org>, <later@example.org>\$" "why: who to whom"
like "$story" '^queued [0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8}, [0-9]+ s ago, by uid [0-9]+ \([a-z]+\), 1 attempt$' "why: since when, by whom"
like "$story" '127.0.0.1 is an address: nothing to look up' "why: how the name was found"
like "$story" "127.0.0.1\[127.0.0.1\]:$port: session ready" "why: which server was tried"
like "$story" '<relay@example.org> deferred: smarthost main, .*RCPT: 513 Relaying denied' "why: what it answered"
like "$story" '<good@example.org> sent' "why: what became of the others"
like "$story" 'meaning   The server does not relay mail for this machine' "why: what it means"
like "$story" 'remedy    1. If the server .Courier. should relay for this machine, run there as root: printf .127.0.0.1.tallow,RELAYCLIENT.n. >>/etc/courier/smtpaccess/default && makesmtpaccess' "why: what to do on that server, with this machine's address"
like "$story" 'meaning   The server delays mail from unknown senders' "why: each reason is explained"
like "$story" 'decision  it is kept and tried again after' "why: what was decided"
two=$(for n in 5 5; do printf '%s attempt n=%s\n%s rcpt address=relay@example.org verdict=deferred stage=RCPT fault=route hop=main code=513 key=relay-denied text="513 Relaying denied."\n' "$(date +%s)" $n "$(date +%s)"; done)
cp "$work/spool/mqueue/$id.log" "$work/journal"; printf '%s\n' "$two" >>"$work/spool/mqueue/$id.log"
is "$("$BIN/mailq" why "$id" | sed -n '/^  5  /,$p' | grep -c '<relay@example.org> deferred')" 2 "why: an outcome that comes twice in one attempt is said twice"
cp "$work/journal" "$work/spool/mqueue/$id.log"
like "$story" 'next try  never: the runner is not running' "why: and when it goes on"
like "$("$BIN/mailq" why "${id%%.*}")" "^$id" "why: the beginning of an identifier"
"$BIN/mailq" why 00000000 2>"$work/err"; is $? 65 "why: no such message"
like "$(cat "$work/err")" 'no message 00000000 is in the queue' "says so"
"$BIN/mailq" why 2>/dev/null; is $? 64 "why: without an identifier"
for pass in 2 3 4; do runner_once; done
story=$("$BIN/mailq" why "$id")
like "$story" '^  attempts 3 to 4, [0-9]+ s, the last [0-9-]+ [0-9:]+: the same$' "why: equal attempts are one line"
is "$(echo "$story" | grep -c '513 Relaying denied')" 3 "and told once"
is "$("$BIN/mailq" why --full "$id" | grep -c '^  [1-4]  ')" 4 "why --full: each attempt"
is "$("$BIN/mailq" why "$id" --full | grep -c '513 Relaying denied')" 5 "with all its lines"
"$BIN/mailq" why --full 2>/dev/null; is $? 64 "why --full: without an identifier"
"$BIN/mailq" why "$id" "$id" 2>/dev/null; is $? 64 "why: two identifiers"
stop "$smarthost_pid"
echo x | "$BIN/sendmail" other@example.org
echo x | "$BIN/sendmail" third@example.org
runner_once
untried=$("$BIN/mailq" --json 2>/dev/null | grep '"attempt_count": 0' | sed 's/.*"queue_id": "\([^"]*\)".*/\1/' | head -n 1)
story=$("$BIN/mailq" why "$untried")
like "$story" 'reason    it was not tried itself: smarthost main, 127.0.0.1:[0-9]+: connect: Connection refused' "why: a message that waits for the smarthost"
like "$story" 'remedy    1. Check host and port$' "has its remedy too"
printf '1700000000 step text="evil \033[31m \\x1b[0m"\n' >>"$work/spool/mqueue/$id.log"
mv "$work/spool/mqueue/$id.log" "$work/short"
{ yes "1700000000 x $(printf '%0500d' 0)" | head -c 70000000; echo; cat "$work/short"; } >"$work/spool/mqueue/$id.log"
like "$("$BIN/mailq" why "$id")" 'later@example.org> deferred: ' "why: a journal of 70 MB is told, too"
like "$("$BIN/mailq" --json 2>/dev/null | grep "$id")" '"attempts": \[\{"n": 1' "so does JSON"
mv "$work/short" "$work/spool/mqueue/$id.log"
unlike "$("$BIN/mailq" why "$id" | LC_ALL=C od -An -c)" "033" "why: nothing of a journal reaches the terminal as it is"

like "$("$BIN/relayconf" explain '513 Relaying denied.')" '^key       relay-denied$' "explain: Courier's words"
like "$("$BIN/relayconf" explain '450 4.1.8 <root@mon.localdomain>: Sender address rejected: Domain not found')" '^waiting   will not fix this$' "explain: what waiting does"
like "$("$BIN/relayconf" explain '456 Address temporarily unavailable.')" '^key       address-blocked$' "explain: Courier's block"
like "$("$BIN/relayconf" explain tls-expired)" 'Compare the date' "explain: a key"
like "$("$BIN/relayconf" explain '550 5.1.1 who?')" '^key       recipient-unknown$' "explain: an enhanced code"
"$BIN/relayconf" explain nonsense 2>/dev/null; is $? 65 "explain: nonsense"

line=$("$BIN/mailq" health); is $? 2 "health: mail waits and the runner is not running: critical"
like "$line" '^MAILQ CRITICAL - 3 messages wait, the oldest for [0-9]+ s; the runner is not running; .*Connection refused \| waiting=3 oldest=[0-9]+s;1800;14400 dead=0$' "health: the line"
"$BIN/mailq" health -w x 2>/dev/null; is $? 3 "health: wrong usage"
rm -f "$work"/spool/mqueue/[0-9a-f]*.* "$work/spool/mqueue/health"
line=$("$BIN/mailq" health); is $? 1 "health: no runner, no mail: warning"
"$BIN/runner" --stay
line=$("$BIN/mailq" health -w 1 -c 2); is $? 0 "health: ok"
like "$line" '^MAILQ OK - 0 messages wait \| waiting=0 oldest=0s;60;120 dead=0$' "health: the line when all is well"
kill "$(cat "$work/run/runner.pid")"
printf 'root: ops@example.net\n' >"$work/aliases"
config '
[smarthost backup]
host = smarthost.invalid'
out=$("$BIN/relayconf" route root joe someone@example.com); is $? 0 "route: exit 0 when there is something to try"
like "$out" '^  recipient  <ops@example.net>$' "route: an alias"
like "$out" '<joe@mon1.example.org> \(completed with' "route: a completed name"
like "$out" 'has no entry for someone@example.com' "route: a full address"
like "$out" "^    1  127.0.0.1\[127.0.0.1\] port $port, TLS off" "route: the candidates"
like "$out" 'A smarthost.invalid: (no such name \(asked .*, [0-9]+ ms\)|.*\([0-9]+ ms\))' "route: a name that leads nowhere, with the time it took"
like "$out" 'remedy    Check' "route: and what to do"
finish
