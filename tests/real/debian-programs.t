#!/bin/sh
# Programs that send mail, as Debian packs them; each one's mail is compared at a real Postfix: envelope, header, body.
LAYER=callers
. tests/real/stage.sh
. tests/real/callers.sh
start_stage
text=$(printf 'Grüße vom Wächter\n.\n..zwei Punkte\nEnde')
printf '%s\n' "$text" >"$S/tmp/body"
printf '\0\001\377binary\r\n' >"$S/tmp/graph.bin"
graph=md5:$(md5sum <"$S/tmp/graph.bin" | cut -d' ' -f1)
lines=$(echo "$text" | tr '\n' '|'); lines=${lines%|}
chmod 1777 "$S/tmp"
in_stage /bin/mkdir -p /home/alice/work && in_stage /bin/chown -R alice:alice /home/alice
alice() { as 1000:1000 /usr/bin/env -i HOME=/home/alice USER=alice LOGNAME=alice PATH=/usr/sbin:/usr/bin:/bin LANG=C.UTF-8 /bin/sh -c "cd /home/alice && $1"; }

# --- user agents ---------------------------------------------------------------------------------------------------
caller "bsd-mailx" 2 alice 'bsd-mailx -s "disk full" -c cc@example.org -a "X-Kind: alarm" ops@example.org </tmp/body'
envelope "<alice@example.org>" "cc@example.org ops@example.org"
field '^To: ops@example.org$' '^Cc: cc@example.org$' '^Subject: disk full$' '^X-Kind: alarm$' '^From: Alice <alice@example.org>$' '^Date: ' '^Message-I[Dd]: <.*>$'
body "$text"
caller "bsd-mailx, hidden copy" 2 alice 'bsd-mailx -s hidden -b boss@example.org ops@example.org </tmp/body'
envelope "<alice@example.org>" "boss@example.org ops@example.org"
field -n '^Bcc:'
body "$text"
caller "s-nail" 2 alice 's-nail -S sendwait -S v15-compat -r watch@example.org -s "Überlast" -a /tmp/graph.bin -c cc@example.org ops@example.org </tmp/body'
envelope "<watch@example.org>" "cc@example.org ops@example.org"
field '^From: watch@example.org$' '^Subject: =\?[uU][tT][fF]-8\?' '^Content-Type: multipart/mixed'
is_made_of "text/plain - $lines" "application/octet-stream graph.bin $graph"
caller "mutt" 2 alice 'mutt -e "set from=watch@example.org use_envelope_from=yes copy=no" -s "Überlast" -a /tmp/graph.bin -b hidden@example.org -- ops@example.org </tmp/body'
envelope "<watch@example.org>" "hidden@example.org ops@example.org"
field '^From: .*watch@example.org>?$' '^Subject: =\?[a-z0-9-]*\?' '^Content-Type: multipart/mixed'
field -n '^Bcc:'
is_made_of "text/plain - $lines" "application/octet-stream graph.bin $graph"
caller "GNU mailutils" 1 alice 'mail.mailutils -s "disk full" -r watch@example.org ops@example.org </tmp/body'
envelope "<watch@example.org>" "ops@example.org"
field '^Subject: disk full$' '^User-Agent: mail \(GNU Mailutils' '^From: .*watch@example.org'
body "Grüße vom Wächter" # a lone dot ends it: mailutils does that

# --- git -----------------------------------------------------------------------------------------------------------
alice 'cd work && git init -q . && git config user.email alice@example.org && git config user.name "Alice Müller" && git commit -q --allow-empty -m first &&
	printf "From here to there\n.\n..dots\n" >file && git add file && git commit -q -m "a change: Grüße" && git format-patch -q -1' >"$work/git.out" 2>&1
caller "git send-email" 2 alice 'cd work && git send-email --quiet --confirm=never --suppress-cc=all --envelope-sender=bounces@example.org --sendmail-cmd=/usr/sbin/sendmail --to=ops@example.org --cc=cc@example.org 0001*.patch'
envelope "<bounces@example.org>" "cc@example.org ops@example.org"
field '^From: =\?UTF-8\?.*<alice@example.org>$' '^Subject: \[PATCH\] =\?UTF-8\?' '^X-Mailer: git-send-email' '^Content-Transfer-Encoding: 8bit$'
like "$(mail_body "$mail")" "^\\+\\.\\.dots$" "git send-email: dots in the patch"
like "$(mail_body "$mail")" "^\\+From here to there$" "git send-email: the rest of the patch"

# --- libraries -----------------------------------------------------------------------------------------------------
cat >"$S/tmp/sender.pl" <<'END'
use Email::Sender::Simple qw(sendmail); use Email::Sender::Transport::Sendmail; use Email::Simple;
local $/; open my $f, '<', '/tmp/body'; my $body = <$f>;
sendmail(Email::Simple->create(header => [From => 'watch@example.org', To => 'ops@example.org', Subject => 'from Perl'], body => $body),
	{transport => Email::Sender::Transport::Sendmail->new({sendmail => '/usr/sbin/sendmail'}), from => 'bounces@example.org', to => ['ops@example.org', 'two@example.org']});
END
caller "Perl's Email::Sender" 2 alice 'perl /tmp/sender.pl'
envelope "<bounces@example.org>" "ops@example.org two@example.org"
field '^From: watch@example.org$' '^Subject: from Perl$'
body "$text"
cat >"$S/tmp/lite.pl" <<'END'
use MIME::Lite;
my $m = MIME::Lite->new(From => 'Watch <watch@example.org>', To => 'ops@example.org', Bcc => 'hidden@example.org', Subject => 'from Perl', Type => 'multipart/mixed');
$m->attach(Type => 'TEXT', Path => '/tmp/body', Encoding => '8bit'); $m->attach(Type => 'application/octet-stream', Path => '/tmp/graph.bin', Encoding => 'base64');
$m->send('sendmail', FromSender => 'bounces@example.org') or die;
END
caller "Perl's MIME::Lite" 2 alice 'perl /tmp/lite.pl'
envelope "<bounces@example.org>" "hidden@example.org ops@example.org"
field '^From: Watch <watch@example.org>$' '^X-Mailer: MIME::Lite'
field -n '^Bcc:'
is_made_of "text/plain body $lines" "application/octet-stream graph.bin $graph"
cat >"$S/tmp/mailer.pl" <<'END'
use Mail::Mailer;
my $m = Mail::Mailer->new('sendmail');
$m->open({From => 'watch@example.org', To => 'ops@example.org', Bcc => 'hidden@example.org', Subject => 'from Perl'});
print $m "one line\n"; $m->close or die;
END
caller "Perl's Mail::Mailer" 2 alice 'perl /tmp/mailer.pl'
envelope "<alice@example.org>" "hidden@example.org ops@example.org"
field -n '^Bcc:'
body "one line"
cat >"$S/tmp/mailer.js" <<'END'
const fs = require('fs'), t = require('nodemailer').createTransport({sendmail: true, path: '/usr/sbin/sendmail', newline: process.argv[2]});
t.sendMail({from: '"Wächter" <watch@example.org>', to: 'ops@example.org', bcc: 'hidden@example.org', subject: 'Überlast', text: fs.readFileSync('/tmp/body', 'utf8'),
	attachments: [{path: '/tmp/graph.bin'}]}, (e) => { if (e) { console.error(e); process.exit(1); } });
END
for newline in unix windows; do
	caller "nodemailer, $newline line ends" 2 alice "NODE_PATH=/usr/share/nodejs node /tmp/mailer.js $newline"
	envelope "<watch@example.org>" "hidden@example.org ops@example.org"
	field '^From: =\?UTF-8\?.* <watch@example.org>$' '^Content-Type: multipart/mixed'
	field -n '^Bcc:'
	is_made_of "text/plain - $lines" "application/octet-stream graph.bin $graph"
done

# Its SMTP client, with sendmail -bs behind the socket.
cat >"$S/tmp/smtp.js" <<'END'
const fs = require('fs'), net = require('net'), spawn = require('child_process').spawn;
const server = net.createServer(s => { const c = spawn('/usr/sbin/sendmail', ['-bs']); s.pipe(c.stdin); c.stdout.pipe(s); });
server.listen(0, '127.0.0.1', () => require('nodemailer').createTransport({host: '127.0.0.1', port: server.address().port, secure: false, ignoreTLS: true})
	.sendMail({from: '"Wächter" <watch@example.org>', to: 'ops@example.org', bcc: 'hidden@example.org', subject: 'Überlast', text: fs.readFileSync('/tmp/body', 'utf8'),
		dsn: {id: 'job 7', return: 'headers', notify: ['never'], recipient: 'ops@example.org'}}, (e) => { if (e) console.error(e); process.exit(e ? 1 : 0); }));
END
caller "nodemailer's SMTP, sendmail -bs" 2 alice "NODE_PATH=/usr/share/nodejs node /tmp/smtp.js"
envelope "<watch@example.org>" "hidden@example.org ops@example.org"
field '^From: =\?UTF-8\?.* <watch@example.org>$' '^Subject: =\?UTF-8\?'
field -n '^Bcc:'
is_made_of "text/plain - $lines"

# --- what a machine reports about itself -----------------------------------------------------------------------------
printf 'Defaults mailto="ops@example.org"\nDefaults mail_always\nDefaults mailerpath="/usr/sbin/sendmail"\nalice ALL=(ALL) NOPASSWD: ALL\n' >"$S/etc/sudoers"
chmod 0440 "$S/etc/sudoers"
echo "127.0.1.1 $(hostname)" >>"$S/etc/hosts"
caller "sudo" 2 alice 'sudo -n /bin/true'
envelope "<alice@example.org>" "ops@example.org ops@example.org" # mail_always: the question and the command
field '^Subject: \*\*\* SECURITY information for |^Subject: \*\*\* .* \*\*\*$' '^Auto-Submitted: auto-generated$'
like "$(mail_body "$mail" | tr '\n' ' ')" '^mon1 : |^[^ ]+ : .* : alice : PWD=/home/alice ; USER=root ; COMMAND=/bin/true' "$name: the body"
LC_ALL=C date "+%b %e %H:%M:%S mon1 sudo: alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/usr/bin/true" >"$S/var/log/auth.log"
caller "logwatch" 1 in_stage /bin/sh -c 'mkdir -p /var/cache/logwatch; logwatch --output mail --mailto ops@example.org --range today --service sudo'
envelope "<root@example.org>" "ops@example.org"
field '^Subject: Logwatch for '
like "$(mail_body "$mail" | tr '\n' ' ')" 'Logwatch .*Sudo \(secure-log\) Begin .*alice => root .*/usr/bin/true.* Logwatch End' "$name: the body"
# smartd's own script for warnings, with the variables that smartd sets.
caller "smartd" 1 in_stage /usr/bin/env SMARTD_MAILER=/usr/bin/mail SMARTD_ADDRESS=ops@example.org SMARTD_DEVICE=/dev/sda SMARTD_DEVICESTRING=/dev/sda \
	SMARTD_DEVICETYPE=ata SMARTD_FAILTYPE=EmailTest SMARTD_MESSAGE="TEST EMAIL from smartd" SMARTD_SUBJECT="SMART error" SMARTD_TFIRST=now SMARTD_TFIRSTEPOCH=0 SMARTD_PREVCNT=0 SMARTD_NEXTDAYS= \
	/usr/share/smartmontools/smartd_warning.sh
envelope "<root@example.org>" "ops@example.org"
field '^Subject: SMART error'
like "$(mail_body "$mail" | tr '\n' ' ')" '^This message was generated by the smartd daemon .*TEST EMAIL from smartd' "$name: the body"

# --- a monitor's notification, as its command line says it -------------------------------------------------------------
caller "Nagios' notification" 1 as 103:103 /bin/sh -c '/usr/bin/printf "%b" "***** Nagios *****\n\nNotification Type: PROBLEM\nHost: db1\nState: DOWN\n\nInfo: Grüße\n" |
	/usr/bin/mail -s "** PROBLEM Host Alert: db1 is DOWN **" ops@example.org'
envelope "<nagios@example.org>" "ops@example.org"
field '^Subject: \*\* PROBLEM Host Alert: db1 is DOWN \*\*$'
like "$(mail_body "$mail" | tr '\n' '|')" '^[*]{5} Nagios [*]{5}[|][|]Notification Type: PROBLEM[|]Host: db1[|]State: DOWN[|][|]Info: Gr(ü|=C3=BC)(ß|=C3=9F)e[|]' "$name: the body"
caller "Icinga's notification" 1 as 103:103 /bin/sh -c 'printf "%b" "Host db1 is DOWN\n" | /usr/bin/mail -a "From: icinga@example.org" -s "[PROBLEM] db1" ops@example.org'
envelope "<nagios@example.org>" "ops@example.org"
field '^From: icinga@example.org$' '^Subject: \[PROBLEM\] db1$'
body "Host db1 is DOWN"
caller "Icinga's notification with -r" 1 as 103:103 /bin/sh -c 'printf "%b" "Host db1 is DOWN\n" | /usr/bin/mail -r "Icinga <icinga@example.org>" -s "[PROBLEM] db1" ops@example.org'
envelope "<icinga@example.org>" "ops@example.org"
field '^From: Icinga <icinga@example.org>$' '^Subject: \[PROBLEM\] db1$'
body "Host db1 is DOWN"
caller "FreeBSD's periodic" 1 in_stage /bin/sh -c 'printf "Disk status:\nall well\n" | /usr/bin/mail -E -s "mon1 daily run output" ops@example.org'
envelope "<root@example.org>" "ops@example.org"
field '^Subject: mon1 daily run output$' '^To: ops@example.org$'
body "$(printf 'Disk status:\nall well')"
rm -f "$S"/var/vmail/all/new/*
in_stage /bin/sh -c '/usr/bin/mail -E -s "mon1 daily run output" ops@example.org </dev/null'; is $? 0 "FreeBSD's periodic without output: exit 0"

# --- SMTP on standard input ------------------------------------------------------------------------------------------
caller "swaks --pipe" 2 alice 'swaks --pipe "/usr/sbin/sendmail -bs" --from watch@example.org --to ops@example.org,two@example.org --h-Subject "from swaks" --body @/tmp/body'
envelope "<watch@example.org>" "ops@example.org two@example.org"
field '^Subject: from swaks$' '^X-Mailer: swaks'
body "$text"
# What is asked for each recipient, all the way: the report of success is the server's own.
dsn() {
	printf 'EHLO x\nMAIL FROM:<watch@example.org> RET=HDRS ENVID=job+2B7\nRCPT TO:<ops@example.org> NOTIFY=SUCCESS ORCPT=rfc822;list+2Bops@example.org\nRCPT TO:<two@example.org> NOTIFY=NEVER\nDATA\nSubject: dsn\n\nx\n.\nQUIT\n' |
		as 1000:1000 /usr/sbin/sendmail -bs
}
caller "DSN for each recipient" 3 dsn
report=$(cat "$(mail_with '^Content-Description: Delivery report')")
like "$report" '^X-Original-To: watch@example.org$' "$name: the report goes to the sender"
like "$report" '^Original-Envelope-Id: job\+7$' "$name: with ENVID"
is "$(echo "$report" | sed -n 's/^Original-Recipient: *//p; s/^Action: *//p' | tr '\n' ' ')" "rfc822;list+ops@example.org delivered " "$name: and ORCPT, of the one that asked"
is "$(mailq_count)" 0 "nothing is left in the queue"
finish
