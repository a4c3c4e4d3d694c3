#!/bin/sh
# Mail that goes round in a circle is stopped (RFC 5321 6.3), and goes back to its sender.
. tests/lib.sh
new_spool
smarthost
config
received() { n=0; while [ $n -lt "$1" ]; do n=$((n + 1)); echo "Received: by $2 (firsthop, from uid 0, a$n); Mon, 30 Nov 2026 10:00:00 +0000"; done; }
send() { printf 'Subject: x\n\nx\n' | { cat "$work/head"; cat; } | "$BIN/sendmail" -i -f "$1" "$2"; runner_once; }
line() { grep " to=<$1>" "$work/log" | tail -n 1; }

received 200 mon1.example.org >"$work/head"; send ops@example.org a@example.net
like "$(line a@example.net)" 'status=bounced .*200 Received fields, 200 of them from this machine: it goes round in a circle' "200 Received fields of this machine: stopped"
like "$(line a@example.net)" ' key=loop ' "by its name"
is "$(grep -l '^X-Envelope-To: <a@' "$work"/delivered/*.eml 2>/dev/null | lines)" 0 "it is not sent once more"
is "$(grep -l '^X-Envelope-To: <ops@example.org>' "$work"/delivered/*.eml | lines)" 1 "its sender is told"
received 120 relay.example.net >"$work/head"; send ops@example.org b@example.net
like "$(line b@example.net)" 'status=bounced .*120 Received fields, 0 of them from this machine' "120 of other servers: stopped"
received 90 relay.example.net >"$work/head"; send ops@example.org c@example.net
like "$(line c@example.net)" 'status=sent' "90 of other servers: sent"
received 3 mon1.example.org >"$work/head"; send ops@example.org d@example.net
like "$(line d@example.net)" 'status=sent' "three times through this machine: sent"

# A real circle: what the smarthost gets comes back.
rm -f "$work"/delivered/*; : >"$work/head"
send ops@example.org e@example.net
rounds=0
while [ $rounds -lt 40 ]; do
	file=$(grep -l '^X-Envelope-To: <e@' "$work"/delivered/*.eml 2>/dev/null | head -n 1)
	[ -n "$file" ] || break
	tr -d '\r' <"$file" | sed '/^X-Envelope-/d' >"$work/again"; rm "$file"
	"$BIN/sendmail" -i -f ops@example.org e@example.net <"$work/again"; runner_once
	rounds=$((rounds + 1))
done
is "$rounds" 21 "a circle ends after 21 rounds"
like "$(line e@example.net)" 'status=bounced .* key=loop ' "with its reason"
like "$(cat "$(grep -l '^X-Envelope-To: <ops@example.org>' "$work"/delivered/*.eml | head -n 1)" | tr -d '\r')" '^Status: 5.4.6' "and its sender is told"
finish
