#!/bin/sh
# relayconf import beside the programs themselves: the same mail by msmtp, nullmailer, ssmtp, dma and Postfix, and by firsthop with what import makes
# of their configuration.  Smarthosts note where each message came in, with which login, envelope and From field: these have to be the same.
LAYER=imports
. tests/real/stage.sh
. tests/real/outcome.sh

# --- msmtp -----------------------------------------------------------------------------------------------------------
cat >"$S/etc/msmtprc" <<'END'
defaults
auth plain
tls off
account base
host 127.0.0.3
port 2501
from base@example.org
user base
password "secret base"
account second : base
port 2502
user second
password second-pass
from second@example.org
account pattern : base
port 2503
from *@example.com
account default : second
END
chmod 0600 "$S/etc/msmtprc"
imported msmtp
from=second@example.org
sender=second@example.org same "msmtp, the default account" /usr/bin/msmtp -f second@example.org ops@elsewhere.example
from=base@example.org
sender=base@example.org same "msmtp, another account by its sender" /usr/bin/msmtp -f base@example.org ops@elsewhere.example
from=cron@example.com
sender=cron@example.com same "msmtp, an account by a pattern" /usr/bin/msmtp -f cron@example.com ops@elsewhere.example
printf 'account default\nhost 127.0.0.3\nport 2501\nauth plain\nuser one\npassword p one\ntls off\nfrom all@example.org\nset_from_header on\n' >"$S/etc/msmtprc"
imported msmtp
from=cron@mon1
sender= same "msmtp, set_from_header" /usr/bin/msmtp ops@elsewhere.example

# --- nullmailer ------------------------------------------------------------------------------------------------------
mkdir -p "$S/etc/nullmailer" "$S/var/spool/nullmailer/queue" "$S/var/spool/nullmailer/tmp" "$S/var/spool/nullmailer/failed"
mkfifo "$S/var/spool/nullmailer/trigger"
in_stage /usr/bin/chown -R mail:mail /var/spool/nullmailer
echo "127.0.0.3 smtp --port=2502 --user='null mailer' --pass='my pass # phrase'" >"$S/etc/nullmailer/remotes"
echo mon1.example.org >"$S/etc/nullmailer/me"
echo mon1.example.org >"$S/etc/nullmailer/defaulthost"
imported nullmailer
null_send() {
	chroot --userspec=8:8 "$S" /usr/sbin/nullmailer-send & sending=$!
	wait_for test -s "$work/log"
	kill $sending; wait $sending 2>/dev/null
}
from=watch@example.org deliver=null_send
sender=watch@example.org same "nullmailer, a password in quotes" /usr/bin/nullmailer-inject -f watch@example.org ops@elsewhere.example
from=root
sender=root same "nullmailer, a bare sender" /usr/bin/nullmailer-inject -f root ops@elsewhere.example
deliver=

# --- ssmtp -----------------------------------------------------------------------------------------------------------
mkdir -p "$S/etc/ssmtp"
printf 'mailhub=127.0.0.3:2503\nhostname=mon1.example.org\nAuthUser=ssmtp\nAuthPass=s pass\nFromLineOverride=YES\n' >"$S/etc/ssmtp/ssmtp.conf"
: >"$S/etc/ssmtp/revaliases"
imported ssmtp
from=watch@example.org
sender=watch@example.org same "ssmtp" /usr/sbin/ssmtp -f watch@example.org ops@elsewhere.example

# --- dma -------------------------------------------------------------------------------------------------------------
mkdir -p "$S/etc/dma" "$S/var/spool/dma"
printf 'SMARTHOST 127.0.0.3\nPORT 2501\nAUTHPATH /etc/dma/auth.conf\nINSECURE\nMAILNAME /etc/mailname\nMASQUERADE alarm@example.org\n' >"$S/etc/dma/dma.conf"
printf 'dma|127.0.0.3:dma:pass\nother|elsewhere.example:no\n' >"$S/etc/dma/auth.conf"
chgrp 8 "$S/var/spool/dma" && chmod 2775 "$S/var/spool/dma"
imported dma
from=alarm@example.org
sender=root same "dma, MASQUERADE" /usr/sbin/dma -i -f root ops@elsewhere.example

# --- Postfix ---------------------------------------------------------------------------------------------------------
setup_postfix
cat >>"$S/etc/postfix/main.cf" <<'END'
myhostname = mon1.example.org
myorigin = example.org
relayhost = [127.0.0.3]:2501
smtp_sasl_auth_enable = yes
smtp_sasl_password_maps = texthash:/etc/postfix/sasl_passwd
smtp_sasl_security_options = noanonymous
smtp_sender_dependent_authentication = yes
sender_dependent_relayhost_maps = texthash:/etc/postfix/by_sender
smtp_generic_maps = texthash:/etc/postfix/generic
END
printf '[127.0.0.3]:2501 main:main pass\nsecond@example.org second:second-pass\nthird@example.org third:third-pass\n' >"$S/etc/postfix/sasl_passwd"
printf 'second@example.org [127.0.0.3]:2502\n' >"$S/etc/postfix/by_sender"
printf 'cacti@example.org graphs@example.com\n' >"$S/etc/postfix/generic"
cp -a "$BUILD/real/root/usr/sbin/sendmail" "$S/usr/sbin/postfix-sendmail"
postdrop_gid=$(awk -F: '$1 == "postdrop" { print $3 }' "$S/etc/group")
mkdir -p "$S/var/spool/postfix/maildrop" "$S/var/spool/postfix/public"
chgrp "$postdrop_gid" "$S/usr/sbin/postdrop" "$S/var/spool/postfix/maildrop" "$S/var/spool/postfix/public"
chown 101 "$S/var/spool/postfix/maildrop" "$S/var/spool/postfix/public"
chmod 2755 "$S/usr/sbin/postdrop" && chmod 1730 "$S/var/spool/postfix/maildrop" && chmod 2710 "$S/var/spool/postfix/public"
ok "Postfix is up" start_postfix
imported postfix
for who in watch second third cacti; do
	from=$who@example.org
	sender=$who@example.org same "Postfix, $who" /usr/sbin/postfix-sendmail -i -f $who@example.org ops@elsewhere.example
done
from=root
sender=root same "Postfix, a bare sender" /usr/sbin/postfix-sendmail -i -f root ops@elsewhere.example
stop_postfix
finish
