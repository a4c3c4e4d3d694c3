#!/bin/sh
# REQUIRETLS (RFC 8689): where such a message goes, where it does not, and what its report says.
. tests/lib.sh
new_spool
sh tests/fake/certs.sh "$work/certs" localhost >/dev/null 2>&1
: >"$work/aliases"
good="-t $work/certs/good.pem -k $work/certs/good.key" bad="-t $work/certs/selfsigned.pem -k $work/certs/selfsigned.key"
# server N OPTIONS...: on 127.0.0.1, its port in port_N, its log in log_N
server() {
	n=$1; shift
	rm -f "$work/port_$n"; : >"$work/log_$n"
	"$TOOLS/smarthost" -P "$work/port_$n" -d "$work/delivered" -o "$work/log_$n" "$@" &
	pids="$pids $!"; eval "pid_$n=$!"
	wait_for test -s "$work/port_$n"
}
host() { printf '[smarthost %s]\nhost = 127.0.0.1\ntls_name = localhost\nport = %s\nimplicit = no\ntls_ca_file = %s\n%s\n' "$1" "$(cat "$work/port_$1")" "$work/certs/ca.pem" "${2:-}"; }
config_of() { printf '[host]\nname = mon1.example.org\naliases = %s\n%s\n' "$work/aliases" "$*" >"$work/firsthop.conf"; }
empty() { rm -f "$work"/spool/mqueue/[0-9a-f]* "$work"/delivered/*; : >"$work/log"; for f in "$work"/log_*; do : >"$f"; done; }
sends() { empty; printf 'Subject: secret words\n\nthe text itself\n' | "$BIN/sendmail" -i -f a@example.org "$@" b@example.net; runner_once; log=$(cat "$work/log"); }

server plain $good
config_of "$(host plain)"
sends
like "$log" 'status=sent' "without it, all is as ever"
sends -O requiretls=yes
like "$log" 'dsn=5.7.30, status=bounced .REQUIRETLS was asked for, and the server does not offer it.* stage=MAIL key=requiretls-missing ' "a server that does not offer it: returned"
is "$(cat "$work/log_plain" | grep -c example.net)" 0 "and not even its recipient is said"
like "$log" 'to=<a@example.org>, .*status=bounced .*key=requiretls-missing ' "the report goes under the same condition, and cannot either"
like "$(cat "$work"/delivered/*)" 'X-Envelope-To: <postmaster' "so the postmaster hears of it"
unlike "$(cat "$work"/delivered/*)" 'the text itself|secret words' "without a word of the message"
like "$("$BIN/relayconf" explain requiretls-missing)" 'servers that promise TLS on the whole way' "explain knows it"
like "$("$BIN/relayconf" explain '550 5.7.30 REQUIRETLS needed')" 'promise TLS on the whole way' "from a server further on, too"

server safe $good -Q
config_of "$(host safe)"
sends -O requiretls=yes
like "$log" 'status=sent .*verified' "a server that offers it: sent"
like "$(cat "$work/log_safe")" 'MAIL FROM:<a@example.org>.* REQUIRETLS' "and it is asked to do the same"
sends
unlike "$(cat "$work/log_safe")" 'REQUIRETLS' "others do not ask for it"
empty
printf 'EHLO x\r\nMAIL FROM:<a@example.org> REQUIRETLS\r\nRCPT TO:<b@example.net>\r\nDATA\r\nSubject: x\r\n\r\nx\r\n.\r\nMAIL FROM:<a@example.org> REQUIRETLS=1\r\nQUIT\r\n' | "$BIN/sendmail" -bs >"$work/said"
runner_once
like "$(cat "$work/said")" '501 5.5.4 REQUIRETLS has no value' "-bs: the parameter is checked"
like "$(cat "$work/log_safe")" 'MAIL FROM:<a@example.org>.* REQUIRETLS' "-bs: and handed on"

server choosy $good -Q -r 'b@example.net=550 5.1.1 no such user'
config_of "$(host choosy)"
sends -O requiretls=yes
like "$(cat "$work"/delivered/*)" 'X-Envelope-To: <a@example.org>' "refused for another reason: the report goes to its sender"
like "$(cat "$work/log_choosy")" 'MAIL FROM:<>.* REQUIRETLS' "under the same condition"
like "$(cat "$work"/delivered/*)" 'Subject: secret words' "and has the header"
unlike "$(cat "$work"/delivered/*)" 'the text itself' "alone"

config_of "$(host plain)" "
$(host safe)"
sends -O requiretls=yes
like "$log" 'smarthost=safe.* status=sent|status=sent.* smarthost=safe' "two servers: the one that offers it"
is "$(cat "$work/log_plain" | grep -c example.net)" 0 "the other one hears nothing of it"

server self $bad -Q
config_of "$(host self 'tls = encrypt')"
sends -O requiretls=yes
like "$log" 'dsn=5.7.10, status=bounced .REQUIRETLS was asked for, and the server.s certificate is not verified.* key=requiretls-unverified ' "a certificate that is not verified: returned"
server clear
config_of "$(host clear 'tls = off')"
sends -O requiretls=yes
like "$log" 'dsn=5.7.10, status=bounced .REQUIRETLS was asked for, and the session has no TLS.* key=requiretls-unverified ' "no TLS: returned"
sends -O requiretls=no
like "$log" 'status=sent' "requiretls=no is none"
finish
