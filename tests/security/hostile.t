#!/bin/sh
# Hostile callers and servers: what they write does not become structure.  (tests/fake/scripts has more servers, relay/delivery.t the certificates.)
. tests/lib.sh
new_spool
S=$BIN/sendmail
stored() { cat "$work"/spool/drop/????????.???????? 2>/dev/null; }
newline='
'
tab='	'

# --- what PHP's mail() may get as its fifth argument ----------------------------------------------------------------
mkdir "$work/www"
for words in "-X$work/www/shell.php" "-X $work/www/shell.php" "-D$work/www/shell.php" "-C$work/www/shell.php" "-OQueueDirectory=$work/www" "-oQ$work/www" \
	"-OLogLevel=99 -oA$work/www/aliases" "-bs" "-bi"; do
	echo '<?php evil(); ?>' | "$S" -t -i $words victim@example.org >/dev/null 2>&1
	is "$(ls "$work/www")" "" "no file is made by: $(echo "$words" | sed "s,$work,,g")"
	rm -f "$work"/spool/drop/????????.????????
done
# safe CODE NAME WORD: a control character is refused; of anything else, and where a tab parts words, nothing but whole addresses is stored
safe() {
	case $(printf %s "$3" | tr '\t' ' ') in
	*[[:cntrl:]]*) ok "$2: exit $1, nothing is stored" test "$1" -eq 65 -a -z "$(stored)" ;;
	*) unlike "$1 $(stored)" '^(65|sender: .*[[:cntrl:] <>]|recipient: .*[[:cntrl:] <>])' "$2: exit $1, and no more than an address" ;;
	esac
}
clear_drop() { rm -f "$work"/spool/drop/????????.????????; }
for sender in "a b@example.org" "a@example.org${newline}RCPT TO:<evil@example.org>" "a@example.org> SIZE=1" "<a@example.org" "a@example.org${tab}b" "$(printf 'a\001@example.org')" "a@example.org -X/tmp/x"; do
	echo x | "$S" -i -f "$sender" victim@example.org 2>/dev/null; code=$?
	safe "$code" "-f $(printf %s "$sender" | tr '\n\t\001' '|||')" "$sender"
	clear_drop
done
for rcpt in "a@example.org${newline}DATA" "$(printf 'a\177@example.org')" "$(printf 'a\r@example.org')" "a@exam ple.org" "a@b@c"; do
	echo x | "$S" -i -f ok@example.org "$rcpt" 2>/dev/null; code=$?
	safe "$code" "recipient $(printf %s "$rcpt" | tr '\n\r\177' '|||')" "$rcpt"
	clear_drop
done
echo x | "$S" -i -f ok@example.org "<a@b> NOTIFY=NEVER" 2>/dev/null
unlike "$(stored)" '^recipient: .*[ <>]' "a recipient brings no parameter with it"
clear_drop
echo x | NAME="x${newline}Bcc: evil@example.org" "$S" -i -f ok@example.org -F "y${newline}Bcc: evil@example.org" -L "t${newline}uid: 0" -V "v${newline}uid: 0" to@example.org 2>/dev/null
unlike "$(stored)" '^(Bcc|uid):' "line breaks in -F, NAME, -L, -V make no line"
rm -f "$work"/spool/drop/????????.????????

# --- smuggling: what leaves us for each odd end of a line -------------------------------------------------------------
cat >"$work/script" <<END
send 220 odd.test ESMTP
expect EHLO
send 250 odd.test
expect MAIL FROM:<ok@example.org>
send 250 ok
expect RCPT TO:<to@example.org>
send 250 ok
expect DATA
send 354 go on
read-data
send 250 2.0.0 taken
expect QUIT
send 221 bye
end
END
for ending in '\n.\n' '\n.\r\n' '\r\n.\n' '\r.\r' '\r\n.\r' '\r.\r\n' '\n.\r' '\r\r\n.\r\r\n' '\n..\n' '\000\n.\n' '.\r\n' '\r\n\000.\r\n'; do
	rm -f "$work/port" "$work"/spool/mqueue/*
	"$TOOLS/smtpd" -P "$work/port" -T "$work/transcript" -w 20 "$work/script" 2>"$work/smtpd.err" &
	server=$!; pids="$pids $server"
	wait_for test -s "$work/port"
	port=$(cat "$work/port"); tls=off; config
	printf "Subject: x\n\nbegin${ending}MAIL FROM:<smuggled@example.org>\r\nRCPT TO:<victim@example.org>\r\nDATA\r\nSubject: smuggled\r\n\r\nx\r\n.\r\n" |
		"$S" -i -f ok@example.org to@example.org
	runner_once
	wait "$server"; code=$?
	is "$code $(grep -c 'status=sent' "$work/log")" "0 1" "$(printf %s "$ending") is text: one message, and no command behind it"
	: >"$work/log"
done

# --- old TLS, on a machine whose OpenSSL was told to speak it ------------------------------------------------------------------------------------------------------
sh tests/fake/certs.sh "$work/certs" >/dev/null 2>&1
printf '%s\n' 'openssl_conf = a' '[a]' 'ssl_conf = b' '[b]' 'system_default = c' '[c]' 'MinProtocol = TLSv1' 'CipherString = DEFAULT@SECLEVEL=0' >"$work/openssl.cnf"
for version in tls1 tls1_1; do
	port=$((20000 + $$ % 20000))
	openssl s_server -accept 127.0.0.1:$port -$version -cipher DEFAULT@SECLEVEL=0 -cert "$work/certs/good.pem" -key "$work/certs/good.key" -quiet >"$work/s_server" 2>&1 </dev/null &
	server=$!; pids="$pids $server"
	answers() { openssl s_client -connect 127.0.0.1:$port -cipher DEFAULT@SECLEVEL=0 -$version </dev/null; }
	if ! wait_for answers; then
		skip "$version" "this OpenSSL has none of it"; stop "$server"; continue
	fi
	rm -f "$work"/spool/mqueue/* "$work"/spool/drop/????????.????????; : >"$work/log"
	tls=encrypt; config "implicit = yes"
	echo x | "$S" -i to@example.org; with OPENSSL_CONF="$work/openssl.cnf" runner_once
	like "$(cat "$work/log")" 'status=deferred .*TLS 1.2 or later is needed.* stage=TLS .*key=tls-protocol ' "a server with $version only: the mail waits, and the reason is told"
	stop "$server"
done

# --- certificates of every wrong kind (relay/delivery.t has those that are seen often) ---------------------------------------------
sh tests/fake/odd_certs.sh "$work/certs" >"$work/certs.log" 2>&1
while read -r certificate key words; do
	rm -f "$work"/spool/mqueue/* "$work"/spool/drop/????????.????????; : >"$work/log"
	smarthost -t "$work/certs/$certificate.pem" -k "$work/certs/$certificate.key"
	tls=verify; config "tls_ca_file = $work/certs/ca.pem"
	echo x | "$S" -i to@example.org; runner_once
	like "$(cat "$work/log")" "status=deferred .*$words.* stage=TLS .*key=$key " "certificate: $certificate: the mail waits, and the reason is told"
	unlike "$(cat "$work/log")" "$(printf '\033')" "$certificate: nothing of it steers a terminal"
	stop "$smarthost_pid"
done <<'END'
unknown tls-untrusted the certificate is not trusted: (unable to get local issuer certificate|certificate signature failure|unable to verify the first certificate)
client tls-untrusted the certificate is not trusted: (unsupported|unsuitable) certificate purpose
by_nobody tls-untrusted the certificate of the authority .*localhost.* is not trusted: (invalid CA certificate|unsuitable certificate purpose)
common tls-wrong-name the certificate is not for 127.0.0.1; it is for: no name at all .the common name 127.0.0.1 does not count, RFC 9525.
dns tls-wrong-name the certificate is not for 127.0.0.1; it is for: 127.0.0.1
wild tls-wrong-name the certificate is not for 127.0.0.1; it is for: \*, \*.0.0.1, \*.0.1
hostile tls-wrong-name the certificate is not for 127.0.0.1; it is for: evil
under_old tls-expired the certificate of the authority .*old authority.* expired 2020-01-01 00:00 UTC
END
rm -f "$work"/spool/mqueue/* "$work"/spool/drop/????????.????????; : >"$work/log"
smarthost -t "$work/certs/good.pem" -k "$work/certs/good.key"
config; echo x | "$S" -i to@example.org; (unset SSL_CERT_FILE SSL_CERT_DIR; runner_once)
if grep -q 'key=tls-trust' "$work/log"; then
	skip "an authority that only this test knows is none of the system's" "this system has no list of authorities"
else
	like "$(cat "$work/log")" "status=deferred .* stage=TLS .*key=tls-untrusted " "an authority that only this test knows is none of the system's"
fi
stop "$smarthost_pid"
is "$(ls "$work/delivered" 2>/dev/null | lines)" 0 "none of these servers got a message"
finish
