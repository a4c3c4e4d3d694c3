#!/bin/sh
# TLSA records (RFC 7672): by a name server that says whatever a line of the test says, and calls it validated; what is sent, and what waits.
. tests/lib.sh
. tests/fake/one_cert.sh
if [ "$(id -u)" != 0 ] || ! unshare -m -n true 2>/dev/null || ! command -v nsenter >/dev/null 2>&1 || ! command -v ip >/dev/null 2>&1; then
	echo "1..1"; echo "ok 1 - $0 # skip needs root and namespaces (unshare, nsenter, ip)"; exit 0
fi
new_spool
: >"$work/aliases"
sh tests/fake/certs.sh "$work/certs" mx.dane.test >/dev/null 2>&1
one_cert "$work/certs" next mx.dane.test 'subjectAltName=DNS:mx.dane.test'
one_cert "$work/certs" domain dane.test 'subjectAltName=DNS:dane.test'
printf secret >"$work/password"; chmod 600 "$work/password"
hex() { openssl dgst -"$1" | sed 's/.*= *//'; }
key() { openssl x509 -in "$work/certs/$1.pem" -noout -pubkey | openssl pkey -pubin -outform DER 2>/dev/null; }
whole() { openssl x509 -in "$work/certs/$1.pem" -outform DER; }
cat >"$work/inside.sh" <<'END'
mount --bind "$work/resolv.conf" /etc/resolv.conf
rm -f "$work/zone.ready" "$work/port"
"$TOOLS/nameserver" -u "$1" "$work/zone" & names=$!
wait_for test -e "$work/zone.ready"
offer="-t $work/certs/$2.pem -k $work/certs/$2.key"
[ "$2" != none ] || offer=
"$TOOLS/smarthost" -P "$work/port" -d "$work/delivered" -o "$work/sessions" -p 2525 -a me:secret $offer & mx=$!
wait_for test -s "$work/port"
"$BIN/relayconf" check -v >"$work/check" 2>&1
"$BIN/relayconf" route bob@example.net >"$work/route" 2>&1
"$BIN/relayconf" probe --to bob@example.net >"$work/probe" 2>&1
timeout 60 "$BIN/runner" --once --foreground 2>>"$work/log"
kill $names $mx
END
# with CERTIFICATE KEYS RECORD...: mail over the MX of dane.test, whose server shows CERTIFICATE ("none": no TLS)
with() {
	certificate=$1 keys=$2
	shift 2
	{ printf '%s\n' 'dane.test MX 10 mx.dane.test' 'mx.dane.test A 127.0.0.1' "$@" "${claims:-validated}"; } >"$work/zone"
	rm -f "$work"/spool/mqueue/[0-9a-f]*; : >"$work/log"; : >"$work/sessions"
	printf 'nameserver %s\n%s\n' "${resolver:-127.0.0.1}" "${options:-}" >"$work/resolv.conf"
	printf '[host]\nname = mon1.example.org\naliases = %s\n[smarthost main]\nhost = dane.test\nlookup = mx\nport = 2525\nimplicit = no\nlogin = me\npassword_file = %s\n%s\n' \
		"$work/aliases" "$work/password" "$keys" >"$work/firsthop.conf"
	echo x | "$BIN/sendmail" -i -f a@example.org bob@example.net
	BIN=$BIN TOOLS=$TOOLS work=$work unshare -m -n sh -c '. tests/lib.sh; . "$work/inside.sh"' inside "${resolver:-127.0.0.1}" "$certificate"
	log=$(cat "$work/log") check=$(cat "$work/check") route=$(cat "$work/route") probe=$(cat "$work/probe")
}
at=_2525._tcp.mx.dane.test
soft='dane = opportunistic'
hard='dane = require'
none='0000000000000000000000000000000000000000000000000000000000000000'
ca="tls_ca_file = $work/certs/ca.pem"

# --- usable, and one fits
with selfsigned "$hard" "$at TLSA 3 1 1 $(key selfsigned | hex sha256)"
like "$log" 'status=sent .*tls="TLSv1.[23] verified, DANE"' "3 1 1: a certificate of the server's own making is right, and gets the password"
like "$route" "TLSA $at = 3 1 1 [0-9a-f]{64} \\(asked 127.0.0.1, [0-9]+ ms, validated by DNSSEC\\)" "relayconf route shows the record"
like "$route" 'mx.dane.test\[127.0.0.1\] port 2525, TLS verify, DANE \(1 TLSA records, 1 usable\)' "and that it counts"
like "$probe" "a TLSA record 3 1 1 of $at fits" "relayconf probe says which record fits"
like "$check" '^ok +dane +main: 1 TLSA records, 1 of them usable' "relayconf check counts them"
with selfsigned "$hard" "$at TLSA 3 0 1 $(whole selfsigned | hex sha256)"
like "$log" 'status=sent .*verified, DANE' "3 0 1: the certificate"
with selfsigned "$hard" "$at TLSA 3 1 2 $(key selfsigned | hex sha512)"
like "$log" 'status=sent .*verified, DANE' "3 1 2: SHA-512"
with selfsigned "$hard" "$at TLSA 3 1 0 $(key selfsigned | od -An -v -tx1 | tr -d ' \n')"
like "$log" 'status=sent .*verified, DANE' "3 1 0: the whole key"
with wrongname "$hard" "$at TLSA 3 1 1 $(key wrongname | hex sha256)"
like "$log" 'status=sent .*verified, DANE' "DANE-EE: the name does not count"
with expired "$hard" "$at TLSA 3 1 1 $(key expired | hex sha256)"
like "$log" 'status=sent .*verified, DANE' "nor does the date (RFC 7672 3.1.1)"
# The server sends its own certificate alone: a whole certificate in DNS (matching type 0) is there all the same.
with good "$hard" "$at TLSA 2 0 0 $(whole ca | od -An -v -tx1 | tr -d ' \n')"
like "$log" 'status=sent .*verified, DANE' "2 0 0: an authority, by its certificate in DNS"
with domain "$hard" "$at TLSA 2 0 0 $(whole ca | od -An -v -tx1 | tr -d ' \n')"
like "$log" 'status=sent .*verified, DANE' "DANE-TA: the domain's name is as good as the server's"
with wrongname "$hard" "$at TLSA 2 0 0 $(whole ca | od -An -v -tx1 | tr -d ' \n')"
like "$log" 'status=deferred .*is not for mx.dane.test; it is for: other.example.org.* key=tls-wrong-name ' "another name is not"
with expired "$hard" "$at TLSA 2 0 0 $(whole ca | od -An -v -tx1 | tr -d ' \n')"
like "$log" 'status=deferred .*key=tls-expired ' "and its date counts"

# --- rollover: any one of several
for now in selfsigned next; do
	with $now "$hard" "$at TLSA 3 1 1 $(key selfsigned | hex sha256)" "$at TLSA 3 1 1 $(key next | hex sha256)"
	like "$log" 'status=sent .*verified, DANE' "rollover: two records, the server shows $now"
done
with selfsigned "$soft" "$at TLSA 1 1 1 $none" "$at TLSA 3 1 1 $(key selfsigned | hex sha256)"
like "$log" 'status=sent .*verified, DANE' "one that cannot be used beside one that can"

# --- none fits
with good "$soft
$ca" "$at TLSA 3 1 1 $none"
like "$log" "status=deferred .*fits none of the 1 TLSA records of $at; one for it would be 3 1 1 $(key good | hex sha256).* stage=TLS .*key=dane-mismatch " \
	"none fits: it waits, though an authority vouches for the certificate; the reason has the record that would fit"
like "$probe" 'dane-mismatch|is not one of those that its TLSA records in DNS name' "relayconf probe explains it"
with selfsigned "$soft
tls = opportunistic
auth_without_tls = yes" "$at TLSA 3 1 1 $none"
like "$log" 'key=dane-mismatch ' "tls = opportunistic: also there"
is "$(cat "$work/sessions")" "" "and nothing goes in the clear"

# --- unusable
with good "$soft
$ca
tls_name = mx.dane.test" "$at TLSA 1 1 1 $none"
like "$log" 'status=sent .*verified"' "records that cannot be used (PKIX-EE): TLS as configured"
like "$route" 'none of the TLSA records .* can be used: TLS is needed all the same' "which relayconf route says"
with none "$soft
tls = opportunistic
auth_without_tls = yes" "$at TLSA 1 1 1 $none"
like "$log" 'status=deferred .*the TLSA records of this server say that it has TLS: something on the way removes it.*key=starttls-removed ' "and never without TLS"
with good "$hard" "$at TLSA 1 1 1 $none"
like "$log" 'status=deferred .*none of the TLSA records.*can be used, and dane = require.* key=dane-unusable ' "dane = require: it waits"

# --- stripped
with none "$soft
tls = opportunistic
auth_without_tls = yes" "$at TLSA 3 1 1 $none"
like "$log" 'status=deferred .*key=starttls-removed ' "STARTTLS is gone: it waits"
with none "$soft
tls = opportunistic
auth_without_tls = yes" "$at FAILS 52"
like "$log" "status=deferred .*the TLSA records of $at: server failure.* key=dane-lookup " "the records are gone: it waits"
is "$(cat "$work/sessions")" "" "and nothing goes in the clear"
like "$route" "mx.dane.test: skipped, the TLSA records of $at: server failure" "relayconf route says so"
like "$check" '^problem +lookup +main: .*TLSA records' "and relayconf check"

# --- none, or nobody vouches for them
with good "$soft
$ca
tls_name = mx.dane.test"
like "$log" 'status=sent .*verified"' "no records: as without dane"
with good "$hard"
like "$log" 'status=deferred .*it has no TLSA records.* key=dane-missing ' "dane = require: it waits"
for unsigned in dane.test mx.dane.test $at; do
	with good "$soft
$ca
tls_name = mx.dane.test" "$at TLSA 3 1 1 $none" "$unsigned UNSIGNED -"
	like "$log" 'status=sent .*verified"' "$unsigned is not signed: the records do not count"
	with good "$hard" "$at TLSA 3 1 1 $none" "$unsigned UNSIGNED -"
	like "$log" 'status=deferred .*(dane-insecure|dane-missing) ' "$unsigned is not signed, dane = require: it waits"
done
resolver=192.0.2.53
with selfsigned "$hard" "$at TLSA 3 1 1 $(key selfsigned | hex sha256)"
like "$log" 'status=deferred .*DNSSEC does not vouch.* key=dane-insecure ' "a resolver elsewhere says that all is validated: anybody on the way could say that"
like "$check" '^problem +dane +main: dane = require, and no DNS server of /etc/resolv.conf may vouch for DNSSEC' "relayconf check says so beforehand"
options='options trust-ad'
with selfsigned "$hard" "$at TLSA 3 1 1 $(key selfsigned | hex sha256)"
like "$log" 'status=sent .*verified, DANE' "with trust-ad in resolv.conf the administrator vouches for it"

# --- the servers of a recipient's domain, and messages that do without TLSA records (RFC 8689 5)
unshare -m -n sleep 300 & near=$!
unshare -n sleep 300 & far=$!
pids="$pids $near $far"
here=$(readlink /proc/self/ns/net)
apart() { [ "$(readlink "/proc/$near/ns/net")" != "$here" ] && [ "$(readlink "/proc/$far/ns/net")" != "$here" ]; }
wait_for apart
near() { nsenter -t "$near" -m -n -r -w "$@"; }
nsenter -t "$near" -n ip link add near0 type veth peer name far0 netns "$far"
for command in 'link set lo up' 'addr add 10.9.9.1/24 dev near0' 'link set near0 up'; do nsenter -t "$near" -n ip $command; done
for command in 'link set lo up' 'addr add 10.9.9.2/24 dev far0' 'link set far0 up'; do nsenter -t "$far" -n ip $command; done
rm -f "$work/port"
nsenter -t "$far" -n "$TOOLS/smarthost" -l 10.9.9.2 -P "$work/port" -d "$work/delivered" -o "$work/sessions" -p 2525 -r 'gone@dane.test=550 5.1.1 no such user' -r 'later@dane.test=451 4.3.0 come back' -t "$work/certs/selfsigned.pem" -k "$work/certs/selfsigned.key" & pids="$pids $!"
wait_for test -s "$work/port"
echo 'nameserver 127.0.0.1' >"$work/resolv.conf"
near mount --bind "$work/resolv.conf" /etc/resolv.conf
# direct DANE HEADER OPTIONS...: mail to the servers of dane.test
direct() {
	dane=$1 header=$2
	shift 2
	printf '%s\n' 'dane.test MX 10 mx.dane.test' 'mx.dane.test A 10.9.9.2' "$at TLSA 3 1 1 ${record:-$none}" validated >"$work/zone"
	rm -rf "$work"/spool/mqueue/[0-9a-f]* "$work/delivered" "$work/zone.ready"; mkdir "$work/delivered"; : >"$work/log"
	nsenter -t "$near" -n "$TOOLS/nameserver" -u 127.0.0.1 "$work/zone" & names=$!
	wait_for test -e "$work/zone.ready"
	printf '[host]\nname = mon1.example.org\naliases = %s\n[fallback]\ndirect_mx = yes\ndirect_port = 2525\ndirect_dane = %s\n' "$work/aliases" "$dane" >"$work/firsthop.conf"
	printf "${header}Subject: x\n\nx\n" | "$BIN/sendmail" -i -f a@dane.test "$@" bob@dane.test
	near "$BIN/runner" --once --foreground 2>>"$work/log"
	kill $names; wait $names 2>/dev/null
	log=$(cat "$work/log")
}
record=$(key selfsigned | hex sha256) direct opportunistic ''
like "$log" 'status=sent .*verified, DANE"' "direct_dane: the servers of a recipient's domain, with a record that fits"
direct opportunistic ''
like "$log" 'status=deferred .*key=dane-mismatch ' "and with one that does not: it waits"
direct opportunistic 'TLS-Required: No\n'
like "$log" 'status=sent .*tls="TLSv1.[23] not verified' "TLS-Required: No: the message goes all the same, by TLS that nobody vouches for"
like "$log" 'smarthost=@dane.test/tls-optional' "and the log says so"
like "$(cat "$work"/delivered/*)" '^TLS-Required: No' "the field goes with it"
direct opportunistic 'TLS-Required: No\n' later@dane.test
id=$(ls "$work/spool/mqueue" | sed -n '/^[0-9a-f]*\.[0-9a-f]*$/p')
said=$("$BIN/mailq" 2>&1; "$BIN/mailq" why --full "$id" 2>&1; "$BIN/mailq" health)
like "$said" 'reason +the servers of dane\.test .TLS-Required: No., mx\.dane\.test' "mailq says in words which servers it waits for"
like "$said" 'servers: the MX of dane\.test .*without TLSA records: its header says TLS-Required: No' "and the story, why they are asked in this way"
unlike "$said" 'tls-optional' "the key of the path is for programs"
direct opportunistic 'tls-required:\n\tNO \n'
like "$log" 'status=sent' "in any case, and folded"
direct opportunistic 'TLS-Required: Yes\n'
like "$log" 'status=deferred .*key=dane-mismatch ' "another value means nothing"
direct opportunistic 'TLS-Required: No\n' -O requiretls=yes
like "$log" 'status=(deferred|bounced) ' "REQUIRETLS is stronger"
direct require 'TLS-Required: No\n'
like "$log" 'status=deferred .*key=dane-mismatch ' "direct_dane = require is the administrator's word, and stays"
record=$(key selfsigned | hex sha256) direct opportunistic 'TLS-Required: No\n' gone@dane.test
is "$(for file in "$work"/delivered/*; do sed '/^.\{0,1\}$/q' "$file"; done | grep -c '^TLS-Required: No')" 2 "a report about such a message is one, too"
finish
