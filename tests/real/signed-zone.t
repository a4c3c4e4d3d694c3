#!/bin/sh
# DANE (RFC 7672) as the world has it: a real Postfix, a zone signed by ldns, served by NSD, and validated by unbound; then the zone is
# stripped, forged, and left to expire.
LAYER=dnssec
. tests/real/stage.sh
. tests/real/nsd.sh
install_firsthop
nsd_begin 127.0.0.1
nsd_zone test test.zone.signed
nsd_zone open.example open.zone
mkdir -p "$S/etc/unbound"
key=$(in_stage /bin/sh -c 'cd /etc/nsd && ldns-keygen -a ECDSAP256SHA256 -k test.')
cat >"$S/etc/unbound/unbound.conf" <<END
server:
	interface: 127.0.0.1
	username: ""
	chroot: ""
	directory: "/etc/unbound"
	pidfile: ""
	use-syslog: no
	do-daemonize: no
	do-not-query-localhost: no
	local-zone: "test." nodefault
	module-config: "validator iterator"
	trust-anchor-file: /etc/nsd/$key.ds
	val-log-level: 2
	cache-max-negative-ttl: 0
	num-threads: 1
stub-zone:
	name: test
	stub-addr: 127.0.0.5
stub-zone:
	name: open.example
	stub-addr: 127.0.0.5
remote-control:
	control-enable: no
END
nsd= unbound=
answers() { in_stage /bin/busybox nslookup -type=ns test "$1" >/dev/null 2>&1; }
# serve [SED]: what is in the zone files now, signed, and changed by SED behind that
serve() {
	[ -z "$nsd" ] || { kill "$nsd" "$unbound"; wait "$nsd" "$unbound" 2>/dev/null; }
	in_stage /bin/sh -c "cd /etc/nsd && ldns-signzone ${expires:+-i 20200101 -e $expires} test.zone $key" || return 1
	[ -z "${1:-}" ] || sed -i -E "$1" "$S/etc/nsd/test.zone.signed"
	chroot "$S" /usr/sbin/nsd -c /etc/nsd/nsd.conf -d >"$work/nsd.log" 2>&1 & nsd=$!
	wait_for answers 127.0.0.5
	chroot "$S" /usr/sbin/unbound -d -c /etc/unbound/unbound.conf >"$work/unbound.log" 2>&1 & unbound=$!
	pids="$pids $nsd $unbound"
	wait_for in_stage /bin/busybox nslookup open.example 127.0.0.1 >/dev/null 2>&1
}
# zone RECORD...: the signed zone, and the same unsigned
zone() {
	for name in test open.example; do
		printf '$ORIGIN %s.\n$TTL 60\n@ SOA ns hostmaster 1 3600 600 86400 60\n@ NS ns\n@ A 127.0.0.2\n@ MX 10 mail\nns A 127.0.0.5\nmail A 127.0.0.2\nalias CNAME mail\n' $name
		for record in "$@"; do echo "$record"; done
	done | awk '/ORIGIN open/ { open = 1 } { print > (open ? "'"$S/etc/nsd/open.zone"'" : "'"$S/etc/nsd/test.zone"'") }'
}
setup_postfix
cp "$work/certs/selfsigned.pem" "$S/etc/postfix/cert.pem"; cp "$work/certs/selfsigned.key" "$S/etc/postfix/key.pem"
ok "Postfix runs, with a certificate that no authority vouches for" start_postfix
hex() { openssl x509 -in "$S/etc/postfix/cert.pem" -noout -pubkey | openssl pkey -pubin -outform DER | openssl dgst -sha256 | sed 's/.*= *//'; }
good="_587._tcp.mail TLSA 3 1 1 $(hex)" bad="_587._tcp.mail TLSA 3 1 1 $(printf '%064d' 0)"
setting() { in_stage /usr/local/sbin/relayconf set "$@" >/dev/null; }
sends() { # the log of one mail
	rm -f "$S"/var/spool/firsthop/mqueue/[0-9a-f]*.*
	marked=$(log | lines)
	printf 'Subject: x\n\nx\n' | as 33:33 /usr/sbin/sendmail -i ops@example.org
	in_stage /usr/sbin/sendmail -q
	wait_for came
	new=$(log | tail -n +$((marked + 1)))
}
came() { log | tail -n +$((marked + 1)) | grep -q 'status='; }
setting smarthost.main.host mail.test
setting smarthost.main.dane opportunistic

zone "$good"
ok "a signed zone, and a resolver that validates it" serve
in_stage /usr/local/sbin/relayconf route ops@example.org >"$work/route" 2>&1
like "$(cat "$work/route")" 'A mail.test = 127.0.0.2 \(asked 127.0.0.1, [0-9]+ ms, validated by DNSSEC\)' "unbound says that the address is validated"
like "$(cat "$work/route")" 'TLSA _587._tcp.mail.test = 3 1 1 [0-9a-f]{64} \(.*validated by DNSSEC\)' "and the TLSA record"
sends; like "$new" 'status=sent .*verified, DANE' "usable: the mail goes out, by that record alone"
like "$(in_stage /usr/local/sbin/relayconf probe --to ops@example.org 2>&1)" 'a TLSA record 3 1 1 of _587._tcp.mail.test fits' "and relayconf probe shows it"
setting smarthost.main.dane require
setting smarthost.main.lookup mx smarthost.main.host test.
sends; like "$new" 'status=sent .*verified, DANE' "by the MX, dane = require"
setting smarthost.main.lookup host smarthost.main.host alias.test
sends; like "$new" 'status=sent .*verified, DANE' "by a CNAME"
setting smarthost.main.host mail.open.example
sends; like "$new" 'status=deferred .*DNSSEC does not vouch for its address.* key=dane-insecure ' "the same in a zone that is not signed: required, it waits"
setting smarthost.main.host mail.test
zone "$bad" "$good"; serve
sends; like "$new" 'status=sent .*verified, DANE' "rollover: two records, one fits"
zone "$bad"; serve
sends; like "$new" 'status=deferred .*fits none of the 1 TLSA records of _587._tcp.mail.test; one for it would be 3 1 1 '"$(hex)"'.* key=dane-mismatch ' "none fits: it waits"
zone '_587._tcp.mail TLSA 1 1 1 '"$(hex)"; serve
sends; like "$new" 'status=deferred .* key=dane-unusable ' "PKIX-EE: not usable for mail"
zone; serve
sends; like "$new" 'status=deferred .* key=dane-missing ' "none, and the denial is signed: required, it waits"
setting smarthost.main.dane opportunistic smarthost.main.tls_ca_file ca.pem
sends; like "$new" 'status=deferred .* key=tls-(self-signed|untrusted) ' "opportunistic: tls = verify decides, as without"
setting smarthost.main.tls encrypt smarthost.main.auth_to_unverified_server yes
sends; like "$new" 'status=sent .*not verified' "and so does tls = encrypt"

# Whoever is on the way cannot get more than that it waits.
zone "$good"
serve '/IN[[:space:]]+TLSA/d; /RRSIG[[:space:]]+TLSA/d'
sends; like "$new" 'status=deferred .*the TLSA records of _587._tcp.mail.test: server failure, and without DNSSEC there is an answer: it is forged, or signed wrongly.* key=dane-lookup ' "stripped of its TLSA record: it waits"
like "$(cat "$work/unbound.log")" 'validation failure' "as unbound saw"
serve "s/(IN[[:space:]]+TLSA[[:space:]]+3 1 1 )[0-9a-f]{8}/\\100000000/I"
sends; like "$new" 'status=deferred .* key=dane-lookup ' "another TLSA record in its place: it waits"
serve 's/^(mail.test.*IN[[:space:]]+A[[:space:]]+)127.0.0.2/\1127.0.0.3/'
sends; like "$new" 'status=deferred .*the address of mail.test: server failure, and without DNSSEC there is an answer.* key=dns-bogus ' "another address: bogus, it waits"
like "$(in_stage /usr/local/sbin/relayconf check 2>&1)" 'problem +lookup +main: .*forged, or signed wrongly' "relayconf check says so"
expires=20200201 serve
sends; like "$new" 'status=deferred .* key=dns-bogus ' "signatures that have expired: it waits"
serve
sends; like "$new" 'status=sent .*verified, DANE' "the zone is right again: it goes out"
kill "$nsd" "$unbound"
stop_postfix
finish
