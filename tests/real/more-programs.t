#!/bin/sh
# More programs that send mail, as Debian packs them: nmh, Emacs, fail2ban's own actions, WordPress' wp_mail().
LAYER=agents
. tests/real/stage.sh
. tests/real/callers.sh
start_stage
text=$(printf 'Grüße vom Wächter\n.\n..zwei Punkte\nEnde')
printf '%s\n' "$text" >"$S/tmp/body"
chmod 1777 "$S/tmp"
in_stage /bin/mkdir -p /home/alice && in_stage /bin/chown -R alice:alice /home/alice
alice() { as 1000:1000 /usr/bin/env -i HOME=/home/alice USER=alice LOGNAME=alice PATH=/usr/sbin:/usr/bin:/bin LANG=C.UTF-8 /bin/sh -c "cd /home/alice && $1"; }

# --- nmh: sendmail with -t, and by SMTP on standard input (sendmail -bs) ----------------------------------------------
printf 'Path: Mail\nLocal-Mailbox: Alice <alice@example.org>\n' >"$S/home/alice/.mh_profile"
mkdir -p "$S/home/alice/Mail" && chown -R 1000:1000 "$S/home/alice"
draft() { printf 'From: Alice <alice@example.org>\nTo: ops@example.org\nCc: Two <two@example.org>\nSubject: by nmh\n--------\n' | cat - "$S/tmp/body" >"$S/home/alice/draft"; }
post=$(cd "$S" && find usr -name post -type f | head -n 1)
for mts in sendmail/pipe sendmail/smtp; do
	draft
	caller "nmh, $mts" 2 alice "/$post -mts $mts draft"
	envelope "<alice@example.org>" "ops@example.org two@example.org"
	field '^Subject: by nmh$' '^From: Alice <alice@example.org>$' '^Cc: Two <two@example.org>$' '^Date: ' '^Message-I[Dd]: <'
	like "$(mail_body "$mail")" 'Gr..?..?e' "nmh, $mts: its text"
done

# --- Emacs ----------------------------------------------------------------------------------------------------------
cat >"$S/tmp/mail.el" <<'END'
(setq user-full-name "Alice Müller" user-mail-address "alice@example.org" mail-host-address "example.org"
      send-mail-function 'sendmail-send-it message-send-mail-function 'message-send-mail-with-sendmail
      sendmail-program "/usr/sbin/sendmail" mail-specify-envelope-from t mail-envelope-from 'header)
(require 'message)
(message-mail "ops@example.org" "Überlast")
(message-goto-body)
(insert-file-contents "/tmp/body")
(message-send)
END
caller "Emacs" 1 alice 'emacs-nox --batch -Q -l /tmp/mail.el'
envelope "<alice@example.org>" "ops@example.org"
field '^From: .*<alice@example.org>$' '^Subject: =\?utf-8\?' '^To: ops@example.org$'
is_made_of "text/plain - $(echo "$text" | tr '\n' '|' | sed 's/|$//')"

# --- fail2ban: a ban tells by its own actions --------------------------------------------------------------------------
mkdir -p "$S/var/run/fail2ban" "$S/var/lib/fail2ban"
rm -f "$S"/etc/fail2ban/jail.d/*
cat >"$S/etc/fail2ban/filter.d/gate.conf" <<'END'
[Definition]
failregex = ^\s*refused <HOST>$
END
# ban ACTION ADDRESS: the jail is started, sees three refusals, and tells
ban() {
	cat >"$S/etc/fail2ban/jail.local" <<-END
	[DEFAULT]
	backend = polling
	[gate]
	enabled = true
	filter = gate
	maxretry = 2
	logpath = /var/log/gate
	action = $1[name=gate, dest=ops@example.org, sender=fail2ban@example.org, sendername=Fail2Ban]
	END
	rm -f "$S/var/lib/fail2ban"/* "$S/var/run/fail2ban"/*
	: >"$S/var/log/gate"
	in_stage /usr/bin/python3 /usr/bin/fail2ban-server -f --loglevel INFO --logtarget /var/log/fail2ban.log >"$work/fail2ban" 2>&1 & server=$!
	wait_for in_stage /usr/bin/python3 /usr/bin/fail2ban-client ping >/dev/null 2>&1
	sleep 1
	for i in 1 2 3; do printf '%s refused %s\n' "$(date '+%Y-%m-%d %H:%M:%S')" "$2" >>"$S/var/log/gate"; done
	wait_for grep -q "Ban $2" "$S/var/log/fail2ban.log" || cat "$S/var/log/fail2ban.log"
	in_stage /usr/bin/python3 /usr/bin/fail2ban-client stop >/dev/null 2>&1
	wait "$server"
}
ls "$S/etc/fail2ban/action.d/sendmail.conf" "$S/etc/fail2ban/action.d/mail.conf" >/dev/null
caller "fail2ban, action sendmail" 3 ban sendmail 192.0.2.7
mails_about() { grep -l "^Subject: \\[Fail2Ban\\] gate: $1" "$S"/var/vmail/all/new/* | lines; }
is "$(mails_about 'started')$(mails_about 'banned 192.0.2.7')$(mails_about 'stopped')" 111 "started, banned, stopped"
envelope "<fail2ban@example.org>" "ops@example.org ops@example.org ops@example.org"
field '^From: .?Fail2Ban.? <fail2ban@example.org>$' '^To: ops@example.org$'
caller "fail2ban, action mail" 3 ban mail 192.0.2.8
is "$(mails_about 'started')$(mails_about 'banned 192.0.2.8')$(mails_about 'stopped')" 111 "started, banned, stopped, by mail -s"

# --- WordPress: wp_mail() with what it needs of the rest -------------------------------------------------------------
cat >"$S/tmp/wp.php" <<'END'
<?php
define('ABSPATH', '/usr/share/wordpress/'); define('WPINC', 'wp-includes');
require ABSPATH . WPINC . '/plugin.php'; require ABSPATH . WPINC . '/formatting.php'; require ABSPATH . WPINC . '/class-wp-error.php';
function network_home_url() { return 'http://www.example.org'; }
function wp_parse_url($url, $part) { return parse_url($url, $part); }
function get_bloginfo($what) { return 'UTF-8'; }
function __($text) { return $text; }
require ABSPATH . WPINC . '/pluggable.php';
$good = wp_mail(array('ops@example.org', 'Two <two@example.org>'), 'Überlast im Blog', file_get_contents('/tmp/body'),
	array('Reply-To: Müller, Jörg <jm@example.org>', 'Bcc: hidden@example.org'));
exit($good ? 0 : 1);
END
caller "WordPress" 3 alice 'php /tmp/wp.php'
envelope "<alice@example.org>" "hidden@example.org ops@example.org two@example.org"
field '^From: WordPress <wordpress@example.org>$' '^Subject: =\?UTF-8\?' '^To: ops@example.org, Two <two@example.org>$' '^X-Mailer: PHPMailer'
field -n '^Bcc:'
finish
