#!/bin/sh
# A real Dovecot (its submission service), and a real Postfix that asks it: OAUTHBEARER and XOAUTH2 with a signed token, and a token that has ended, is
# forged, or is another's.
LAYER=dovecot
export LAYER
. tests/real/stage.sh
install_firsthop
echo 'dovecot:x:107:107::/usr/lib/dovecot:/usr/sbin/nologin
dovenull:x:108:108::/nonexistent:/usr/sbin/nologin
vmail:x:109:109::/var/vmail:/usr/sbin/nologin' >>"$S/etc/passwd"
printf 'dovecot:x:107:\ndovenull:x:108:\nvmail:x:109:\n' >>"$S/etc/group"
mkdir -p "$S/etc/dovecot/keys/default/HS256" "$S/run/dovecot" "$S/var/lib/dovecot" "$S/var/vmail"
chown 109:109 "$S/var/vmail"
cp "$work/certs/good.pem" "$S/etc/dovecot/cert.pem"; cp "$work/certs/good.key" "$S/etc/dovecot/key.pem"
printf 'the key of our own provider' | openssl base64 -A >"$S/etc/dovecot/keys/default/HS256/default"
cat >"$S/etc/dovecot/oauth2.conf" <<'END'
introspection_mode = local
local_validation_key_dict = fs:posix:prefix=/etc/dovecot/keys/
username_attribute = email
END
cat >"$S/etc/dovecot/dovecot.conf" <<'END'
protocols = submission
listen = 127.0.0.2
log_path = /var/log/dovecot.log
auth_verbose = yes
ssl = required
ssl_cert = </etc/dovecot/cert.pem
ssl_key = </etc/dovecot/key.pem
auth_mechanisms = plain oauthbearer xoauth2
mail_location = maildir:/var/vmail/%u
hostname = mail.test
first_valid_uid = 100
submission_relay_host = 127.0.0.1
submission_relay_port = 2500
submission_relay_trusted = yes
passdb {
  driver = oauth2
  mechanisms = oauthbearer xoauth2
  args = /etc/dovecot/oauth2.conf
}
userdb {
  driver = static
  args = uid=109 gid=109 home=/var/vmail/%u
}
END
"$TOOLS/smarthost" -p 2500 -P "$work/port" -d "$work/delivered" &
wait_for test -s "$work/port"
chroot "$S" /usr/sbin/dovecot -F >"$work/dovecot.out" 2>&1 &
ok "Dovecot runs" patient 40 test -S "$S/run/dovecot/login/submission" -o -S "$S/run/dovecot/auth-login" -o -S "$S/run/dovecot/login/login"

# token SECONDS-LEFT KEY ADDRESS [GROUPS]: a JSON Web Token (RFC 7519)
plain() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
token() {
	words=$(printf '{"alg":"HS256","typ":"JWT"}' | plain).$(printf '{"sub":"%s","email":"%s","iat":%s,"exp":%s,"groups":"%s"}' "$3" "$3" "$(($(date +%s) - 100))" "$(($(date +%s) + $1))" "${4:-}" | plain)
	echo "$words.$(printf %s "$words" | openssl dgst -sha256 -hmac "$2" -binary | plain)"
}
group=$(awk -F: '$1 == "firsthop" { print $3 }' "$S/etc/group")
by() { # MECHANISM TOKEN
	echo "$2" >"$S/etc/firsthop/secret"; chmod 640 "$S/etc/firsthop/secret"; chgrp "$group" "$S/etc/firsthop/secret"
	printf '[host]\nname = mon1.example.org\n\n[smarthost main]\nhost = mail.test\ntls_ca_file = ca.pem\nlogin = joe@example.org\npassword_file = secret\nauth = %s\n' "$1" >"$S/etc/firsthop/firsthop.conf"
	out=$(in_stage /usr/local/sbin/relayconf probe --to bob@example.org 2>&1)
}
key='the key of our own provider'
# Those of Microsoft 365 are as long.
groups=$(i=0; while [ $i -lt 250 ]; do printf 'group%05d' $i; i=$((i + 1)); done)
for mechanism in oauthbearer xoauth2; do
	by $mechanism "$(token 3600 "$key" joe@example.org "$groups")"
	like "$out" '< 235 2.7.0 Logged in|session ready' "$mechanism: Dovecot accepts a token of 3,600 characters"
	by $mechanism "$(token 3600 "$key" joe@example.org)"
	like "$out" '< 235 2.7.0 Logged in|session ready' "$mechanism: Dovecot accepts the token"
	by $mechanism "$(token -50 "$key" joe@example.org)"
	like "$out" 'refuses the OAuth2 token' "$mechanism: a token that has ended is refused, with that reason"
	like "$out" 'the server says of the token: \{"status":"' "$mechanism: and with Dovecot's words about it"
	by $mechanism "$(token 3600 'another key' joe@example.org)"
	like "$out" 'refuses the OAuth2 token' "$mechanism: a forged one"
	by $mechanism "$(token 3600 "$key" ann@example.org)"
	like "$out" 'refuses the OAuth2 token' "$mechanism: one of another account"
done
unlike "$out" "$(token 3600 "$key" joe@example.org | cut -d. -f2 | cut -c1-12)" "no token is shown"
kill "$(cat "$S/run/dovecot/master.pid")"
wait_for test ! -e "$S/run/dovecot/master.pid"

# Postfix as most people run it with OAuth2: its SASL is Dovecot's.
setup_postfix
sed -i '/^cyrus_sasl_config_path/d' "$S/etc/postfix/main.cf"
printf 'smtpd_sasl_type = dovecot\nsmtpd_sasl_path = private/auth\n' >>"$S/etc/postfix/main.cf"
sed -i -e 's/^protocols = .*/protocols =/' -e '/^submission_relay/d' "$S/etc/dovecot/dovecot.conf"
cat >>"$S/etc/dovecot/dovecot.conf" <<'END'
service auth {
  unix_listener /var/spool/postfix/private/auth {
    mode = 0666
  }
}
END
ok "Postfix runs" start_postfix
chroot "$S" /usr/sbin/dovecot -F >>"$work/dovecot.out" 2>&1 &
ok "and Dovecot answers for it" patient 40 test -S "$S/var/spool/postfix/private/auth"
for mechanism in oauthbearer xoauth2; do
	by $mechanism "$(token -50 "$key" joe@example.org)"
	like "$out" 'refuses the OAuth2 token' "Postfix, $mechanism: a token that has ended is refused, with that reason"
	by $mechanism "$(token 3600 "$key" joe@example.org)"
	like "$out" '< 235 2\.7\.0' "Postfix, $mechanism: the token is accepted"
	by $mechanism "$(token 3600 "$key" joe@example.org "$groups")"
	like "$out" '< 235 2\.7\.0' "Postfix, $mechanism: and the long one"
	printf 'Subject: by %s\n\nx\n' $mechanism | as 33:33 /usr/sbin/sendmail -i -f joe@example.org bob@example.org
	in_stage /usr/sbin/sendmail -q >/dev/null 2>&1
	ok "and a message comes" wait_for mail_with "Subject: by $mechanism"
done
stop_postfix
kill "$(cat "$S/run/dovecot/master.pid")"
finish
