#!/bin/sh
# The storm guard: of many messages in a short time the first ones go at once, further ones in one digest, and nothing is lost.
. tests/lib.sh
command -v python3 >/dev/null 2>&1 || skip_all "python3 is not installed"
new_spool
smarthost
guard='[storm]
messages = 3
within_min = 10
digest_every_min = 15'
# mail SUBJECT [OPTION ADDRESS...]: from the monitoring, unless options say so
mail() { subject=$1; shift; printf 'From: Nagios <nagios@example.org>\nTo: ops@example.org\nSubject: %s\n\nbody of %s\n' "$subject" "$subject" | "$BIN/sendmail" -i -f nagios@example.org "$@"; }
storm() { n=0; while [ $n -lt "$1" ]; do n=$((n + 1)); mail "alert $n" ops@example.org; done; }
begin() {
	rm -rf "$work"/spool/mqueue/* "$work"/spool/drop/* "$work"/delivered/*
	: >"$work/log"
	config "$@"
}
start() { "$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!; pids="$pids $runner"; }
waiting() { "$BIN/mailq" -bP 2>/dev/null; }
has() { [ "$(delivered) $(waiting)" = "$1" ]; }
first_id() { "$BIN/mailq" --json | sed -n '1s/.*"queue_id": "\([^"]*\)".*/\1/p'; }
digest() { grep -l 'multipart/digest' "$work"/delivered/*.eml; }
# parts FILE: a line "SUBJECT|BODY" for each message in a digest, as a mail program reads it
parts() { sed '1,2d' "$1" | python3 -c 'import email, sys
top = email.message_from_binary_file(sys.stdin.buffer)
assert top.get_content_type() == "multipart/mixed", top.get_content_type()
table, digest = top.get_payload()
assert digest.get_content_type() == "multipart/digest"
assert not any(part.defects for part in top.walk()), [part.defects for part in top.walk()]
for part in digest.get_payload():
    assert part.get_content_type() == "message/rfc822"
    inner = part.get_payload(0)
    subject = str(email.header.make_header(email.header.decode_header(inner["Subject"])))
    print(subject + "|" + inner.get_payload(decode=True).decode("utf-8").strip())'; }
table() { sed '1,2d' "$1" | python3 -c 'import email, sys
print(email.message_from_binary_file(sys.stdin.buffer).get_payload()[0].get_payload(decode=True).decode("utf-8"))'; }

config ""
ok "the recipe of the guide" sh -e -c "PATH=$BIN:\$PATH; $(recipe storm)"
is "$("$BIN/relayconf" get storm.messages)" 20 "sets the guard"
begin
storm 12
runner_once
is "$(delivered)" 12 "without [storm] all go by themselves"

begin "$guard"
storm 12
start
ok "the first three go at once, nine wait" wait_for has "3 9"
like "$("$BIN/mailq")" 'gathered for a digest: more than 3 messages of <nagios@example.org> came within 10 min' "mailq says why"
like "$("$BIN/mailq" summary)" ' 9  .* gathered for a digest' "and its summary how many"
like "$("$BIN/mailq" --json)" '"key": "gathered"' "and the key is there for programs"
id=$(first_id)
like "$("$BIN/mailq" why "$id")" 'mailq retry ID' "mailq why says how it goes at once"
like "$("$BIN/mailq" why "$id")" 'it leaves together with others, in one digest' "and what will become of it"
like "$("$BIN/mailq" health -w 30 -c 60)" '^MAILQ OK' "that is no trouble"
like "$("$BIN/mailq" health --openmetrics)" '^firsthop_queue_gathered_messages 9$' "nine are counted as gathered"
like "$(cat "$work/log")" "$id: to=<ops@example.org>, relay=none, .*status=deferred \(gathered for a digest.* key=gathered next_s=[0-9]+" "the log says it as of what is deferred"
mail "bigger $(seq 1 20 | tr -d '\n')" ops@example.org
mail "for others" other@example.org
mail "with a report" -N failure ops@example.org
mail "with a name" -V envelope-1 ops@example.org
{ printf 'Subject: large\n\n'; seq 1 20000; } | "$BIN/sendmail" -i -f nagios@example.org ops@example.org
ok "a message with NOTIFY or ENVID, and a large one, go by themselves" wait_for has "6 11"
held=$("$BIN/mailq" --json | grep other@example.org | sed 's/.*"queue_id": "\([^"]*\)".*/\1/')
"$BIN/mailq" hold "$held" >/dev/null
kill -9 "$runner"; wait "$runner" 2>/dev/null
start
sleep 1
is "$(delivered) $(waiting)" "6 11" "the next runner goes on gathering"
ok "mailq retry lets it go" "$BIN/mailq" retry "$id"
ok "in one message; what is for others is not in it" wait_for has "7 1"
file=$(digest)
is "$(parts "$file" | grep -c '^alert [0-9]*|body of alert [0-9]*$')" 9 "nine alerts are in it, each whole"
is "$(parts "$file" | lines)" 10 "with the one that came later"
is "$(for f in "$work"/delivered/*.eml; do [ "$f" = "$file" ] && parts "$f" || sed -n 's/^Subject: //p' "$f"; done | grep -o 'alert [0-9]*' | sort -u | lines)" 12 "none of the twelve is missing"
like "$(table "$file")" '^20[0-9-]* [0-9:]* +1  alert [0-9]+$' "the table has times, counts and subjects"
like "$(cat "$file")" '^From: Nagios <nagios@example.org>$' "it is from whom they are from"
like "$(cat "$file")" '^X-Envelope-From: <nagios@example.org>$' "by the envelope, too"
like "$(cat "$file")" '^Subject: 10 messages: (alert|bigger) [0-9]+, and others$' "its subject says what it is"
digest_id=$(sed -n 's/.*boundary="firsthop-\([0-9a-f.]*\)-digest"$/\1/p' "$file" | head -n 1)
like "$(cat "$work/log")" "$id: to=<ops@example.org>, relay=digest, .*status=sent \(forwarded as $digest_id, a digest\)" "the log says in which digest each left"
like "$(cat "$work/log")" "$digest_id: digest of 10 messages from <nagios@example.org>" "and what is in it"
story=$("$BIN/mailq" log --file "$work/log" "$id")
like "$story" "forwarded as $digest_id" "mailq log follows the message into its digest"
like "$story" "^$digest_id  from" "and tells that one's story, too"
like "$("$BIN/mailq" health --openmetrics)" '^firsthop_gathered_messages_total 10$' "they are counted"
like "$("$BIN/mailq" health --openmetrics)" '^firsthop_digests_total 1$' "and the digest"
is "$(ls "$work/spool/mqueue" | grep -c '^[0-9a-f]\{8\}\.')" 2 "of ten messages no file is left but the held one and its journal"
"$BIN/mailq" release "$held" >/dev/null
ok "the held one is alone when it is released, and goes by itself" wait_for has "8 0"
is "$(grep -lc 'Subject: for others' "$work"/delivered/*.eml | lines)" 1 "as it was"
stop "$runner"

check() { "$BIN/relayconf" check -v 2>&1 | grep -A 1 ' storm '; }
config; like "$(check)" '^ok .*all messages go by themselves' "relayconf check: it is off"
config "$guard"; like "$(check)" '^ok .*3 messages of a sender within 10 min go at once, further ones in a digest each 15 min' "what it does"
config '[storm]
messages = 3
digest_every_min = 600'; like "$(check)" 'counts as late before its digest leaves' "and what is wrong with it"

# Words beyond ASCII, 8-bit bodies, and a server that takes 7 bits.
stop "$smarthost_pid"
smarthost -7
begin "$guard"
n=0
while [ $n -lt 6 ]; do n=$((n + 1)); printf 'Subject: St\303\266rung\n\nMeldung %s: St\303\266rung\n' $n | "$BIN/sendmail" -i -f nagios@example.org ops@example.org; done
runner_once
is "$(delivered) $(waiting)" "4 0" "a pass leaves nothing gathered behind: three, and a digest"
file=$(digest)
is "$(parts "$file" | sed 's/Meldung [0-9]/Meldung N/' | sort -u)" "$(printf 'St\303\266rung|Meldung N: St\303\266rung')" "8-bit text arrives as it was written"
like "$(table "$file")" "$(printf '  3  St\303\266rung')" "and stands in the table, once"
is "$(LC_ALL=C grep -c "$(printf '[\200-\377]')" "$file")" 0 "and the digest is 7-bit for a server that lacks 8BITMIME"

# A sender beyond ASCII, and subjects of all kinds.
begin "$guard"
odd() { printf 'From: x@example.org\nSubject: '"$1"'\n\nx\n' | "$BIN/sendmail" -odq -i -f "$(printf 'j\303\266rg@example.org')" ops@example.org; }
long=$(awk 'BEGIN { while (i++ < 1000) printf "L" }')
for time in 1 2 3 4; do
	for subject in "$long" '' '  \t ' 'folded\n\tby a tab' 'a\033[31mb' '=?utf-8?q?=0D=0ABcc:_x?=' '\374\337'; do odd "$subject"; done
done
runner_once
is $? 0 "the runner lives through a digest of a sender that no server can carry"
is "$(waiting)" 0 "and all of them have left"
file=$(digest)
like "$(table "$file")" ' [1-4]  folded by a tab$' "a subject that was folded is one line of the table"
like "$(table "$file")" ' [1-4]  a.x1b.31mb$' "without control characters"
like "$(table "$file")" ' [5-8]  .no subject.$' "of blanks, or of nothing: there is none"
unlike "$(table "$file")" 'LLLL' "a line that is longer than a server has to accept keeps its message out of the digest"
ok "it goes by itself" sh -c "grep -q LLLL '$work'/delivered/*.eml"

# By recipient; different senders have digests of their own, because a failure is reported to its sender.
begin "$guard
by = recipient"
n=0
while [ $n -lt 5 ]; do n=$((n + 1)); mail "a$n" ops@example.org; printf 'Subject: b%s\n\nx\n' $n | "$BIN/sendmail" -i -f cacti@example.org ops@example.org; done
runner_once
is "$(delivered) $(waiting)" "5 0" "by recipient: three go at once, and two digests"
is "$(for f in $(digest); do sed -n 's/^X-Envelope-From: //p' "$f"; done | sort | tr '\n' ' ')" "<cacti@example.org> <nagios@example.org> " "one for each sender"

# What does not fit is in the next one.
begin "$guard
max_digest_kb = 64"
n=0
while [ $n -lt 8 ]; do n=$((n + 1)); { printf 'Subject: long %s\n\n' $n; seq 1 5000; } | "$BIN/sendmail" -i -f nagios@example.org ops@example.org; done
runner_once
is "$(delivered) $(waiting)" "6 0" "eight of 24 KB: three, and digests of two, two and one"

# One alone is no digest; and a guard that is switched off lets go what it has.
begin "$guard"
storm 4
runner_once
is "$(delivered) $(digest 2>/dev/null | lines)" "4 0" "one gathered message goes as it is"
begin "$guard"
storm 9
start
wait_for has "3 6"
before=$("$BIN/mailq" --json | sed -n '1s/.*"next_attempt": \([0-9]*\).*/\1/p')
config
kill -HUP "$runner"
sleep 1
is "$(delivered) $(waiting) $("$BIN/mailq" --json | sed -n '1s/.*"next_attempt": \([0-9]*\).*/\1/p')" "3 6 $before" "switched off: what is gathered keeps its time"
mail "after that" ops@example.org
ok "what comes now goes at once" wait_for has "4 6"
"$BIN/sendmail" -q
ok "and a queue run lets the rest go" wait_for has "5 0"
stop "$runner"

# Each message goes through the filters before it is gathered, and so does the digest: a signature is on all that leaves, and what is held is in none.
printf '#!/bin/sh\necho "X-Signed: yes"; cat\n' >"$work/sign"
printf '#!/bin/sh\nif grep -q "body of alert 3$"; then echo "looks like spam" >&2; exit 3; fi\n' >"$work/judge"
chmod 755 "$work" "$work/sign" "$work/judge"
begin "[storm]
messages = 1
[filter judge]
command = $work/judge
hold = 3
[filter sign]
command = $work/sign
changes = yes"
n=0; while [ $n -lt 4 ]; do n=$((n + 1)); printf 'From: Nagios <nagios@example.org>\nSubject: alert %s\n\nbody of alert %s\n' $n $n | "$BIN/sendmail" -odq -i -f nagios@example.org ops@example.org; done
runner_once; runner_once
is "$(delivered) $(waiting)" "2 1" "with filters: one message, a digest of two, and one that is held"
like "$("$BIN/mailq" 2>/dev/null)" 'held: filter judge: looks like spam' "which is in no digest"
is "$(for f in "$work"/delivered/*.eml; do sed '/^$/q' "$f"; done | grep -c '^X-Signed: yes')" 2 "what leaves is signed, the digest, too"
is "$(grep -c '^X-Signed: yes' "$(digest)")" 3 "and so is each message in it"

# A digest that is refused comes back whole, in one report, and no storm comes of reports.
stop "$smarthost_pid"
smarthost -r 'ops=550 5.1.1 no such user'
begin "[storm]
messages = 2"
storm 30
runner_once
is "$(waiting)" 0 "a digest that is refused is returned"
reports=$(grep -l '^X-Envelope-To: <nagios@example.org>' "$work"/delivered/*.eml)
is "$(cat $reports | grep -o 'body of alert [0-9]*$' | sort -u | lines)" 30 "the text of all thirty is in the reports"
is "$(cat $reports | grep -c 'Content-Type: multipart/digest')" 1 "one of them has the digest whole"
finish
