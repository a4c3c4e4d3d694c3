#!/bin/sh
# relayconf import: what settings mean, and not their words; and a secret is written only as the password of its own server and user.
. tests/lib.sh
new_spool
R=$work/old
put() { mkdir -p "$R$(dirname "$1")"; cat >"$R$1"; }
# import PROGRAM: out is what it would write, secrets the files of passwords, one "NAME=PASSWORD" each
import() {
	rm -rf "$work/new"; mkdir "$work/new"
	"$BIN/relayconf" import -R "$R" -o "$work/new/firsthop.conf" "$1" >"$work/said" 2>&1; code=$?
	out=$(cat "$work/new/firsthop.conf" 2>/dev/null)
	secrets=$(cd "$work/new" && for file in secret.*; do [ -e "$file" ] && printf '%s=%s\n' "${file#secret.}" "$(cat "$file")"; done)
}
# of SMARTHOST KEY...: values, with blanks between them; "-" for what is not there
of() {
	printf '%s\n' "$out" | awk -v section="[smarthost $1]" -v keys="$(shift; echo "$*")" '
		/^\[/ { inside = $0 == section }
		inside && / = / { value[$1] = substr($0, index($0, "=") + 2) }
		END { n = split(keys, k, " "); for (i = 1; i <= n; i++) printf "%s%s", (i > 1 ? " " : ""), ((k[i] in value) ? value[k[i]] : "-") }'
}
# no WORDS...: are nowhere but in the files of passwords
nowhere() { for word; do unlike "$out$(cat "$work/said")" "$word" "$word is written nowhere else"; done; }

# --- msmtp ---------------------------------------------------------------------------------------------------------
put /etc/msmtprc <<'END'
defaults
auth on
tls on
account a
host a.example.net
user ua
password secret-a
from a@example.org
account b : a
host b.example.net
user ub
password secret-b
from b@example.org
account default : b
END
import msmtp; is $code 0 "msmtp: account b : a, account default : b"
is "$(of b host login default)/$(of a host login default)" "b.example.net ub -/a.example.net ua no" "the default account is b, with its own server"
is "$secrets" "a=secret-a
b=secret-b" "each has its own password"
like "$out" '^\[route from:a@example.org\]$' "a takes the mail of its sender"
nowhere secret-a secret-b

put /etc/msmtprc <<'END'
account default
host smtp.gmail.com
tls on
tls_cert_file /etc/ours.pem
tls_key_file /etc/ours.key
auth oauthbearer
user joe@gmail.com
passwordeval oama access joe@gmail.com
END
import msmtp
is "$(of default auth login password_command tls_cert_file tls_key_file)" "oauthbearer joe@gmail.com oama access joe@gmail.com /etc/ours.pem /etc/ours.key" \
	"msmtp: an OAuth2 token, printed by a command, and a client certificate"

put /etc/msmtprc <<'END'
account first
host first.example.net
auth on
user uf
password secret-first
account default
host default.example.net
auth on
user ud
passwordeval cat /etc/pass
from d@example.org
END
import msmtp
is "$(of default host login default)/$(of first default)" "default.example.net ud -/no" "msmtp: an account that is called default is the default one, whichever comes first"
is "$secrets" "first=secret-first" "its password command is its own"

put /etc/msmtprc <<'END'
account a
host a.example.net
auth on
user ua
password secret-a
account default : a
host other.example.net
user uo
END
import msmtp
is "$(of default host login default)" "other.example.net uo -" "msmtp: account default : a, and a server of its own"
is "$secrets" "a=secret-a" "a's password is not written for another server"
like "$out" 'msmtprc:6: default -- has the password of an account with another server or user' "and that is said"
nowhere secret-a

put /etc/msmtprc <<'END'
account base
host mail.example.net
port 587
account login : base
auth on
user u
password "secret word"
account cron : login,base
from cron@example.org
account default : login
END
import msmtp
is "$(of cron host port login)" "mail.example.net 587 u" "msmtp: several accounts that an account is like"
is "$secrets" "cron=secret word
login=secret word" "the same server and user: the password is theirs, without its quotes"
nowhere 'secret word'

put /etc/msmtprc <<'END'
defaults
host mail.example.net
account dom
from *@example.com
account sub
from *@*.example.net
account odd
from cron-*@example.org
account default
from %U@example.org
set_from_header on
timeout 10
END
import msmtp; is $code 0 "msmtp: patterns in from"
like "$out" '^\[route from:example.com\]$' "*@example.com is a route"; like "$out" '^\[route from:.example.net\]$' "*@*.example.net is a route"
unlike "$out" '^(\[|envelope_from|header_from).*\*' "no star as an address"
like "$out" 'cron-\*@example.org -- this pattern of senders has no counterpart' "one that has no counterpart is named"
like "$out" '^domain = example.org$' "%U@example.org is the domain"
like "$out" 'set_from_header on -- ' "set_from_header without a single address is named"
printf 'account default\nhost mail.example.net\nfrom ops@example.org\nset_from_header on\ntls_host_override mx.example.net\n' | put /etc/msmtprc
import msmtp
like "$out" '^header_from = ops@example.org$' "set_from_header on: From is the sender"; like "$out" '^envelope_from = ops@example.org$' "and so is the envelope's"
is "$(of default tls_name)" mx.example.net "tls_host_override"
printf 'defaults\nauth on\npassword secret-d\naccount a\nhost a.example\nuser u\naccount b\nhost b.example\nuser v\npassword secret-b\nodd_password secret-x\naccount default : a\n' | put /etc/msmtprc
import msmtp; is "$secrets" "a=secret-d
b=secret-b" "a password of the defaults"; nowhere secret-d secret-b secret-x

# --- nullmailer ----------------------------------------------------------------------------------------------------
put /etc/nullmailer/remotes <<'END'
smarthost.example.org smtp port=2525 starttls user=user pass='my pass phrase'
two.example.org smtp --starttls --user="a user" --pass="say \"hi\" # now" --x509certfile=/etc/cert
three.example.org smtp --starttls --user=u --pass=back\ slash --oddpass=secret-o
four.example.org smtp --user=plain --pass=p4
END
printf 'mon1\n' | put /etc/nullmailer/defaulthost
echo 172801 | put /etc/nullmailer/queuelifetime; echo ops@example.org | put /etc/nullmailer/doublebounceto
printf 'example.org\n' | put /etc/nullmailer/defaultdomain
import nullmailer; is $code 0 "nullmailer: quoted words"
is "$secrets" "backup1=say \"hi\" # now
backup2=back slash
backup3=p4
main=my pass phrase" "the passwords are whole"
is "$(of main host port implicit)/$(of backup1 login)" "smarthost.example.org 2525 no/a user" "and so are the other words"
nowhere 'pass phrase' phrase 'say' 'slash' secret-o
is "$(of backup1 tls_cert_file)" /etc/cert "its own certificate"; like "$out" '^expire_after_h = 49$' "how long mail is kept"; like "$out" '^postmaster = ops@example.org$' "who gets reports of reports";  like "$out" 'remotes:3: oddpass -- ' "what is lost is named, without its value"
like "$out" '^domain = mon1.example.org$' "defaulthost and defaultdomain complete addresses"
is "$(of backup3 tls auth_without_tls)" "off yes" "a login without TLS stays one"; like "$out" 'remotes:4: four.example.org -- the password goes over the network unencrypted' "and is said"

F=$(printf x | openssl dgst -sha256 | sed 's/.*= *//')
printf 'defaults\ntls on\nproxy_host 127.0.0.1\nproxy_port 9050\naccount default\nhost a.example.net\ntls_fingerprint %s\naccount b\nhost b.example.net\nfrom b@example.org\nproxy_host ::1\nproxy_port 1080\ntls_fingerprint 01:02:03\n' "$F" | put /etc/msmtprc
import msmtp
is "$(of default proxy tls tls_fingerprint)" "socks5://127.0.0.1:9050 verify $F" "msmtp: a SOCKS proxy for all accounts, and a pinned certificate"
is "$(of b proxy tls_fingerprint)" "socks5://[::1]:1080 -" "one of IPv6"; like "$out" '01:02:03 -- a fingerprint here is of SHA-256' "and a fingerprint of another kind, named"

# --- Postfix -------------------------------------------------------------------------------------------------------
put /etc/postfix/main.cf <<'END'
myhostname = mon1.example.org
myorigin = /etc/mailname
relayhost = [smtp.$mydomain]:587
smtp_fallback_relay = [second.example.net], third.example.net
smtp_sasl_auth_enable = yes
smtp_sasl_password_maps = hash:/etc/postfix/sasl_passwd
smtp_sender_dependent_authentication = yes
sender_dependent_relayhost_maps = hash:/etc/postfix/relay_by_sender
smtp_sasl_security_options = noanonymous
smtp_tls_security_level = encrypt
smtp_generic_maps = hash:/etc/postfix/generic
recipient_canonical_maps = hash:/etc/postfix/canonical
END
echo mon1.example.com | put /etc/mailname
printf '[smtp.example.org]:587 main:secret-main\nops@example.org ops:secret-ops\ncron@example.org cron:secret-cron\n[elsewhere.example]:587 x:secret-x\n' | put /etc/postfix/sasl_passwd
printf 'cron@example.org [cron.example.net]:2525\n@example.com [com.example.net]\n' | put /etc/postfix/relay_by_sender
printf 'root@mon1 ops@example.org\n' | put /etc/postfix/generic
printf 'admin ops@example.org\n' | put /etc/postfix/canonical
import postfix; is $code 0 "Postfix, with maps below another root"
is "$(of main host port login tls)" "smtp.example.org 587 main encrypt" "relayhost with \$mydomain, which follows from myhostname"
is "$(of opsexample-org host login)" "smtp.example.org ops" "a login by sender, at the usual server"
like "$out" '^\[route from:ops@example.org\]$' "with a route"
is "$(of cronexample-org host port login default)" "cron.example.net 2525 cron no" "a login by sender, at the sender's server"
is "$secrets" "cronexample-org=secret-cron
main=secret-main
opsexample-org=secret-ops" "each password for its own"
is "$(of backup host)/$(of backup2 host lookup)/$(of com-example-net tls)" "second.example.net/third.example.net mx/encrypt" "fallback relays; the level of TLS is for all"
like "$out" '^domain = mon1.example.com$' "myorigin in a file"
like "$out" '^\[rewrite senders\]$' "generic"; like "$out" '^\[rewrite recipients\]$' "recipient_canonical_maps"
like "$out" 'sasl_passwd:4: \[elsewhere.example\]:587 -- a login for a server' "a login for another server is named"
nowhere secret-main secret-ops secret-cron secret-x
printf 'relayhost = [mx.example.net]:587\nsender_dependent_relayhost_maps = hash:/etc/postfix/relay_by_sender\n' | put /etc/postfix/main.cf
printf 'a@example.org [mx.example.net]:2525\nb@example.org [mx.example.net]:587\n' | put /etc/postfix/relay_by_sender
import postfix; is "$(of mx-example-net host port)" "mx.example.net 2525" "the same server at another port is another smarthost"
is "$(printf '%s\n' "$out" | grep -A1 'from:b@' | tail -n 1)" "via = main" "and at the same port it is not"
printf 'myhostname = mon1.$mydomain\nmydomain = example.org\nmyorigin = $myhostname\nrelayhost =\n  [smtp.${mydomain}]:${tls?{465}:{587}}\nsmtp_tls_CAfile = $(config_directory)/ca.pem\nsmtp_tls_security_level = ${tls:encrypt}\n' | put /etc/postfix/main.cf
import postfix; is "$(printf '%s\n' "$out" | sed -n -e 's/^name = //p' -e 's/^domain = //p' | xargs) $(of main host port tls tls_ca_file)" "mon1.example.org mon1.example.org smtp.example.org 587 encrypt /etc/postfix/ca.pem" "settings that name others, also with a condition"
printf 'relayhost = [mx.example.net]\nsmtp_sasl_auth_enable = yes\nsmtp_sasl_password_maps = static:joe:secret-static\n' | put /etc/postfix/main.cf
import postfix; is "$(of main login) $secrets" "joe main=secret-static" "static: one login"; nowhere secret-static
printf 'relayhost = [mx.example.net]\nsmtp_sasl_auth_enable = yes\nsmtp_sasl_password_maps = inline:{ [mx.example.net]=joe:secret-inline }\n' | put /etc/postfix/main.cf
import postfix; is "$secrets" "" "inline: is not carried over"; like "$out" 'smtp_sasl_password_maps \(not shown\) -- ' "and named"; nowhere secret-inline
printf 'relayhost = [mx.example.net]\nsmtp_sasl_password_maps = hash:/etc/postfix/sasl_passwd\n' | put /etc/postfix/main.cf
import postfix; is "$secrets" "" "no smtp_sasl_auth_enable: no login was used, and none is written"

upper=$(printf %s "$F" | tr a-f A-F | sed 's/../&:/g; s/:$//')
printf 'relayhost = [mx.example.net]\nsmtp_tls_security_level = fingerprint\nsmtp_tls_fingerprint_digest = sha256\nsmtp_tls_fingerprint_cert_match = %s, %s\n' "$upper" "$F" | put /etc/postfix/main.cf
import postfix; is "$(of main tls tls_fingerprint)" "verify $upper $F" "pinned certificates, with a change to come"
printf 'relayhost = [mx.example.net]\nsmtp_tls_security_level = fingerprint\nsmtp_tls_fingerprint_cert_match = 01:02\n' | put /etc/postfix/main.cf
import postfix; is "$(of main tls tls_fingerprint)" "encrypt -" "fingerprints of MD5 or SHA-1 are not carried over"; like "$out" 'fingerprint -- no SHA-256' "and named"
printf 'relayhost = [mx.example.net]\nsmtp_tls_security_level = dane-only\n' | put /etc/postfix/main.cf
import postfix; is "$(of main tls dane)" "encrypt require" "dane-only"
printf 'relayhost =\nsmtp_tls_security_level = dane\n' | put /etc/postfix/main.cf
import postfix; like "$out" '^direct_dane = opportunistic$' "dane, without a relayhost"
put /etc/postfix/main.cf <<'END'
relayhost = [mx.example.net]
smtpd_milters = inet:localhost:8891, local:opendkim/opendkim.sock
  { unix:/run/rspamd.sock, connect_timeout=10s, default_action=accept } inet:filter.example.net:1
non_smtpd_milters = $smtpd_milters
milter_default_action = tempfail
content_filter = smtp:[127.0.0.1]:10024
always_bcc = archive@example.org
sender_bcc_maps = hash:/etc/postfix/bcc
default_destination_rate_delay = 2s
END
import postfix; is $code 0 "milters"
like "$(printf '%s\n' "$out" | tr '\n' ' ')" '\[filter milter\] socket = milter:inet:localhost:8891 when_down = wait .*\[filter milter2\] socket = milter:unix:/var/spool/postfix/opendkim/opendkim.sock when_down = wait .*\[filter milter3\] socket = milter:unix:/run/rspamd.sock when_down = pass' \
	"each is a filter, with what happens when it is down"
like "$out" 'main.cf:[0-9]*: inet:filter.example.net:1 -- names are not looked up' "one at another machine is named"
like "$out" 'content_filter smtp:\[127.0.0.1\]:10024 -- \[filter NAME\] has' "a filter by SMTP, too"
like "$out" '^always_bcc = archive@example.org$' "always_bcc"; like "$out" 'sender_bcc_maps .*always_bcc in a \[route from' "maps of it are named"; like "$out" 'rate_delay.* max_messages' "and the pace"
printf 'relayhost = [mx.example.net]\nsmtpd_milters = inet:localhost:8891\n' | put /etc/postfix/main.cf
import postfix; unlike "$out" '^\[filter' "a milter for mail from the network alone is none for all mail"; like "$out" 'smtpd_milters.* -- looked at mail from the network only' "and named"

# --- ssmtp, dma ----------------------------------------------------------------------------------------------------
printf 'mailhub=smtp.example.org:587\nAuthUser=u\nAuthPass=secret-s\nUseSTARTTLS=YES\nFromLineOverride=NO\nAuthPassOld=secret-old\n' | put /etc/ssmtp/ssmtp.conf
printf 'root:ops@example.org:smtp.example.org:587\nwww-data:web@example.org\nbad\n' | put /etc/ssmtp/revaliases
import ssmtp; is "$code $secrets" "0 main=secret-s" "ssmtp"
like "$out" '^root = ops@example.org$' "revaliases: senders of users"; like "$out" '^www-data = web@example.org$' "of each"; like "$out" 'revaliases:3: bad -- ' "a wrong line is named"
nowhere secret-s secret-old
printf 'SMARTHOST mail.example.org\nAUTHPATH /etc/dma/auth.conf\nMAILNAME /etc/mailname\nSECURETRANSFER\nSTARTTLS\n' | put /etc/dma/dma.conf
printf 'u|mail.example.org:secret-d\nu|mail.example.net:secret-e\n' | put /etc/dma/auth.conf
import dma; is "$code $secrets" "0 main=secret-d" "dma: the password of the smarthost, and no other"; like "$out" '^name = mon1.example.com$' "MAILNAME in a file"
pin=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
printf "SMARTHOST mail.example.org\nPORT 465\nSECURETRANSFER\nCERTFILE /etc/dma/own.pem\nFINGERPRINT $pin\n" | put /etc/dma/dma.conf
import dma; is "$code $(of main tls tls_cert_file tls_fingerprint)" "0 verify /etc/dma/own.pem $pin" "dma: its own certificate, and the server's fingerprint"
printf 'mailhub=smtp.example.org:465\nUseTLS=YES\nUseTLSCert=YES\nTLSCert=/etc/ssmtp/own.pem\nTLSKey=/etc/ssmtp/own.key\n' | put /etc/ssmtp/ssmtp.conf
import ssmtp; is "$code $(of main tls tls_cert_file tls_key_file)" "0 verify /etc/ssmtp/own.pem /etc/ssmtp/own.key" "ssmtp: its own certificate"
printf 'define(`SMART_HOST\047, `mail.example.org\047)dnl\ndefine(`confTO_QUEUERETURN\047, `2d\047)dnl\ndefine(`confTO_QUEUEWARN\047, `8h\047)dnl\n' | put /etc/mail/other.mc
out=$("$BIN/relayconf" import -R "$R" sendmail /etc/mail/other.mc 2>/dev/null); like "$(printf '%s' "$out" | tr '\n' ' ')" 'expire_after_h = 48 warn_after_h = 8' "sendmail.mc: the times of the queue, as in sendmail.cf"
printf 'relayhost = [mail.example.org]\nsmtp_tls_cert_file = /etc/own.pem\nsmtp_helo_name = x.example.org\nminimal_backoff_time = 1m\n' | put /etc/postfix/main.cf
import postfix; is "$code $(of main tls)" "0 off" "postfix: a certificate without TLS is none"
like "$out" 'smtp_helo_name .*\[host\] name' "and what a setting is called here"; like "$out" 'minimal_backoff_time .*retry_min' "is said"
nowhere secret-d secret-e

# --- Exim ----------------------------------------------------------------------------------------------------------
put /etc/exim4/exim4.conf <<'END'
.ifdef UNKNOWN
primary_hostname = wrong.example
.else
primary_hostname = mon1.example.org
.endif
.include_if_exists /etc/exim4/missing
.include /etc/exim4/routers
begin transports
smarthost:
  driver = smtp
  hosts_try_auth = *
  hosts_require_tls = *
  tls_verify_hosts = *
  tls_verify_certificates = /etc/ssl/ca.pem
second:
  driver = smtp
  protocol = smtps
begin authenticators
login:
  driver = plaintext
  public_name = LOGIN
  client_send = : one : secret-one
cram:
  driver = cram_md5
  client_name = two
  client_secret = secret-two
END
put /etc/exim4/routers <<'END'
begin routers
partner:
  driver = manualroute
  route_list = partner.example mail.partner.example
  transport = second
odd:
  driver = manualroute
  domains = ${lookup{$domain}lsearch{/etc/x}{yes}}
  route_data = odd.example.net
  transport = second
all:
  driver = manualroute
  route_list = * "a.example.net::587 : b.example.net/MX"
  transport = smarthost
never:
  driver = manualroute
  route_list = * c.example.net
  transport = smarthost
END
import exim
is "$code" 0 "exim: exit 0" "$(cat "$work/said")"
is "$(of main host port tls tls_ca_file login)" "a.example.net 587 verify /etc/ssl/ca.pem one" "exim: the smarthost with its port, TLS and the first of its logins"
is "$(of b-example-net host lookup default login)" "b.example.net mx - one" "exim: the second of the list"
is "$(of mail-partner-example host port implicit tls default login)" "mail.partner.example 465 yes encrypt no -" "exim: a domain's server gets no login that Exim did not give it"
like "$out" '^\[route partner.example\]$' "exim: and its route"
is "$secrets" "b-example-net=secret-one
main=secret-one" "exim: passwords only where they belong"
nowhere secret-one secret-two
for words in 'routers:[0-9]+: odd: route_data = .* -- a lookup or a condition' 'routers:[0-9]+: never: route_list = .* -- a router before it has all mail' 'exim4.conf:[0-9]+: cram: client_secret = ... -- '; do like "$out" "^#   /etc/exim4/$words" "exim: named: $words"; done
unlike "$out" 'wrong.example' "exim: what .ifdef leaves out is left out"

# --- OpenSMTPD -----------------------------------------------------------------------------------------------------
put /etc/smtpd.conf <<'END'
include "/etc/smtpd.more"
table secrets { main = "one:secret-one", other = "two:secret-two" }
bounce warn-interval { 1h, 6h, 2d }
action "out" relay host smtp+tls://main@a.example.net:587 auth <secrets> \
	tls mail-from "@example.org"
action "db" relay host smtps://x@b.example.net auth <db>
action "mx" relay
match from any for domain "in.example" action "mx"
match from src 192.0.2.0/24 for any action "out"
match ! from local for any action "out"
match from local for domain "db.example" action "db"
match for any action "out"
match for any action "mx"
accept for any relay via "tls+auth://main@old.example.net" auth <secrets>
END
echo 'table db db:/etc/secrets.db' >"$R/etc/smtpd.more"
import opensmtpd
is "$code" 0 "opensmtpd: exit 0" "$(cat "$work/said")"
is "$(of main host port tls implicit login)" "a.example.net 587 verify - one" "opensmtpd: the smarthost with its port, TLS and login"
is "$(of db host port tls implicit default login)" "b.example.net 465 encrypt yes no -" "opensmtpd: smtps"
is "$secrets" "main=secret-one" "opensmtpd: the password of its label, and no other"
nowhere secret-one secret-two
like "$(printf '%s' "$out" | tr '\n' ' ')" '\[route in.example\] via = direct .*\[route db.example\] via = db' "opensmtpd: routes in their order"
for words in 'action db .* -- its login is in no table' 'match from src .* -- about mail from the network' 'match ! from .* -- a condition' 'match for any action mx -- a match before it' 'accept for any .* -- the form of OpenSMTPD 6.3' 'action out .* -- \[rewrite senders\]'; do
	like "$out" "^#   /etc/smtpd.conf:[0-9]+: $words" "opensmtpd: named: $words"
done
finish
