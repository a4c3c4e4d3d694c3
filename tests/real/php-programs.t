#!/bin/sh
# PHP programs as they are: PHPMailer, Symfony's mailer, Cacti's own mailer function; the mail they send is compared at a real Postfix.
LAYER=callers
. tests/real/stage.sh
. tests/real/callers.sh
start_stage
# What php-cli's packages switch on when they are installed.
for module in ctype iconv mbstring; do echo "extension=$module"; done >"$(echo "$S"/etc/php/*/cli)/conf.d/20-modules.ini"
php() { as 33:33 /usr/bin/php -d sendmail_path='/usr/sbin/sendmail -t -i' -d date.timezone=UTC "$@"; }
text=$(printf 'Grüße vom Wächter\n.\n..zwei Punkte\nEnde')

# --- mail(), all forms ---------------------------------------------------------------------------------------------
cat >"$S/tmp/form.php" <<'END'
<?php
$body = "Grüße vom Wächter\n.\n..zwei Punkte\nEnde\n";
switch ($argv[1]) {
case 'plain': $ok = mail("ops@example.org", "plain form", $body); break;
case 'string': $ok = mail("ops@example.org", "headers as a string", $body, "From: cacti@example.org\r\nBCC: hidden@example.org\r\nX-Folded: one\r\n two", "-fbounces@example.org"); break;
case 'array': $ok = mail("Ops <ops@example.org>,admin@example.net", "headers as an array", $body, ["From" => "cacti@example.org", "X-List" => ["a", "b"]], "-f bounces@example.org -F 'The Cacti'"); break;
case 'null': $ok = mail("ops@example.org", "no sender", $body, [], "-f <>"); break;
case 'bad': $ok = mail("ops@@example.org", "bad recipient", $body); break;
case 'attack': $ok = mail("ops@example.org", "<?php evil(); ?>", "<?php evil(); ?>", [], "-OQueueDirectory=/tmp/www -C/tmp/www/conf -X/tmp/www/shell.php"); break;
case 'refused': $ok = mail("ops@example.org", "refused option", $body, [], "-bS"); break;
}
exit($ok ? 0 : 1);
END
form() { php "$@"; }
caller "PHP mail()" 1 form /tmp/form.php plain
envelope "<www-data@example.org>" "ops@example.org"
field '^To: ops@example.org$' '^Subject: plain form$' '^Message-I[Dd]: <' '^Date: ' '^From: .*www-data@example.org'
body "$text"
caller "PHP mail() with lines of header" 2 form /tmp/form.php string
envelope "<bounces@example.org>" "hidden@example.org ops@example.org"
field '^From: cacti@example.org$' '^X-Folded: one two$'
field -n '[Bb][Cc][Cc]:'
body "$text"
caller "PHP mail() with an array" 2 form /tmp/form.php array
envelope "<bounces@example.org>" "admin@example.net ops@example.org"
field '^X-List: a$' '^X-List: b$' '^To: Ops <ops@example.org>, *admin@example.net$'
caller "PHP mail() without a sender" 1 form /tmp/form.php null
envelope "<>" "ops@example.org"
caller "PHP mail(), LF line ends" 1 form -d mail.mixed_lf_and_crlf=on /tmp/form.php plain
body "$text"
form /tmp/form.php bad >/dev/null 2>&1; is $? 1 "PHP mail(): a bad recipient gives false"
mkdir -m 1777 "$S/tmp/www"
form /tmp/form.php attack >/dev/null 2>&1; is "$? $(ls "$S/tmp/www")" "1 " "PHP mail(): an attack by its fifth argument gives false, and no file is made"
form /tmp/form.php refused >/dev/null 2>&1; is $? 1 "PHP mail(): a refused option gives false"

# --- PHPMailer -----------------------------------------------------------------------------------------------------
cat >"$S/tmp/phpmailer.php" <<'END'
<?php
require '/usr/share/php/libphp-phpmailer/autoload.php';
$m = new PHPMailer\PHPMailer\PHPMailer(true);
$argv[1] == 'mail' ? $m->isMail() : $m->isSendmail();
$m->CharSet = 'UTF-8';
$m->setFrom('cacti@example.org', 'Cacti Wächter');
$m->addAddress('ops@example.org', 'Ops');
$m->addCC('cc@example.org');
$m->addBCC('hidden@example.org');
$m->Subject = 'Überlast';
$m->Body = "Grüße vom Wächter\n.\n..zwei Punkte\nEnde\n";
$m->addStringAttachment(str_repeat("\x00\xff\r\n", 500), 'graph.png');
$m->send();
END
for way in mail sendmail; do
	caller "PHPMailer is$way" 3 php /tmp/phpmailer.php $way
	envelope "<cacti@example.org>" "cc@example.org hidden@example.org ops@example.org"
	field '^From: =\?[Uu][Tt][Ff]-8\?.* <cacti@example.org>$' '^To: Ops <ops@example.org>$' '^Cc: cc@example.org$' '^Content-Type: multipart/mixed'
	field -n '^Bcc:'
	is_made_of "text/plain - Grüße vom Wächter|.|..zwei Punkte|Ende" "image/png graph.png md5:$(python3 -c 'import hashlib; print(hashlib.md5(b"\x00\xff\r\n" * 500).hexdigest())')"
done

# --- Symfony -------------------------------------------------------------------------------------------------------
cat >"$S/tmp/symfony.php" <<'END'
<?php
require '/usr/share/php/Symfony/Component/Mailer/autoload.php';
require '/usr/share/php/Symfony/Component/Mime/autoload.php';
$t = new Symfony\Component\Mailer\Transport\SendmailTransport($argv[1] === '' ? null : $argv[1]);
$m = (new Symfony\Component\Mime\Email())->from('cacti@example.org')->to('ops@example.org')->bcc('hidden@example.org')
	->subject('Überlast')->text("Grüße vom Wächter\n.\n..zwei Punkte\nEnde\n", 'utf-8');
$t->send($m);
$t->send((clone $m)->subject('again')->to('again@example.org'));
END
for command in '/usr/sbin/sendmail -t' '/usr/sbin/sendmail -oi -t' '/usr/sbin/sendmail -bs' ''; do
	caller "Symfony \"$command\"" 4 php /tmp/symfony.php "$command"
	envelope "<cacti@example.org>" "again@example.org hidden@example.org hidden@example.org ops@example.org"
	field '^From: cacti@example.org$' '^Content-Transfer-Encoding: quoted-printable'
	field -n '^Bcc:'
	is "$(mail_body "$mail")" "$(printf 'Gr=C3=BC=C3=9Fe vom W=C3=A4chter\n.\n..zwei Punkte\nEnde')" "Symfony \"$command\": the body"
done

# --- Cacti ---------------------------------------------------------------------------------------------------------
# Its mailer() reads its settings from a database; here they are in its cache already.
cat >"$S/tmp/cacti.php" <<'END'
<?php
$base = '/usr/share/cacti/site';
$config = ['base_path' => $base, 'include_path' => "$base/include", 'library_path' => "$base/lib", 'is_web' => false, 'poller_id' => 1,
	'cacti_server_os' => 'unix', 'config_options_array' => ['settings_how' => $argv[1], 'settings_sendmail_path' => '/usr/sbin/sendmail',
	'settings_from_email' => 'cacti@example.org', 'settings_from_name' => 'Cacti', 'settings_wordwrap' => 120, 'settings_smtp_timeout' => 10,
	'log_destination' => 1, 'log_verbosity' => 1, 'path_cactilog' => '/tmp/cacti.log', 'selective_device_debug' => '', 'selective_plugin_debug' => '',
	'selective_debug' => '', 'date' => '', 'client_timezone_support' => '', 'cacti_version' => '1.2.24']];
$cacti_locale = 'en-US';
$mail_methods = ['PHP Mail() Function', 'Sendmail', 'SMTP'];
define('POLLER_VERBOSITY_NONE', 1); define('POLLER_VERBOSITY_LOW', 2); define('POLLER_VERBOSITY_DEVDBG', 6);
function __($text, ...$args) { return $args ? sprintf($text, ...$args) : $text; }
require "$base/lib/functions.php";
$error = mailer('', 'ops@example.org, Admin <admin@example.net>', '', 'hidden@example.org', '', 'Threshold: Überlast on db1',
	'<p>CPU over <b>90 %</b> für 5 Minuten</p><GRAPH>', '', [['attachment' => str_repeat("\x89PNG\x00", 300), 'filename' => 'graph.png', 'mime_type' => 'image/png']],
	['X-Cacti-Host' => 'db1']);
fwrite(STDERR, $error);
exit($error === '' ? 0 : 1);
END
chmod 1777 "$S/tmp"
for how in 0 1; do
	caller "Cacti, settings_how=$how" 3 php -d display_errors=stderr /tmp/cacti.php $how
	envelope "<cacti@example.org>" "admin@example.net hidden@example.org ops@example.org"
	field '^From: Cacti <cacti@example.org>$' '^To: .*ops@example.org' '^X-Cacti-Host: db1$' '^Subject: .*=\?[uU][tT][fF]-8\?' '^Content-Type: multipart/'
	field -n '^Bcc:'
	is_made_of "text/plain - CPU over 90 % für 5 Minuten" "text/html - <p>CPU over <b>90 %</b> für 5 Minuten</p><br><br><img src='cid:N_0@localhost'><br>" \
		"image/png graph.png md5:38b0b05bfc8260c48d68d6e56a176f55"
done
finish
