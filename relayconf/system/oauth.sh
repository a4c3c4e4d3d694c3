#!/bin/sh
# oauth.sh: OAuth2 tokens for [smarthost] password_command, with curl(1).  firsthop.conf(5), OAUTH2, says how to use it.
#
#     oauth.sh login NAME     asks the account's owner for the right to send mail, and keeps the refresh token: root says
#                             "relayconf oauth login NAME", which is no longer root when it comes here
#     oauth.sh token NAME     prints an access token; it is renewed two minutes before it ends.  For password_command
#     oauth.sh renew NAME     renews it now, and says what is kept: for cron(8), where mail is so rare that the right would end unused
#     oauth.sh status NAME    what is kept, without the tokens
#
# For those who watch, NAME.state beside the tokens has how that went, without them: the runner hands it on (sendmail/lib/spool/tokens.h).
#
# NAME.oauth beside firsthop.conf says whose it is, in lines key=value: provider (google, microsoft, or none of them), client_id,
# client_secret, tenant (of Microsoft), login; for another provider auth_url or device_url, token_url and scope; grant=client_credentials
# where the program has an account of its own.
# Why curl: HTTP, TLS and proxies are its trade, every system has a maintained one, and only those who use OAuth2 need it.  No program of
# firsthop gets the right to ask web servers for that: this one is run by password_command, with the rights of relay, and ends at once.
set -u
umask 077
# No answer of a provider is longer (in 512 bytes).
ulimit -f 2048
LC_ALL=C
export LC_ALL
# A provider's words go to terminals: no control character, and no backslash that echo would make one of.
plain() { printf '%s\n' "$*" | tr -cd '\n -~'; }
fail() { plain "$*" >&2; exit "${code:-75}"; }
usage() { code=64; fail 'usage: oauth.sh login|token|renew|status NAME'; }
[ $# -eq 2 ] || usage
verb=$1 name=$2
case $name in '' | *[!A-Za-z0-9_-]*) usage ;; esac
# Who has the group firsthop may write where the tokens are: root, there, could be led to another file.
[ "$(id -u)" != 0 ] || [ -n "${FIRSTHOP_SPOOL:-}" ] || { code=77; fail "as root, say: relayconf oauth $verb $name"; }
config=${FIRSTHOP_CONFIG:-}
[ -n "$config" ] || { config=/etc/firsthop/firsthop.conf; [ -e "$config" ] || config=/usr/local/etc/firsthop/firsthop.conf; }
file=$(dirname "$config")/$name.oauth
state=${FIRSTHOP_SPOOL:-/var/spool/firsthop}/oauth
kept=$state/$name

# value KEY FILE
value() { sed -n "s/^$1=//p" "$2" 2>/dev/null | head -n 1; }
# answer KEY: a string or a number of the provider's answer
answer() { value "$1" "$work/values"; }
# JSON on standard input, in lines key=value: what is not within another object, and an error that is one itself (Google's, of some kinds)
members() {
	head -c 65536 | tr '\n\r\t' '   ' | tr -cd ' -~' | awk '
		function hex(word,   k, n) { for (k = 1; k <= 4; k++) n = n * 16 + index("0123456789abcdef", tolower(substr(word, k, 1))) - 1; return n }
		function put(v) {
			if (depth == 1) print key "=" v
			else if (depth == 2 && outer == "error" && (key == "message" || key == "status")) print (key == "message" ? "error_description" : "error") "=" v
		}
		{
			for (i = 1; i <= length($0); i++) {
				c = substr($0, i, 1)
				if (c == "\"") {
					for (v = ""; ++i <= length($0) && (c = substr($0, i, 1)) != "\""; v = v c)
						if (c == "\\") {
							c = substr($0, ++i, 1)
							if (c == "u") { n = hex(substr($0, i + 1, 4)); c = n >= 32 && n < 127 ? sprintf("%c", n) : " "; i += 4 }
							else if (index("nrtbf", c)) c = " "
						}
					if (given) put(v); else key = v
				} else if (c == "{" || c == "[") { if (++depth == 2) outer = key; given = 0 }
				else if (c == "}" || c == "]") { depth--; given = 0 }
				else if (c == ":") given = 1
				else if (c == ",") given = 0
				else if (c != " " && given) {
					for (v = c; (c = substr($0, i + 1, 1)) != "" && !index(",}] ", c); i++) v = v c
					if (v != "null") put(v)
				}
			}
		}'
}
now() { date +%s; }

# note WHY: how it went, in one step; "" is well.  words WHY: from here on, what goes wrong is that
note() {
	since=$(now)
	[ -n "$1" ] && [ -n "$(value failed "$kept.state")" ] && since=$(value failed "$kept.state")
	new=$(mktemp "$kept.XXXXXX" 2>/dev/null) || return 0
	{
		printf 'renewed=%s\nends=%s\nrefresh_ends=%s\n' "$(value renewed "$kept")" "$(value ends "$kept")" "$(value refresh_ends "$kept")"
		[ -z "$1" ] || printf 'failed=%s\nwhy=%s\n' "$since" "$1"
	} >"$new" && chmod 0640 "$new" && mv -f "$new" "$kept.state" || rm -f "$new"
}
# fail_as WHY WORDS: for those who watch, too; but a login that fails says nothing of the token that is kept
fail_as() {
	[ "$verb" = login ] || note "$1"
	shift
	fail "$@"
}

settings() {
	[ -r "$file" ] || fail "$file cannot be read: it says provider, client_id and client_secret, and belongs to root and group firsthop (mode 0640)"
	case $(ls -lLd "$file") in ?????-?---*) ;; *) fail "$file can be read or written by everybody: chmod 0640 $file" ;; esac
	provider=$(value provider "$file") client_id=$(value client_id "$file") client_secret=$(value client_secret "$file")
	login=$(value login "$file") tenant=$(value tenant "$file") scope=$(value scope "$file") grant=$(value grant "$file")
	auth_url=$(value auth_url "$file") device_url=$(value device_url "$file") token_url=$(value token_url "$file")
	case $provider in
	google)
		auth_url=${auth_url:-https://accounts.google.com/o/oauth2/v2/auth} token_url=${token_url:-https://oauth2.googleapis.com/token}
		scope=${scope:-https://mail.google.com/}
		;;
	microsoft)
		base=https://login.microsoftonline.com/${tenant:-common}/oauth2/v2.0
		device_url=${device_url:-$base/devicecode} token_url=${token_url:-$base/token}
		[ "$grant" = client_credentials ] && scope=${scope:-https://outlook.office365.com/.default}
		scope=${scope:-https://outlook.office.com/SMTP.Send offline_access}
		;;
	esac
	[ -n "$client_id" ] || fail "$file has no client_id"
	[ -n "$token_url" ] || fail "$file has no token_url, and provider is neither google nor microsoft"
	for url in "$auth_url" "$device_url" "$token_url"; do
		case $url in '' | https://* | http://127.0.0.1:*) ;; *) fail "$file: $url does not begin with https://" ;; esac
	done
	command -v curl >/dev/null 2>&1 || fail 'curl is not installed'
}

# ask URL KEY VALUE...: a form; the answer is in $work/answer.  Secrets go by standard input, where no list of processes shows them.  No redirection is
# followed, with a secret, and no .curlrc is read.  While $patient allows it, a provider that does not answer is one that asks to wait.
ask() {
	url=$1 host=$(echo "$1" | cut -d/ -f3); shift
	{
		printf 'url = "%s"\n' "$url"
		while [ $# -gt 0 ]; do
			[ -z "$2" ] || printf 'data-urlencode = "%s=%s"\n' "$1" "$(printf %s "$2" | sed 's/[\\"]/\\&/g')"
			shift 2
		done
	} | curl -q -sS --max-time 8 --proto '=https,http' -o "$work/answer" -w '%{http_code} %{redirect_url}' -K - >"$work/http" 2>"$work/error" || {
		[ $((patient -= 1)) -le 0 ] || { echo error=authorization_pending >"$work/values"; return; }
		said="$host does not answer: $(head -n 1 "$work/error")"
		case $said in
		*certificate*'not yet valid'* | *certificate*'has expired'*) fail_as clock "$said; check the clock of this machine: date" ;;
		esac
		fail_as away "$said"
	}
	read -r http elsewhere <"$work/http"
	members <"$work/answer" >"$work/values"
	case $http in 5?? | 429) [ -n "$(answer error)" ] || [ $((patient -= 1)) -le 0 ] || echo error=authorization_pending >"$work/values" ;; esac
}

# What came is no answer of OAuth2: who is it that answers?
explain_http() {
	case $http in
	5?? | 429) fail_as away "the provider is out of order: $host answers with HTTP $http; $again" ;;
	30[12378]) fail_as answer "$host sends to another address, $(echo "${elsewhere:-none}" | cut -d'?' -f1 | cut -c1-150), where no secret follows: correct $url in $file" ;;
	404 | 405 | 410) fail_as answer "$host does not know the address $url (HTTP $http): correct it in $file" ;;
	407) fail_as answer "a proxy on the way to $host wants a login (HTTP 407): see https_proxy in the environment" ;;
	esac
	fail_as answer "the provider's answer makes no sense (HTTP $http): $(head -c 100 "$work/answer" 2>/dev/null | tr -d '\n\r' | tr -cd ' -~')"
}

# What an OAuth2 provider says (RFC 6749 5.2, RFC 8628 3.5; AADSTS is Microsoft), and what to do.
explain() {
	error=$(answer error) said=$(answer error_description | cut -c1-150)
	said=${said:+ ($said)}
	case "$error $(answer error_subtype)$said" in
	*AADSTS7000222*) fail_as client "the secret of the client has ended$said: make a new one at the provider, and put it into $file" ;;
	*AADSTS700016* | *AADSTS90002* | *AADSTS900023* | *AADSTS50059*) fail_as client "the provider does not know the client in that tenant$said: check client_id and tenant in $file" ;;
	*AADSTS7000218*) fail_as client "the provider wants a client_secret$said: put it into $file, or allow public client flows for this client at the provider" ;;
	*AADSTS50057* | *AADSTS50034* | *AADSTS5005[35]*) fail_as policy "the account does not exist, or is disabled or locked$said: ask its administrator; then run \"relayconf oauth login $name\" as root" ;;
	*AADSTS5007[24689]* | *AADSTS90094* | *AADSTS53[0-9]* | *AADSTS50105* | *AADSTS65001* | *AADSTS70043* | *invalid_rapt* | admin_policy_enforced* | org_internal* | \
		consent_required* | interaction_required*)
		fail_as policy "the account, or its tenant's policy, does not allow it$said: ask its administrator; then run \"relayconf oauth login $name\" as root"
		;;
	access_denied* | authorization_declined* | *AADSTS65004*)
		fail_as policy "whoever was asked did not allow it$said: run \"relayconf oauth login $name\" as root, and allow it in the browser; or the tenant's administrator does not let users do so"
		;;
	*[Cc]lock* | *AADSTS700024* | *AADSTS500133* | *'not yet valid'* | *'in the future'* | *'reasonable timeframe'*)
		fail_as clock "the provider refuses the grant$said: check the clock of this machine: date"
		;;
	invalid_grant*) fail_as revoked "the right to send mail was withdrawn or has ended$said: run \"relayconf oauth login $name\" as root" ;;
	invalid_client* | unauthorized_client* | deleted_client* | disabled_client*) fail_as client "the provider does not accept client_id or client_secret$said: check $file" ;;
	invalid_scope*) fail_as scope "the provider does not know the scope $scope$said: check scope in $file" ;;
	temporarily_unavailable* | server_error* | slow_down* | rate_limit_exceeded*) fail_as away "the provider is out of order: $error$said; $again" ;;
	' '*) explain_http ;;
	*) fail_as refused "the provider refuses: $error$said" ;;
	esac
}

# whole NUMBER: without a fraction, and the zeros in front that a shell would take for octal
whole() { echo "${1%%.*}" | sed 's/^0*\([0-9]\)/\1/'; }

# keep REFRESH-TOKEN: what the answer holds, in one step
keep() {
	access=$(answer access_token)
	lasts=$(answer expires_in) refresh=$(answer refresh_token) refresh_lasts=$(answer refresh_token_expires_in)
	[ -n "$access" ] || explain
	[ "$verb" != login ] || [ "$grant" = client_credentials ] || [ -n "$refresh" ] || fail 'the provider gave no refresh token: is offline_access in scope?'
	case $access in *' '*) fail_as answer "the provider's answer makes no sense: a token with a blank" ;; esac
	lasts=$(whole "$lasts") refresh_lasts=$(whole "$refresh_lasts") refresh_ends=
	case $lasts in '' | *[!0-9]* | ?????????*) lasts=3600 ;; esac
	case $refresh_lasts in
	'' | *[!0-9]* | ??????????*) [ -n "$refresh" ] || refresh_ends=$(value refresh_ends "$kept") ;;
	*) [ "$refresh_lasts" -eq 0 ] || refresh_ends=$(($(now) + refresh_lasts)) ;;
	esac
	new=$(mktemp "$kept.XXXXXX") &&
		printf 'refresh=%s\naccess=%s\nrenewed=%s\nends=%s\nrefresh_ends=%s\n' "${refresh:-$1}" "$access" "$(now)" $(($(now) + lasts)) "$refresh_ends" >"$new" &&
		{ [ ! -g "$state" ] || chmod 0660 "$new"; } && mv -f "$new" "$kept" || { rm -f "${new:-}"; fail "$kept cannot be written"; }
	note ''
}

login_by_device() {
	ask "$device_url" client_id "$client_id" scope "$scope"
	code_of_device=$(answer device_code) every=$(whole "$(answer interval)") lasts=$(whole "$(answer expires_in)")
	[ -n "$code_of_device" ] || explain
	where=$(answer verification_uri)
	plain "Open ${where:-$(answer verification_url)} in any browser, and enter the code $(answer user_code)"
	case $every in '' | *[!0-9]* | ???*) every=5 ;; esac
	case $lasts in '' | *[!0-9]* | ?????*) lasts=1800 ;; esac
	end=$(($(now) + lasts)) patient=5
	until [ "$(now)" -ge "$end" ]; do
		sleep "$every"
		ask "$token_url" grant_type urn:ietf:params:oauth:grant-type:device_code device_code "$code_of_device" client_id "$client_id" client_secret "$client_secret"
		case $(answer error) in
		authorization_pending) [ "$every" -gt 0 ] || every=1 ;;
		slow_down) every=$((every + 5)) ;;
		expired_token | code_expired) fail 'the code has ended: begin again' ;;
		*) return ;;
		esac
	done
	fail 'nobody has entered the code while it was good: begin again'
}

encode() { printf %s "$1" | od -An -v -tx1 | tr -d ' \n' | sed 's/../%&/g'; }

login_by_browser() {
	[ -n "$auth_url" ] || fail "$file has neither device_url nor auth_url"
	back=http://127.0.0.1
	echo "Open this address in a browser of any machine, and allow it:"
	echo "$auth_url?response_type=code&access_type=offline&prompt=consent&client_id=$(encode "$client_id")&redirect_uri=$(encode "$back")&scope=$(encode "$scope")${login:+&login_hint=$(encode "$login")}"
	echo "The browser then shows a page that cannot be reached.  Copy its address here:"
	read -r pasted || pasted=
	code_of_browser=$(printf '%s\n' "$pasted" | sed -n 's/.*[?&]code=\([^&#]*\).*/\1/p' | sed 's,%2[Ff],/,g')
	refused=$(printf '%s\n' "$pasted" | sed -n 's/.*[?&]error=\([A-Za-z_]*\).*/\1/p')
	[ -z "$refused" ] || fail "the provider did not allow it: $refused; begin again, and allow it in the browser, or ask the account's administrator"
	[ -n "$code_of_browser" ] || fail 'there is no code= in that address'
	ask "$token_url" grant_type authorization_code code "$code_of_browser" redirect_uri "$back" client_id "$client_id" client_secret "$client_secret"
}

do_login() {
	[ -d "$state" ] || mkdir "$state" || fail "$state is missing: run install-rights"
	if [ "$grant" = client_credentials ]; then
		ask "$token_url" grant_type client_credentials client_id "$client_id" client_secret "$client_secret" scope "$scope"
	elif [ -n "$device_url" ]; then
		login_by_device
	else
		login_by_browser
	fi
	lock
	keep ''
	echo "It is kept in $kept.  In [smarthost $name]: auth = oauthbearer xoauth2, and password_command = $0 token $name"
}

# Two that renew at the same time would use one refresh token twice, for which a provider withdraws all: the second waits for the first.
lock() {
	waited=0
	until mkdir "$kept.lock" 2>/dev/null; do
		[ -w "$state" ] || fail "$kept cannot be written"
		[ -z "$(find "$kept.lock" -prune -mmin +1 2>/dev/null)" ] || rmdir "$kept.lock" 2>/dev/null
		waited=$((waited + 1))
		[ $waited -lt 9 ] || fail "another renewal of $name has not ended"
		sleep 1
	done
	locked=$kept.lock
}

# At least two minutes are left, and the clock was not set back.
is_good() {
	ends=$(value ends "$kept") renewed=$(value renewed "$kept")
	[ "${ends:-0}" -gt $(($(now) + 120)) ] && [ "${renewed:-0}" -le "$(now)" ]
}

renew() {
	if [ "$grant" = client_credentials ]; then
		ask "$token_url" grant_type client_credentials client_id "$client_id" client_secret "$client_secret" scope "$scope"
	else
		ask "$token_url" grant_type refresh_token refresh_token "$(value refresh "$kept")" client_id "$client_id" client_secret "$client_secret"
	fi
	keep "$(value refresh "$kept")"
}

need_login() { [ "$grant" = client_credentials ] || [ -n "$(value ends "$kept")" ] || fail "nothing is kept for $name: run \"relayconf oauth login $name\" as root"; }

do_token() {
	need_login
	if ! is_good; then
		lock
		is_good || renew
	fi
	value access "$kept"
}

do_status() {
	ends=$(value ends "$kept")
	[ -n "$ends" ] || fail "nothing is kept for $name: run \"relayconf oauth login $name\" as root"
	echo "$name: client_id $client_id, $(echo "$token_url" | cut -d/ -f3); the access token ends in $((ends - $(now))) s; refresh token: $([ -n "$(value refresh "$kept")" ] && echo yes || echo no)"
}

settings
work=$(mktemp -d "${TMPDIR:-/tmp}/firsthop.XXXXXX") || fail 'no temporary folder can be made'
locked= patient=0 again='it is asked again'
[ "$verb" != login ] || again='begin again later'
trap 'rm -rf "$work"; [ -z "$locked" ] || rmdir "$locked"' EXIT
trap 'exit 1' HUP INT TERM
case $verb in
login) do_login ;;
token) do_token ;;
renew)
	need_login
	lock
	renew
	do_status
	;;
status) do_status ;;
*) usage ;;
esac
