#!/bin/sh
# relayconf probe: one real session, timed and explained; exit codes that tell the truth.
. tests/lib.sh
new_spool
probe() { out=$("$BIN/relayconf" probe "$@" 2>"$work/err"); code=$?; }
smarthost -r 'gone=550 5.1.1 no such user' -r 'relay=513 Relaying denied.' -r 'grey=450 4.2.0 Greylisted'
config
probe --from cron --to ops@example.org
is $code 0 "accepted: exit 0"
like "$out" '^smarthost main, from <cron@mon1.example.org> to <ops@example.org>; no message is sent$' "who to whom, after policy"
like "$out" "^ +[0-9]+ ms +\+[0-9]+  connecting to 127.0.0.1\[127.0.0.1\]:$port$" "each step with its time"
like "$out" '^ +[0-9]+ ms +\+[0-9]+  > MAIL FROM:<cron@mon1.example.org>' "MAIL"
like "$out" '^ +[0-9]+ ms +\+[0-9]+  < 250 2.1.5' "the answer to RCPT"
like "$out" '^ +[0-9]+ ms +\+[0-9]+  > RSET' "then RSET"
like "$out" '^ +[0-9]+ ms +\+[0-9]+  > QUIT' "and QUIT"
unlike "$out" '> DATA' "no DATA"
is "$(delivered)" 0 "nothing is delivered"
echo 'root: admin@example.net' >"$work/aliases"
probe --to root; like "$out" 'to <admin@example.net>' "an alias is followed"
probe --to gone@example.org; is $code 69 "refused for good: exit 69"
like "$out" '^result    smarthost main, .*RCPT: 550 5.1.1 no such user' "the result"
like "$out" '^remedy ' "is explained"
probe --to relay@example.org; is $code 75 "relaying denied, which can be mended: exit 75"
like "$out" '^meaning   The server does not relay mail for this machine' "with its meaning"
probe --to grey@example.org; is $code 75 "not now: exit 75"
stop "$smarthost_pid"
probe; is $code 75 "a dead server: exit 75"
like "$out" 'connect: Connection refused' "which is told"
is "$(echo "$out" | grep -c 'Check host and port')" 1 "and explained once: the last refusal is the result"
probe nobody; is $code 78 "an unknown smarthost: exit 78"
like "$(cat "$work/err")" 'there is no \[smarthost nobody\]' "and says so"
probe --to; is $code 64 "wrong usage: exit 64"
probe --to 'a b@'; is $code 65 "no address: exit 65"

# Several: each is asked; the exit code is that of the worst.
smarthost
config "[smarthost backup]
host = 127.0.0.1
port = 1
tls = off"
probe; is $code 75 "one of two is dead: exit 75"
is "$(echo "$out" | grep -c '^result ')" 2 "both are told"
probe main; is $code 0 "the one that works: exit 0"
stop "$smarthost_pid"

# A login: not shown; refused, and explained.
smarthost -a joe:geheim
echo wrong >"$work/secret"; chmod 600 "$work/secret"
config "login = joe
password_file = secret
auth_without_tls = yes"
probe; is $code 75 "a refused login: exit 75"
like "$out" '> AUTH \.\.\.' "AUTH is told"
unlike "$out" 'wrong|am9l|AGpvZQ' "the password is not"
like "$out" 'meaning   The server refuses this login' "and explained"
chmod 644 "$work/secret"; probe; like "$out" 'others can read it' "a password that all can read is no password"
chmod 600 "$work/secret"; echo geheim >"$work/secret"; probe; is $code 0 "the right password: exit 0"
stop "$smarthost_pid"

# TLS: told with its kind.
sh tests/fake/certs.sh "$work/certs" localhost >/dev/null 2>&1
smarthost -t "$work/certs/good.pem" -k "$work/certs/good.key"
tls=encrypt; config ""
probe; is $code 0 "TLS: exit 0"
like "$out" 'TLS is on: TLSv1' "the kind of TLS is told"
if command -v python3 >/dev/null 2>&1; then
	"$BIN/relayconf" probe --json --to ops@example.org >"$work/json"; is $? 0 "--json: exit 0"
	is "$(python3 -c 'import json, sys
r = json.loads(sys.stdin.read())
print(r["result"], r["exit"], r["to"], r["stage"], all(s["ms"] >= 0 and s["text"] for s in r["steps"]) and len(r["steps"]) > 8, r["tls"][:4])' <"$work/json")" \
		"accepted 0 ops@example.org RCPT True TLSv" "--json: one object with all of it"
fi
stop "$smarthost_pid"
# Without a smarthost, the domain's own server.
smarthost
printf '[host]\nname = mon1.example.org\naliases = %s\n[fallback]\ndirect_mx = yes\ndirect_port = %s\n' "$work/aliases" "$port" >"$work/firsthop.conf"
probe --to 'joe@[127.0.0.1]'; is $code 0 "direct: the domain's own server"
like "$out" '^the MX of \[127.0.0.1\], from' "which is told"

# It goes on to the next address, as delivery does.
tls=off
printf '127.0.0.1 two.test\n127.0.0.2 two.test\n' >"$work/hosts"
hosts_probe() { out=$(in_hosts "$BIN/relayconf" probe "$@" 2>"$work/err"); code=$?; }
in_hosts() { unshare -m sh -c 'mount --bind "$0" /etc/hosts && exec "$@"' "$work/hosts" "$@"; }
if in_hosts true 2>/dev/null && smarthost -r 'both=451 4.3.0 not here' -r 'early=451 4.3.0 not here' -r 'gone=550 5.1.1 no such user'; then
	"$TOOLS/smarthost" -l 127.0.0.2 -p "$port" -d "$work/delivered2" -r 'both=450 4.2.0 Greylisted' & pids="$pids $!"
	config; edit 's/^host = .*/host = two.test/' "$work/firsthop.conf"
	hosts_probe --to early@example.org; is $code 0 "the first address refuses for now: the second is asked, and accepts"
	like "$out" "the next address is asked, as delivery does: 127.0.0.1 refused for now" "which is told"
	printf 'x\n' | "$BIN/sendmail" early@example.org; in_hosts "$BIN/runner" --once --foreground 2>>"$work/log"
	like "$(cat "$work/log")" "to=<early@example.org>.*127.0.0.2.*sent" "delivery does the same"
	hosts_probe --to both@example.org; is $code 75 "both refuse for now: exit 75"
	like "$out" '^result .*450 4.2.0 Greylisted' "with what the last one said"
	like "$out" '^delivery  .*kept' "and what delivery does"
	hosts_probe --to gone@example.org; is $code 69 "refused for good: no other is asked"
	like "$out" '^delivery  it is not tried any more' "and it would be returned"
else
	skip "the next address" "needs root and namespaces (unshare)"
fi

# Without --to: a healthy server that has no mailbox for this machine's root is no server that refuses.
smarthost -r 'mon1=550 5.1.1 User unknown' -r 'relay=513 Relaying denied.'
: >"$work/aliases"
config
probe; is $code 0 "no mailbox for this machine's root: exit 0"
like "$out" '^meaning   The server is usable: .* no mailbox for <root@mon1.example.org>' "the server is usable"
like "$out" '^remedy    Add a line to the aliases file' "and what is missing is named"
probe --to root@mon1.example.org; is $code 69 "asked for by name, it is refused"
echo 'root: relay@example.org' >"$work/aliases"
probe; is $code 75 "a server that does not relay is not healthy"
like "$("$BIN/relayconf" probe --json)" '"result": "unusable"' "JSON: unusable"
: >"$work/aliases"
like "$("$BIN/relayconf" probe --json)" '"result": "usable", "exit": 0' "JSON: usable"

# --- what every user sees of it, in the list of processes
kill -STOP "$smarthost_pid"
"$BIN/relayconf" probe --from secret-from@example.org --to secret-to@example.org >/dev/null 2>&1 & asking=$!; pids="$pids $asking"
relays() { processes | awk -v top="$asking" '$1 == top { print }'; }
relay_is_there() { relays | grep -Eq 'relay(\.program)? --probe'; }
ok "relay talks" wait_for relay_is_there
unlike "$(relays)" 'secret-|@|\.conf' "and nobody else sees for whom"
kill -CONT "$smarthost_pid"
wait "$asking"
finish
