#!/bin/sh
# relayconf import and adopt with the real programs: settings and queued mail of dma, nullmailer and Postfix.
LAYER=formers
. tests/real/stage.sh
. tests/real/callers.sh
text=$(printf 'Grüße vom Wächter\n.\n..zwei Punkte\nEnde')
message() { printf 'From: watch@example.org\nTo: ops@example.org\nSubject: %s\n\n%s\n' "$1" "$text"; }

# --- each program queues a message, because its server does not answer ----------------------------------------------------
mkdir -p "$S/etc/dma" "$S/var/spool/dma" "$S/var/spool/nullmailer/queue" "$S/var/spool/nullmailer/tmp" "$S/var/spool/nullmailer/failed"
printf 'SMARTHOST mail.test\nPORT 587\nSECURETRANSFER\nSTARTTLS\nAUTHPATH /etc/dma/auth.conf\nDEFER\n' >"$S/etc/dma/dma.conf"
printf 'cacti1@mail.test|mail.test:geheim\n' >"$S/etc/dma/auth.conf"
chgrp 8 "$S/var/spool/dma"; chmod 2775 "$S/var/spool/dma"
echo 'mail:x:8:8::/var/mail:/usr/sbin/nologin' >>"$S/etc/passwd"
message "from dma" | in_stage /usr/sbin/dma -i -f watch@example.org ops@example.org two@example.org; is $? 0 "dma takes a message"
in_stage /usr/bin/chown -R mail:mail /var/spool/nullmailer
mkdir -p "$S/etc/nullmailer"; echo mon1.example.org >"$S/etc/nullmailer/me"; echo 'mail.test smtp --port=587 --starttls --user=cacti1@mail.test --pass=geheim' >"$S/etc/nullmailer/remotes"
[ -p "$S/var/spool/nullmailer/trigger" ] || mkfifo "$S/var/spool/nullmailer/trigger"
message "from nullmailer" | in_stage /usr/bin/nullmailer-inject -f watch@example.org ops@example.org >"$work/out" 2>&1; is $? 0 "nullmailer takes a message" "$(cat "$work/out")"
sh tests/fake/certs.sh "$work/certs" mail.test >/dev/null 2>&1
setup_postfix
cp -a "$BUILD/real/root/usr/sbin/sendmail" "$S/usr/sbin/postfix-sendmail"
# One recipient has the message, the other's server does not answer: that one is left in deferred.
echo 'relayhost = [127.0.0.3]:1' >>"$S/etc/postfix/main.cf"
start_postfix
message "half done" | in_stage /usr/sbin/postfix-sendmail -i -f watch@example.org ops@example.org late@elsewhere.example 2>/dev/null; is $? 0 "Postfix takes a message"
is_deferred() { [ -n "$(find "$S/var/spool/postfix/deferred" -type f)" ] && mails_are 1; }
ok "and defers it for one of its recipients" wait_for is_deferred
stop_postfix
message "from Postfix" | in_stage /usr/sbin/postfix-sendmail -i -f watch@example.org ops@example.org two@example.org 2>/dev/null; is $? 0 "Postfix takes another, while it is down"

# --- firsthop takes their place ---------------------------------------------------------------------------------------------
ok "firsthop is installed" install_firsthop
# firsthop(7): import, check, adopt; with the settings of several programs here, the one is named.
mkdir -p "$S/usr/local/etc"; ln -s /etc/firsthop "$S/usr/local/etc/firsthop"
recipe move >"$work/recipe"
guide() { in_stage /usr/bin/env PATH=/usr/local/sbin:/usr/bin:/bin /bin/sh -c "cd /usr/local/etc/firsthop; $(sed -n "/relayconf $1/p" "$work/recipe" | sed 's/^relayconf import .*/& dma/')" 2>&1; }
out=$(guide import); result $? "dma's settings are taken over" "$out"
in_stage /usr/local/sbin/relayconf set smarthost.main.tls_ca_file ca.pem
in_stage /usr/local/sbin/relayconf set host.name mon1.example.org; in_stage /usr/local/sbin/relayconf set host.domain example.org
like "$(in_stage /usr/local/sbin/relayconf show)" 'login +cacti1@mail.test' "with the login"
out=$(guide 'adopt$')
is "$(echo "$out" | grep -c 'watch@example.org to ')" 5 "adopt shows five messages (dma has one for each recipient)"
like "$out" "watch@example.org to late@elsewhere.example$" "of the half-done one only the recipient that is left"
out=$(guide 'adopt --yes'); result $? "adopt takes them over" "$out"
like "$out" '^5 of 5 moved here' "all of them"
setup_postfix
ok "Postfix is up, as the smarthost" start_postfix
ok "the runner starts" start_runner
ok "each arrives for each of its recipients" wait_for mails_are 6
is_relayed() { grep -q "to=<late@elsewhere.example>, .*status=sent" "$S/var/log/mail.log"; }
ok "and what was deferred goes on to the server" wait_for is_relayed
ours() { grep -L '^Subject: Undelivered' "$S"/var/vmail/all/new/* | wc -l; }
is "$(ours)" 6 "and no more than that: who had it does not get it again"
for program in dma nullmailer Postfix; do
	mail=$(mail_with "Subject: from $program")
	is "$(mail_body "$mail")" "$text" "from $program: the body"
done
finish
