#!/bin/sh
# What firsthop tells to those who watch, read by the real programs: Prometheus' own parsers, node_exporter, rsyslog, jq.
LAYER=watching
. tests/real/stage.sh
ok "firsthop is installed" install_firsthop
parse() {
	in_stage /usr/bin/python3 -c 'import sys
from prometheus_client.'"$1"' import text_string_to_metric_families as parse
families = {f.name: f for f in parse(sys.stdin.read())}
for f in families.values():
    for s in f.samples:
        print(f.type, s.name, " ".join("%s=%s" % p for p in sorted(s.labels.items())), s.value)' 2>&1
}
folder=/var/lib/prometheus/node-exporter
mkdir -p "$S$folder"
cron=$(recipe metrics | sed -n 's/^\* \* \* \* \* root //p')
like "$cron" "^cd $folder && mailq health" "firsthop(7) has the line for cron"

# An outage, told in numbers and in JSON through a real syslogd.
rm -f "$S/dev/log"
printf 'module(load="imuxsock")\nmail.* -/var/log/mail.json\n' >"$S/etc/rsyslog.conf"
in_stage /usr/sbin/rsyslogd -n -f /etc/rsyslog.conf -i /run/rsyslogd.pid >"$work/rsyslog.out" 2>&1 & rsyslog=$!
wait_for test -S "$S/dev/log"; chmod 0666 "$S/dev/log"
in_stage /usr/local/sbin/relayconf set log.format json; is $? 0 "relayconf set log.format json"
in_stage /usr/local/sbin/relayconf set listen.smtp /var/run/firsthop/smtp.sock; is $? 0 "smtpd is configured, so its numbers are there"
ok "the runner starts" start_runner
policy_is_there() { grep -q 'log=json' "$S/var/spool/firsthop/drop/policy"; }
wait_for policy_is_there
printf 'Subject: x\n\nx\n' | as 33:33 /usr/sbin/sendmail -f '"a \ "@example.org' ops@example.org; is $? 0 "a message"
is_tried() { grep -q '"status": "deferred"' "$S/var/log/mail.json"; }
ok "its attempt is logged" wait_for is_tried
as 33:33 /usr/sbin/sendmail 'b@@c' </dev/null 2>/dev/null
wait_for grep -q '"event": "refused"' "$S/var/log/mail.json"
objects=$(sed -n 's/^[^{]*\({"time".*}\)$/\1/p' "$S/var/log/mail.json")
is "$(printf '%s\n' "$objects" | wc -l)" "$(grep -c 'firsthop\[' "$S/var/log/mail.json")" "every line that rsyslog wrote holds an object"
is "$(printf '%s\n' "$objects" | in_stage /usr/bin/jq -r 'select(.event == "submit") | [.uid, .login, .from, .nrcpt] | @tsv')" "$(printf '33\twww-data\t"a  "@example.org\t1')" "jq: sendmail's own line"
is "$(printf '%s\n' "$objects" | in_stage /usr/bin/jq -r 'select(.event == "refused") | .exit')" 64 "jq: what was refused"
like "$(in_stage /bin/sh -c "$(recipe json | sed 's,mail.log,mail.json,')" | head -n 1)" "^20[-0-9]+T[0-9:.]+Z	ops@example.org	connect-[a-z]+	" "the recipe of firsthop(7)"

counted() { in_stage /usr/bin/mailq health --openmetrics | grep -q 'deferrals_total{fault="route"} [1-9]'; }
ok "the attempt is counted within seconds" eval "wait_for counted || wait_for counted"
in_stage /bin/sh -c "PATH=/usr/local/sbin:/usr/local/bin:\$PATH; $cron"; is $? 0 "the line for cron runs"
is "$(ls "$S$folder")" firsthop.prom "and leaves one file"
sed -n 1,400p "$S$folder/firsthop.prom" >"$work/metrics"
out=$(parse openmetrics.parser <"$work/metrics")
like "$out" '^counter firsthop_deferrals_total fault=route [1-9]' "Prometheus' OpenMetrics parser: counters"
like "$out" '^gauge firsthop_path_open path=main 0' "gauges"
like "$out" '^histogram firsthop_delivery_seconds_bucket le=\+Inf 0' "a histogram"
like "$out" '^gauge firsthop_path_closed_seconds fault=route key=connect-[a-z]+ path=main' "labels"
unlike "$out" 'Error|Traceback' "and no error"
like "$(parse parser <"$work/metrics")" '^gauge firsthop_queue_messages state=(deferred|incoming) 1' "the older parser"
in_stage /usr/bin/prometheus-node-exporter --collector.disable-defaults --collector.textfile --collector.textfile.directory=$folder --web.listen-address=127.0.0.1:9100 >"$work/exporter" 2>&1 & exporter=$!
scrape() { in_stage /bin/busybox wget -q -O - http://127.0.0.1:9100/metrics >"$work/scraped" 2>/dev/null; }
ok "node_exporter answers" wait_for scrape
like "$(cat "$work/scraped")" '^node_textfile_scrape_error 0' "its textfile collector has no complaint"
is "$(grep -c '^firsthop_' "$work/scraped")" "$(grep -c '^firsthop_' "$work/metrics")" "and shows every number"
like "$(cat "$work/scraped")" '^node_textfile_mtime_seconds\{file="[^"]*firsthop.prom"\}' "with the age of the file"
# The alarms that the page names are about numbers that are there.
for name in $(sed -n '/Worth an alarm/,/^\.Ed/p' man/firsthop.7 | grep -o 'firsthop_[a-z_]*' | sort -u); do
	case $name in
	# Only where a smarthost has a token (relay/oauth-login).
	firsthop_oauth_*) ok "worth an alarm: $name" grep -q "${name#firsthop_}" sendmail/mailq/metrics.c ;;
	*) ok "worth an alarm: $name" grep -q "^$name[ {]" "$work/scraped" ;;
	esac
done
kill "$exporter" "$rsyslog"; kill "$(runner_pid)"
finish
