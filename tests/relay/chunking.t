#!/bin/sh
# CHUNKING (RFC 3030): several messages on their way in one session, and servers that offer it and cannot do it.
. tests/lib.sh
new_spool
submit() { printf "${2:-Subject: $1\n\n.text of $1\n..end\n}" | "$BIN/sendmail" -i -f me@example.org "$1@example.net"; }
# said PATTERN: commands that the server on $port, smtpd, got
arrived() { find "$work/delivered" -name '*.eml' | lines; }
clear_all() { stop "$smarthost_pid"; rm -rf "$work"/spool/mqueue/* "$work"/spool/drop/* "$work/log" "$work/sessions" "$work/delivered"; }

# All goes well: the text is what DATA would bring.
smarthost -b good; config
for n in 1 2 3 4 5 6 7 8; do submit n$n; done
runner_once
is "$(arrived)" 8 "eight messages arrive by BDAT"
is "$(grep -c 'status=sent ' "$work/log")" 8 "each has its outcome"
is "$(grep -h '^\.text of n5$' "$work"/delivered/*.eml | lines)" 1 "a dot at the start of a line is as it was written"
is "$(grep -h '^\.\.end$' "$work"/delivered/*.eml | lines)" 8 "and two"
is "$(grep -h '^X-Envelope-To: ' "$work"/delivered/*.eml | sort -u | lines)" 8 "none has the recipient of another one"
clear_all

# One large message: in chunks, whole.
smarthost -b good; config
{ printf 'Subject: large\n\n'; awk 'BEGIN { for (i = 0; i < 40000; i++) print ".line " i }'; } >"$work/large"
"$BIN/sendmail" -i -f me@example.org large@example.net <"$work/large"
submit after
runner_once
is "$(arrived)" 2 "a message of several chunks arrives, and the next one"
cat "$work"/delivered/*.eml | grep '^\.line ' >"$work/text"
sed -n 's/^\.line/.line/p' "$work/large" >"$work/wanted"
ok "no byte of it is missing" cmp -s "$work/text" "$work/wanted"
clear_all

# Refusals in the middle of the flight.
smarthost -b good -r 'bad=550 5.1.1 no such user' -r 'later=451 4.2.1 not now' -s 30000; config
for n in 1 2 3 4; do submit a$n; submit bad$n; done
submit later
"$BIN/sendmail" -i -f me@example.org bad9@example.net good9@example.net <<END
Subject: two

two
END
runner_once
is "$(grep -l '^X-Envelope-To: <[ag]' "$work"/delivered/*.eml | lines)" 5 "what is accepted arrives"
is "$(grep -c 'to=<bad.*status=bounced (.*550 5.1.1 no such user' "$work/log")" 5 "the refusal of a recipient is the reason, not that of BDAT behind it"
is "$(grep -c 'to=<a[1-4].*status=sent' "$work/log")" 4 "and no reason of its neighbours"
like "$(cat "$work/log")" 'to=<later@.*status=deferred .*451 4.2.1' "what is refused for now waits"
like "$(cat "$work/log")" 'to=<good9@.*status=sent' "one of two recipients gets it"
unlike "$(cat "$work/log")" 'key=outcome-unknown|may arrive twice' "nothing is in doubt"
clear_all

# The session ends behind some messages: with 421 the others go in the next one, at once.
smarthost -b good -e 3 -E; config
for n in 1 2 3 4 5 6 7 8; do submit e$n; done
runner_once
is "$(arrived)" 8 "421 behind each third message: all arrive in one pass"
is "$(grep -c 'status=deferred' "$work/log")" 0 "nobody waits"
is "$(grep -h '^Subject: ' "$work"/delivered/*.eml | sort | uniq -d | lines)" 0 "none arrives twice"
clear_all

# Without a word: what was sent whole may have arrived, and DATA is used from then on.
smarthost -b good -e 3; config '
[queue]
retry_min = 1'
for n in 1 2 3 4 5 6 7 8; do submit s$n; done
runner_once
doubtful=$(grep -c 'status=deferred.*key=outcome-unknown' "$work/log")
# How many were on their way then is a matter of time: perhaps none.
is "$((doubtful + $(grep -c 'status=sent' "$work/log")))" 8 "an end without a word: what was sent whole by then is in doubt ($doubtful), each of the others arrives in the same pass"
is "$(arrived)" "$(grep -c 'status=sent' "$work/log")" "once"
clear_all

# BDAT is not known, though offered: DATA in the same session and in the next ones; bytes of mail are never read as commands.
for mode in 500 502 503 504 555; do
	smarthost -b $mode; config '
[queue]
max_sessions = 1'
	for n in 1 2 3; do submit u$n 'Subject: x\n\nRSET\nMAIL FROM:<evil@example.org>\nRCPT TO:<victim@example.org>\nDATA\n'; done
	runner_once
	is "$(arrived)" 3 "$mode to BDAT: the mail arrives with DATA"
	is "$(grep -c 'offers CHUNKING and refuses it: it gets mail without it' "$work/log")" 1 "said once"
	is "$(grep -c 'evil\|victim@example.org> *bytes' "$work/sessions")" 0 "no text is taken for a command"
	is "$(grep -c 'status=deferred' "$work/log")" 0 "and nothing waits"
	clear_all
done

# Known at first, and then not.
smarthost -b late; config
for n in 1 2 3 4 5 6; do submit l$n; done
runner_once
is "$(grep -h '^Subject: ' "$work"/delivered/*.eml | sort -u | lines)" 6 "BDAT refused from the second message on: all arrive"
is "$(arrived)" 6 "once"
clear_all

# A server that does not read what comes together with the end of a message.
smarthost -b deaf; config '
[relay]
data_end_s = 10
reply_s = 2
data_s = 10'
for n in 1 2 3 4 5 6; do submit d$n; done
runner_once
doubtful=$(grep -c 'status=deferred.*key=outcome-unknown' "$work/log")
is "$((doubtful + $(grep -c 'status=sent' "$work/log")))" 6 "a server that drops what comes behind a message: that is in doubt ($doubtful), the rest is sent"
is "$(arrived)" "$(grep -c 'status=sent' "$work/log")" "what was sent has arrived once"
clear_all

# Switched off.
cat >"$work/script" <<'END'
send 220 hi
expect EHLO
send 250-hi
send 250-PIPELINING
send 250 CHUNKING
expect MAIL
expect RCPT
expect DATA
send 250 ok
send 250 ok
send 354 go
read-data
send 250 2.0.0 queued
END
rm -f "$work/port"
"$TOOLS/smtpd" -P "$work/port" -T "$work/said" "$work/script" & server=$!; pids="$pids $server"
wait_for test -s "$work/port"
port=$(cat "$work/port"); config 'chunking = no'
submit off
runner_once
like "$(cat "$work/log")" 'status=sent' "chunking = no: DATA"
unlike "$(cat "$work/said")" 'BDAT' "and no BDAT"
stop "$server"

# relayconf probe shows it.
smarthost -b 502; config
probe=$("$BIN/relayconf" probe main 2>&1)
like "$probe" 'BDAT 1' "a probe asks for BDAT, with the first byte of its message"
like "$probe" 'the server offers CHUNKING and refuses it' "and says that it is refused"
like "$probe" 'the server accepts mail for this recipient' "which is no failure"
clear_all
smarthost -b good; config
unlike "$("$BIN/relayconf" probe main 2>&1)" 'refuses it' "a server that can do it: nothing to say"
finish
