#!/bin/sh
# A real Exim: relaying, unknown user, size, sender verification, STARTTLS, AUTH; each refusal explained, and mended as the explanation says.
LAYER=exim
export LAYER
. tests/real/stage.sh
install_firsthop
mkdir -p "$S/etc/exim4" "$S/var/spool/exim4" "$S/var/log/exim4" "$S/var/mailboxes"
echo 'Debian-exim:x:106:106::/var/spool/exim4:/usr/sbin/nologin' >>"$S/etc/passwd"
echo 'Debian-exim:x:106:' >>"$S/etc/group"
cp "$work/certs/good.pem" "$S/etc/exim4/cert.pem"
cp "$work/certs/good.key" "$S/etc/exim4/key.pem"
chown -R 106:106 "$S/var/spool/exim4" "$S/var/log/exim4" "$S/etc/exim4/cert.pem" "$S/etc/exim4/key.pem"
chown 102:102 "$S/var/mailboxes"
chmod 4755 "$S/usr/sbin/exim4"
: >"$S/etc/exim4/relayers"
cat >"$S/etc/exim4/exim4.conf" <<'END'
primary_hostname = mail.test
local_interfaces = 127.0.0.2
daemon_smtp_ports = 25 : 587
domainlist own = mail.test : own.test
hostlist relayers = /etc/exim4/relayers
tls_advertise_hosts = *
tls_certificate = /etc/exim4/cert.pem
tls_privatekey = /etc/exim4/key.pem
auth_advertise_hosts = ${if eq{$tls_in_cipher}{}{}{*}}
message_size_limit = 20000
keep_environment =
host_lookup =
rfc1413_query_timeout = 0s
log_file_path = /var/log/exim4/%slog
acl_smtp_rcpt = rcpt
begin acl
rcpt:
  deny condition = ${if and{{eq{$received_port}{587}}{!def:authenticated_id}}}
       message = Authentication required
  require verify = sender
  accept authenticated = *
  accept hosts = +relayers
  require message = relay not permitted
          domains = +own
  require verify = recipient
  accept
begin routers
own:
  driver = accept
  domains = +own
  local_parts = alice : bob
  transport = box
elsewhere:
  driver = accept
  domains = ! +own : ! nowhere.test
  transport = box
begin transports
box:
  driver = appendfile
  file = /var/mailboxes/all
  user = vmail
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${if and{{eq{$auth2}{cacti1}}{eq{$auth3}{geheim}}}}
  server_set_id = $auth2
END
chroot "$S" /usr/sbin/exim4 -bdf >"$work/exim.out" 2>&1 </dev/null &
exim_pid=$!
ok "Exim runs" patient 20 answers 587

plain_config mail.test 25 '[queue]
retry_min = 60'
send() { from=$1; shift; printf 'Subject: test\n\nx\n' | as 33:33 /usr/sbin/sendmail -i -f "$from" "$@"; }
start_runner
wait_for test -S "$S/var/spool/firsthop/mqueue/control"

send alice@own.test bob@own.test
arrives bob@own.test "a mail for Exim's own domain is taken"
ok "and is in its mailbox" wait_for test -s "$S/var/mailboxes/all"

send alice@own.test ops@elsewhere.example
explained ops@elsewhere.example relay-denied 'relay not permitted' 'add 127.0.0.1 to relay_from_hosts on the server .Exim' "a stranger relays"
like "$(log)" 'waits, and needs attention: .*relay not permitted' "the log says at once that waiting does not mend it"
echo 127.0.0.1 >"$S/etc/exim4/relayers"
try_again ops@elsewhere.example
arrives ops@elsewhere.example "done as the remedy says: Exim relays"
: >"$S/etc/exim4/relayers"
sleep 6 # until the session that may relay is closed

send alice@own.test bob@own.test nobody@own.test
patient 40 logged 'to=<nobody@own.test>.* status=bounced .*550 Unrouteable address.* key=recipient-unknown '
result $? "an unknown user is returned, with Exim's words" "$(log | grep -F 'to=<nobody@' )"
is "$(log | grep -c 'to=<bob@own.test>.*status=sent')" 2 "the other recipient of that mail has it"
arrives alice@own.test "the report goes to the sender"
ok "and has the reason" wait_for grep -q '550 Unrouteable address' "$S/var/mailboxes/all"

send root@nowhere.test bob@own.test
explained bob@own.test sender-unknown 'Sender verify failed' 'envelope_from' "the sender is verified, and has no mailbox"
setting sender.envelope_from alice@own.test >/dev/null
try_again root@nowhere.test
three() { [ "$(log | grep -c 'to=<bob@own.test>.*status=sent')" = 3 ]; }
ok "done as the remedy says: the mail is taken" patient 40 three

# A flight with a refusal in its middle.
in_stage /bin/sh -c 'kill -STOP $(cat /run/firsthop/runner.pid 2>/dev/null || cat /var/run/firsthop/runner.pid)'
for n in 1 2 3 4 5 6 7 8 9; do
	send alice@own.test bob@own.test
	[ $n != 4 ] || send alice@own.test nobody2@own.test
done
in_stage /bin/sh -c 'kill -CONT $(cat /run/firsthop/runner.pid 2>/dev/null || cat /var/run/firsthop/runner.pid)'
twelve() { [ "$(log | grep -c 'to=<bob@own.test>.*status=sent')" = 12 ]; }
ok "nine messages, with one for nobody between them: each arrives" patient 60 twelve
like "$(log)" 'to=<nobody2@own.test>.* status=bounced .*550 Unrouteable address' "and that one has its own reason"
unlike "$(log)" 'key=outcome-unknown|offers CHUNKING and refuses' "nothing is in doubt: Exim does BDAT"
like "$(cat "$S"/var/log/exim4/main*)" ' K .* id=' "and has noted so (K)"

{ printf 'Subject: big\n\n'; head -c 40000 /dev/zero | tr '\0' x | fold -w 70; } | as 33:33 /usr/sbin/sendmail -i -f alice@own.test big@own.test
ok "a mail over Exim's limit is returned before it is sent" patient 40 logged 'to=<big@own.test>.* status=bounced .*at most 20000.* key=size-exceeded '

setting smarthost.main.port 587 >/dev/null
reconfigured
send alice@own.test ops2@elsewhere.example
explained ops2@elsewhere.example auth-required '550 Authentication required' 'login and password_file' "587 without a login"
setting smarthost.main.tls verify >/dev/null
set_password falsch
setting smarthost.main.password_file secret >/dev/null
setting smarthost.main.login cacti1 >/dev/null
reconfigured
try_again ops2@elsewhere.example
explained ops2@elsewhere.example 'tls-(trust|untrusted|self-signed)' 'certificate' 'tls_ca_file' "nobody here trusts who signed the certificate"
setting smarthost.main.tls_ca_file ca.pem >/dev/null
reconfigured
in_stage /usr/sbin/sendmail -q
explained ops2@elsewhere.example auth-refused '535 Incorrect authentication data' 'login and password_file' "a wrong password"
like "$(log | grep -F 'to=<ops2@' | tail -n 1)" 'tls="TLSv1.3 verified"' "which was sent through verified TLS only"
set_password geheim
reconfigured
in_stage /usr/sbin/sendmail -q
arrives ops2@elsewhere.example "the right password: the mail goes"
like "$(cat "$S/var/log/exim4/mainlog")" 'A=plain:cacti1' "and Exim saw the login"

kill "$exim_pid"
finish
