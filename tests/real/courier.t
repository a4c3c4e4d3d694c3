#!/bin/sh
# A real Courier: 513 both ways, 456, the tarpit, and its limit of connections; each explained, and then mended as the explanation says.
LAYER=courier
export LAYER
. tests/real/stage.sh
install_firsthop

# --- Courier, as Debian's scripts would leave it ------------------------------------------------------------------
E=$S/etc/courier
: >"$S/etc/environment"
in_stage /sbin/ldconfig
printf '%s\n' 'courier:x:105:105::/var/lib/courier:/usr/sbin/nologin' 'bob:x:1001:1001:Bob:/home/bob:/bin/sh' \
	'carol:x:1002:1002:Carol:/home/carol:/bin/sh' 'dave:x:1003:1003:Dave:/home/dave:/bin/sh' >>"$S/etc/passwd"
printf 'courier:x:105:\nbob:x:1001:\ncarol:x:1002:\ndave:x:1003:\n' >>"$S/etc/group"
mkdir -p "$S/run/courier/authdaemon" "$E/smtpaccess" "$E/esmtpacceptmailfor.dir"
for user in 1001:bob 1002:carol 1003:dave; do
	home=$S/home/${user#*:}
	mkdir -p "$home/Maildir/new" "$home/Maildir/cur" "$home/Maildir/tmp"
	chown -R "${user%:*}:${user%:*}" "$home"
done
chown -R 105:105 "$S/var/lib/courier" "$E"
chown 105:105 "$S/usr/lib/courier/courier/submitmkdir"
chmod 4755 "$S/usr/lib/courier/courier/submitmkdir"
[ -e "$S/usr/bin/makedat" ] || ln -s makedat.courier "$S/usr/bin/makedat"
echo mail.test >"$E/me"
printf 'mail.test\nown.test\n' >"$E/locals"
sed -i 's|^DEFAULTDELIVERY=.*|DEFAULTDELIVERY=./Maildir|' "$E/courierd"
sed -i 's|^BOFHCHECKDNS=.*|BOFHCHECKDNS=0|; s|^TCPDOPTS=.*|TCPDOPTS="-nodnslookup -noidentlookup -stderrlogger=/usr/sbin/courierlogger"|' "$E/esmtpd"
echo 'ADDRESS=127.0.0.2' >>"$E/esmtpd"
cat "$work/certs/good.pem" "$work/certs/good.key" >"$E/esmtpd.pem"
chown 105:105 "$E/esmtpd.pem"
printf 'PORT=587\nBOFHCHECKDNS=0\nAUTH_REQUIRED=1\nESMTPAUTH="PLAIN LOGIN"\nESMTPAUTH_TLS="PLAIN LOGIN"\nTLS_DHPARAMS=\nPIDFILE=/run/courier/esmtpd-msa.pid\n' >>"$E/esmtpd-msa"
sed -i 's/^authmodulelist=.*/authmodulelist="authuserdb authpam"/' "$E/authdaemonrc"
printf '127.0.0.9\tallow,RELAYCLIENT\n' >"$E/smtpaccess/default"
for make in makesmtpaccess makealiases makeacceptmailfor makehosteddomains; do in_stage /usr/sbin/$make >>"$work/courier.out" 2>&1; done
printf 'cacti1\tuid=1001|gid=1001|home=/home/bob|shell=/bin/sh|systempw=%s\n' "$(openssl passwd -1 geheim)" >"$E/userdb"
chmod 0600 "$E/userdb"
in_stage /usr/sbin/makeuserdb
in_stage /usr/sbin/authdaemond start >>"$work/courier.out" 2>&1
in_stage /usr/sbin/courier start >>"$work/courier.out" 2>&1
in_stage /usr/sbin/esmtpd start >>"$work/courier.out" 2>&1
in_stage /usr/sbin/esmtpd-msa start >>"$work/courier.out" 2>&1
courier_answers() { echo QUIT | in_stage /bin/busybox nc -w 2 127.0.0.2 25 | grep -q ^220; }
ok "Courier runs" wait_for courier_answers

# --- firsthop behind it --------------------------------------------------------------------------------------------
plain_config mail.test 25 '[queue]
max_sessions = 8
messages_per_session = 1'
setting() { in_stage /usr/local/sbin/relayconf set "$1" "$2"; }
send() { printf 'Subject: %s\n\nx\n' "$1" | as 33:33 /usr/sbin/sendmail -i -f dave@mail.test $2; }
id_of() { in_stage /usr/bin/mailq --json 2>/dev/null | grep -F "$1" | head -n 1 | sed 's/.*"queue_id": "\([^"]*\)".*/\1/'; }
why() { in_stage /usr/bin/mailq why "$(id_of "$1")" 2>&1; }
got() { find "$S/home/$1/Maildir/new" -type f 2>/dev/null | wc -l; }
got_are() { [ "$(got "$1")" -ge "$2" ]; }
logged() { grep -q -- "$1" "$S/var/log/mail.log"; }
patient() { seconds=$1; shift; until "$@" || [ "$seconds" -eq 0 ]; do seconds=$((seconds - 1)); sleep 1; done; "$@"; }
start_runner
wait_for test -S "$S/var/spool/firsthop/mqueue/control"

# The tarpit: three refusals, after 8, 16 and 32 seconds, in a session of their own; other mail does not wait for them.
send tarpit "nobody1@mail.test nobody2@mail.test nobody3@mail.test"
sleep 4
began=$(date +%s)
send quick bob@mail.test
ok "mail that came later is not stuck behind a tarpit" patient 8 got_are bob 1
[ $(($(date +%s) - began)) -le 8 ]; result $? "it takes seconds, not the minute of the tarpit" "$(log | tail -n 5)"

# 513, one way: a stranger relays.
send stranger ops@elsewhere.example
patient 30 logged 'to=<ops@elsewhere.example>.*key=relay-denied'
story=$(why ops@elsewhere.example)
like "$story" 'RCPT: 513 Relaying denied' "513, a stranger relays: mailq why has Courier's words"
like "$story" '(Courier)' "and the remedy is for Courier"
unlike "$story" 'Postfix|Exim' "for Courier alone"
like "$story" 'decision  it is kept' "and the mail is kept"
command=$(printf '%s\n' "$story" | sed -n 's/.*run there as root: \(printf .*makesmtpaccess\).*/\1/p' | head -n 1)
like "$command" "printf '127.0.0.1.*allow,RELAYCLIENT" "with the command, and this machine's address as Courier saw it"
in_stage /bin/sh -c "PATH=/usr/sbin:/usr/bin:/sbin:/bin; $command"
in_stage /usr/bin/mailq retry ops@elsewhere.example >/dev/null
ok "done as it says: Courier takes it" patient 20 logged 'to=<ops@elsewhere.example>.*status=sent'

# 513, the other way: the domain is Courier's own, but not listed.
sed -i '/^127.0.0.1/d' "$E/smtpaccess/default"
in_stage /usr/sbin/makesmtpaccess
sleep 6 # until the session that may relay is closed
send own bob@own.test
patient 30 logged 'to=<bob@own.test>.*key=relay-denied'
command=$(why bob@own.test | sed -n 's/.*run there as root: \(echo .*makeacceptmailfor\).*/\1/p' | head -n 1)
like "$command" 'echo own.test >>/etc/courier/esmtpacceptmailfor.dir/default' "513, its own domain is not listed: the remedy names that, too, with the command"
in_stage /bin/sh -c "PATH=/usr/sbin:/usr/bin:/sbin:/bin; $command"
in_stage /usr/bin/mailq retry bob@own.test >/dev/null
ok "done as it says: the mail arrives" patient 20 got_are bob 2

# 456: a mailbox fails on the server, and Courier blocks the address for two hours.
printf './Maildir\n' >"$S/home/carol/.courier"
chown 1002:1002 "$S/home/carol/.courier"
chmod 666 "$S/home/carol/.courier"
send first carol@mail.test
ok "Courier takes the first mail for a broken mailbox" patient 20 logged 'to=<carol@mail.test>.*status=sent'
ok "and cannot deliver it" patient 20 logged 'addr=<carol@mail.test>.*deferred'
send second carol@mail.test
ok "the next one is refused: 456" patient 20 logged 'to=<carol@mail.test>.*456 Address temporarily unavailable.* key=address-blocked '
story=$(why carol@mail.test)
like "$story" 'meaning   The server could not deliver to this address before' "456: what it means"
like "$story" 'run there as root: courier clear carol@mail.test' "456: what to do"
like "$story" 'decision  it is kept and tried again after (5[0-9] min|1 h)' "456: tried again about hourly"
chmod 600 "$S/home/carol/.courier"
in_stage /usr/sbin/courier clear carol@mail.test >/dev/null 2>&1
grep -l 'Dcarol@mail.test' "$S"/var/lib/courier/track/* 2>/dev/null | while read -r file; do sed -i '/Dcarol@mail.test/d' "$file"; done
in_stage /usr/bin/mailq retry carol@mail.test >/dev/null
ok "done as it says: the mail is taken" patient 20 logged 'to=<carol@mail.test>.*status=sent.*try=2'

# The end of the tarpit: each refusal is what Courier said, and none is a time-out; their report does not wait for the answer to DATA, for
# which Courier takes as long again.
ok "the tarpit was waited out" patient 70 logged 'to=<nobody3@mail.test>.*status=bounced'
at=$(date +%s)
like "$(log | grep 'to=<nobody3@')" '550 User <nobody3> unknown.* key=recipient-unknown ' "and reported as the refusal that it is"
unlike "$(log)" 'key=reply-timeout' "nothing is taken for a time-out"
tarpit=$(log | sed -n 's/.*firsthop[^ ]* \([^ ]*\): to=<nobody3@.*/\1/p' | head -n 1)
ok "the report of the refusals goes out at once" patient 20 logged "bounce=.* to=<dave@mail.test>\|$tarpit: .*bounce="
[ $(($(date +%s) - at)) -le 15 ]; result $? "in seconds"
empty() { [ "$(mailq_count)" = 0 ]; }
ok "and arrives" patient 120 empty
is "$(log | grep -c "$tarpit.* bounce=")" 1 "once"

# Courier lets one address have 5 connections; a sixth is closed without a word.
before=$(got bob)
in_stage /bin/sh -c 'kill -STOP $(cat /run/firsthop/runner.pid 2>/dev/null || cat /var/run/firsthop/runner.pid)'
n=0
while [ $n -lt 80 ]; do n=$((n + 1)); send "many$n" bob@mail.test; done
in_stage /bin/sh -c 'kill -CONT $(cat /run/firsthop/runner.pid 2>/dev/null || cat /var/run/firsthop/runner.pid)'
ok "80 messages over up to 8 sessions, of which Courier allows 5: each arrives" patient 60 got_are bob $((before + 80))
is "$(got bob)" $((before + 80)) "once"
unlike "$(in_stage /usr/bin/mailq 2>&1)" 'bob@mail.test' "and none is left"
unlike "$(log)" 'many.*status=bounced' "none is returned"

# Port 587 takes mail only after a login: Courier's 535 at MAIL asks for one, its 535 at AUTH refuses the one that was given.
setting smarthost.main.port 587
setting smarthost.main.tls verify
setting smarthost.main.tls_ca_file ca.pem
sleep 6 # until the sessions on port 25 are closed
send login ops@elsewhere.example
ok "587 without a login is refused" patient 60 logged 'to=<ops@elsewhere.example>.*535 Authentication required.* key=auth-required '
like "$(why ops@elsewhere.example)" 'login and password_file' "and the remedy is a login"
set_password wrong
setting smarthost.main.password_file secret
setting smarthost.main.login cacti1
in_stage /usr/bin/mailq retry ops@elsewhere.example >/dev/null
ok "a wrong password is told from a missing one" patient 60 logged 'to=<ops@elsewhere.example>.*535 Authentication failed.* key=auth-refused '
like "$(why ops@elsewhere.example)" 'remedy    .*Check login .cacti1. and password_file' "and has another remedy"
set_password geheim
in_stage /usr/bin/mailq retry ops@elsewhere.example >/dev/null
ok "done as it says: Courier takes mail to relay, over TLS" patient 60 logged 'to=<ops@elsewhere.example>.*relay=mail.test.127.0.0.2.:587, .*status=sent .*verified'

# The guide's own commands, at the server and here: this machine has an address that Courier has not heard of.
in_stage /bin/busybox ip address add 192.0.2.80/32 dev lo
echo '127.0.0.2 mail.example.org' >>"$S/etc/hosts"
setting smarthost.main.login --default
setting smarthost.main.password_file --default
setting smarthost.main.bind_address 192.0.2.80
guide() { in_stage /usr/bin/env PATH=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin /bin/sh -e -c "$(recipe "$1")" >"$work/out" 2>&1; }
guide courier; code=$?; like "$code $(cat "$work/out")" '^75 .*|513 Relaying denied' "firsthop(7): before the server is told, it refuses"
guide courier-server; result $? "firsthop(7): the commands for the server" "$(cat "$work/out")"
guide courier; result $? "and those for here: both are accepted" "$(cat "$work/out")"

for service in esmtpd-msa esmtpd courier authdaemond; do in_stage /usr/sbin/$service stop >/dev/null 2>&1; done
finish
