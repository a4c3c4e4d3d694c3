#!/bin/sh
# What comes with firsthop for the screens of others: Cacti, Grafana, Prometheus, Zabbix.  Each number that they ask for is one that mailq gives.
. tests/lib.sh
new_spool
smarthost -r 'gone=550 5.1.1 no such user' -r 'grey=450 4.2.0 Greylisted'
config "[listen]
smtp = $work/smtp.sock"
F=relayconf/system/monitoring
"$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!
pids="$pids $runner"
wait_for test -S "$work/spool/mqueue/control"
for to in ops gone grey; do printf 'x\n' | "$BIN/sendmail" -v $to@example.org >/dev/null; done
"$BIN/mailq" health --openmetrics >"$work/metrics"; is $? 0 "the numbers"
sed -n 's/^# TYPE \([a-z_]*\) .*/\1/p' "$work/metrics" | sort >"$work/families"
# Tokens are counted where a smarthost has one (relay/oauth-login looks at the numbers): here their names as mailq would give them.
sed -n 's/.*metric(out, "\(oauth_[a-z_]*\)".*/firsthop_\1/p' sendmail/mailq/metrics.c >>"$work/families"
# asked FILE: names that it has; a counter ends with _total, a histogram with _bucket
asked() { grep -o 'firsthop_[a-z_]*' "$1" | sed -e 's/_total$//' -e 's/_bucket$//' | sort -u; }
for file in cacti.sh grafana.json prometheus.rules.yml zabbix.xml; do
	ok "$file asks for something ($(asked $F/$file | lines))" test "$(asked $F/$file | lines)" -ge 4
	is "$(asked $F/$file | grep -v -x -F -f "$work/families")" "" "and for nothing that mailq does not give"
done
if command -v python3 >/dev/null 2>&1; then
	for file in $F/*.xml; do ok "${file##*/} is XML" python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' "$file"; done
	ok "grafana.json is JSON" python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); ids = [p["id"] for p in d["panels"]]; assert len(ids) == len(set(ids)) >= 10' $F/grafana.json
	is "$(python3 - $F/zabbix.xml $F/cacti.xml <<'PY'
import re, sys, xml.dom.minidom
z = xml.dom.minidom.parse(sys.argv[1])
text = lambda tag: [e.firstChild.data for e in z.getElementsByTagName(tag)]
uuids = text("uuid")
print(len(uuids) == len(set(uuids)) and all(re.fullmatch("[0-9a-f]{12}4[0-9a-f]{3}8[0-9a-f]{15}", u) for u in uuids))
keys = set(text("key"))
print(all(k in keys for e in text("expression") for k in re.findall(r"firsthop\.[a-z]+", e)))
c = open(sys.argv[2]).read()
# Whatever the template names by its hash is in the file.
named = set(re.findall(r">(hash_[0-9a-f|_hs]+)<", c))
print(all("<%s>" % one in c for some in named for one in some.split("|")))
PY
)" "True
True
True" "identifiers are whole, and lead to what is there"
fi
if command -v promtool >/dev/null 2>&1; then
	ok "promtool reads the rules" promtool check rules $F/prometheus.rules.yml
else
	skip "promtool reads the rules" "promtool is not installed"
fi
# The counters are written some seconds late.
counted() { mailq="$BIN/mailq" sh $F/cacti.sh localhost | grep -Eq '^waiting:1 oldest:[0-9]+ dead:0 sent:2 deferred:1 failed:1$'; }
ok "Cacti's script: the queue, and outcomes since counting began" wait_for counted
out=$(mailq="$BIN/mailq" sh $F/cacti.sh); is $? 0 "without a host, too"
is "$(printf '%s\n' "$out" | tr ' ' '\n' | sed 's/:.*//' | sort | tr '\n' ' ')" \
	"$(sed -n 's,.*<data_source_name>\(.*\)</data_source_name>,\1,p' $F/cacti.xml | sort | tr '\n' ' ')" "has the fields of the template"
FIRSTHOP_SPOOL=$work/nowhere mailq="$BIN/mailq" sh $F/cacti.sh >"$work/none" 2>/dev/null; is "$? $(cat "$work/none")" "1 " "a queue that cannot be read gives no zeros"
mailq="$BIN/mailq" sh $F/cacti.sh -oProxyCommand=x 2>/dev/null; is $? 64 "a host that is an option: refused"
finish
