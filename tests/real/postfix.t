#!/bin/sh
# A real Postfix, and what it says no to: greylisting, sizes, sender domain, HELO, login, unknown users, numbers of recipients and connections.
. tests/real/stage.sh
install_firsthop
setup_postfix
sed -i -E '/^(virtual_mailbox_(domains|maps)|smtpd_(tls_security_level|relay_restrictions|recipient_restrictions|client_connection_count_limit)|disable_dns_lookups|message_size_limit) =/d' "$S/etc/postfix/main.cf"
cat >>"$S/etc/postfix/main.cf" <<'END'
virtual_mailbox_domains = own.test
virtual_mailbox_maps = inline:{ alice@own.test=all/, bob@own.test=all/, r1@own.test=all/, r2@own.test=all/, r3@own.test=all/, r4@own.test=all/, r5@own.test=all/ }
smtpd_tls_security_level = may
disable_dns_lookups = no
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_recipient_restrictions =
message_size_limit = 20000
smtpd_recipient_limit = 2
smtpd_client_connection_count_limit = 2
smtpd_client_event_limit_exceptions =
END
# Port 25 is a server for strangers, 587 for those who log in, 2525 greylists with a policy service, 2526 wants senders and names that exist,
# 2527 does not say its limit of size beforehand.
cat >>"$S/etc/postfix/master.cf" <<'END'
25 inet n - n - - smtpd
2525 inet n - n - - smtpd
  -o smtpd_recipient_restrictions=check_policy_service,unix:private/grey
2526 inet n - n - - smtpd
  -o smtpd_recipient_restrictions=reject_non_fqdn_helo_hostname,reject_unknown_sender_domain
2527 inet n - n - - smtpd
  -o smtpd_discard_ehlo_keywords=size
grey unix - n n - 0 spawn user=nobody argv=/bin/sh /usr/local/bin/grey
END
sed -i "s/^anvil .*/anvil unix - - n - 1 anvil/" "$S/etc/postfix/master.cf"
sed -i 's/^submission inet.*/&\n  -o smtpd_client_restrictions=permit_sasl_authenticated,reject/' "$S/etc/postfix/master.cf"
# Greylisting as postgrey does it: by client, sender and recipient, with a short delay.
mkdir -p "$S/usr/local/bin" "$S/var/grey"
chmod 777 "$S/var/grey"
cat >"$S/usr/local/bin/grey" <<'END'
while read -r line; do
	case $line in
	client_address=* | sender=* | recipient=*) key=$key-${line#*=} ;;
	'')
		file=/var/grey/$key
		[ -e "$file" ] || date +%s >"$file"
		if [ $(($(date +%s) - $(cat "$file"))) -ge 4 ]; then echo action=dunno
		else echo "action=defer_if_permit Greylisted, see http://postgrey.schweikert.ch/help/own.test.html"; fi
		echo
		key= ;;
	esac
done
END
ok "Postfix runs" start_postfix

plain_config mail.test 25 '[queue]
retry_min = 60
max_sessions = 4
messages_per_session = 1'
send() { from=$1; shift; printf 'Subject: test\n\nx\n' | as 33:33 /usr/sbin/sendmail -i -f "$from" "$@"; }
big() { printf 'Subject: big\n\n'; head -c 40000 /dev/zero | tr '\0' x | fold -w 70; }
start_runner
wait_for test -S "$S/var/spool/firsthop/mqueue/control"

send alice@own.test bob@own.test nosuch@own.test
patient 40 logged 'to=<nosuch@own.test>.* status=bounced .*550 5.1.1 .*User unknown.* key=recipient-unknown '
result $? "an unknown user is returned, with Postfix's words" "$(log | grep -F 'to=<nosuch@')"
arrives bob@own.test "the other recipient of that mail has it"
arrives alice@own.test "the report goes to the sender"

send alice@own.test ops@elsewhere.example
explained ops@elsewhere.example relay-denied '554 5.7.1 .*Relay access denied' 'on the server .Postfix. as root: postconf -e .mynetworks = .*127.0.0.1' "a stranger relays"
in_stage /usr/bin/mailq remove ops@elsewhere.example >/dev/null

send alice@own.test r1@own.test r2@own.test r3@own.test r4@own.test r5@own.test
for n in 1 2 3 4 5; do arrives r$n@own.test "Postfix takes two recipients at a time: number $n of 5 has it, at once"; done
unlike "$(log)" 'to=<r.@own.test>.*status=bounced' "and none of them is returned"

big | as 33:33 /usr/sbin/sendmail -i -f alice@own.test big1@own.test
ok "a mail over the limit that Postfix names is returned before it is sent" patient 40 logged 'to=<big1@own.test>.* status=bounced .*at most 20000.* key=size-exceeded '
setting smarthost.main.port 2527 >/dev/null
reconfigured
big | as 33:33 /usr/sbin/sendmail -i -f alice@own.test bob@own.test
ok "one over a limit that it does not name is returned with its words" patient 40 logged 'to=<bob@own.test>.* status=bounced .*552 5.3.4.* stage=(MAIL|end-of-data) .*key=size-exceeded '

setting smarthost.main.port 2525 >/dev/null
reconfigured
send alice@own.test r1@own.test
explained r1@own.test greylisted 'Recipient address rejected: Greylisted' 'add 127.0.0.1 to .etc.postgrey.whitelist_clients' "greylisting"
like "$(why r1@own.test)" 'tried again after ([5-9]|[1-9][0-9]) ?min|tried again after 1 h' "it is tried again after minutes"
unlike "$(why r1@own.test)" 'will not fix' "and waiting is all there is to do"
sleep 4
try_again r1@own.test
two() { [ "$(log | grep -c 'to=<r1@own.test>.*status=sent')" = 2 ]; }
ok "the second try has the same client, sender and recipient: it is taken" patient 40 two

setting smarthost.main.port 2526 >/dev/null
reconfigured
send root@mon.nowhere.test r2@own.test
explained r2@own.test sender-domain '450 4.1.8 .*Sender address rejected: Domain not found' 'envelope_from' "a sender whose domain is not in DNS"
like "$(why r2@own.test)" 'waiting   will not fix this' "that waiting does not mend it is said at once"
like "$(log)" 'waits, and needs attention: 450 4.1.8' "and in the log"
setting sender.envelope_from root@mail.test >/dev/null
setting smarthost.main.port 25 >/dev/null
reconfigured
try_again r2@own.test
two() { [ "$(log | grep -c 'to=<r2@own.test>.*status=sent')" = 2 ]; }
ok "with another sender it goes" patient 40 two

setting smarthost.main.port 2526 >/dev/null
setting host.name mon1 >/dev/null
reconfigured
send alice@own.test r3@own.test
explained r3@own.test helo-refused '504 5.5.2 .*Helo command rejected: need fully-qualified hostname' '[Ss]et .host.' "a name without a domain in HELO"
setting host.name mon1.example.org >/dev/null
setting smarthost.main.port 587 >/dev/null
reconfigured
try_again r3@own.test
explained r3@own.test client-refused '554 5.7.1 .*Client host rejected: Access denied' 'login and password_file' "587 without a login"
like "$(why r3@own.test | tr '\n' ' ')" 'On port 587 or 465 this means: no login was made' "which is told for what it is"
setting smarthost.main.tls verify >/dev/null
setting smarthost.main.tls_ca_file ca.pem >/dev/null
setting smarthost.main.password_file secret >/dev/null
setting smarthost.main.login cacti1@mail.test >/dev/null
reconfigured
in_stage /usr/sbin/sendmail -q
two() { [ "$(log | grep -c 'to=<r3@own.test>.*status=sent')" = 2 ]; }
ok "done as the remedy says: with a login it goes" patient 40 two

# Two connections at a time are allowed; four sessions want to be.
in_stage /bin/sh -c 'kill -STOP $(cat /run/firsthop/runner.pid 2>/dev/null || cat /var/run/firsthop/runner.pid)'
before=$(mails)
n=0
while [ $n -lt 30 ]; do n=$((n + 1)); send alice@own.test r4@own.test; done
in_stage /bin/sh -c 'kill -CONT $(cat /run/firsthop/runner.pid 2>/dev/null || cat /var/run/firsthop/runner.pid)'
ok "30 messages over up to 4 sessions, of which Postfix allows 2: each arrives" patient 60 mails_are $((before + 30))
is "$(mails)" $((before + 30)) "once"
sleep 6 # until the sessions are closed
like "$(grep 'disconnect from' "$S/var/log/postfix.log")" ' bdat=' "by BDAT, as Postfix itself has counted"

# A flight with refusals in its middle, over one session.
setting queue.max_sessions 1 >/dev/null
reconfigured
in_stage /bin/sh -c 'kill -STOP $(cat /run/firsthop/runner.pid 2>/dev/null || cat /var/run/firsthop/runner.pid)'
before=$(mails)
for n in 1 2 3 4 5 6 7 8 9; do
	send alice@own.test r5@own.test
	[ $((n % 3)) != 0 ] || send alice@own.test "nosuch$n@own.test"
done
in_stage /bin/sh -c 'kill -CONT $(cat /run/firsthop/runner.pid 2>/dev/null || cat /var/run/firsthop/runner.pid)'
nine() { [ "$(log | grep -c 'to=<r5@own.test>.*status=sent')" = 10 ]; }
ok "nine messages, with mail to nobody between them: each arrives" patient 60 nine
is "$(log | grep -c 'to=<nosuch[369]@own.test>.*status=bounced .*550 5.1.1')" 3 "what nobody gets has Postfix's reason for that, none of BDAT"
unlike "$(log)" 'key=outcome-unknown|offers CHUNKING and refuses' "nothing is in doubt"
stop_postfix
finish
