#!/bin/sh
# [log] format = json: each line is one object with the fields of the line of text, whatever a server or a caller says.
. tests/lib.sh
new_spool
command -v python3 >/dev/null 2>&1 || skip_all "python3 reads it back, and is not installed"
wild="451 4.3.0 \"quoted\" \\ caf$(printf '\303\251 \377\033[1m') key=other to=<x> {\"a\": 1}"
smarthost -r "odd=$wild" -r 'no=550 5.1.1 no such user'
send() {
	printf 'x\n' | "$BIN/sendmail" -f 'cacti@example.org' odd@example.org
	printf 'x\n' | "$BIN/sendmail" -f '"a b\"c"@example.org' no@example.org good@example.org
}
config
send
runner_once
cp "$work/log" "$work/text"
rm -f "$work"/spool/mqueue/????????.*
config '[log]
format = json'
send
: >"$work/log"
runner_once
"$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!
pids="$pids $runner"
wait_for test -S "$work/run/submit.sock"
# A caller without a right to drop/ comes through the socket.
mv "$work/spool/drop" "$work/spool/drop.away"
echo x | "$BIN/sendmail" -f 'me@example.org' good@example.org
mv "$work/spool/drop.away" "$work/spool/drop"
is_delivered() { [ "$(grep -c '"event": "delivery"' "$work/log")" -ge 5 ]; }
wait_for is_delivered
kill -USR1 $runner
wait_for grep -q '"event": "status"' "$work/log"
delivers() { grep '"event": "delivery"' "$work/log" | grep -q '"from": "me@example.org"'; }
wait_for delivers
stop $runner
is "$(LC_ALL=C tr -d '\12\40-\176\200-\377' <"$work/log" | bytes)" 0 "no control byte as it is"
is "$(grep -cv '^{.*}$' "$work/log")" 0 "in the foreground nothing stands around the object"
python3 - "$work/log" "$work/text" >"$work/out" 2>&1 <<'PY'
import json, re, sys
def no_twice(pairs):
    assert len({k for k, _ in pairs}) == len(pairs), pairs
    return dict(pairs)
lines = [json.loads(l, object_pairs_hook=no_twice) for l in open(sys.argv[1], encoding='utf-8', errors='strict')]
text = open(sys.argv[2], encoding='latin-1').read().split('\n')
def test(name, good): print('ok' if good else 'WRONG', name)
test('head', all(list(l)[:4] == ["time", "level", "ident", "pid"] and re.fullmatch(r'20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z', l["time"]) for l in lines))
d = [l for l in lines if l.get("event") == "delivery"]
line = next(l for l in text if 'status=sent' in l)
keys = re.findall(r'([a-z_]+)=', re.sub(r'\(.*?\)', 'text=', line.replace(', relay=', ', orig_to= relay=', 1)))
test('the keys of the text, in its order', len(d) >= 5 and all(list(l)[6:] == keys for l in d))
by = {l["to"]: l for l in reversed(d)}
o = by["odd@example.org"]
test('hostile', '"quoted" \\' in o["text"] and 'key=other to=<x> {"a": 1}' in o["text"] and o["key"] != "other" and o["status"] == "deferred" and o["level"] == "warning")
test('sender', by["no@example.org"]["from"] == '"a b\\"c"@example.org' and by["good@example.org"]["status"] == "sent" and by["good@example.org"]["level"] == "info")
test('numbers', all(isinstance(l[k], int) for l in d for k in ("try", "delay", "next_s")) and o["next_s"] > 0)
r = [l for l in lines if l.get("event") == "report"]
test('report', len(r) == 1 and r[0]["id"] == by["no@example.org"]["id"] and re.fullmatch('[0-9a-f.]{17}', r[0]["bounce"]))
s = [l for l in lines if l.get("event") == "submit"]
test('submit', len(s) == 1 and s[0]["from"] == "me@example.org" and s[0]["nrcpt"] == 1 and isinstance(s[0]["uid"], int) and s[0]["via"] == "socket")
test('status', [l["waiting"] >= 1 and l["smarthosts"] in ("up", "down") for l in lines if l.get("event") == "status"] == [True])
test('prose', any("runner started" in l.get("message", "") for l in lines))
PY
while read -r line; do
	[ "${line%% *}" = ok ]; result $? "read back: ${line#* }" "$line
$(tail -n 3 "$work/out")"
done <"$work/out"
is "$(lines <"$work/out")" 9 "everything was looked at"
if command -v jq >/dev/null 2>&1; then
	is "$(jq -r 'select(.event == "delivery" and .status != "sent") | .to' "$work/log" | sort | tr '\n' ' ')" "no@example.org odd@example.org " "jq chooses what did not go through"
fi
# sendmail, which reads no configuration, is told by the runner.
like "$(head -n 1 "$work/spool/drop/policy")" ' log=json$' "sendmail is told"
"$BIN/relayconf" set log.format yaml >/dev/null 2>"$work/err"; is $? 78 "another format is refused"
like "$(cat "$work/err")" 'not one of: text json' "with what there is"
finish
