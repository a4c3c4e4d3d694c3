#!/bin/sh
# Logging in: which way, what follows when the server does not understand it, and when the login is paused.
. tests/lib.sh
. tests/auth-server.sh
new_spool
umask 077; echo secret >"$work/secret"; umask 022
login="login = joe
password_file = $work/secret
auth_without_tls = yes"

message() {
	rm -rf "$work"/spool/mqueue/* "$work"/spool/drop/*
	: >"$work/log"
	: >"$work/transcript"
	printf 'Subject: x\n\nbody\n' | "$BIN/sendmail" -i -f root@example.org ops@example.org
}

# --- one way after the other -------------------------------------------------------------------------------------------------------
for answer in '504 5.5.4 Unrecognized authentication type' '535 5.7.8 Error: authentication failed: Invalid authentication mechanism' '501 5.5.4 what' \
	'534 5.7.9 Authentication mechanism is too weak' '454 4.7.0 mechanism not available now'; do
	serve 'CRAM-MD5 PLAIN LOGIN' 'expect AUTH CRAM-MD5' "send $answer" 'expect AUTH PLAIN AGpvZQBzZWNyZXQ=' 'send 235 ok' "$accepts"
	config "$login"
	message
	runner_once
	like "$(cat "$work/log")" 'status=sent' "CRAM-MD5 gets \"$answer\": PLAIN is used, in the same session"
	stop "$server_pid"
done
serve 'CRAM-MD5 LOGIN' 'expect AUTH CRAM-MD5' 'send 334 !!!' 'expect *' 'send 501 cancelled' 'expect AUTH LOGIN' 'send 334 VXNlcm5hbWU6' 'expect am9l' \
	'send 334 UGFzc3dvcmQ6' 'expect c2VjcmV0' 'send 235 ok' "$accepts"
config "$login"
message
runner_once
like "$(cat "$work/log")" 'status=sent' "a challenge that makes no sense is given up for LOGIN"
stop "$server_pid"
serve 'CRAM-MD5 PLAIN' 'expect AUTH CRAM-MD5' 'send 504 no' 'expect AUTH PLAIN' 'send 504 5.5.4 not this one either' silence
config "$login"
message
runner_once
like "$(cat "$work/log")" 'not this one either.* stage=AUTH .*key=auth-missing ' "none is understood: the last answer is the reason"
is "$(grep -c '^C: AUTH' "$work/transcript")" 2 "each way was tried once"
stop "$server_pid"
serve 'CRAM-MD5 PLAIN LOGIN' 'expect AUTH CRAM-MD5' 'send 334 PDEyMy40NUBtYWlsLmV4YW1wbGUub3JnPg==' expect-any 'send 535 5.7.8 authentication failed' silence
config "$login"
message
runner_once
like "$(cat "$work/log")" 'stage=AUTH .*key=auth-refused' "a refused login is refused"
is "$(grep -c '^C: AUTH' "$work/transcript")" 1 "and is not tried in another way: that would count against the account"
stop "$server_pid"

# --- auth = ------------------------------------------------------------------------------------------------------------------------
serve 'SCRAM-SHA-256 CRAM-MD5 PLAIN LOGIN' 'expect AUTH LOGIN' 'send 334 VXNlcm5hbWU6' 'expect am9l' 'send 334 UGFzc3dvcmQ6' 'expect c2VjcmV0' \
	'send 235 ok' "$accepts"
config "$login
auth = Login, plain"
message
runner_once
like "$(cat "$work/log")" 'status=sent' "auth = login plain: LOGIN, whatever else is offered"
is "$("$BIN/relayconf" get smarthost.main.auth 2>/dev/null || "$BIN/relayconf" show | sed -n 's/^auth *= *//p' | sed 's/ *#.*//' | head -n 1)" "login plain" "it is shown as it is read"
stop "$server_pid"
serve 'CRAM-MD5 DIGEST-MD5' silence
config "$login
auth = plain login"
message
runner_once
like "$(cat "$work/log")" 'offered: CRAM-MD5 DIGEST-MD5; auth = plain login.* key=auth-missing ' "none of those wanted is offered: both lists are said"
stop "$server_pid"
config "$login
auth = plain digest-md5"
like "$("$BIN/relayconf" check 2>&1)" 'digest-md5.* is not one of: plain login cram-md5 scram-sha-256' "one that is not known is refused"
config "auth = plain"
like "$("$BIN/relayconf" check 2>&1)" 'main: auth = plain has no effect without login' "auth without login: relayconf check says so"

# --- pauses ------------------------------------------------------------------------------------------------------------------------
# pause: a message with the runner; $next: seconds until the smarthost is asked again
pause() {
	message
	"$BIN/runner" --stay --foreground 2>>"$work/log" &
	runner_pid=$!
	pids="$pids $runner_pid"
	wait_for grep -q 'status=deferred' "$work/log"
	next=$(sed -n 's/.* status=deferred .* next_s=\([0-9]*\) .*/\1/p' "$work/log" | tail -n 1)
	stop "$runner_pid"
}
serve 'PLAIN' 'expect AUTH PLAIN' 'send 454 4.7.0 Temporary authentication failure' silence
config "$login"
pause
unlike "$(cat "$work/log")" 'refused the login' "454 at AUTH is no refused login"
ok "and the next try comes soon ($next s)" test "${next:-999}" -le 70
stop "$server_pid"
serve '' silence
config "$login"
pause
unlike "$(cat "$work/log")" 'refused the login' "no AUTH offered is no refused login"
stop "$server_pid"
config "login = joe
password_file = $work/none"
pause
unlike "$(cat "$work/log")" 'refused the login' "a missing password file is no refused login"
for answer in '535 5.7.8 authentication failed' '535 5.7.139 Authentication unsuccessful, basic authentication is disabled.' \
	'535 5.7.139 Authentication unsuccessful, user is locked by your organization'"'"'s security defaults policy.'; do
	serve 'PLAIN' 'expect AUTH PLAIN' "send $answer" silence
	config "$login"
	pause
	like "$(cat "$work/log")" 'refused the login 1 time; it is not tried again for 900 s' "$answer: a refused login"
	stop "$server_pid"
done
finish
