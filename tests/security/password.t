#!/bin/sh
# Who gets the password: a server whose certificate is trusted and for the name that the administrator wrote.  Nobody else, by no mechanism,
# whatever tls says; not one to whom a forged MX or SRV leads either, although its certificate for its own name is a good one.
. tests/lib.sh
new_spool
sh tests/fake/certs.sh "$work/certs" localhost >/dev/null 2>&1
sh tests/fake/odd_certs.sh "$work/certs" >/dev/null 2>&1
umask 077; echo geheim >"$work/secret"; umask 022
: >"$work/log"
empty_queue() { rm -f "$work"/spool/mqueue/* "$work"/spool/drop/????????.????????; : >"$work/log"; }
login="login = cacti1
password_file = secret"
ca="tls_ca_file = $work/certs/ca.pem"

# server CERTIFICATE MECHANISM: a server that offers nothing else; what it is told is in $work/heard
server() {
	cat >"$work/script" <<-END
	send 220 mail.example.org ESMTP
	expect EHLO
	send-raw 250-mail.example.org\\r\\n250 STARTTLS\\r\\n
	expect STARTTLS
	send 220 go on
	starttls $1.pem $1.key
	expect EHLO
	send-raw 250-mail.example.org\\r\\n250 AUTH $2\\r\\n
	expect-any
	send 334 PDEyMy40NUBtYWlsLmV4YW1wbGUub3JnPg==
	expect-any
	send 235 ok
	silence
	END
	rm -f "$work/port"
	"$TOOLS/smtpd" -P "$work/port" -T "$work/heard" -C "$work/certs" -w 5 "$work/script" 2>/dev/null & server=$!
	pids="$pids $server"
	wait_for test -s "$work/port"; port=$(cat "$work/port")
}
# attempt: one message; $log and $heard tell what came of it
attempt() {
	empty_queue; : >"$work/heard"
	echo x | "$BIN/sendmail" -i -f a@example.org b@example.org
	timeout 60 "$BIN/runner" --once --foreground 2>>"$work/log"
	log=$(cat "$work/log"); heard=$(cat "$work/heard")
}
for mechanism in PLAIN LOGIN CRAM-MD5 SCRAM-SHA-256; do
	server selfsigned $mechanism
	for tls in encrypt opportunistic; do
		config "$login
[relay]
reply_s = 2"
		attempt
		like "$log" 'status=deferred .* stage=AUTH .*key=auth-unverified ' "$mechanism, tls = $tls, a man in the middle: the mail waits"
		like "$heard" '^C: EHLO' "$mechanism, tls = $tls: it was spoken to"
		unlike "$heard" '^C: AUTH' "$mechanism, tls = $tls: it gets nothing of the login"
	done
	stop "$server"
done
like "$log" 'was not sent: the certificate is not trusted: self' "the log says what is wrong with the certificate"
id=$(ls "$work"/spool/mqueue/*.log | sed 's|.*/||; s/\.log$//')
like "$("$BIN/mailq" why "$id")" 'Set tls = verify' "mailq why has the remedy"
smarthost -t "$work/certs/selfsigned.pem" -k "$work/certs/selfsigned.key" -a cacti1:geheim
tls=encrypt; config "$login"; attempt
like "$log" 'key=auth-unverified' "a real server with a certificate of its own: the mail waits"
probe=$("$BIN/relayconf" probe 2>&1); is $? 75 "relayconf probe finds that beforehand"
like "$probe" 'AUTH: a login is configured, but the server is not verified' "and says it"
like "$probe" 'remedy +Set tls = verify' "with the remedy"
check=$("$BIN/relayconf" check 2>&1)
like "$check" '^problem +password +main: a login with tls = encrypt: a server whose certificate cannot be verified does not get the password' "relayconf check, too"
config "$login
tls_ca_file = $work/certs/selfsigned.pem"; attempt
like "$log" 'status=sent .*verified"' "with that very certificate in tls_ca_file it gets it"
config "$login
auth_to_unverified_server = yes"; attempt
like "$log" 'status=sent .*not verified' "auth_to_unverified_server = yes: it gets it unproved"
like "$("$BIN/relayconf" check 2>&1)" '^note +password +main: the password is given to whoever answers in the place of 127.0.0.1' "of which relayconf check reminds"
config "$login
auth_without_tls = yes"; attempt
like "$log" 'status=sent' "who allows the password in the clear has allowed more than that"
stop "$smarthost_pid"
smarthost -t "$work/certs/selfsigned.pem" -k "$work/certs/selfsigned.key"; config; attempt
like "$log" 'status=sent .*not verified' "mail without a login goes on, as before"
stop "$smarthost_pid"

# --- names (RFC 9525) -----------------------------------------------------------------------------------------------------
named() {
	smarthost -t "$work/certs/$1.pem" -k "$work/certs/$1.key"
	tls=verify; config "$ca
$2"; attempt
	like "$log" "$3" "$4"
	stop "$smarthost_pid"
}
. tests/fake/one_cert.sh
one_cert "$work/certs" bare localhost 'basicConstraints=CA:FALSE'
one_cert "$work/certs" mx1 x 'subjectAltName=DNS:mx1.example.org'
named bare 'tls_name = localhost' 'is not for localhost; it is for: no name at all .the common name localhost does not count.* key=tls-wrong-name ' "a common name is no name, however right"
named mx1 'tls_name = mx1.example.org' 'status=sent' "tls_name: the name"
named mx1 'tls_name = .example.org' 'status=sent' "tls_name = .DOMAIN: any name below it"
named mx1 'tls_name = .ample.org' 'key=tls-wrong-name' "but not one that merely ends so"
named mx1 'tls_name = example.org' 'key=tls-wrong-name' "nor one below without the dot"
named good 'tls_name = 127.0.0.1' 'status=sent' "tls_name: an address"
named good 'tls_name = 127.0.0.2' 'key=tls-wrong-name' "which has to be the right one"

# --- a forged MX or SRV -----------------------------------------------------------------------------------------------
if [ "$(id -u)" != 0 ] || ! unshare -m -n true 2>/dev/null; then
	skip "forged MX and SRV" "needs root and namespaces (unshare)"
	finish
	exit 0
fi
one_cert "$work/certs" evil x 'subjectAltName=DNS:mx.evil.example.net'
one_cert "$work/certs" domain x 'subjectAltName=DNS:example.org'
cat >"$work/inside.sh" <<'END'
echo "nameserver $1" >"$work/resolv.conf"; mount --bind "$work/resolv.conf" /etc/resolv.conf
rm -f "$work/zone.ready"
"$TOOLS/nameserver" -u "$1" "$work/zone" & names=$!
wait_for test -e "$work/zone.ready"
"$TOOLS/smarthost" -P "$work/port" -d "$work/delivered" -o "$work/sessions" -p 2525 -t "$work/certs/$2.pem" -k "$work/certs/$2.key" -a cacti1:geheim & mx=$!
wait_for test -s "$work/port"
"$BIN/relayconf" check >"$work/check" 2>&1
timeout 60 "$BIN/runner" --once --foreground 2>>"$work/log"
kill $names $mx
END
# forged LOOKUP RESOLVER CERTIFICATE [LINES]: mail over example.org, whose MX and SRV lead to mx.evil.example.net
forged() {
	empty_queue; rm -f "$work/port"; : >"$work/sessions"
	printf '[host]\nname = mon1.example.org\naliases = %s\n[smarthost main]\nhost = example.org\nlookup = %s\nport = 2525\nimplicit = no\n%s\n%s\n%s\n' \
		"$work/aliases" "$1" "$ca" "$login" "${4:-}" >"$work/firsthop.conf"
	echo x | "$BIN/sendmail" -i -f a@example.org b@example.net
	BIN=$BIN TOOLS=$TOOLS work=$work unshare -m -n sh -c '. tests/lib.sh; . "$work/inside.sh"' inside "$2" "$3"
	log=$(cat "$work/log") check=$(cat "$work/check") sessions=$(cat "$work/sessions")
}
cat >"$work/zone" <<'END'
example.org MX 10 mx.evil.example.net
_submission._tcp.example.org SRV 0 0 2525 mx.evil.example.net
mx.evil.example.net A 127.0.0.1
END
for lookup in mx srv; do
	forged $lookup 127.0.0.1 evil
	like "$log" 'status=deferred .*is not for example.org; it is for: mx.evil.example.net.* stage=TLS .*key=tls-wrong-name ' "forged $lookup: a good certificate for the forger's own name is none for example.org"
	like "$check" "^problem +tls-name +main: lookup = $lookup leads to mx.evil.example.net, and nothing but DNS says so" "forged $lookup: relayconf check says so beforehand"
	for tls in encrypt opportunistic; do
		forged $lookup 127.0.0.1 evil "tls = $tls"
		like "$log" 'status=deferred .* stage=AUTH .*key=auth-unverified' "forged $lookup, tls = $tls: no password"
	done
	forged $lookup 127.0.0.1 domain
	like "$log" 'status=sent .*verified"' "$lookup: a server with a certificate for the domain gets it"
	forged $lookup 127.0.0.1 evil "tls_name = mx.evil.example.net"
	like "$log" 'status=sent .*verified"' "$lookup: one that tls_name names gets it"
	unlike "$check" 'tls-name +main: lookup' "$lookup: and relayconf check is content"
done
echo validated >>"$work/zone"
for lookup in mx srv; do
	forged $lookup 127.0.0.1 evil
	like "$log" 'status=sent .*verified"' "$lookup that a resolver on this machine has validated by DNSSEC: the name that it leads to is good"
	unlike "$check" 'tls-name +main: lookup' "$lookup, validated: relayconf check is content"
	forged $lookup 192.0.2.53 evil
	like "$log" 'key=tls-wrong-name' "$lookup that a resolver elsewhere calls validated: that can be forged, too"
done
finish
