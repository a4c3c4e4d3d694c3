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
is "$(shortened)" "$(printf '3 \t\t\t\t\t <ops@example.org>\n1 \t\t\t\t\t <user3@example.net>\n1 \t\t\t\t\t <user2@example.net>\n1 \t\t\t\t\t <user1@example.net>')" "FreeBSD's shortened report counts recipients"
in_stage /usr/local/sbin/relayconf set queue.format postfix >"$work/out" 2>&1; is $? 0 "mailq's layout is set to Postfix's"
like "$(check_mailq 5 10 postfix)" '^OK: .*unsent=3;5;10;0' "check_mailq -M postfix"
in_stage /usr/local/sbin/relayconf set queue.format sendmail >"$work/out" 2>&1; is $? 0 "and back"

# munin's own plugin for sendmail counts files by their names in sendmail's folders; the one that comes with firsthop asks mailq.
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
finish
