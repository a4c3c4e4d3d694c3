#!/bin/sh
# smtpd with real clients, as it is installed: users known by the kernel, their limits, and the rights of its processes.
LAYER=clients
. tests/real/stage.sh
. tests/real/callers.sh
ok "firsthop is installed" install_firsthop
setup_postfix
ok "Postfix is up" start_postfix
cat >>"$S/etc/firsthop/firsthop.conf" <<'END'
[listen]
smtp = 127.0.0.1:25 /run/firsthop-smtpd/smtp.sock
lmtp = /run/firsthop-smtpd/lmtp.sock
[submit www-data]
from = web@example.org
END
ok "the runner starts" start_runner
ok "smtpd listens at port 25, and at its sockets" wait_for test -S "$S/run/firsthop-smtpd/lmtp.sock"
text=$(printf 'Grüße vom Wächter\n.\n..zwei Punkte\nEnde')
printf '%s\n' "$text" >"$S/tmp/body"
chmod 1777 "$S/tmp"
alice() { as 1000:1000 /usr/bin/env -i HOME=/tmp USER=alice LOGNAME=alice PATH=/usr/sbin:/usr/bin:/bin LANG=C.UTF-8 /bin/sh -c "cd /tmp && $1"; }

# --- processes and rights ---------------------------------------------------------------------------------------------------
smtpd=$(log | sed -n 's/.*smtpd started: process \([0-9]*\).*/\1/p' | tail -n 1)
field_of() { sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status" | tr '\t' ' '; }
uid=$(number fhsmtpd passwd) gid=$(number fhsmtpd group)
is "$(field_of "$smtpd" Uid), $(field_of "$smtpd" Gid), $(field_of "$smtpd" Groups | tr -d ' ')" "$uid $uid $uid $uid, $gid $gid $gid $gid, $gid" "smtpd is fhsmtpd, wholly"
is "$(field_of "$smtpd" CapEff)$(field_of "$smtpd" CapPrm)" 00000000000000000000000000000000 "without a capability"
in_stage /bin/busybox sleep 100 | in_stage /bin/busybox nc 127.0.0.1 25 >/dev/null &
silent=$!
session_of() { for p in /proc/[0-9]*; do [ "$(field_of "${p#/proc/}" PPid 2>/dev/null)" != "$smtpd" ] || echo "${p#/proc/}"; done; }
has_session() { [ -n "$(session_of)" ]; }
wait_for has_session
session=$(session_of | head -n 1)
is "$(field_of "$session" Uid) $(field_of "$session" NoNewPrivs) $(field_of "$session" Seccomp)" "$uid $uid $uid $uid 1 2" "its session, too, with a filter of system calls"
is "$(ls -l "/proc/$session/fd" | grep -c 'socket:')" 2 "which has the client and its parent, and nothing else"
kill $silent 2>/dev/null
is "$(find "$S" -xdev \( -uid "$uid" -o -gid "$gid" \) ! -path '*/firsthop-smtpd*' -print 2>/dev/null)" "" "fhsmtpd owns nothing but the folder of its sockets"
for user in 1000 33 "$(number fhnet passwd)"; do
	is "$(printf 'for uid=0 via=smtp\n' | as "$user:$user" /bin/busybox timeout 3 /bin/busybox nc local:/run/firsthop/smtpd.sock 2>/dev/null | bytes)" 0 "uid $user is not heard at smtpd.sock"
done

# --- clients ----------------------------------------------------------------------------------------------------------------
smtp_caller() { caller "$@"; like "$(log | grep 'firsthop/pickup.*uid=' | tail -n 1)" 'uid=1000 .*login=alice program=smtp via=smtp$' "$name: known as alice"; }
smtp_caller "swaks" 2 alice 'swaks --server 127.0.0.1 --from watch@example.org --to ops@example.org,two@example.org --h-Subject "from swaks" --body @/tmp/body'
envelope "<watch@example.org>" "ops@example.org two@example.org"
field '^Subject: from swaks$' '^Received: from .*|^Received: by mon1.example.org .*uid 1000'
body "$text"
smtp_caller "swaks, pipelined, on a socket" 1 alice 'swaks --socket /run/firsthop-smtpd/smtp.sock --pipeline --from watch@example.org --to ops@example.org --body @/tmp/body'
body "$text"
caller "swaks, LMTP" 2 alice 'swaks --protocol LMTP --socket /run/firsthop-smtpd/lmtp.sock --from watch@example.org --to ops@example.org,two@example.org --body @/tmp/body'
body "$text"
cat >"$S/tmp/mailer.js" <<'END'
const t = require('nodemailer').createTransport({host: '127.0.0.1', port: 25, pool: true});
const m = {from: 'watch@example.org', to: ['ops@example.org', 'two@example.org'], bcc: 'hidden@example.org', subject: 'Überlast', text: require('fs').readFileSync('/tmp/body', 'utf8')};
t.sendMail(m).then(() => { t.close(); }).catch(e => { console.log(e); process.exit(1); });
END
smtp_caller "nodemailer" 3 alice 'NODE_PATH=/usr/share/nodejs node /tmp/mailer.js'
envelope "<watch@example.org>" "hidden@example.org ops@example.org two@example.org"
field -n '^Bcc:'
parts=$(echo "$text" | tr "\n" "|"); is_made_of "text/plain - ${parts%|}"
cat >"$S/tmp/phpmailer.php" <<'END'
<?php
require '/usr/share/php/libphp-phpmailer/autoload.php';
$m = new PHPMailer\PHPMailer\PHPMailer(true);
$m->isSMTP(); $m->Host = 'localhost'; $m->Port = 25; $m->CharSet = 'UTF-8'; $m->Encoding = '8bit'; $m->SMTPKeepAlive = true;
$m->setFrom('watch@example.org'); $m->addAddress('ops@example.org'); $m->addBCC('hidden@example.org');
$m->Subject = 'Überlast'; $m->Body = rtrim(file_get_contents('/tmp/body'));
$m->send(); $m->clearAllRecipients(); $m->addAddress('two@example.org'); $m->send(); $m->smtpClose();
END
smtp_caller "PHPMailer, two messages on one connection" 3 alice 'php /tmp/phpmailer.php'
body "$text"
printf 'From: watch@example.org\nTo: ops@example.org\nSubject: from curl\n\n' | cat - "$S/tmp/body" | sed 's/$/\r/' >"$S/tmp/whole"
smtp_caller "curl" 2 alice 'curl -sS --crlf smtp://127.0.0.1 --mail-from watch@example.org --mail-rcpt ops@example.org --mail-rcpt two@example.org --upload-file /tmp/whole'
body "$text"
smtp_caller "msmtp" 2 alice 'msmtp --host=127.0.0.1 --port=25 --from=watch@example.org ops@example.org two@example.org </tmp/whole'
body "$text"
if command -v javac >/dev/null 2>&1; then
	mkdir "$work/java"
	cat >"$work/java/Send.java" <<'END'
import javax.mail.*; import javax.mail.internet.*; import java.util.*; import java.nio.file.*;
public class Send { public static void main(String[] a) throws Exception {
	Properties p = new Properties(); p.put("mail.smtp.host", "localhost"); p.put("mail.smtp.port", "25"); p.put("mail.smtp.starttls.enable", "true");
	MimeMessage m = new MimeMessage(Session.getInstance(p));
	m.setFrom("watch@example.org"); m.addRecipients(Message.RecipientType.TO, "ops@example.org, two@example.org"); m.setSubject("\u00dcberlast", "UTF-8");
	m.setText(new String(Files.readAllBytes(Paths.get(a[0])), "UTF-8"), "UTF-8"); m.setHeader("Content-Transfer-Encoding", "8bit"); Transport.send(m);
} }
END
	jars=$(find "$S/usr/share/java/" -name 'javax.mail.jar' -o -name '*activation.jar' -o -name 'jakarta.activation-api.jar' | tr '\n' ':')
	ok "Java: compiled" javac -cp "$jars" -d "$work/java" "$work/java/Send.java"
	java_client() { setpriv --reuid 1000 --regid 1000 --clear-groups java -cp "$jars:$work/java" Send "$S/tmp/body"; }
	chmod 755 "$work" "$work/java" "$S"
	smtp_caller "Java" 2 java_client
	is "$(mail_body "$mail" | head -n 1)" "Grüße vom Wächter" "Java: the body"
else
	count=$((count + 1)); echo "ok $count - Java # skip javac is not installed"
fi
if command -v go >/dev/null 2>&1; then
	mkdir -p "$work/go" && cat >"$work/go/send.go" <<'END'
package main
import ("net/smtp"; "os"; "fmt")
func main() {
	err := smtp.SendMail("localhost:25", nil, "grafana@example.org", []string{"ops@example.org"}, []byte("Subject: alert\r\n\r\none\r\n.two\r\n"))
	if err != nil { fmt.Println(err); os.Exit(1) }
}
END
	ok "Go: compiled" sh -c "cd '$work/go' && HOME=$work/go GOTOOLCHAIN=local GO111MODULE=off CGO_ENABLED=0 go build -o send send.go"
	go_client() { setpriv --reuid 1000 --regid 1000 --clear-groups "$work/go/send"; }
	chmod 755 "$work" "$work/go"
	smtp_caller "Go, as Grafana" 1 go_client
	envelope "<grafana@example.org>" "ops@example.org"
	body "one
.two"
else
	count=$((count + 1)); echo "ok $count - Go # skip go is not installed"
fi
python_client() { setpriv --reuid 1000 --regid 1000 --clear-groups /usr/bin/python3 -c 'import smtplib; s = smtplib.SMTP("localhost"); s.sendmail("watch@example.org", ["ops@example.org"], "Subject: p\n\none\n.\ntwo\n"); s.quit()'; }
if [ -x /usr/bin/python3 ]; then
	smtp_caller "Python" 1 python_client
	body "one
.
two"
else
	count=$((count + 1)); echo "ok $count - Python # skip the system has no python3"
fi
# Zabbix: libcurl with text of its own making, and in earlier versions lines with LF alone.
printf 'EHLO localhost\r\nMAIL FROM:<zabbix@example.org>\r\nRCPT TO:<ops@example.org>\r\nDATA\r\nFrom:<zabbix@example.org>\nTo:<ops@example.org>\nSubject: =?UTF-8?B?UHJvYmxlbQ==?=\nMIME-Version: 1.0\n\nProblem\nHost: a\n\r\n.\r\nQUIT\r\n' >"$S/tmp/zabbix"
smtp_caller "Zabbix's lines" 1 alice 'busybox nc 127.0.0.1 25 </tmp/zabbix | grep -q "is on disk"'
field '^Subject: =\?UTF-8\?B\?UHJvYmxlbQ==\?=$'
body "Problem
Host: a"

# --- limits, as for everybody -------------------------------------------------------------------------------------------
www() { as 33:33 /usr/bin/env -i HOME=/tmp PATH=/usr/sbin:/usr/bin:/bin /bin/sh -c "$1"; }
out=$(www 'swaks --server 127.0.0.1 --from root@example.org --to ops@example.org --body @/tmp/body' 2>&1); is $? 26 "www-data may not send as root"
like "$out" '550 5.7.1 not accepted: user www-data may not send as <root@example.org>; \[submit www-data\]' "and is told so, with the line"
like "$(log)" 'submission refused: uid=33 exit=77 via=smtp' "the log, too"
caller "www-data in its own name" 1 www 'swaks --server 127.0.0.1 --from web@example.org --to ops@example.org --body @/tmp/body'
envelope "<web@example.org>" "ops@example.org"
finish
