#!/bin/sh
# A certificate of this machine's own, for a server that wants one; and a server that is known by its fingerprint.
. tests/lib.sh
. tests/fake/one_cert.sh
new_spool
sh tests/fake/certs.sh "$work/certs" >/dev/null 2>&1
c=$work/certs
one_cert "$c" ours mon1.example.org extendedKeyUsage=clientAuth
one_cert "$c" other mon2.example.org extendedKeyUsage=clientAuth
chmod 640 "$c/ours.key" "$c/other.key"
send() { : >"$work/log"; rm -f "$work"/spool/mqueue/[0-9a-f]*; echo x | "$BIN/sendmail" -f a@example.org b@example.net; runner_once; }
conf() { tls=verify config "$(printf '%s\n' "tls_ca_file = $c/ca.pem" "tls_name = localhost" "$@")"; }
sent() { send; like "$(cat "$work/log")" 'status=sent' "$1"; }
waits() { send; like "$(cat "$work/log")" "status=deferred .* key=$1 " "$2"; }
pin() { openssl x509 -in "$c/$1.pem" -noout -fingerprint -sha256 | sed 's/.*=//'; }
key_pin() { openssl x509 -in "$c/$1.pem" -noout -pubkey | openssl pkey -pubin -outform DER | openssl dgst -sha256 | sed 's/.*= *//'; }

for implicit in no yes; do
	[ $implicit = yes ] && how='-i' || how=
	smarthost -t "$c/good.pem" -k "$c/good.key" -c "$c/ca.pem" $how
	conf "implicit = $implicit"
	waits tls-client-certificate "implicit = $implicit: a server that wants a certificate, and there is none"
	conf "implicit = $implicit" "tls_cert_file = $c/ours.pem" "tls_key_file = $c/ours.key"
	sent "with certificate and key the mail goes"
	conf "implicit = $implicit" "tls_cert_file = $c/selfsigned.pem" "tls_key_file = $c/selfsigned.key"
	chmod 640 "$c/selfsigned.key"
	waits tls-certificate-refused "a certificate that the server does not know is refused"
	like "$(cat "$work/log")" 'refused the client certificate of tls_cert_file \(.*\): subject CN ?= ?localhost' "the reason names it"
	[ $implicit = yes ] || stop "$smarthost_pid"
done
cat "$c/ours.pem" "$c/ours.key" >"$c/both.pem"; chmod 640 "$c/both.pem"
conf "implicit = yes" "tls_cert_file = $c/both.pem"
sent "certificate and key may be one file"

# What can be wrong with the files is said before any server is asked.
wrong() { conf "implicit = yes" "tls_cert_file = $1" "tls_key_file = $2"; waits tls-own-certificate "$4"; like "$(cat "$work/log")" "$3" "and its reason"; }
wrong "$c/ours.pem" "$c/other.key" 'other.key: the key does not belong to the certificate' "a key of another certificate"
wrong "$c/ours.pem" "$c/none.key" 'none.key: No such file' "a key that is missing"
chmod 644 "$c/other.key"
wrong "$c/ours.pem" "$c/other.key" 'others can read it' "a key that everybody can read is not used"
openssl pkey -in "$c/ours.key" -aes128 -passout pass:x -out "$c/locked.key" 2>/dev/null; chmod 640 "$c/locked.key"
wrong "$c/ours.pem" "$c/locked.key" 'protected by a passphrase' "a key with a passphrase"
wrong "$c/ours.key" "$c/ours.key" 'no certificate in PEM form' "a file without a certificate"
like "$("$BIN/relayconf" check 2>&1)" 'main: .*ours.key: no certificate in PEM form' "relayconf check tries them"
wrong "$c/none.pem" "$c/ours.key" 'none.pem: No such file' "a certificate that is missing"
wrong "$c" "$c/ours.key" 'certs: not a file' "a folder"
mkfifo "$c/fifo"
wrong "$c/fifo" "$c/ours.key" 'fifo: not a file' "a FIFO, on which nobody waits"
openssl req -x509 -newkey rsa:512 -nodes -keyout "$c/weak.key" -out "$c/weak.pem" -days 100 -subj /CN=weak 2>/dev/null; chmod 640 "$c/weak.key"
wrong "$c/weak.pem" "$c/weak.key" 'weak.pem: this certificate is not accepted by OpenSSL: .*too small' "a key that is too short"
chmod 640 "$c/expired.key"
conf "implicit = yes" "tls_cert_file = $c/expired.pem" "tls_key_file = $c/expired.key"
like "$("$BIN/relayconf" check 2>&1 | tr -s ' \n' ' ')" 'main: the certificate in tls_cert_file has expired: .*valid 2020-01-01 to .*compare its dates with the clock' "relayconf check says that one has expired"
tls=verify config "tls_ca_file = $c/fifo"; waits tls-trust "a FIFO in the place of the authorities"
like "$(cat "$work/log")" 'no trusted certificate can be read from .*fifo: not a file' "and its reason"
config "$(printf 'tls_key_file = %s' "$c/ours.key")"
like "$("$BIN/relayconf" check 2>&1)" 'a tls_key_file and no certificate' "a key alone is refused"
stop "$smarthost_pid"

# Fingerprints: of a certificate of the server's own making, for another name, and expired: that counts for nothing then.
smarthost -t "$c/expired.pem" -k "$c/expired.key"
pinned() { tls=verify config "$(printf 'tls_fingerprint = %s' "$*")"; }
pinned "$(pin expired)"; sent "the fingerprint of the certificate, as openssl prints it"
pinned "$(key_pin expired)"; sent "the fingerprint of its public key"
pinned "$(pin good | tr -d : | tr A-F a-f) $(key_pin expired)"; sent "one of two is enough: a change of certificates"
pinned "$(pin good)"; waits tls-fingerprint "another certificate is refused"
like "$(cat "$work/log")" "no fingerprint of tls_fingerprint fits .*its public key has $(key_pin expired).*SHA-256 $(pin expired)" "the reason has both of its fingerprints"
stop "$smarthost_pid"
smarthost -t "$c/good.pem" -k "$c/good.key"
conf "tls_fingerprint = $(pin expired)"; waits tls-fingerprint "also one that a trusted authority vouches for"
like "$(cat "$work/log")" 'which a trusted authority vouches for' "and that is said"
conf; like "$("$BIN/relayconf" probe --to b@example.net 2>&1)" "to accept this public key alone: tls_fingerprint = $(key_pin good)" "relayconf probe shows what to write"
pinned "12:34"; like "$("$BIN/relayconf" check 2>&1)" '"12:34" is not a SHA-256 fingerprint: 64 hexadecimal digits' "half a fingerprint is refused"
tls=encrypt config "tls_fingerprint = $(key_pin good)"
like "$("$BIN/relayconf" check 2>&1)" 'tls_fingerprint accepts one certificate and tls = encrypt any' "with tls = encrypt it would be a contradiction"
finish
