#!/bin/sh
# Real callers, a real Postfix: PHP, Debian's cron, FreeBSD's cron and atrun.
. tests/real/stage.sh
ok "firsthop is installed" install_firsthop
setup_postfix
ok "Postfix is up" start_postfix

# With real rights, before any runner lives.
echo early | as 33:33 /usr/sbin/sendmail early@example.org; is $? 0 "a message without a runner: exit 0"
list=$(as 103:103 /usr/bin/mailq 2>&1)
like "$list" 'Total requests: 1' "mailq shows it to user nagios"
like "$list" 'the runner is not running' "and says that nobody delivers"
as 33:33 /bin/sh -c 'ls /var/spool/firsthop/drop /var/spool/firsthop/mqueue' >/dev/null 2>&1; ok "users cannot look into the spool" test $? -ne 0
if command -v setpriv >/dev/null 2>&1; then
	error=$(echo x | setpriv --no-new-privs chroot --userspec=33:33 "$S" /usr/sbin/sendmail a@example.org 2>&1); is $? 77 "set-group-id without effect: exit 77"
	like "$error" 'NoNewPrivileges.*The message was NOT accepted' "and the reason"
else
	count=$((count + 1)); echo "ok $count - set-group-id without effect # skip setpriv is not installed"
fi
as 33:33 /usr/sbin/sendmail -bd 2>/dev/null; is $? 77 "only root starts the runner"
as 33:33 /usr/sbin/sendmail -q 2>/dev/null; is $? 69 "sendmail -q by a user, without a runner"
ok "the runner starts" start_runner
ok "it delivers what was there" wait_for mails_are 1
is "$(stat -c %u "$S/proc/$(runner_pid)")" "$(awk -F: '$1 == "firsthop" { print $3 }' "$S/etc/passwd")" "as user firsthop"
rm -f "$S"/var/vmail/all/new/*
like "$(in_stage /usr/local/sbin/relayconf check)" 'Nothing is wrong' "relayconf check"
like "$(in_stage /usr/local/sbin/relayconf probe -r ops@example.org)" 'result .*the server accepts mail' "relayconf probe"

cat >"$S/tmp/send.php" <<'END'
<?php
$body = "Zeile eins\r\n.\r\n..zwei\r\nÄ Ö Ü € \xf0\x9f\x93\xa7\r\n" . str_repeat("x", 500) . "\r\nEnde\r\n";
$ok = mail("ops@example.org, Admin <admin@example.net>", "=?UTF-8?B?" . base64_encode("Grüße von Cacti") . "?=", $body,
	["From" => "Cacti <cacti@example.org>", "Cc" => "cc@example.org", "Bcc" => "hidden@example.org", "X-Test" => "php-array",
	 "Content-Type" => "text/plain; charset=utf-8", "Content-Transfer-Encoding" => "8bit"], "-fbounces@example.org");
exit($ok ? 0 : 1);
END
as 33:33 /usr/bin/php -d sendmail_path='/usr/sbin/sendmail -t -i' /tmp/send.php; is $? 0 "PHP: mail() returns true"
ok "it arrives for each of its four recipients" wait_for mails_are 4
mail=$(mail_with 'X-Test: php-array')
like "$(cat "$mail")" '^Return-Path: <bounces@example.org>' "PHP: the 5th parameter is the envelope sender"
is "$(cat "$S"/var/vmail/all/new/* | grep '^X-Original-To:' | sort | tr '\n' ' ')" \
	"X-Original-To: admin@example.net X-Original-To: cc@example.org X-Original-To: hidden@example.org X-Original-To: ops@example.org " "PHP: the envelope recipients"
unlike "$(cat "$mail" | grep -v '^X-Original-To\|^Delivered-To')" 'hidden|^Bcc' "PHP: Bcc is gone"
like "$(cat "$mail")" '^From: Cacti <cacti@example.org>$' "PHP: From is as it was"
like "$(cat "$mail")" '^Subject: =\?UTF-8\?B\?R3LDvMOfZSB2b24gQ2FjdGk=\?=$' "PHP: the subject"
{ printf 'Zeile eins\n.\n..zwei\n\303\204 \303\226 \303\234 \342\202\254 \360\237\223\247\n'; head -c 500 /dev/zero | tr '\0' x; printf '\nEnde\n'; } >"$work/body"
mail_body "$mail" | sed '$ { /^$/d }' | cmp - "$work/body"; is $? 0 "PHP: the body, byte by byte"
like "$(log)" 'pickup.* uid=33 from=<bounces@example.org> login=www-data ' "the submission is in the log"
like "$(log)" 'qmgr.* from=<bounces@example.org>, size=[0-9]+, nrcpt=4 ' "and what it is"
like "$(log)" 'to=<ops@example.org>.*relay=mail.test\[127.0.0.2\]:587, .*status=sent.*tls="TLSv1.3 verified"' "and each delivery"

rm -f "$S"/var/vmail/all/new/*
mkdir -p "$S/var/spool/cron/crontabs"
printf '@reboot echo "output of a job, Grüße"; echo .; echo last\n' >"$S/var/spool/cron/crontabs/alice"
chown 1000:110 "$S/var/spool/cron/crontabs/alice"; chmod 0600 "$S/var/spool/cron/crontabs/alice"
in_stage /usr/sbin/cron -f >"$work/cron.out" 2>&1 &
cron=$!
ok "Debian's cron: its mail arrives" wait_for mails_are 1
kill $cron
mail=$(mail_with 'output of a job')
like "$(cat "$mail")" '^Return-Path: <alice@example.org>' "cron: envelope sender"
like "$(cat "$mail")" '^X-Original-To: alice@example.org' "cron: the recipient is completed"
like "$(cat "$mail")" '^From: root@example.org \(Cron Daemon\)|^From: "?root"? \(Cron Daemon\) <|^From: root@example.org' "cron: From is completed"
like "$(cat "$mail")" '^Date: ' "cron: Date is added"
is "$(mail_body "$mail")" "$(printf 'output of a job, Grüße\n.\nlast')" "cron: the body"

rm -f "$S"/var/vmail/all/new/*
printf 'From: alice (Cron Daemon)\nTo: alice\nSubject: Cron <alice@mon1> /usr/libexec/job\nX-Cron-Env: <SHELL=/bin/sh>\n\noutput\n.\nend\n' |
	as 1000:1000 /usr/sbin/sendmail -FCronDaemon -odi -oem -oi -t; is $? 0 "FreeBSD's cron: exit 0"
printf 'Subject: Output from your job 7\nTo: alice\n\nat output\n' | as 1000:1000 /usr/sbin/sendmail -F "Atrun Service" -odi -oem alice; is $? 0 "FreeBSD's atrun: exit 0"
ok "both arrive" wait_for mails_are 2
mail=$(mail_with 'X-Cron-Env')
is "$(mail_body "$mail")" "$(printf 'output\n.\nend')" "FreeBSD's cron: the body"
like "$(cat "$mail")" '^From: alice@example.org \(Cron Daemon\)' "FreeBSD's cron: From"
like "$(cat "$(mail_with 'at output')")" '^From: Atrun Service <alice@example.org>' "FreeBSD's atrun: -F and the login make From"
echo "nagios says" | as 103:103 /usr/bin/mail -s "PROBLEM: disk" ops@example.org; is $? 0 "mail(1) as user nagios"
ok "arrives" wait_for mails_are 3
is "$(as 103:103 /usr/bin/mailq 2>&1 | tail -n 1)" "$(printf '\t\tTotal requests: 0')" "mailq works for user nagios"
finish
