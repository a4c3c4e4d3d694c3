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
# A provider that was taken over: nothing of what it says reaches a terminal but letters, and nothing is run.
account; edit 's,/token$,/hostile,' "$work/main.oauth"
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
like "$(echo nonsense | oauth login main)" 'there is no code= in that address' "or not"
like "$(oauth login '../x')" '^usage' "a name is a name"
mkdir -p "$work/p/libexec" "$work/p/share/firsthop"; ln -s "$BIN" "$work/p/libexec/firsthop"
like "$(FIRSTHOP_LIBEXEC=$work/p/libexec/firsthop "$BIN/relayconf" oauth status main 2>&1)" 'share/firsthop/oauth.sh: No such file' "relayconf oauth, where it is not installed"
cp relayconf/system/oauth.sh "$work/p/share/firsthop/"
like "$(FIRSTHOP_LIBEXEC=$work/p/libexec/firsthop "$BIN/relayconf" oauth status main 2>&1)" '^main: client_id us' "and where it is"
finish
