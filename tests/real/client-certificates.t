#!/bin/sh
# A real Postfix that knows this machine by a client certificate: one that wants any of its authority, and one that knows its fingerprint; and
# Postfix known by its own fingerprint.
. tests/real/stage.sh
. tests/fake/one_cert.sh
install_firsthop
one_cert "$work/certs" ours mon1.example.org extendedKeyUsage=clientAuth
setup_postfix
fingerprint() { openssl x509 -in "$1" -noout -pubkey | openssl pkey -pubin -outform DER | openssl dgst -sha256 -c | sed 's/.*= *//' | tr a-f A-F; }
ours=$(fingerprint "$work/certs/ours.pem")
cp "$work/certs/ca.pem" "$S/etc/postfix/ca.pem"
cat >>"$S/etc/postfix/main.cf" <<END
smtpd_tls_CAfile = /etc/postfix/ca.pem
smtpd_tls_fingerprint_digest = sha256
relay_clientcerts = inline:{ {$ours = mon1} }
END
cat >>"$S/etc/postfix/master.cf" <<'END'
2588 inet n - n - - smtpd
  -o smtpd_tls_req_ccert=yes
  -o smtpd_relay_restrictions=permit_tls_all_clientcerts,reject
  -o smtpd_recipient_restrictions=permit_tls_all_clientcerts,reject
2589 inet n - n - - smtpd
  -o smtpd_tls_ask_ccert=yes
  -o smtpd_relay_restrictions=permit_tls_clientcerts,reject
  -o smtpd_recipient_restrictions=permit_tls_clientcerts,reject
END
ok "Postfix runs" start_postfix
group=$(awk -F: '$1 == "firsthop" { print $3 }' "$S/etc/group")
cp "$work/certs/ours.pem" "$work/certs/ours.key" "$work/certs/selfsigned.pem" "$work/certs/selfsigned.key" "$S/etc/firsthop/"
chmod 640 "$S"/etc/firsthop/*.key; chgrp "$group" "$S"/etc/firsthop/*.key
by() { # PORT LINES...
	{
		printf '[host]\nname = mon1.example.org\n\n[smarthost main]\nhost = mail.test\nport = %s\n' "$1"
		shift
		printf '%s\n' "$@"
		printf '\n[queue]\nwaits_min = 60\n'
	} >"$S/etc/firsthop/firsthop.conf"
}
probe() { in_stage /usr/local/sbin/relayconf probe --to bob@example.org 2>&1; }

by 2588 'tls_ca_file = ca.pem' 'tls_cert_file = ours.pem' 'tls_key_file = ours.key'
out=$(probe)
like "$out" 'result .*accepted|250 2.1.5' "a certificate of its authority: Postfix accepts the recipient"
shown=$(printf '%s\n' "$out" | sed -n 's/.*to accept this public key alone: tls_fingerprint = \([0-9a-f]*\).*/\1/p' | head -n 1)
is "$(printf '%s\n' "$shown" | tr a-f A-F)" "$(fingerprint "$S/etc/postfix/cert.pem" | tr -d :)" "the fingerprint of Postfix's key that is shown is the one that openssl counts"
by 2588 'tls_ca_file = ca.pem'
like "$(probe)" 'tls-client-certificate|wants a client certificate' "none: the reason says that one is wanted"
by 2588 'tls_ca_file = ca.pem' 'tls_cert_file = selfsigned.pem' 'tls_key_file = selfsigned.key'
like "$(probe)" 'refused the client certificate of tls_cert_file|does not accept the client certificate' "one of another authority: the reason says that it is refused"
by 2589 'tls_ca_file = ca.pem' 'tls_cert_file = ours.pem' 'tls_key_file = ours.key'
like "$(probe)" 'result .*accepted|250 2.1.5' "relay_clientcerts: Postfix knows the public key by the same fingerprint"
by 2589 'tls_ca_file = ca.pem'
like "$(probe)" '554 5.7.1' "and refuses who has none"
by 2589 "tls_fingerprint = $shown" 'tls_cert_file = ours.pem' 'tls_key_file = ours.key'
like "$(probe)" 'result .*accepted|250 2.1.5' "Postfix known by its fingerprint alone"
finish
