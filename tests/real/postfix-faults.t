#!/bin/sh
# What goes wrong with a real Postfix: the mail waits, and mailq and the log say which it is.
. tests/real/stage.sh
install_firsthop
setup_postfix
start_postfix
# fault KEY WORDS NAME: a message, a pass; both places have to tell
fault() {
	printf 'Subject: %s\n\nx\n' "$3" | as 33:33 /usr/sbin/sendmail -i ops@example.org
	: >"$S/var/log/mail.log"
	in_stage /usr/sbin/sendmail -q
	like "$(log)" "status=deferred .*key=$1 " "$3: the log says $1"
	like "$(in_stage /usr/bin/mailq 2>/dev/null)" "$2" "$3: mailq says it"
	is "$(mailq_count)" 1 "$3: the mail stays"
	rm -f "$S"/var/spool/firsthop/mqueue/[0-9a-f]* "$S/var/spool/firsthop/mqueue/health"
}
certificate() {
	cp "$work/certs/$1.pem" "$S/etc/postfix/cert.pem"; cp "$work/certs/$1.key" "$S/etc/postfix/key.pem"
	stop_postfix; start_postfix
}
setting() { in_stage /usr/local/sbin/relayconf set "$1" "$2"; }
set_password falsch
fault auth-refused 'AUTH: 535 5.7.8 Error: authentication failed' "a wrong password"
set_password geheim
certificate expired
fault tls-expired 'TLS: the certificate expired 2021-01-01' "an expired certificate"
certificate wrongname
fault tls-wrong-name 'TLS: the certificate is not for mail.test; it is for: other.example.org' "a certificate for another name"
certificate good
in_stage /usr/sbin/postconf -e 'smtpd_tls_security_level = none' 'smtpd_tls_auth_only = no'
stop_postfix; start_postfix
fault starttls-missing 'STARTTLS: the server does not offer STARTTLS' "STARTTLS not offered"
in_stage /usr/sbin/postconf -e 'smtpd_tls_security_level = encrypt' 'smtpd_tls_auth_only = yes'
setting smarthost.main.host other.test
fault connect-self 'connect: Connection refused by this very machine: other.test leads to it' "port closed"
setting smarthost.main.host nowhere.test
fault 'dns-[a-z]*' 'lookup: the address of nowhere.test' "host name unknown"
setting smarthost.main.host mail.test
stop_postfix
for mechanism in PLAIN LOGIN CRAM-MD5 SCRAM-SHA-256; do
	setup_postfix "$mechanism"
	start_postfix
	rm -f "$S"/var/vmail/all/new/*
	printf 'Subject: with %s\n\nx\n' $mechanism | as 33:33 /usr/sbin/sendmail -i ops@example.org
	in_stage /usr/sbin/sendmail -q
	ok "login with $mechanism: the mail arrives" wait_for mails_are 1
	wait_for grep -q "sasl_method=$mechanism" "$S/var/log/postfix.log"
	like "$(grep sasl_method "$S/var/log/postfix.log" | tail -n 1)" "sasl_method=$mechanism, sasl_username=cacti1@mail.test" "and Postfix saw that login"
	stop_postfix
done
finish
