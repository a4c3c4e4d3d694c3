#!/bin/sh
# What is at the port when it is no SMTP server as configured: the wrong mode of TLS and other services are named within seconds, with what
# was seen; certificates are described; and a server that is only slow gets its mail.
. tests/lib.sh
new_spool
sh tests/fake/certs.sh "$work/certs" localhost >/dev/null 2>&1
ca="tls_ca_file = $work/certs/ca.pem"
good="-t $work/certs/good.pem -k $work/certs/good.key"

# serve LINE...: a server that says so, one client after the other; sets port and server_pid
serve() {
	rm -f "$work/port"
	printf '%s\n' "$@" >"$work/script"
	"$TOOLS/smtpd" -P "$work/port" -T "$work/transcript" -C "$work/certs" -w 60 "$work/script" 2>>"$work/log" &
	server_pid=$!
	pids="$pids $server_pid"
	wait_for test -s "$work/port"
	port=$(cat "$work/port")
}

# attempt LINE...: a message with this configuration; $log, and $took in seconds
attempt() {
	rm -rf "$work"/spool/mqueue/* "$work"/spool/drop/*
	: >"$work/log"
	config "$@"
	printf 'Subject: x\n\nbody\n' | "$BIN/sendmail" -i -f root@example.org ops@example.org
	began=$(milliseconds)
	runner_once
	took=$((($(milliseconds) - began) / 1000))
	log=$(cat "$work/log")
}
quick() { [ "$took" -le 20 ]; result $? "$1: within seconds" "$took s"; }

# --- the mode of TLS ---------------------------------------------------------------------------------------------------------------
smarthost $good -i
for tls in off verify; do
	attempt "$ca"
	like "$log" 'speaks TLS from the first byte, and implicit = no.* key=tls-implicit-missing' "TLS at once, tls = $tls without implicit: said"
	quick "TLS at once, tls = $tls"
done
like "$("$BIN/mailq" why 2>/dev/null $(ls "$work"/spool/mqueue/*.log | sed 's|.*/||; s/\.log$//'))" 'Set implicit = yes for this smarthost' "with the setting"
probe=$("$BIN/relayconf" probe 2>&1)
like "$probe" 'Set implicit = yes for this smarthost' "relayconf probe has it, too"
tls=verify attempt "$ca
implicit = yes"
like "$log" 'status=sent' "done as it says: sent"
stop "$smarthost_pid"
serve 'starttls good.pem good.key' 'send 220 mail.example.org ESMTP' 'silence'
tls=off attempt
like "$log" 'key=tls-implicit-missing' "a server that serves its clients one by one: found, too"
quick "one by one"
stop "$server_pid"
smarthost $good
tls=verify attempt "$ca
implicit = yes"
like "$log" 'did not answer with TLS; it said: .*220 .* key=tls-implicit-wrong' "a greeting where TLS was expected: quoted"
like "$("$BIN/mailq" why $(ls "$work"/spool/mqueue/*.log | sed 's|.*/||; s/\.log$//'))" 'Set implicit = no for this smarthost' "with the setting"
quick "a greeting where TLS was expected"
stop "$smarthost_pid"

# --- other services ----------------------------------------------------------------------------------------------------------------
tls=off
serve 'expect-any' 'send-raw HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n' close
attempt
like "$log" 'an HTTP server answers on this port, no mail server; it said: .*HTTP/1.1 400 Bad Request.* key=other-protocol' "an HTTP server"
quick "an HTTP server"
stop "$server_pid"
for case in 'an SSH server|SSH-2.0-OpenSSH_9.2' 'an IMAP server|* OK [CAPABILITY IMAP4rev1] ready' 'a POP3 server|+OK ready <1.2@x>' 'an NNTP server|200 news.example.org InterNetNews NNRP server'; do
	serve "send ${case#*|}" silence
	attempt
	like "$log" "${case%%|*} answers on this port.* stage=banner .*key=other-protocol" "${case%%|*}"
	stop "$server_pid"
done
serve 'send 220 mail.example.org ready' 'expect EHLO' 'send 500 5.5.1 unknown command' 'expect HELO' 'send 500 5.5.1 unknown command' 'expect LHLO' 'send 250 mail.example.org' silence
attempt
like "$log" 'an LMTP server answers on this port.* stage=EHLO .*key=other-protocol' "an LMTP server, whose greeting does not say so"
stop "$server_pid"
serve 'send-raw \x4a\x00\x00\x00\x0a5.5.5-10.11.6-MariaDB\x00\x01mysql_native_password\x00' silence
attempt
like "$log" 'a MySQL server.* key=other-protocol' "a MySQL server"
stop "$server_pid"
serve 'send-raw what\x1b[31mever\r\n' silence
attempt
like "$log" 'it said: .*what.+x1b\[31mever.* key=reply-bad' "nothing that is known: quoted, without its escapes"
stop "$server_pid"
serve 'repeat 100000 220-welcome to this server' silence
attempt
like "$log" 'does not end; it began: .*220-welcome to this server.* stage=banner .*key=reply-bad' "a greeting without an end"
stop "$server_pid"
serve 'send-raw 220 mail.example' silence
attempt '
[relay]
reply_s = 2'
like "$log" 'its answer has no end, it began: .*220 mail.example.* stage=banner .*key=reply-timeout' "half a greeting"
stop "$server_pid"

# --- only slow ---------------------------------------------------------------------------------------------------------------------
serve 'sleep 7000' 'send 220 mail.example.org ESMTP' 'expect EHLO' 'send 250 mail.example.org' 'expect MAIL' 'send 250 ok' 'expect RCPT' 'send 250 ok' 'expect DATA' \
	'send 354 go' read-data 'send 250 ok' 'expect QUIT' 'send 221 bye' close
attempt
like "$log" 'status=sent' "a server that greets after 7 s gets its mail"
is "$(grep -c 'C: DATA' "$work/transcript")" 1 "once"
stop "$server_pid"

# --- STARTTLS that somebody removes ------------------------------------------------------------------------------------------------
serve 'send 220 **************' 'expect EHLO' 'send-raw 250-mail.example.org\r\n250-SIZE 1000000\r\n250 XXXXXXXA\r\n' silence
tls=verify attempt "$ca"
like "$log" 'overwritten .XXXX..* key=starttls-removed' "STARTTLS blotted out: something on the way removes it"
unlike "$log" 'opportunistic' "and nobody is advised to go without TLS"
stop "$server_pid"
serve 'send 220 smtp.gmail.com ESMTP x - gsmtp' 'expect EHLO' 'send-raw 250-smtp.gmail.com at your service, [192.0.2.7]\r\n250 SIZE 35882577\r\n' silence
tls=verify attempt "$ca"
like "$log" 'Gmail. always offers it.* key=starttls-removed' "a provider that always offers it: the same"
stop "$server_pid"

# --- certificates ------------------------------------------------------------------------------------------------------------------
print=$(openssl x509 -in "$work/certs/expired.pem" -noout -fingerprint -sha256 | sed 's/.*=//')
smarthost -t "$work/certs/expired.pem" -k "$work/certs/expired.key"
tls=verify attempt "$ca"
like "$log" "expired 2021-01-01 .*subject CN=localhost, issuer CN=firsthop test authority, valid 2020-01-01 to 2021-01-01, SHA-256 $print.* key=tls-expired" \
	"an expired certificate: subject, issuer, dates, fingerprint"
stop "$smarthost_pid"
smarthost $good
tls=verify config "$ca"
like "$("$BIN/relayconf" probe 2>&1)" 'TLS is on: TLSv1.* verified; subject CN=localhost, issuer CN=firsthop test authority, valid 2020-01-01 to 2049-12-31, SHA-256 [0-9A-F:]{95}' \
	"relayconf probe describes a good one"
stop "$smarthost_pid"
# An intermediate that the server does not send.
( cd "$work/certs" && openssl req -newkey rsa:2048 -nodes -keyout mid.key -out mid.csr -subj '/CN=firsthop intermediate' &&
	printf 'basicConstraints=critical,CA:TRUE\n' >mid.ext && openssl x509 -req -in mid.csr -CA ca.pem -CAkey ca.key -set_serial 77 -days 3000 -extfile mid.ext -out mid.pem &&
	openssl req -newkey rsa:2048 -nodes -keyout leaf.key -out leaf.csr -subj '/CN=localhost' && printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\n' >leaf.ext &&
	openssl x509 -req -in leaf.csr -CA mid.pem -CAkey mid.key -set_serial 78 -days 3000 -extfile leaf.ext -out leaf.pem && cat leaf.pem mid.pem >full.pem ) >/dev/null 2>&1
smarthost -t "$work/certs/leaf.pem" -k "$work/certs/leaf.key"
tls=verify attempt "$ca"
like "$log" 'sent it without that of its issuer .*issuer CN=firsthop intermediate.* key=tls-chain' "the server does not send the intermediate: said"
unlike "$log" 'key=tls-untrusted' "that is no missing authority"
stop "$smarthost_pid"
smarthost -t "$work/certs/full.pem" -k "$work/certs/leaf.key"
tls=verify attempt "$ca"
like "$log" 'status=sent .*verified' "with it, the certificate is good"
stop "$smarthost_pid"
# A client certificate is wanted.
if openssl s_server -help 2>&1 | grep -q -- '-Verify'; then
	for version in tls1_2 tls1_3; do
		number=0
		while number=$((number + 1)); [ $number -le 20 ]; do
			port=$((20000 + ($$ * 7 + number * 131) % 20000))
			openssl s_server -accept "127.0.0.1:$port" -cert "$work/certs/good.pem" -key "$work/certs/good.key" -Verify 1 -verify_return_error -$version -www </dev/null >/dev/null 2>&1 &
			server_pid=$!
			pids="$pids $server_pid"
			sleep 0.5
			kill -0 "$server_pid" 2>/dev/null && break
		done
		tls=verify attempt "$ca
implicit = yes"
		like "$log" 'asked for a client certificate.* key=tls-client-certificate' "a client certificate is wanted ($version)"
		stop "$server_pid"
	done
else
	skip "a client certificate is wanted" "openssl has no s_server -Verify"
fi
finish
