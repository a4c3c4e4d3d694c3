#!/bin/sh
# Delivery: bytes, refusals, reports, TLS and login.
. tests/lib.sh
new_spool
export SSL_CERT_FILE=/nonexistent
send() { printf 'Subject: %s\n\nbody\n' "$1" | "$BIN/sendmail" -i -f "${3-sender@example.org}" "$2"; }
reason() { "$BIN/mailq" 2>/dev/null | sed -n 's/^  *(\(.*\))$/\1/p' | tail -n 1; }
empty_queue() { rm -rf "$work"/spool/mqueue/[0-9a-f]*.* "$work"/spool/mqueue/health "$work"/delivered/*; : >"$work/log"; : >"$work/sessions"; }

smarthost -r 'gone=550 5.1.1 no such user' -r 'later=450 4.2.0 try later' -r 'relay=513 Relaying denied.'
config '[bounce]
postmaster = gone@example.org'
{ printf 'Subject: bytes\n\n.dot\n..two\nlong '; head -c 3000 /dev/zero | tr '\0' y; printf '\n\303\274\nend without newline'; } >"$work/message"
"$BIN/sendmail" -i a@example.org <"$work/message"
runner_once
got=$(ls "$work"/delivered/*.eml)
like "$(cat "$got")" '^Content-Transfer-Encoding: quoted-printable$' "a line over 998 bytes: quoted-printable"
is "$(sed '1,/^$/d' "$got" | sed -e ':a' -e '/=$/ { N; s/=\n//; ba' -e '}' | sed "s/^=2E/./; s/=C3=BC/$(printf '\303\274')/")" "$(sed '1,2d' "$work/message")" "the body arrives as it was"
like "$(cat "$got")" '^Received: by mon1.example.org \(firsthop, from uid [0-9]+ ' "Received is added"
like "$(cat "$got")" '^Message-ID: <[0-9a-f.]{17}@mon1.example.org>' "Message-ID is added"
like "$(cat "$got")" '^Date: [A-Z][a-z][a-z], ' "Date is added"
like "$(cat "$got")" '^From: .*@mon1.example.org' "From is added"
is "$(awk '{ if (length($0) > 998) print "long" }' "$got")" "" "no line is longer than 998 bytes"
empty_queue

printf 'To: good@example.org, gone@example.org, later@example.org\nSubject: three\n\nx\n' | "$BIN/sendmail" -t -f sender@example.org
runner_once
like "$(cat "$work/log")" 'to=<good@example.org>.*status=sent' "one recipient of three is served"
like "$(cat "$work/log")" 'to=<gone@example.org>.*dsn=5.1.1, status=bounced .*key=recipient-unknown' "one fails"
like "$(cat "$work/log")" 'to=<later@example.org>.*status=deferred' "one waits"
list=$("$BIN/mailq" 2>/dev/null)
like "$list" '<later@example.org>' "only that one is listed"
unlike "$list" 'good@|gone@' "the others are not"
report=$(grep -l 'Mail Delivery System' "$work"/delivered/*.eml)
like "$(cat "$report")" '^X-Envelope-From: <>$' "the report has the null sender"
like "$(cat "$report")" '^X-Envelope-To: <sender@example.org>$' "and goes to the sender"
like "$(cat "$report")" 'Final-Recipient: rfc822; gone@example.org' "for that recipient"
unlike "$(sed -n '/delivery-status/,$p' "$report")" 'Final-Recipient: rfc822; (good|later)' "and for no other"
like "$(tr -d '\r' <"$report" | tr '\n' ' ')" 'was not delivered,.* The recipient.s +mailbox +does +not +exist' "in plain words"
empty_queue

send denied relay@example.org; runner_once
like "$(cat "$work/log")" 'status=deferred.*key=relay-denied' "relaying denied: the mail waits"
like "$(reason)" 'RCPT: 513 Relaying denied' "and mailq says it"
empty_queue
send bounce gone@example.org ''; runner_once; runner_once
is "$(ls "$work/spool/mqueue" | grep -c dead)" 1 "undeliverable mail without a sender is set aside, not lost"
like "$("$BIN/mailq" 2>&1)" '1 set aside' "and mailq counts it"
empty_queue; stop "$smarthost_pid"

smarthost -x; config; send one a@example.org; send two b@example.org; runner_once
is "$(delivered)" 2 "a server without PIPELINING"
empty_queue; stop "$smarthost_pid"

smarthost -s 1000; config
{ printf 'Subject: long\n\n'; head -c 3000 /dev/zero | tr '\0' z | fold -w 70; } | "$BIN/sendmail" -i -f '' a@example.org
send short b@example.org; runner_once
like "$(cat "$work/log")" 'to=<a@example.org>.*dsn=5.3.4, status=bounced .* stage=MAIL key=size-exceeded' "a message that is too big for the server fails without being sent"
like "$(cat "$work/log")" 'to=<b@example.org>.*status=sent' "and the next one goes out"
empty_queue; stop "$smarthost_pid"

sh tests/fake/certs.sh "$work/certs" >/dev/null 2>&1
tls=verify
lines="tls_ca_file = $work/certs/ca.pem
login = cacti1
password_file = secret"
# attempt CERTIFICATE WANTED NAME: one message with that certificate
attempt() { send tls a@example.org; runner_once; like "$(cat "$work/log")" "$2" "$3"; }
umask 077; echo geheim >"$work/secret"; umask 022

smarthost -t "$work/certs/good.pem" -k "$work/certs/good.key" -a cacti1:geheim; config "$lines"
attempt good 'status=sent.*tls="TLSv1.[23] verified"' "STARTTLS, certificate verified, login accepted"
like "$(cat "$work/sessions")" 'tls=1' "the smarthost saw TLS"
empty_queue
# The system's authorities: a folder of hashed names is all that FreeBSD has, and is read before the session is confined.
mkdir "$work/hashed"; cp "$work/certs/ca.pem" "$work/hashed/$(openssl x509 -in "$work/certs/ca.pem" -noout -subject_hash).0"
echo "no certificate" >"$work/hashed/README"
config "login = cacti1
password_file = secret"
export SSL_CERT_DIR="$work/hashed"
attempt hashed 'status=sent.*tls="TLSv1.[23] verified"' "the authority lies in the system's folder of hashed names"
rm "$work/hashed"/*.0
attempt unhashed "(certctl rehash|package ca-certificates).* stage=(config|TLS).*key=tls-trust" "with no authority at all, what makes them is told"
unset SSL_CERT_DIR; export SSL_CERT_FILE="$work/certs/ca.pem"
empty_queue
attempt bundle 'status=sent.*tls="TLSv1.[23] verified"' "or in the system's bundle"
unset SSL_CERT_FILE
attempt none 'key=tls-(untrusted|self-signed|trust)' "and is not known otherwise"
empty_queue; config "$lines"
echo falsch >"$work/secret"
attempt good 'status=deferred .* stage=AUTH.*key=auth-refused' "a wrong password: the mail waits"
like "$(reason)" 'AUTH: 535 5.7.8' "mailq says so"
empty_queue
chmod 0644 "$work/secret"; attempt good 'key=secret-open-to-all' "a password file that others can read is not used"
empty_queue
rm "$work/secret"; attempt good 'key=secret-missing' "no password file"
empty_queue; stop "$smarthost_pid"
umask 077; echo geheim >"$work/secret"; umask 022
for case in expired:tls-expired notyet:tls-not-yet-valid wrongname:tls-wrong-name selfsigned:tls-self-signed; do
	smarthost -t "$work/certs/${case%:*}.pem" -k "$work/certs/${case%:*}.key" -a cacti1:geheim; config "$lines"
	attempt "$case" "status=deferred .* stage=TLS.*key=${case#*:}" "certificate ${case%:*}: the mail waits"
	empty_queue; stop "$smarthost_pid"
done
smarthost -g -t "$work/certs/good.pem" -k "$work/certs/good.key"; tls=encrypt; config
attempt nonsense 'status=deferred .* stage=TLS.*key=tls-(handshake|closed)' "a TLS handshake that fails: the mail waits"
empty_queue; tls=opportunistic; config
attempt opportunistic 'status=sent.*tls=-$' "tls = opportunistic goes on without TLS"
like "$(cat "$work/sessions")" 'tls=0' "in the clear"
empty_queue; stop "$smarthost_pid"; tls=verify
smarthost -a cacti1:geheim; config "$lines"
attempt none 'status=deferred .* stage=STARTTLS.*key=starttls-missing' "STARTTLS not offered"
is "$(delivered)" 0 "and nothing was sent in the clear"
empty_queue; tls=off; config "$lines"
attempt none 'status=deferred .* stage=AUTH.*key=auth-needs-tls' "a login without TLS"
empty_queue; config "$lines
auth_without_tls = yes"
attempt none 'status=sent' "unless it is configured so"
empty_queue; stop "$smarthost_pid"; tls=verify
smarthost -i -t "$work/certs/good.pem" -k "$work/certs/good.key" -a cacti1:geheim; config "$lines
implicit = yes"
attempt implicit 'status=sent.*verified' "implicit TLS"
empty_queue; stop "$smarthost_pid"
smarthost -t "$work/certs/expired.pem" -k "$work/certs/expired.key" -a cacti1:geheim; tls=encrypt; config "$lines
auth_to_unverified_server = yes"
attempt encrypt 'status=sent.*tls="TLSv1.[23] not verified' "tls = encrypt goes on, and says that it did not verify"
empty_queue; stop "$smarthost_pid"; tls=off
config; attempt closed 'stage=connect.*key=connect-refused' "port closed"
empty_queue
edit 's/^host = .*/host = smarthost.invalid/' "$work/firsthop.conf"
attempt unknown 'stage=lookup.*key=dns-(nxdomain|timeout|nodata)' "host name unknown"
finish
