#!/bin/sh
# A real OpenSMTPD: its one answer for "no relaying" and "no such mailbox", a size limit, login needed, and STARTTLS that is offered and always fails
# (OpenSMTPD 6.8.0p2 with the OpenSSL of Debian 12 ends every handshake; a release that does not is tested with its login instead).
LAYER=opensmtpd
export LAYER
. tests/real/stage.sh
install_firsthop
echo 'opensmtpd:x:107:107::/var/empty:/usr/sbin/nologin
opensmtpq:x:108:108::/var/empty:/usr/sbin/nologin
bob:x:1001:1001:Bob:/home/bob:/bin/sh' >>"$S/etc/passwd"
printf 'opensmtpd:x:107:\nopensmtpq:x:108:\nbob:x:1001:\n' >>"$S/etc/group"
mkdir -p "$S/var/empty" "$S/var/lib/opensmtpd/empty" "$S/run/opensmtpd" "$S/var/spool/smtpd" "$S/home/bob"
chown 1001:1001 "$S/home/bob"
chmod 711 "$S/var/spool/smtpd"
cp "$work/certs/good.pem" "$S/etc/cert.pem"
cp "$work/certs/good.key" "$S/etc/key.pem"
chmod 600 "$S/etc/key.pem"
echo "cacti1 $(openssl passwd -6 geheim)" >"$S/etc/logins"
chmod 644 "$S/etc/logins"
# smtpd_conf RULES...: what stands behind the listeners
smtpd_conf() {
	{
		cat <<-END
		pki mail.test cert "/etc/cert.pem"
		pki mail.test key "/etc/key.pem"
		table logins file:/etc/logins
		smtp max-message-size 20000
		listen on 127.0.0.2 port 25 tls pki mail.test hostname mail.test
		listen on 127.0.0.2 port 587 tls pki mail.test hostname mail.test auth <logins>
		listen on 127.0.0.2 port 2525 hostname mail.test
		action "box" mbox
		action "out" relay host smtp://127.0.0.3
		match from any for domain "own.test" action "box"
		END
		printf '%s\n' "$@"
	} >"$S/etc/smtpd.conf"
}
start_smtpd() {
	chroot "$S" /usr/sbin/smtpd -d >>"$work/smtpd.out" 2>&1 </dev/null &
	smtpd_pid=$!
	patient 20 answers 25
}
stop_smtpd() { kill "$smtpd_pid"; wait "$smtpd_pid" 2>/dev/null; }
smtpd_conf
ok "OpenSMTPD runs" start_smtpd

plain_config mail.test 2525 'tls_ca_file = ca.pem

[queue]
retry_min = 60'
send() { printf 'Subject: test\n\nx\n' | as 33:33 /usr/sbin/sendmail -i -f bob@own.test "$@"; }
start_runner
wait_for test -S "$S/var/spool/firsthop/mqueue/control"

send bob@own.test
arrives bob@own.test "a mail for OpenSMTPD's own domain is taken"

send ops@elsewhere.example
explained ops@elsewhere.example relay-or-unknown '550 Invalid recipient' 'match from src 127.0.0.1 for any action' "a stranger relays"
like "$(why ops@elsewhere.example | tr '\n' ' ')" 'does not relay mail for this machine, or the mailbox does not exist' "both meanings are said"
like "$(why ops@elsewhere.example)" 'decision  .*kept' "and the mail is kept"
send nosuch@own.test
explained nosuch@own.test relay-or-unknown '550 Invalid recipient' 'Check the address' "an unknown user: the same words, the same story"
stop_smtpd
smtpd_conf 'match from src 127.0.0.1 for any action "out"'
start_smtpd
try_again ops@elsewhere.example
arrives ops@elsewhere.example "done as the remedy says: OpenSMTPD relays"

{ printf 'Subject: big\n\n'; head -c 40000 /dev/zero | tr '\0' x | fold -w 70; } | as 33:33 /usr/sbin/sendmail -i -f bob@own.test big@own.test
ok "a mail over its limit is returned before it is sent" patient 40 logged 'to=<big@own.test>.* status=bounced .*at most 20000.* key=size-exceeded '

# TLS.
setting smarthost.main.port 25 >/dev/null
setting smarthost.main.tls verify >/dev/null
reconfigured
send tls@elsewhere.example
patient 40 logged 'to=<tls@elsewhere.example>.* status='
if logged 'to=<tls@elsewhere.example>.* status=sent'; then
	like "$(log | grep -F 'to=<tls@')" 'tls="TLSv1.3 verified"' "STARTTLS, and its certificate verified"
	setting smarthost.main.port 587 >/dev/null
	set_password falsch
	setting smarthost.main.password_file secret >/dev/null
	setting smarthost.main.login cacti1 >/dev/null
	reconfigured
	send login@own.test
	explained login@own.test auth-refused '535 Authentication failed' 'login and password_file' "a wrong password"
else
	explained tls@elsewhere.example tls-handshake 'TLS' "look in the server's log" "STARTTLS is offered, and the handshake always fails"
	unlike "$(log | grep -F 'to=<tls@')" 'status=bounced' "the mail is kept, and never sent in the clear"
	in_stage /usr/local/sbin/relayconf probe >"$work/probe.out" 2>&1
	like "$(cat "$work/probe.out")" 'STARTTLS' "relayconf probe shows how far it came"
	setting smarthost.main.tls opportunistic >/dev/null
	reconfigured
	in_stage /usr/sbin/sendmail -q
	arrives tls@elsewhere.example "with tls = opportunistic, and no login, it goes without TLS"
fi
stop_smtpd
finish
