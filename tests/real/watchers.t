#!/bin/sh
# Programs that watch the queue and the log: the plugins of monitoring-plugins and munin, FreeBSD's periodic scripts, logwatch.
LAYER=callers
. tests/real/stage.sh
. tests/real/callers.sh
ok "firsthop is installed" install_firsthop
check_mailq() { as 103:103 /usr/lib/nagios/plugins/check_mailq -w "$1" -c "$2" -M "${3:-sendmail}" 2>&1; }
# The filters of FreeBSD's 440.status-mailq, as they stand there.
status_mailq() { as 0:0 /usr/bin/mailq "$@" | grep -Ev '((Mail |m)queue is empty|Total requests)' | wc -l; }
shortened() { as 0:0 /usr/bin/mailq | grep -E '^[[:space:]]+[^[:space:]]+@' | sort | uniq -c | sort -nr | sed 's/^ *//'; }

like "$(check_mailq 1 2)" '^OK: .*unsent=0;1;2;0' "check_mailq: an empty queue"
is "$(status_mailq)" 0 "FreeBSD's daily report: an empty queue adds nothing"
is "$(status_mailq -Ac)" 0 "nor does the queue of a submit agent"
# The smarthost is down.
ok "the runner starts" start_runner
for n in 1 2 3; do echo "mail $n" | as 33:33 /usr/sbin/sendmail -f cacti@example.org ops@example.org "user$n@example.net"; done
waits() { [ "$(in_stage /usr/bin/mailq | grep -c 'Connection refused')" = 3 ]; }
ok "mail waits" wait_for waits
like "$(check_mailq 5 10)" '^OK: .*3.*unsent=3;5;10;0' "check_mailq: below its limits"
like "$(check_mailq 2 10)" '^WARNING: .*3.*unsent=3;2;10;0' "check_mailq: a warning"
check_mailq 1 2 >/dev/null; is $? 2 "check_mailq: critical"
# Its limits for one domain, -W and -C: the sender's, and the server's that mail waits for.
by_domain() { as 103:103 /usr/lib/nagios/plugins/check_mailq -w 10 -c 20 -W "$1" -C "$2" -M sendmail 2>"$work/err"; }
like "$(by_domain 2 5)" '^WARNING: 3 messages in queue FROM example.org \(threshold W = 2\) -and- 3 messages in queue TO mail.test \(threshold W = 2\)' "check_mailq -W: both domains are told"
like "$(by_domain 1 2)" '^CRITICAL: 3 messages in queue FROM example.org .*3 messages in queue TO mail.test' "check_mailq -C"
like "$(by_domain 4 5)" '^OK: .* 3 msgs. FROM example.org is below threshold \(4/5\) 3 msgs. TO mail.test is below threshold \(4/5\)' "check_mailq: below both"
is "$(cat "$work/err")" "" "and it misses nothing"
is "$(shortened)" "$(printf '3 \t\t\t\t\t <ops@example.org>\n1 \t\t\t\t\t <user3@example.net>\n1 \t\t\t\t\t <user2@example.net>\n1 \t\t\t\t\t <user1@example.net>')" "FreeBSD's shortened report counts recipients"
in_stage /usr/local/sbin/relayconf set queue.format postfix >"$work/out" 2>&1; is $? 0 "mailq's layout is set to Postfix's"
like "$(check_mailq 5 10 postfix)" '^OK: .*unsent=3;5;10;0' "check_mailq -M postfix"
for pid in $(runner_pid); do kill "$pid"; patient 30 gone "$pid"; done
like "$(check_mailq 5 10 postfix)" '^OK: .*unsent=3;5;10;0' "check_mailq -M postfix, with no runner"
in_stage /usr/local/sbin/relayconf set queue.format sendmail >"$work/out" 2>&1
like "$(check_mailq 5 10)" '^OK: .*unsent=3;5;10;0' "check_mailq -M sendmail, with no runner"
ok "the runner starts again" start_runner
in_stage /usr/local/sbin/relayconf set queue.format sendmail >"$work/out" 2>&1; is $? 0 "and back"

# munin's own plugins count files in the folders of sendmail and Postfix: they say that these are not here, and show no false zero.
own_munin() { as 103:103 /usr/bin/env PATH=/usr/bin:/bin MUNIN_LIBDIR=/usr/share/munin /bin/sh "/usr/share/munin/plugins/$1" autoconf; }
like "$(own_munin sendmail_mailqueue)" '^no \(directories .*not found\)$' "munin's sendmail_mailqueue finds nothing to count"
mv "$S/var/spool/postfix" "$S/var/spool/postfix.away"
: >"$S/usr/share/munin/plugins/plugin.sh" # of a package of its own; autoconf needs nothing of it
like "$(own_munin postfix_mailqueue)" '^no' "nor does postfix_mailqueue"
mv "$S/var/spool/postfix.away" "$S/var/spool/postfix"
# The one that comes with firsthop asks mailq.
munin() { as 103:103 /usr/bin/env PATH=/usr/bin:/bin /bin/sh -s "$@" <relayconf/system/munin.sh; }
is "$(munin autoconf)" yes "munin: autoconf"
like "$(munin config | tr '\n' ' ')" 'graph_title .*waiting.label .*oldest.warning [0-9]+ oldest.critical [0-9]+ $' "munin: config"
is "$(munin | tr '\n' ' ')" "waiting.value 3 oldest.value 0 dead.value 0 " "munin: values"

start_all() { setup_postfix; start_postfix; }
ok "the smarthost comes back" start_all
ok "sendmail -q" in_stage /usr/sbin/sendmail -q
ok "everything arrives" wait_for mails_are 6
is "$(mailq_count)" 0 "the queue is empty"
like "$(check_mailq 1 2)" '^OK: ' "check_mailq: empty again"

# logwatch with the service that comes with firsthop, on the day's log.
mkdir -p "$S/etc/logwatch/conf/services" "$S/etc/logwatch/scripts/services" "$S/var/cache/logwatch"
cp relayconf/system/logwatch.conf "$S/etc/logwatch/conf/services/firsthop.conf"
cp relayconf/system/logwatch.pl "$S/etc/logwatch/scripts/services/firsthop"
echo x | as 33:33 /usr/sbin/sendmail 'b@@c' 2>/dev/null
wait_for logged 'submission refused'
report=$(in_stage /usr/sbin/logwatch --output stdout --range today --service firsthop --detail 5 2>"$work/err")
like "$report" '^ *3 messages handed in, 6 deliveries$' "logwatch: what was handed in and what went"
like "$report" '^ +[0-9]+  connect-[a-z]+, mail.test\[127.0.0.2\]:587$' "logwatch: why mail waited, by server"
like "$report" '^ +3  www-data$' "logwatch: who sent it"
like "$report" '^ +6  mail.test\[127.0.0.2\]:587$' "logwatch: where it went"
like "$report" '^ +1  uid 33: ' "logwatch: what was not taken"
is "$(cat "$work/err")" "" "logwatch: no complaint"

# pflogsumm, made for Postfix, on the same log.
# The test's own log daemon writes no host name; every real one does.
sed -n 's,^\(... .. ..:..:..\) \(firsthop/\),\1 mon1 \2,p' "$S/var/log/mail.log" >"$S/tmp/day.log"
report=$(in_stage /usr/sbin/pflogsumm --syslog-name=firsthop /tmp/day.log 2>"$work/err")
total() { echo "$report" | sed -n "s/^ *\([0-9]*\)  *$1.*/\1/p" | head -n 1; }
is "$(total received) $(total delivered) $(total bounced)" "3 6 0" "pflogsumm: what was handed in and what went"
is "$(total deferred)" "$(sed -n 's,.*firsthop/smtp[^ ]* \([0-9a-f.]*\): .*status=deferred.*,\1,p' "$S/tmp/day.log" | sort -u | lines)" "pflogsumm: what waited"
like "$report" '^ +3 +[0-9]+ +example.org$' "pflogsumm: whose mail it was"
like "$(echo "$report" | sed -n '/^message deferral detail/,/^$/p')" '^ +[1-9][0-9]* +.*refused' "pflogsumm: why it waited"
unlike "$report" 'Messages with no size data' "pflogsumm: each message has its size"
is "$(cat "$work/err")" "" "pflogsumm: no complaint"
finish
