# For tests/score.sh: what a whole attempt finds, at servers that behave so.  Cause and remedy are those of mailq why, or of the report.
sh tests/fake/certs.sh "$work/certs" localhost >/dev/null 2>&1
echo geheim >"$work/secret"
chmod 600 "$work/secret"

# attempt SITUATION DEED CAUSE REMEDY: one message, one attempt
attempt() {
	rm -f "$work"/spool/mqueue/* "$work"/delivered/*
	printf 'x\n' | "$BIN/sendmail" -f me@example.org a@example.net
	runner_once
	id=$("$BIN/mailq" -bpi 2>/dev/null | head -n 1)
	why=$("$BIN/mailq" why "$id" 2>/dev/null)
	does=waits words=$(echo "$why" | sed -n '/^meaning /,/^next try/p' | tr '\n' ' ')
	if [ -z "$why" ]; then
		report=$(grep -l 'multipart/report' "$work"/delivered/* 2>/dev/null | tail -n 1)
		does=${report:+returned} words=$(sed -n '/^Your message/,/^$/p' "${report:-/dev/null}" | tr -d '\r' | tr '\n' ' ')
	fi
	score "live: $1" "$does" "$2" "$words" "$3" "$words" "$4"
}
# scripted LINES: an odd server on $port
scripted() {
	printf '%s\n' "$@" >"$work/script"
	rm -f "$work/port"
	"$TOOLS/smtpd" -P "$work/port" -w 30 "$work/script" 2>>"$work/log" &
	odd=$!
	pids="$pids $odd"
	wait_for test -s "$work/port"
	port=$(cat "$work/port")
}
# with_certificate NAME: a smarthost with it, verified
with_certificate() {
	smarthost -t "$work/certs/$1.pem" -k "$work/certs/$1.key" -a joe:geheim
	tls=verify
	config "tls_ca_file = $work/certs/ca.pem
login = joe
password_file = $work/secret"
}

port=1 tls=off; config
attempt 'nothing listens' waits 'Nothing listens on that port' 'Check host and port'
printf '[host]\nname = mon1.example.org\naliases = %s/aliases\n[smarthost main]\nhost = nosuch.invalid\n' "$work" >"$work/firsthop.conf"
attempt 'a name that does not exist' waits "does not exist|DNS server" 'Check host|Ask the same|resolv.conf'
config; printf '[host]\nname = mon1.example.org\n' >"$work/firsthop.conf"
attempt 'no smarthost' waits 'No smarthost is configured' 'host = NAME'
scripted close; config
attempt 'a server that closes at once' waits 'closed the connection without a greeting|cut the connection' 'max_sessions|log'
stop $odd; scripted 'send HTTP/1.1 400 Bad Request' close; config
attempt 'an HTTP server' waits 'not SMTP|HTTP' 'host and port|port'
stop $odd; scripted 'send SSH-2.0-OpenSSH_9.2p1' close; config
attempt 'an SSH server' waits 'not SMTP|SSH' 'host and port|port'
stop $odd; scripted 'send HTTP/1.1 302 Found' 'send Location: http://login.hotel.test/' close; config
attempt 'a captive portal' waits 'not SMTP|Another service' 'host and port|port'
stop $odd; scripted 'send * OK [CAPABILITY IMAP4rev1] Dovecot ready.' close; config
attempt 'an IMAP server' waits 'Another service' 'host and port|port'
stop $odd; scripted 'send 220 (vsFTPd 3.0.3)' 'expect EHLO' 'send 530 Please login with USER and PASS.' expect-any 'send 530 Please login with USER and PASS.' expect-any; config
attempt 'an FTP server' waits 'Another service' 'host and port|port'
to_rcpt() { stop $odd; scripted 'send 220 odd ESMTP' 'expect EHLO' 'send 250 odd' 'expect MAIL' 'send 250 ok' 'expect RCPT' "$@" expect-any; config; }
to_rcpt 'send 550-5.1.1 no such user' 'send 450 4.2.0 greylisted'
attempt 'lines of 550 and 450 in one refusal' waits 'greylisting' 'Wait'
to_rcpt 'send 354 go on'
attempt '354 in answer to RCPT' waits 'not SMTP' "server's log"
stop $odd; scripted 'send 220 odd ESMTP' 'expect EHLO' 'send 250 odd' 'expect MAIL' reset; config
attempt 'a connection that breaks at MAIL' waits 'cut the connection|closed the connection' "server's log"
stop $odd; scripted 'send 220 odd ESMTP' 'expect EHLO' 'send 250 odd' 'expect MAIL' 'send 250 ok' 'expect RCPT' 'send 250 ok' 'expect DATA' 'send 354 go' 'read-data' close; config
attempt 'a connection that breaks after the message' waits 'may arrive twice' 'Wait'
stop $odd
smarthost; tls=verify; config
attempt 'no STARTTLS' waits 'does not offer it' 'tls = opportunistic'
stop "$smarthost_pid"; smarthost -a joe:other; tls=off
config "login = joe
password_file = $work/secret
auth_without_tls = yes"
attempt 'a wrong password' waits 'refuses this login' 'login and password_file'
config "login = joe
password_file = $work/none
auth_without_tls = yes"
attempt 'no password file' waits 'password file does not exist' 'chmod 0640'
: >"$work/empty"; chmod 600 "$work/empty"
config "login = joe
password_file = $work/empty
auth_without_tls = yes"
attempt 'an empty password file' waits 'first line of the password file is empty' 'first line'
cp "$work/secret" "$work/open"; chmod 644 "$work/open"
config "login = joe
password_file = $work/open
auth_without_tls = yes"
attempt 'a password file that all can read' waits 'can be read by other users' 'chmod 0640'
config "login = joe
password_file = $work/secret"
attempt 'a login without TLS' waits 'no TLS' 'tls = verify'
stop "$smarthost_pid"; smarthost
config "login = joe
password_file = $work/secret
auth_without_tls = yes"
attempt 'a login where none is offered' waits 'offers no login' 'remove login|587'
stop "$smarthost_pid"
for pair in 'expired|has expired|date|renew' 'notyet|not valid yet|clock|clock' 'wrongname|for another name|tls_name|tls_name' 'selfsigned|self-signed|tls_ca_file|tls_ca_file'; do
	IFS='|' read -r certificate cause remedy also <<END
$pair
END
	with_certificate "$certificate"
	attempt "a certificate: $certificate" waits "$cause" "$remedy|$also"
	stop "$smarthost_pid"
done
smarthost -r 'a@=550 5.1.1 no such user'; tls=off; config
attempt 'an unknown recipient' returned 'mailbox does not exist' 'Check the address'
stop "$smarthost_pid"; config
echo 'root: |/bin/sh' >"$work/aliases"
rm -f "$work"/spool/mqueue/*; printf 'x\n' | "$BIN/sendmail" root; runner_once
words=$("$BIN/mailq" why "$("$BIN/mailq" -bpi 2>/dev/null)" 2>/dev/null | tr '\n' ' ')
score 'live: an alias that is a program' waits waits "$words" 'sends mail to a program' "$words" 'by an address'
: >"$work/aliases"; rm -f "$work"/spool/mqueue/*
