#!/bin/sh
# mailq --json: what postqueue -j prints, and the whole story; valid whatever is in the queue.
. tests/lib.sh
new_spool
command -v python3 >/dev/null 2>&1 || skip_all "python3 reads it back, and is not installed"
smarthost -r 'relay=513 Relaying denied.' -r 'later=450 4.2.0 Greylisted' -r "odd=451 4.3.0 \"quoted\" \\ $(printf 'caf\303\251 \377\033[1m')"
dead=1
config "[smarthost second]
host = 127.0.0.1
port = $dead
tls = off
[route .sub.example]
via = second, main"
printf 'To: relay@example.org, later@example.org, good@example.org\n\nx\n' | "$BIN/sendmail" -t -f cacti@example.org
printf 'x\n' | "$BIN/sendmail" -f '' 'odd@example.org'
printf 'x\n' | "$BIN/sendmail" -f '"a\"b\\c"@example.org' later@x.sub.example
runner_once
printf 'x\n' | "$BIN/sendmail" -f fresh@example.org later@example.org
printf '1700000000 attempt n=2\n1700000000 step text="\001\002 \xff \\x1b \xe2\x82\xac"\n1700000000 attempt n=3\n17 torn' >>"$(grep -l odd@ "$work"/spool/mqueue/*.log)"
"$BIN/mailq" --json >"$work/json" 2>/dev/null; is $? 0 "exit 0"
is "$(LC_ALL=C tr -d '\12\40-\176\200-\377' <"$work/json" | bytes)" 0 "no control byte as it is"
python3 - "$work/json" >"$work/out" 2>&1 <<'PY'
import json, sys
rows = [json.loads(line) for line in open(sys.argv[1], encoding='utf-8', errors='strict')]
def test(name, good): print('ok' if good else 'WRONG', name)
test('count', len(rows) == 4)
first = ["queue_name", "queue_id", "arrival_time", "message_size", "forced_expire", "sender", "recipients"]
test('postqueue', all(list(r)[:7] == first and list(r["recipients"][0])[:3] == ["orig_address", "address", "delay_reason"] for r in rows))
by = {r["sender"]: r for r in rows}
r = by["cacti@example.org"]
test('deferred', r["queue_name"] == "deferred" and r["attempt_count"] == 1 and r["next_attempt"] > r["arrival_time"] and len(r["recipients"]) == 2)
a = r["attempts"][0]
test('attempt', a["n"] == 1 and abs(a["time"] - r["arrival_time"]) < 100 and any("nothing to look up" in s for s in a["steps"]))
got = {x["recipient"]: (x["verdict"], x["decision"], x["key"], x["stage"], x["reply_code"], x["reply"]) for x in a["results"]}
test('results', got["relay@example.org"][:5] == ("deferred", "wait", "relay-denied", "RCPT", 513) or got["relay@example.org"][1] == "next-server")
test('reply', got["relay@example.org"][5] == "513 Relaying denied." and got["good@example.org"][:2] == ("sent", "sent"))
x = a["results"][0]
test('server', x["hop"] == "main" and x["peer_address"] == "127.0.0.1" and x["port"] > 1000)
test('route', r["recipients"][0]["route"] == ["main", "second"] and by['"a\\"b\\\\c"@example.org']["recipients"][0]["route"] == ["second", "main"])
test('uid', isinstance(r["uid"], int) and r["login"] != "")
o = by[""]
test('odd', "\"quoted\" \\" in o["recipients"][0]["delay_reason"] and len(o["attempts"]) == 3 and o["attempts"][2]["results"] == [])
test('fresh', by["fresh@example.org"]["attempts"] == [] and by["fresh@example.org"]["attempt_count"] == 0)
PY
while read -r line; do
	name=${line#* }
	[ "${line%% *}" = ok ]; result $? "read back: $name" "$line
$(cat "$work/json")"
done <"$work/out"
is "$(lines <"$work/out")" 11 "everything was looked at"
ok "python3 -m json.tool takes each line" sh -c "while read -r line; do printf '%s' \"\$line\" | python3 -m json.tool >/dev/null || exit 1; done <$work/json"
# Very many attempts stay cheap and valid.
log=$(grep -l relay@ "$work"/spool/mqueue/*.log | head -n 1)
for n in $(seq 2 200); do printf '1700000000 attempt n=%d\n1700000000 step text="s"\n' "$n"; done >>"$log"
"$BIN/mailq" --json 2>/dev/null | python3 -c 'import json, sys; print(max(len(json.loads(l)["attempts"]) for l in sys.stdin))' >"$work/out"
is "$(cat "$work/out")" 200 "200 attempts"
finish
