#!/bin/sh
# mailq's layouts, as the programs that read them expect: check_mailq, munin, FreeBSD's 440.status-mailq, postqueue's readers.
. tests/lib.sh
new_spool
S=$BIN/sendmail
M=$BIN/mailq
port=1; config
q() { "$M" "$@" 2>/dev/null; }
waiting() { find "$work/spool/mqueue" -name '????????.????????' | lines; }
# 440.status-mailq: what of the output is a report, and its shortened form
periodic() { q "$@" | grep -Ev '((Mail |m)queue is empty|Total requests)' | lines; }
shortened() { q | grep -E '^[[:space:]]+[^[:space:]]+@' | lines; }
# check_mailq -M sendmail / -M postfix: the count
plugin_sendmail() { q | sed -nE 's/.*mqueue.* \(([0-9]+) request.*/\1/p; s/^[[:space:]]+Total requests: ([0-9]+)$/\1/p' | sort -u; }
plugin_postfix() { q --format=postfix | tail -n 1 | sed -nE 's/.*Kbytes in ([0-9]+) Request.*/\1/p; s/^Mail queue is empty$/0/p'; }

# an empty queue
is "$(q)" "$(printf '%s/spool/mqueue is empty\n\t\tTotal requests: 0' "$work")" "empty: sendmail"
is "$(q --format=postfix)" "Mail queue is empty" "empty: Postfix"
is "$(q --format=json)$(q --format=json | bytes)" 0 "empty: JSON"
is "$(periodic) $(periodic -Ac) $(shortened)" "0 0 0" "empty: nothing for 440.status-mailq"
is "$(plugin_sendmail) $(plugin_postfix) $(q -bP)" "0 0 0" "empty: check_mailq"
"$M" >/dev/null 2>&1; is $? 0 "exit 0"

# one message, two
echo x | "$S" -f cacti@mon1.example.org ops@example.net
"$S" -q 2>/dev/null
like "$("$M" --format=postfix 2>&1 | tail -n 1)" '^-- ' "Postfix: a remark that no runner is there comes first, for check_mailq reads the last line"
is "$(plugin_sendmail) $(plugin_postfix) $(shortened)" "1 1 1" "one message"
like "$(q | head -n 1)" "^		$work/spool/mqueue \(1 request\)$" "the heading: two tabs, folder, count"
like "$(q --format=postfix | tail -n 1)" '^-- 1 Kbytes in 1 Request\.$' "Postfix: 1 Request."
echo x | "$S" -f '' a@example.net b@example.net
"$S" -q 2>/dev/null
is "$(plugin_sendmail) $(plugin_postfix) $(shortened) $(periodic | grep -c -v '^0$')" "2 2 3 1" "two messages, three recipients"
id=$(q -bpi -qScacti)
is "$(q | grep -cE '^[0-9a-f]{8}\.[0-9a-f]{8}[ *]')" 2 "a row begins with its identifier"
like "$(q)" "^$id[ ][ 0-9]{8} (Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{5} <cacti@mon1.example.org>$" "identifier, size, time without seconds, sender"
like "$(q)" '^                 \(Deferred: .*refused' "17 columns, and the reason in parentheses"
like "$(q)" '^					 <ops@example.net>$' "five tabs, a blank, the recipient"
is "$(q | tail -n 1)" "$(printf '\t\tTotal requests: 2')" "the last line"
like "$(q --format=postfix | head -n 1)" '^----Queue ID----- --Size-- ---Arrival Time---- --Sender/Recipient------$' "Postfix: heading"
like "$(q --format=postfix)" "^$id [ 0-9]{8} (Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8}  cacti@mon1.example.org$" "Postfix: row"
is "$(q --format=postfix | grep -c MAILER-DAEMON)" 1 "Postfix: the null sender"
is "$(q --format=postfix | grep -cE '^ {48}[ab]@example.net$') $(q --format=postfix | grep -cE '^ *\(.*refused.*\)$')" "2 2" "Postfix: a reason once for recipients that share it"
json=$(q --format=json)
is "$(echo "$json" | lines)" 2 "JSON: one line for each message"
like "$json" '^\{"queue_name": "deferred", "queue_id": "'"$id"'", "arrival_time": [0-9]+, "message_size": [0-9]+, "forced_expire": false, "sender": "cacti@mon1.example.org", "recipients": \[\{("orig_address": "", )?"address": "ops@example.net".*"delay_reason": "' \
	"JSON: the keys of postqueue -j, in its order"
like "$json" '"uid": '"$(id -u)"', "login": "[^"]*", "program": "[^"]*sh"' "JSON: who sent it"
like "$(q -v)" "remedy: .*" "-v: what to do"
cp "$(command -v sh)" "$work/init"; "$work/init" -c "echo x | '$BIN/sendmail' -i orphan@example.net; true"
like "$(q -v)" 'orphan@example.net' "a message of init's"
unlike "$(q -v)" 'program init' "init, to whom children fall whose parent has ended, is no program that sends mail"
like "$(q -v)" "tried [0-9] times?.*; from uid $(id -u) \(.*\), program .*sh$" "-v: who sent it"
no_seconds() { sed 's/next in [0-9]* s/next in some s/'; }
is "$(q --format=long | no_seconds)" "$(q -v | no_seconds)" "--format=long is the same"

# held, and being delivered
"$BIN/runner" --stay --foreground 2>"$work/log" & runner=$!
pids="$pids $runner"
wait_for test -S "$work/spool/mqueue/control"
"$M" hold "$id" >/dev/null
like "$(q)" '^     QUARANTINE: held by uid' "held: sendmail"
like "$(q --format=postfix)" "^$id!" "held: Postfix"
like "$(q --format=json)" '"queue_name": "hold", "queue_id": "'"$id" "held: JSON"
is "$(q -bpc -qQ)" 1 "and -qQ chooses it"
# A message that moves from drop/ into mqueue/ while the list is made is in it.
before=$(q -bP) missed=
for n in $(seq 60); do
	echo x | "$S" moving@example.net
	[ "$(q -bP)" -ge $((before + n)) ] || missed="$missed $n"
done
is "$missed" "" "no list misses a message that is just taken up"
stop $runner
cat >"$work/slow.smtp" <<'END'
send 220 slow
expect-any
silence
END
"$TOOLS/smtpd" -P "$work/port" "$work/slow.smtp" 2>/dev/null &
pids="$pids $!"
if wait_for test -s "$work/port"; then
	edit "s/^port = .*/port = $(cat "$work/port")/" "$FIRSTHOP_CONFIG"
	rm -f "$work"/spool/mqueue/*
	echo x | "$S" a@example.net
	"$BIN/runner" --stay --foreground 2>"$work/log" & runner=$!
	pids="$pids $runner"
	active() { q --format=postfix | grep -qE '^[0-9a-f.]{17}\*'; }
	ok "being delivered: Postfix" wait_for active
	like "$(q)" '^[0-9a-f.]{17}\*' "being delivered: sendmail"
	like "$(q --format=json)" '"queue_name": "active"' "being delivered: JSON"
fi

# the default, by configuration
echo 'format = postfix' >"$work/format"
printf '[queue]\nformat = postfix\n' >>"$FIRSTHOP_CONFIG"
like "$(q | tail -n 1)" '^-- .* Request' "[queue] format = postfix"
like "$(q --format=sendmail | tail -n 1)" 'Total requests' "--format is stronger"
"$M" --format=xml >/dev/null 2>&1; is $? 64 "a format that is not known: 64"
finish
