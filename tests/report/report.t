#!/bin/sh
# The reports to a sender: words for a tired person first, the whole trace behind them, and a status part that programs understand (RFC 3464).
. tests/lib.sh
new_spool
hour=3600
send() { printf 'Subject: %s\n\nbody\n' "$1" | "$BIN/sendmail" -i -f cacti@mon1.example.org "$2"; }
report() { cat "$(ls -t "$work"/delivered/*.eml | head -n 1)" | tr -d '\r'; }
flat() { tr '\n' ' ' | tr -s ' '; }
part() { sed -n "/^Content-Type: message\/delivery-status/,/^--/p"; }
smarthost -r "no=550 5.1.1 who? $(printf 'a long word of explanation %.0s' 1 2 3 4 5 6 7 8 9) caf$(printf '\303\251')" -r 'grey=450 4.2.0 Greylisted' -r 'relay=513 Relaying denied.' -r 'full=552 5.2.2 mailbox full'
config
send 'Disk full on db3' no@example.org
runner_once
is "$(delivered)" 1 "a refused recipient: a report goes out"
text=$(report)
like "$(echo "$text" | flat)" 'Your message "Disk full on db3" of .* to <no@example.org> was not delivered, and mon1.example.org will not try it again\. The recipient.s mailbox does not exist\. What to do: Check the address\.' \
	"the first paragraph says what happened, to whom, why and what to do"
unlike "$text" '^(meaning|remedy) ' "and says it once"
like "$text" '^What was tried, 1 time, by the clock of mon1.example.org:$' "the trace of the attempts"
like "$text" '^ +servers: main$' "which servers, and why"
like "$text" '^ +127.0.0.1 is an address: nothing to look up$' "how the name was found"
like "$(echo "$text" | flat)" '<no@example.org> failed: smarthost main, 127.0.0.1:[0-9]+: RCPT: 550 5.1.1 who\? a long word' "what the server answered"
like "$text" '^Content-Type: multipart/report; report-type=delivery-status;$' "RFC 6522: report-type"
status=$(echo "$text" | part)
like "$status" '^Final-Recipient: rfc822; no@example.org$' "Final-Recipient"
like "$status" '^Action: failed$' "Action"
like "$status" '^Status: 5.1.1$' "Status"
like "$status" '^Remote-MTA: dns; \[127.0.0.1\]$' "Remote-MTA: an address in brackets"
like "$(echo "$status" | flat)" 'Diagnostic-Code: smtp; 550 5.1.1 who' "Diagnostic-Code"
like "$status" '^Last-Attempt-Date: [A-Z][a-z][a-z], [0-9]' "Last-Attempt-Date"
unlike "$status" '^Will-Retry-Until' "no Will-Retry-Until, because nothing is tried again"
is "$(echo "$status" | awk 'length($0) > 78' | lines)" 0 "long answers are folded"
is "$(echo "$status" | LC_ALL=C tr -d '\1-\177' | bytes)" 0 "and are ASCII"
is "$(echo "$text" | awk 'length($0) > 200' | lines)" 0 "no line of the words is endless"

send slow grey@example.org
runner_once
age_queue $((5 * hour)); runner_once
is "$(grep -c ' warning=' "$work/log")" 1 "after 4 h a warning"
text=$(report)
like "$(echo "$text" | flat)" 'has not been delivered yet. You need not send it again: mon1.example.org keeps it and goes on trying, for 120 hours in all' "says that it is kept"
status=$(echo "$text" | part)
like "$status" '^Action: delayed$' "Action: delayed"
like "$status" '^Status: 4.2.0$' "with a status of class 4"
like "$status" '^Will-Retry-Until: ' "and until when it is tried"
runner_once
is "$(grep -c ' warning=' "$work/log")" 1 "once"
rm -f "$work"/spool/mqueue/*
# Many attempts, then the end: 30 of them in the journal.
send old relay@example.org
runner_once
log=$(ls "$work"/spool/mqueue/*.log)
for n in $(seq 2 30); do
	printf '%s attempt n=%d\n%s step text="step of %d"\n' "$(date +%s)" "$n" "$(date +%s)" "$n"
	sed -n 's/^[0-9]* rcpt/'"$(date +%s)"' rcpt/p' "$log" | head -n 1
	printf '%s wait s=60 until=%s\n' "$(date +%s)" "$(date +%s)"
done >"$work/more"; cat "$work/more" >>"$log"
age_queue $((121 * hour)); runner_once
is "$(grep -c ' bounce=' "$work/log")" 2 "after 5 days it goes back"
text=$(report)
like "$(echo "$text" | flat)" 'not delivered within 120 h; the last reason: 513 Relaying denied' "with the last reason"
like "$(echo "$text" | flat)" 'will not try it again\. The server does not relay mail for this machine.* What to do: If the server .* Or set login' "which is explained"
like "$text" '^What was tried, 31 times' "the trace counts all attempts"
like "$text" '^ +step of 2$' "shows the first"
unlike "$text" '^ +step of 8$' "not all of very many"
like "$text" '\.\.\. 6 more, not shown here \.\.\.' "and says so"
like "$text" '^ +step of 30$' "and the last"
status=$(echo "$text" | part)
like "$status" '^Status: 4.4.7$' "expiry has its status"
like "$(echo "$status" | flat)" 'Diagnostic-Code: x-firsthop; not delivered within' "which is no server's word"
if command -v python3 >/dev/null 2>&1; then
	out=$(for file in "$work"/delivered/*.eml; do python3 - "$file" <<'PY'
import email, email.policy, sys
text = open(sys.argv[1], 'rb').read().replace(b'\r\n', b'\n')
text = text[text.index(b'Date:'):] if not text.startswith(b'Received') else text
m = email.message_from_bytes(text)
parts = m.get_payload()
status = parts[1].get_payload()
print(m.get_content_type(), m.get_param('report-type'), [p.get_content_type() for p in parts], [sorted(s.keys()) for s in status][1][:2])
PY
	done | sort | uniq -c | tr -s ' ')
	is "$out" " 2 multipart/report delivery-status ['text/plain', 'message/delivery-status', 'message/rfc822'] ['Action', 'Diagnostic-Code']
 1 multipart/report delivery-status ['text/plain', 'message/delivery-status', 'text/rfc822-headers'] ['Action', 'Diagnostic-Code']" \
		"a mail library reads all three; only the warning leaves the text out"
fi
rm -f "$work"/delivered/* "$work"/spool/mqueue/*.*
send two 'no@example.org full@example.org'
runner_once
text=$(report)
like "$(echo "$text" | flat)" 'to the 2 recipients named below was not delivered, and mon1.example.org will not try it again\. The reason, and what to do, follow for each recipient\.' "two recipients with two reasons"
like "$(echo "$text" | flat)" 'to <no@example.org> reason .* meaning The recipient.s mailbox does not exist\. remedy Check the address\..* to <full@example.org> reason .* meaning The recipient.s mailbox is full\. remedy Ask the recipient' "each has its own meaning and remedy"
finish
