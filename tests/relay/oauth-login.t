#!/bin/sh
# oauth.sh, for password_command: the ways to a token, its renewal, and what can go wrong, in words.
. tests/lib.sh
command -v python3 >/dev/null 2>&1 || skip_all "python3 is not installed"
command -v curl >/dev/null 2>&1 || skip_all "curl is not installed"
new_spool
python3 tests/fake/provider.py "$work/provider" & pids="$pids $!"
wait_for test -s "$work/provider"
url=http://127.0.0.1:$(cat "$work/provider")
account() { # LINES...: main.oauth
	{ printf 'client_id=us\nclient_secret=se"cret\\&=\nscope=mail offline_access\ntoken_url=%s/token\n' "$url"; printf '%s\n' "$@"; } >"$work/main.oauth"
	chmod 640 "$work/main.oauth"
}
oauth() { sh relayconf/system/oauth.sh "$@" 2>&1; }
kept=$work/spool/oauth/main

account "device_url=$url/device"
like "$(oauth token main)" 'nothing is kept for main: run "relayconf oauth login main" as root' "before a login"
out=$(oauth login main)
like "$out" 'Open https://provider.example/device in any browser, and enter the code WDJB-MJHT' "the device code, for any browser"
like "$out" 'In \[smarthost main\]: auth = oauthbearer xoauth2, and password_command = ' "and what to configure"
is "$(file_mode "$kept")" 600 "what is kept is for its owner alone"
is "$(oauth token main)" 'access1.tok-en_/+=' "the access token"
is "$(oauth token main)" 'access1.tok-en_/+=' "the same one, as long as it is good"
edit 's/^ends=.*/ends=5/' "$kept"
is "$(oauth token main)" 'access2.tok-en_/+=' "one that has ended is renewed"
is "$(oauth token main)" 'access3.tok-en_/+=' "and one that ends within two minutes; the new refresh token counts"
like "$(oauth status main)" '^main: client_id us, 127.0.0.1:[0-9]*; the access token ends in 3[56][0-9][0-9] s; refresh token: yes$' "status"
unlike "$(oauth status main)" 'access3|refresh3' "shows no token"

if [ -r /proc/self/cmdline ]; then
	port=25 config "$(printf 'login = joe\npassword_command = tr "\\\\0" " " </proc/$PPID/cmdline >%s/parent; echo x\n' "$work")"
	"$BIN/relayconf" check >"$work/out" 2>&1
	like "$(cat "$work/parent" 2>/dev/null)" 'relay --survey' "relayconf check lets relay run password_command, with its rights"
fi
# A mail goes with it.
printf '%s\n' 'send 220 mail ESMTP' 'expect EHLO' 'send-raw 250-mail\r\n250 AUTH XOAUTH2\r\n' \
	"expect AUTH XOAUTH2 $(printf 'user=joe\001auth=Bearer access3.tok-en_/+=\001\001' | openssl base64 -A)" 'send 235 ok' 'expect MAIL' 'send 250 ok' 'expect RCPT' 'send 250 ok' \
	'expect DATA' 'send 354 go' read-data 'send 250 ok' 'expect QUIT' 'send 221 bye' >"$work/script"
"$TOOLS/smtpd" -P "$work/port" -w 20 "$work/script" 2>/dev/null & pids="$pids $!"
wait_for test -s "$work/port"; port=$(cat "$work/port")
login() { config "$(printf 'login = joe\nauth = oauthbearer xoauth2\nauth_without_tls = yes\npassword_command = sh %s token main\n' "$PWD/relayconf/system/oauth.sh")"; }
send() { rm -f "$work"/spool/mqueue/[0-9a-f]*; : >"$work/log"; echo x | "$BIN/sendmail" -f a@example.org ops@example.net; runner_once; }
login; send
like "$(cat "$work/log")" 'status=sent' "password_command has the token, and the mail goes"

# What can go wrong.
edit 's/^ends=.*/ends=5/; s/^refresh=.*/refresh=gone/' "$kept"
like "$(oauth token main)" 'was withdrawn or has ended \(Token has been expired or revoked.\): run "relayconf oauth login main" as root' "a refresh token that was withdrawn"
send
like "$(cat "$work/log")" 'status=deferred .*the command failed: the right to send mail was withdrawn .* key=secret-command ' "the log and the story have these words"
edit 's/^client_id=.*/client_id=them/' "$work/main.oauth"
like "$(oauth token main)" 'does not accept client_id or client_secret \(no such client\)' "a wrong client"
account "token_url=$url/odd"; edit '/token$/d' "$work/main.oauth"
like "$(oauth token main)" 'answer makes no sense: \["what"\]|answer makes no sense' "an answer that is none"
account 'token_url=http://example.org/t'; edit '/127.0.0.1/d' "$work/main.oauth"
like "$(oauth token main)" 'does not begin with https://' "no token goes without TLS"
account; edit 's,^token_url=.*,token_url=http://127.0.0.1:1/token,' "$work/main.oauth"
like "$(oauth token main)" '127.0.0.1:1 does not answer' "a provider that is not there"
# How it went is there to be watched, without what is kept.
smarthost; config "$(printf 'login = joe\nauth = xoauth2\nauth_without_tls = yes\npassword_command = sh %s token main\n' "$PWD/relayconf/system/oauth.sh")"
state() { sed -n 's/^why=//p' "$kept.state" 2>/dev/null; }
published() { rm -f "$work"/spool/mqueue/[0-9a-f]*; runner_once; metrics=$("$BIN/mailq" health --openmetrics 2>&1); health=$("$BIN/mailq" health 2>&1); checked=$("$BIN/relayconf" check -v 2>&1 | tr -s ' \n' ' '); }
is "$(state)" away "a provider that is not there, noted"
published
like "$metrics" '^firsthop_oauth_failed\{token="main",reason="away"\} 1$' "the metrics say so"
like "$health" '^MAILQ WARNING .*; OAuth2 token main: the provider does not answer, or is out of order' "health warns before mail waits"
like "$checked" 'OAuth2 token main: the provider does not answer, or is out of order .*relayconf oauth renew main' "check has a row for it"
like "$checked" 'main: .*the command failed: 127.0.0.1:1 does not answer' "and runs password_command"
account; edit 's,/token$,/answer,' "$work/main.oauth"
answers() { printf '%s\n%s' "$1" "$2" >"$work/provider.answer"; edit 's/^ends=.*/ends=5/' "$kept"; oauth token main; }
is "$(answers 200 '{"access_token":"a\/b\u002Fc=","expires_in":"3600.5","refresh_token":"r\/1","refresh_token_expires_in":1000000,"x":{"access_token":"no"},"y":["access_token","no"]}')" 'a/b/c=' \
	"a token as PHP and others write it: with a slash behind a backslash, numbers in quotes, and other things beside it"
is "$(sed -n 's/^refresh=//p' "$kept")" 'r/1' "likewise the refresh token"
is "$(state)" '' "that it works again is noted"
published
now=$(date +%s)
number() { printf '%s\n' "$metrics" | sed -n "s/^firsthop_oauth_$1_timestamp_seconds{token=\"main\"} //p"; }
ok "the metrics have the times" eval '[ $(($(number renewed) - now)) -ge -30 ] && [ $(($(number token_end) - now)) -gt 3500 ] && [ $(($(number right_end) - now)) -gt 999000 ]'
unlike "$health" 'OAuth2' "health is content"
like "$checked" 'no OAuth2 token fails' "and check"
unlike "$metrics$health$checked$(cat "$kept.state" "$work/spool/mqueue/tokens")" 'a/b/c|r/1' "the secret is in none of them"
is "$(file_mode "$kept.state")" 640 "the state may be read by the group"
edit "s/^refresh_ends=.*/refresh_ends=$((now + 500000))/" "$kept.state" && mv "$kept.state" "$kept.moved" && mv "$kept.moved" "$kept.state"
published; like "$health" 'WARNING .*OAuth2 token main: the right to renew it ends within 7 days' "a right that is about to end"
edit "s/^refresh_ends=.*/refresh_ends=/; s/^renewed=.*/renewed=$((now - 6000000))/" "$kept.state" && mv "$kept.state" "$kept.moved" && mv "$kept.moved" "$kept.state"
published; like "$health$checked" 'WARNING .*OAuth2 token main: it was not renewed for 60 days.*relayconf oauth renew main' "one that nobody uses"
mkdir "$kept.dir.state" "${kept}dir.state"; mkfifo "${kept}fifo.state"; ln -s /etc/passwd "${kept}link.state"; head -c 3000 /dev/zero >"${kept}long.state"
printf 'failed=1\nwhy=%s\nrenewed=-5\nends=99999999999999999999\n' "$(printf '\033[2Jx"\\')" >"${kept}odd.state"
i=0; while [ $i -lt 20 ]; do printf 'failed=1\nwhy=scope\n' >"${kept}$i.state"; i=$((i + 1)); done
published
is "$(printf '%s\n' "$metrics" | grep -c '^firsthop_oauth_failed')" 16 "files that are no states, and too many: at most 16 are shown"
unlike "$(cat "$work/spool/mqueue/tokens")" 'token=main(dir|fifo|link|long)' "and no others than files of that name and size"
rm -rf "$kept"*dir.state "$kept"fifo* "$kept"link* "$kept"[0-9]*; rm -f "${kept}long.state"; published
like "$metrics" '^firsthop_oauth_failed\{token="mainodd",reason="refused"\} 1$' "a reason that is none of ours is a refusal"
rm -f "${kept}odd.state"
config; published
unlike "$metrics$health" 'oauth_|OAuth2' "without a smarthost that wants a token there is no word of it"
login
# What providers of today answer, and what is the matter.
while IFS='|' read -r why code answer; do
	said=$(answers "$code" "$answer"); is "$(state)" "$why" "$why: $(printf %s "$answer" | cut -c1-90)"
	unlike "$said" 'refuses: $|^$' "with words: $said"
done <<'END'
revoked|400|{"error":"invalid_grant","error_description":"AADSTS700082: The refresh token has expired due to inactivity. The token was issued on 2026-01-01T00:00:00Z and was inactive for 90.00:00:00."}
revoked|400|{"error": "invalid_grant", "error_description": "AADSTS50173: The provided grant has expired due to it being revoked, a fresh auth token is needed."}
revoked|400|{"error":"invalid_grant","error_description":"Bad Request"}
revoked|400|{"error_description":"it says \"expired\", at a time","error":"invalid_grant"}
policy|400|{"error":"invalid_grant","error_description":"AADSTS50076: Due to a configuration change made by your administrator you must use multi-factor authentication","suberror":"basic_action"}
policy|400|{"error":"invalid_grant","error_description":"AADSTS70043: The refresh token has expired or is invalid due to sign-in frequency checks by conditional access. The maximum allowed lifetime for this request is 3600."}
policy|400|{"error":"interaction_required","error_description":"AADSTS53003: Access has been blocked by Conditional Access policies."}
policy|400|{"error":"invalid_grant","error_description":"reauth related error (invalid_rapt)","error_subtype":"invalid_rapt"}
policy|400|{"error":"invalid_grant","error_description":"AADSTS65001: The user or administrator has not consented to use the application"}
policy|400|{"error":"admin_policy_enforced"}
client|401|{"error":"invalid_client","error_description":"AADSTS7000222: The provided client secret keys for app are expired."}
client|401|{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided."}
client|400|{"error":"unauthorized_client","error_description":"AADSTS700016: Application with identifier us was not found in the directory"}
client|400|{"error":"invalid_request","error_description":"AADSTS90002: Tenant example.com not found."}
client|401|{"error":"deleted_client","error_description":"The OAuth client was deleted."}
client|401|{"error":"invalid_client","error_description":"AADSTS7000218: The request body must contain the following parameter: 'client_assertion' or 'client_secret'."}
policy|400|{"error":"invalid_grant","error_description":"AADSTS50057: The user account is disabled."}
policy|400|{"error":"invalid_grant","error_description":"AADSTS50074: Strong Authentication is required."}
clock|400|{"error":"invalid_grant","error_description":"AADSTS500133: Assertion is not within its valid time range."}
scope|400|{"error":"invalid_scope","error_description":"Some requested scopes were invalid"}
clock|400|{"error":"invalid_grant","error_description":"Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values"}
away|503|{"error":"temporarily_unavailable","error_description":"AADSTS90033: A transient error has occurred."}
away|429|
refused|429|{"error":{"code":429,"message":"Quota exceeded","status":"RESOURCE_EXHAUSTED"}}
answer|200|<html><title>Sign in to the network</title></html>
answer|200|{"access_token":"","expires_in":3600}
answer|200|{"access_token":"two words","expires_in":3600}
away|502|
away|500|<html>Internal Server Error</html>
answer|302|<a href="https://login.example.net/">moved</a>
answer|404|<html>Not Found</html>
answer|407|
answer|200|{"access_token":null}
answer|200|[[[["access_token"
END
is "$(sed -n 's/^access=//p' "$kept")" 'a/b/c=' "none of them costs what is kept"
for odd in -1 0 08 '"0009"' 9999999999999 '"soon"' null '{}'; do
	answers 200 '{"access_token":"t","expires_in":'"$odd"'}' >/dev/null
	left=$(($(sed -n 's/^ends=//p' "$kept") - $(date +%s))); ok "expires_in $odd: $left s" [ $left -ge -1 -a $left -le 3600 ]
done
answers 200 '{"access_token":"t1","expires_in":3600}' >/dev/null
printf '200\n{"access_token":"t2","expires_in":3600}' >"$work/provider.answer"
is "$(oauth token main)" t1 "a good one is used again"
edit "s/^renewed=.*/renewed=$(($(date +%s) + 5000))/" "$kept"
is "$(oauth token main)" t2 "one from the future is not: the clock was set back"
like "$(oauth renew main)" '^main: .* ends in 3' "renew does it at once, and shows no token"
# Six at the same time, and a provider that allows each refresh token once.
account; edit 's/^ends=.*/ends=5/; s/^refresh=.*/refresh=refresh3/' "$kept"
racers=
for i in 1 2 3 4 5 6; do oauth token main >"$work/racer.$i" & racers="$racers $!"; done
for racer in $racers; do wait "$racer"; done
is "$(cat "$work"/racer.* | sort -u)" 'access4.tok-en_/+=' "six renewals at the same time are one"
is "$(ls -d "$kept".lock "$kept".?????? 2>/dev/null | grep -v state)" "" "and leave nothing behind"

# A login on a network that fails for a moment, and logins that come to nothing: what is kept stays, and nothing is said against it.
script() { printf '%s\n----\n' "$@" >"$work/provider.script"; account "device_url=$url/script"; edit 's,/token$,/script,' "$work/main.oauth"; oauth login main; }
code='200
{"device_code": "dc", "user_code": "WDJB", "verification_uri": "https://p.example/", "interval": "00", "expires_in": "020"}'
wait='400
{"error":"authorization_pending"}'
like "$(script "$code" "$wait" 0 '502
<html>Bad Gateway</html>' "$wait" '400
{"error":"slow_down"}' '200
{"access_token":"login1","refresh_token":"r1"}')" 'It is kept in ' "a provider that does not answer for a moment is asked again"
is "$(oauth token main)" login1 "and what it said then counts"
like "$(script "$code" 0 0 0 0 0)" 'does not answer: ' "one that never answers is given up"
like "$(script "$code" '400
{"error":"access_denied"}')" 'did not allow it: run "relayconf oauth login main" as root, and allow it' "somebody says no"
like "$(script "$code" '400
{"error":"expired_token"}')" 'the code has ended: begin again' "a code that ends"
like "$(script '200
{"device_code": "dc", "user_code": "WDJB", "verification_uri": "https://p.example/", "interval": 1, "expires_in": 2}' "$wait" "$wait" "$wait")" 'nobody has entered the code while it was good' "a code that nobody enters"
like "$(script "$code" '200
{"access_token":"login2"}')" 'no refresh token: is offline_access in scope' "no refresh token"
like "$(script '302
')" 'sends to another address, https://login.example.net/x, where no secret follows: correct http:' "a redirection, without what is secret in it"
like "$(script '404
<html>')" '/script \(HTTP 404\): correct it in .*main.oauth' "an address that is not known"
is "$(oauth token main),$(state)" login1, "none of them costs the token, or says that it fails"

# A provider that was taken over: nothing of what it says reaches a terminal but letters, and nothing is run.
edit 's/^ends=.*/ends=5/' "$kept"; account; edit 's,/token$,/hostile,' "$work/main.oauth"
out=$(oauth token main; oauth status main)
like "$out" 'provider refuses: .2Jbad3m' "words of a hostile provider"
is "$(printf '%s' "$out" | LC_ALL=C tr -d '\n -~' | bytes)" 0 "without control characters, also where echo would make one of a backslash"
account "device_url=$url/device-hostile"; edit 's,/token$,/hostile,' "$work/main.oauth"
out=$(oauth login main)
like "$out" 'Open https://p.example/' "a hostile device code, that waits no longer than it should"
is "$(printf '%s' "$out" | LC_ALL=C tr -d '\n -~' | bytes)" 0 "is shown without control characters"
account; edit 's,/token$,/endless,' "$work/main.oauth"
like "$(oauth token main)" 'does not answer: ' "an answer without end is cut"
is "$(ls "${TMPDIR:-/tmp}"/firsthop.??????/answer 2>/dev/null)" "" "and leaves nothing"
account; chmod 644 "$work/main.oauth"
like "$(oauth token main)" 'can be read or written by everybody' "a file that everybody can read is not used"

# The other ways.
account 'grant=client_credentials'; rm -f "$kept"
like "$(oauth token main)" '^access[0-9]*\.tok' "client credentials need no login"
account "auth_url=$url/auth" 'login=joe@example.org'; rm -f "$kept"
out=$(echo 'http://127.0.0.1/?state=&code=4%2Fxyz&scope=mail' | oauth login main)
like "$out" "$url/auth\\?response_type=code&.*scope=%6d%61%69%6c%20.*&login_hint=" "in a browser: the address to open"
like "$(oauth token main)" '^access[0-9]*\.tok' "and the address that comes back"
like "$(echo 'http://127.0.0.1/?error=access_denied&state=' | oauth login main)" 'did not allow it: access_denied' "or says no"
like "$(echo nonsense | oauth login main)" 'there is no code= in that address' "or not"
like "$(oauth login '../x')" '^usage' "a name is a name"
mkdir -p "$work/p/libexec" "$work/p/share/firsthop"; ln -s "$BIN" "$work/p/libexec/firsthop"
like "$(FIRSTHOP_LIBEXEC=$work/p/libexec/firsthop "$BIN/relayconf" oauth status main 2>&1)" 'share/firsthop/oauth.sh: No such file' "relayconf oauth, where it is not installed"
cp relayconf/system/oauth.sh "$work/p/share/firsthop/"
like "$(FIRSTHOP_LIBEXEC=$work/p/libexec/firsthop "$BIN/relayconf" oauth status main 2>&1)" '^main: client_id us' "and where it is"
finish
