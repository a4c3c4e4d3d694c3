#!/bin/sh
# relayconf import: the settings of other mail programs come out as a firsthop.conf that is right, and what is lost is named.
. tests/lib.sh
new_spool
R=$work/old
put() { mkdir -p "$R$(dirname "$1")"; cat >"$R$1"; }
import() { "$BIN/relayconf" import -R "$R" "$@" 2>"$work/err"; }
# has TEXT NAME: import printed this line
has() { printf '%s\n' "$out" | grep -qxF -- "$1"; result $? "$2: $1" "$out"; }

import >/dev/null; is $? 64 "nothing to import"
like "$(cat "$work/err")" 'no settings of dma, .* were found' "and it says so"

put /etc/dma/dma.conf <<'END'
# dma
SMARTHOST mail.example.org
PORT 587
AUTHPATH /etc/dma/auth.conf
SECURETRANSFER
STARTTLS
MASQUERADE cacti@example.org
MAILNAME mon1.example.org
FULLBOUNCE
END
put /etc/dma/auth.conf <<'END'
cacti1|mail.example.org:geheim:mit doppelpunkt
other|elsewhere.example:x
END
out=$(import); is $? 0 "dma is found by itself"
for line in '[smarthost main]' 'host = mail.example.org' 'port = 587' 'tls = verify' 'implicit = no' 'login = cacti1' 'envelope_from = cacti@example.org' 'name = mon1.example.org'; do has "$line" dma; done
like "$out" '^#   /etc/dma/dma.conf:5: SECURETRANSFER -- dma did not check' "dma: what changes is said, with its line"
like "$out" '^#   /etc/dma/dma.conf:9: FULLBOUNCE -- ' "dma: what is lost is named"
like "$out" '^#   /etc/dma/auth.conf:2: elsewhere.example -- ' "dma: a login for another host"
unlike "$out$(cat "$work/err")" 'geheim' "dma: no password is printed"
import -o "$work/new.conf" dma >"$work/out"; is $? 0 "dma: written to a file"
is "$(cat "$work/secret.main")" 'geheim:mit doppelpunkt' "dma: the password has a file of its own"
is "$(ls -l "$work/secret.main" | cut -c1-10)" '-rw-r-----' "dma: which others cannot read"
is "$("$BIN/relayconf" -C "$work/new.conf" get smarthost.main.password_file)" "$work/secret.main" "dma: and which the configuration names"
echo '# mine' >"$work/new.conf"
import -o "$work/new.conf" dma >/dev/null
is "$(cat "$work/new.conf.old")" '# mine' "a file that was there is kept as FILE.old"

put /etc/ssmtp/ssmtp.conf <<'END'
root=postmaster@example.org
mailhub=smtp.example.org:465
rewriteDomain=example.org
hostname=mon1.example.org
UseTLS=YES
AuthUser=alarm@example.org
AuthPass=pass word
FromLineOverride=YES
END
import >/dev/null; is $? 64 "two programs: a question"
like "$(cat "$work/err")" 'ssmtp +/etc/ssmtp/ssmtp.conf' "with both named"
out=$(import ssmtp)
for line in 'host = smtp.example.org' 'port = 465' 'implicit = yes' 'tls = verify' 'login = alarm@example.org' 'domain = example.org'; do has "$line" ssmtp; done
like "$out" 'ssmtp.conf:1: root postmaster@example.org -- ' "ssmtp: root="
unlike "$out" 'pass word' "ssmtp: no password"

put /etc/msmtprc <<'END'
defaults
tls on
auth on
account provider
host smtp.example.net
port 587
from cacti@example.org
user cacti@example.org
passwordeval "cat /etc/msmtp.pass"
account inside
host 192.0.2.25
tls off
auth off
from inside@example.org
logfile /var/log/msmtp
account default : provider
END
out=$(import msmtp); is $? 0 "msmtp"
for line in '[smarthost provider]' 'host = smtp.example.net' 'password_command = cat /etc/msmtp.pass' '[smarthost inside]' 'tls = off' 'default = no' '[route from:inside@example.org]' 'via = inside'; do has "$line" msmtp; done
like "$out" 'msmtprc:[0-9]+: logfile /var/log/msmtp -- ' "msmtp: logfile"

put /etc/nullmailer/remotes <<'END'
mail1.example.org smtp --port=587 --starttls --user=n1 --pass=secret1 --auth-login
mail2.example.org smtp
END
echo mon1.example.org | put /etc/nullmailer/me
echo ops@example.org | put /etc/nullmailer/adminaddr
out=$(import nullmailer); is $? 0 "nullmailer"
for line in '[smarthost main]' 'host = mail1.example.org' 'login = n1' '[smarthost backup1]' 'host = mail2.example.org' 'port = 25' 'name = mon1.example.org'; do has "$line" nullmailer; done
like "$out" 'adminaddr:1: ops@example.org -- .*aliases' "nullmailer: adminaddr"

put /etc/mail/sendmail.cf <<'END'
Cwlocalhost
DSesmtp:[mail.example.org]
DMexample.org
O AliasFile=/etc/mail/aliases
O Timeout.queuereturn=3d
Sparse=0
R$*	$: $1
END
printf 'partner.example\tesmtp:[mx.partner.example]:2525\nold.example\tlocal:\n.sub.example\tsmtp:hub.example.org\n' | put /etc/mail/mailertable
printf 'root\troot-mon1@example.org\n' | put /etc/mail/genericstable
printf 'AuthInfo:mail.example.org "U:mon1" "P:sendmail pass" "M:PLAIN"\n' | put /etc/mail/authinfo
out=$(import sendmail)
for line in 'host = mail.example.org' 'login = mon1' 'domain = example.org' 'aliases = /etc/mail/aliases' 'expire_after_h = 72' '[route partner.example]' 'via = mx-partner-example' 'port = 2525' '[route .sub.example]'; do has "$line" sendmail; done
like "$out" '^#   .*: main -- the password goes only to a server whose certificate can be verified' "sendmail: a login over TLS that nobody checked is named"
like "$out" 'mailertable:2: old.example local: -- no domain is local here' "sendmail: a local domain is pointed out"
unlike "$out" 'sendmail pass' "sendmail: no password"
printf 'define(`SMART_HOST'"'"', `mail.example.org'"'"')dnl\nMASQUERADE_AS(`example.org'"'"')dnl\nFEATURE(`virtusertable'"'"')dnl\n' | put /etc/mail/mon1.mc
out=$(import sendmail /etc/mail/mon1.mc)
for line in 'host = mail.example.org' 'lookup = mx' 'domain = example.org'; do has "$line" "sendmail's .mc"; done
like "$out" 'mon1.mc:3: FEATURE.*virtusertable.* -- about mail from the network' "sendmail's .mc: a feature that has no counterpart"
printf 'DSrelay:[mail1.example.org]:[mail2.example.org]:mail3.example.org\nFw/etc/mail/local-host-names\nO MaxMessageSize=1000\nMesmtp, P=[IPC]\n\tA=TCP $h 26\nMrelay, P=[IPC]\n\tA=TCP $h 587\n' | put /etc/mail/sendmail.cf
out=$(import sendmail)
is "$(printf '%s\n' "$out" | grep -E '^(host|port|lookup) ' | tr '\n' ' ')" "host = mail1.example.org port = 587 host = mail2.example.org port = 25 host = mail3.example.org lookup = mx port = 25 host = mx.partner.example port = 2525 host = hub.example.org lookup = mx port = 25 " "sendmail: several servers in their order, with the port of the mailer"
like "$out" 'sendmail.cf:2: Fw/etc/mail/local-host-names -- no domain is local' "sendmail: names that were local"
like "$out" 'sendmail.cf:3: O MaxMessageSize=1000 -- ' "sendmail: an option"
like "$out" 'sendmail.cf:4: 4 lines of rules' "sendmail: its own lines"

put /etc/postfix/main.cf <<'END'
myhostname = mon1.example.org
mydomain = example.org
myorigin = $mydomain
mydestination = $myhostname, localhost
relayhost = [smtp.$mydomain]:submission
smtp_sasl_auth_enable = yes
smtp_sasl_password_maps = hash:/etc/postfix/sasl_passwd
smtp_tls_security_level = secure
transport_maps =
  hash:/etc/postfix/transport
smtp_generic_maps = regexp:/etc/postfix/generic
maximal_queue_lifetime = 1d
delay_warning_time = 4h
smtpd_banner = $myhostname ESMTP
END
printf '[smtp.example.org]:submission\tmon1:p:w\n' | put /etc/postfix/sasl_passwd
printf 'partner.example\tsmtp:[192.0.2.99]\nlist.example\tmailman:\n' | put /etc/postfix/transport
printf '@mon1.local\tmon1@example.org\n' | put /etc/postfix/generic
out=$(import postfix)
for line in 'host = smtp.example.org' 'port = 587' 'tls = verify' 'login = mon1' 'domain = example.org' '[route partner.example]' 'host = 192.0.2.99' 'expire_after_h = 24' 'warn_after_h = 4'; do has "$line" Postfix; done
like "$out" 'main.cf:4: mydestination .* -- no domain is local here' "Postfix: local domains are pointed out"
like "$out" 'main.cf:11: smtp_generic_maps regexp:/etc/postfix/generic -- ' "Postfix: a map without a text form"
like "$out" 'transport:2: list.example mailman: -- ' "Postfix: a transport that is no SMTP"
like "$out" 'main.cf:14: smtpd_banner .* -- about mail from the network' "Postfix: a setting of a server that listens"
is "$(printf '%s\n' "$out" | grep -c '^#   /etc/postfix/main.cf:')" 3 "Postfix: a comment on each line that could not be carried over, and on no other"
unlike "$out" 'p:w' "Postfix: no password"

# Whatever a line says: it is carried over, or stands in a comment.
for program in dma:/etc/dma/dma.conf ssmtp:/etc/ssmtp/ssmtp.conf msmtp:/etc/msmtprc sendmail:/etc/mail/sendmail.cf postfix:/etc/postfix/main.cf; do
	case $program in ssmtp:* | postfix:*) line='Odd=1' ;; sendmail:*) line='O Odd=1' ;; *) line='Odd 1' ;; esac
	echo "$line" >>"$R${program#*:}"
	like "$(import "${program%:*}")" "^#   ${program#*:}:[0-9]+: (O )?Odd.1 -- " "${program%:*}: a line that nobody knows"
done
printf 'mail3.example.org smtp --odd\n' >>"$R/etc/nullmailer/remotes"
like "$(import nullmailer)" '^#   /etc/nullmailer/remotes:3: odd -- ' "nullmailer: an option that nobody knows"

import postfix /etc/postfix/none >/dev/null; is $? 66 "a file that is not there: exit 66"
import qmail >/dev/null; is $? 64 "a program that is not known: exit 64"
printf 'SMARTHOST bad host;name\nPORT 99999\n' | put /etc/dma/dma.conf
import dma >/dev/null; is $? 78 "settings that cannot be right: exit 78"
like "$(cat "$work/err")" 'needs a correction: ' "and the line"
# Of several, the one that mailwrapper(8) calls: a stock FreeBSD 15 has the files of dma and of sendmail.
R=$work/several
put /etc/dma/dma.conf <<'END'
SMARTHOST dma.example.org
END
put /etc/mail/sendmail.cf <<'END'
DSsendmail.example.org
END
import >/dev/null; is $? 64 "two, and no mailer.conf: a question"
like "$(cat "$work/err")" 'say which' "which is asked"
put /etc/mail/mailer.conf <<'END'
# The default
sendmail	/usr/libexec/dma
mailq		/usr/libexec/dma
END
like "$(import)" '^host = dma.example.org$' "dma is named"
like "$(cat "$work/err")" '/etc/mail/mailer.conf names /usr/libexec/dma, so those of dma are read' "which is said"
put /usr/local/etc/mail/mailer.conf.before-firsthop <<'END'
sendmail /usr/libexec/sendmail/sendmail
END
put /usr/local/etc/mail/mailer.conf <<'END'
sendmail	/usr/local/libexec/firsthop/sendmail
END
like "$(import)" '^host = sendmail.example.org$' "firsthop is named: the one before it"
put /etc/nullmailer/remotes <<'END'
nullmailer.example.org smtp
END
put /usr/local/etc/mail/mailer.conf <<'END'
sendmail	/usr/local/libexec/nullmailer/sendmail
END
like "$(import)" '^host = nullmailer.example.org$' "a program named sendmail in another's folder"
put /usr/local/etc/mail/mailer.conf <<'END'
sendmail	/opt/unknown
END
import >/dev/null; is $? 64 "a program that is none of them: a question"
like "$(import sendmail)" '^host = sendmail.example.org$' "which the administrator answers"
finish
