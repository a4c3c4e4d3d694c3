#!/bin/sh
# OAuth2: a token in the place of a password, by OAUTHBEARER (RFC 7628) and XOAUTH2; and a token that is refused.
. tests/lib.sh
. tests/auth-server.sh
new_spool
printf '#!/bin/sh\necho asked >>%s/asked\ncat %s/token\n' "$work" "$work" >"$work/helper"; chmod 755 "$work/helper"
echo 'ya29.secret-token' >"$work/token"
conf() { config "$(printf 'login = joe@example.org\npassword_command = %s\nauth_without_tls = yes\n' "$work/helper"; [ -z "$1" ] || printf 'auth = %s\n' "$1")"; }
send() { rm -rf "$work"/spool/mqueue/*; : >"$work/log"; : >"$work/transcript"; echo x | "$BIN/sendmail" -f a@example.org ops@example.org; runner_once; }
coded() { printf "$1" | openssl base64 -A; }
bearer=$(coded 'n,a=joe@example.org,\001auth=Bearer ya29.secret-token\001\001')
xoauth2=$(coded 'user=joe@example.org\001auth=Bearer ya29.secret-token\001\001')

serve 'LOGIN PLAIN XOAUTH2 OAUTHBEARER' "expect AUTH OAUTHBEARER $bearer" 'send 235 2.7.0 Accepted' "$accepts"
conf 'oauthbearer xoauth2'; send
like "$(cat "$work/log")" 'status=sent' "OAUTHBEARER, as RFC 7628 writes it"
is "$(lines <"$work/asked")" 1 "the command was asked for the token"
stop "$server_pid"
serve 'LOGIN PLAIN XOAUTH2' "expect AUTH XOAUTH2 $xoauth2" 'send 235 2.7.0 Accepted' "$accepts"
conf 'oauthbearer xoauth2'; send
like "$(cat "$work/log")" 'status=sent' "XOAUTH2, where the server has only that"
stop "$server_pid"
serve 'XOAUTH2' 'expect AUTH XOAUTH2' 'send 334 ' "expect $xoauth2" 'send 235 ok' "$accepts"
conf xoauth2; send
like "$(cat "$work/log")" 'status=sent' "a server that asks for the token once more"
stop "$server_pid"
serve 'XOAUTH2 OAUTHBEARER' 'expect AUTH XOAUTH2' 'send 504 5.5.4 not this one' 'expect AUTH OAUTHBEARER' 'send 235 ok' "$accepts"
conf 'xoauth2 oauthbearer'; send
like "$(cat "$work/log")" 'status=sent' "the next way, where the server does not know the first"
stop "$server_pid"
serve 'XOAUTH2 OAUTHBEARER PLAIN' 'expect AUTH PLAIN' 'send 235 ok' "$accepts"
conf ''; send
like "$(cat "$work/log")" 'status=sent' "a password is never taken for a token"
stop "$server_pid"

# Refused: the server's reason is shown, the token never.
serve 'OAUTHBEARER' 'expect AUTH OAUTHBEARER' "send 334 $(coded '{"status":"invalid_token","scope":"mail.send"}')" 'expect AQ==' \
	'send 535 5.7.8 Username and Password not accepted' 'expect-any'
conf oauthbearer; send
log=$(cat "$work/log")
like "$log" 'status=deferred .* key=oauth-refused ' "OAUTHBEARER: a refused token has a reason of its own"
like "$log" 'the server says of the token: \{"status":"invalid_token","scope":"mail.send"\}' "with the server's words about it"
like "$log" 'main refused the login' "the login rests, so that the account is not locked"
why=$("$BIN/mailq" why "$(ls "$work/spool/mqueue" | sed -n 's/\.log$//p' | head -n 1)" | tr -s ' \n' ' ')
like "$why" 'refuses the OAuth2 token' "mailq why explains it"
stop "$server_pid"
serve 'XOAUTH2' 'expect AUTH XOAUTH2' "send 334 $(coded '{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}')" 'expect-any' \
	'send-raw 535-5.7.8 Username and Password not accepted. For more information, go to\r\n535 5.7.8 https://support.google.com/mail/?p=BadCredentials\r\n' 'expect-any'
conf xoauth2; send
like "$(cat "$work/log")" 'key=oauth-refused .*' "XOAUTH2: the same, in Google's words"
stop "$server_pid"
serve 'XOAUTH2' 'expect AUTH XOAUTH2' \
	'send 535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled' 'expect-any'
conf xoauth2; send
unlike "$(cat "$work/log")" 'key=oauth-refused ' "a policy of the tenant is the reason that it is with a password"
like "$(cat "$work/log")" 'status=deferred .*SmtpClientAuthentication is disabled' "in Microsoft's words"
stop "$server_pid"
unlike "$(cat "$work/log" "$work"/spool/mqueue/*)" 'ya29|'"$xoauth2" "the token is in no log and no file of the queue"
conf 'oauth3'
like "$("$BIN/relayconf" check 2>&1)" '"oauth3" is not one of: .*xoauth2 oauthbearer' "another name is refused"
finish
