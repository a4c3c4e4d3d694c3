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
# What it says is a setting, and a route's own.
rule() { printf '\n[route partner.example]\nvia = main\nreceived = %s\n' "$1"; }
field() { sed -n '/^Received:/,/;/p' "$work"/delivered/*.eml | tr -d '\r' | sed 's/; .*//' | tr -s '\n\t' ' '; }
sent "$(section 'received = short')" 'From: a@example.org' a@example.org >/dev/null
like "$(field)" '^Received: by mon1.example.org \(firsthop\) id [^ ]*[. 0-9a-f]*$' "received = short: no uid, no login, no program"
sent "$(section 'received = none')" 'From: a@example.org' a@example.org >/dev/null
is "$(field)" "" "received = none: no field"
like "$(tr -d '\r' <"$(ls "$work"/delivered/*.eml)" | sed -n '/^From:/,$p')" '^Message-ID: <' "and the rest is there"
sent "$(section 'received = none')" "$(printf 'Received: from pc by other.example; Mon, 30 Nov 2026 10:00:00 +0000\nFrom: a@example.org')" a@example.org >/dev/null
like "$(field)" '^Received: by mon1.example.org \(firsthop\) id .* Received: from pc by other' "mail that has passed another server has the short one all the same: a circle is counted"
to_partner() { # CONFIG RECIPIENT...
	rm -f "$work"/delivered/*; config "$1"; shift
	printf 'From: a@example.org\nSubject: x\n\nx\n' | "$BIN/sendmail" -i -f a@example.org "$@"; runner_once
}
to_partner "$(section 'received = short'; rule none)" ops@partner.example
is "$(field)" "" "a route has its own"
to_partner "$(section 'received = short'; rule full)" ops@partner.example ops@example.net
like "$(field)" '^Received: by mon1.example.org \(firsthop\) id ' "where recipients differ, the one that says least counts"
to_partner "$(section 'received = none'; rule full)" ops@partner.example
like "$(field)" 'from uid' "a route may say more, too"
config "$(section 'received = some')"
like "$("$BIN/relayconf" check 2>&1)" '"some" is not one of: full short none' "another word is refused, with those that there are"
config "$(section 'received = none')"
like "$("$BIN/relayconf" check -v 2>&1)" 'received = none: .*circle' "relayconf check names the price of none"
config
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
