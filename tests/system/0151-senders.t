#!/bin/sh
# Envelope sender and From field, each by its own setting: kept, completed or replaced; the address that was there; who sent it.
. tests/lib.sh
new_spool
smarthost
# sent CONFIG FROM-FIELD SENDER: the envelope sender and the From field as the server got them
sent() {
	rm -f "$work"/delivered/*
	config "$1"
	printf '%s\nTo: ops@example.net\nSubject: x\n\nx\n' "$2" | "$BIN/sendmail" -i -f "$3" ops@example.net
	runner_once
	sed -n 's/^X-Envelope-From: //p; s/^From: //p' "$work"/delivered/*.eml | tr '\n' ' '
}
section() { printf '\n[sender]\n'; printf '%s\n' "$@"; }
# The settings do not touch each other: nine pairs.
for envelope in keep qualify alerts@example.com; do
	for header in keep qualify mon@example.com; do
		case $envelope in keep) e=www ;; qualify) e=www@mon1.example.org ;; *) e=alerts@example.com ;; esac
		case $header in keep) h='Cacti <cacti>' ;; qualify) h='Cacti <cacti@mon1.example.org>' ;; *) h='Cacti <mon@example.com>' ;; esac
		is "$(sent "$(section "envelope_from = $envelope" "header_from = $header")" 'From: Cacti <cacti>' www)" "<$e> $h " "envelope_from = $envelope, header_from = $header"
	done
done
is "$(sent "$(section 'envelope_from = alerts@example.com' 'header_from = mon@example.com')" 'From: a@example.org' '')" "<> mon@example.com " "the null sender is never replaced"
is "$(sent '' 'From: joe@example.com' joe@example.com)" "<joe@example.com> joe@example.com " "what is complete stays"
for keep in reply-to:Reply-To x-original-from:X-Original-From; do
	sent "$(section 'header_from = mon@example.com' "keep_original = ${keep%%:*}")" 'From: Cacti <cacti@example.org>' www >/dev/null
	like "$(cat "$work"/delivered/*.eml)" "^${keep#*:}: Cacti <cacti@example.org>\$" "keep_original = ${keep%%:*}"
done
sent "$(section 'header_from = mon@example.com' 'keep_original = no')" 'From: Cacti <cacti@example.org>' www >/dev/null
unlike "$(cat "$work"/delivered/*.eml)" 'cacti@example.org' "keep_original = no"
sent "$(section 'header_from = mon@example.com' 'keep_original = reply-to')" "$(printf 'From: a@example.org\nReply-To: b@example.org')" www >/dev/null
is "$(grep -c '^Reply-To: b@example.org' "$work"/delivered/*.eml) $(grep -c '^Reply-To: ' "$work"/delivered/*.eml)" "1 1" "a Reply-To that is there stays"
out=$("$BIN/relayconf" route -f www ops@example.net)
like "$out" 'goes out as <www@mon1.example.org>' "relayconf route shows the sender before and after"
like "$out" 'From field goes out as <mon@example.com>' "and the From field"

# Who sent it: in the Received field, the log and mailq.
sent '' 'From: a@example.org' a@example.org >/dev/null
like "$(cat "$work"/delivered/*.eml)" "^Received: by mon1.example.org \\(firsthop, from uid $(id -u) \\($(id -un)\\), program sh\\)\$" "Received: uid, login, program"
stop "$smarthost_pid"
echo x | "$BIN/sendmail" -i -f a@example.org ops@example.net; runner_once
like "$("$BIN/mailq" -v 2>/dev/null)" "from uid $(id -u) \\($(id -un)\\), program sh" "mailq -v, too"
like "$("$BIN/mailq" --json 2>/dev/null)" "\"uid\": $(id -u), \"login\": \"$(id -un)\", \"program\": \"sh\"" "and its JSON"

# Lines "From " and ">From " in front of the header are no part of it.
rm -f "$work"/spool/mqueue/[0-9a-f]*
smarthost; config
printf 'From a Tue Nov 24 20:01:00 2026\n>From b Tue Nov 24 20:01:00 2026\nSubject: inner\n\nx\n' | "$BIN/sendmail" -i -f a@example.org ops@example.net; runner_once
got=$(cat "$work"/delivered/*.eml)
like "$got" '^Subject: inner$' "From lines in front"; unlike "$got" '^>?From [ab] ' "are left out"
finish
