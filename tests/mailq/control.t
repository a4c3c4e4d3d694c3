#!/bin/sh
# What an operator can do with mail that waits.
. tests/lib.sh
new_spool
send() { printf 'Subject: %s\n\nthe text of %s\n' "$1" "$1" | "$BIN/sendmail" -i -f "${3:-cacti@mon1.example.org}" "${2:-a@example.org}"; }
count() { "$BIN/mailq" -bpc 2>/dev/null; }
count_is() { [ "$(count)" = "$1" ]; }
id_of() { "$BIN/mailq" --json 2>/dev/null | grep -F "\"$1\"" | head -n 1 | sed 's/.*"queue_id": "\([^"]*\)".*/\1/'; }
smarthost -r 'relay=513 Relaying denied.'
config
stop "$smarthost_pid"
send one a@example.org
"$BIN/mailq" retry all 2>"$work/err"; is $? 75 "retry without a runner: exit 75"
like "$(cat "$work/err")" 'no runner can be asked.*sendmail -bd' "and what to do"
"$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!
pids="$pids $runner"
wait_for test -s "$work/run/runner.pid"
send two b@example.org nagios@mon1.example.org
send three c@example.net
wait_for test -S "$work/spool/mqueue/control"
in_queue() { [ "$(ls "$work/spool/mqueue" | grep -c '^[0-9a-f]\{8\}\.[0-9a-f]\{8\}$')" -eq "$1" ]; }
wait_for in_queue 3
one=$(id_of a@example.org)
like "$("$BIN/mailq" cat "$one")" '^the text of one$' "cat: the text of one message"
unlike "$("$BIN/mailq" cat "$one")" '^firsthop-spool|^recipient:' "cat: nothing of the envelope"
is "$("$BIN/mailq" hold "$one")" "$one  held" "hold by identifier"
like "$("$BIN/mailq" 2>/dev/null)" "QUARANTINE: held by uid [0-9]+; \"mailq release $one\" lets it go" "mailq shows who holds it"
like "$("$BIN/mailq" --json 2>/dev/null)" '"queue_name": "hold", "queue_id": "'"$one" "so does JSON"
like "$("$BIN/mailq" --format=postfix 2>/dev/null)" "^$one!" "and the layout of Postfix has its mark"
like "$("$BIN/mailq" why "$one")" 'next try  never, until "mailq release' "and mailq why"
"$BIN/mailq" hold "$one" >"$work/out"; is "$? $(cat "$work/out")" "69 $one  it is held already" "hold twice"
like "$("$BIN/mailq" retry "$one")" 'it is held; release it first' "retry of a held message"
is "$("$BIN/mailq" hold 'to=*@example.net' | sed 's/^[^ ]*  //')" "held" "hold by recipient, with a wild card"
smarthost -p "$port" -r 'relay=513 Relaying denied.'
"$BIN/sendmail" -q
ok "sendmail -q: what is not held goes out" wait_for count_is 2
kill -TERM $runner; wait $runner
"$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!
pids="$pids $runner"
wait_for test -S "$work/spool/mqueue/control"
"$BIN/sendmail" -q
is "$(count)" 2 "held messages stay held in the next life of the runner"
like "$("$BIN/mailq" release all)" '^2 released$' "release all"
ok "released mail goes out" wait_for count_is 0
"$BIN/mailq" release all 2>"$work/err"; is $? 65 "nothing fits: exit 65"
send four relay@example.org
send five relay@example.net
wait_for grep -q 'key=relay-denied' "$work/log"
both_denied() { [ "$("$BIN/mailq" --json 2>/dev/null | grep -c relay-denied)" -ge 2 ]; }
wait_for both_denied
before=$(grep -c 'key=relay-denied' "$work/log")
more_denied() { [ "$(grep -c 'key=relay-denied' "$work/log")" -ge $((before + 2)) ]; }
like "$("$BIN/mailq" retry key=relay-denied)" '^2 are tried$' "retry by reason"
ok "they are tried at once" wait_for more_denied
like "$("$BIN/mailq" remove from=cacti@mon1.example.org to=nobody)" '^2 removed$' "remove by sender"
is "$(count)" 0 "they are gone"
is "$(ls "$work/spool/mqueue" | grep -c '^[0-9a-f]\{8\}\.')" 0 "with their journals"
like "$(cat "$work/log")" 'is removed by uid [0-9]+: from=<cacti@mon1.example.org> to=<relay@example.(org|net)>, never delivered' "the log keeps who removed what"
"$BIN/mailq" remove 2>"$work/err"; is $? 64 "a verb without a pattern"
send six relay@angle.example '<>'; send seven relay@angle.example joe@example.org; wait_for both_denied
like "$("$BIN/mailq" hold 'to=<relay@angle.example>' | tail -n 1)" '^2 held$' "an address as the list shows it"
like "$("$BIN/mailq" remove 'from=<joe@example.org>')" ' removed$' "a sender, too"; like "$("$BIN/mailq" remove 'from=<>')" ' removed$' "and the null sender"
"$BIN/mailq" --format 2>"$work/err"; is $? 64 "--format without a name"; unlike "$(cat "$work/err")" 'did you mean --format' "is not asked for what it is"; like "$(cat "$work/err")" 'must be sendmail, postfix, json or long' "but told what may follow"
"$BIN/mailq" remove 'nothing*' 2>/dev/null; is $? 65 "a pattern that fits nothing"
# Nonsense on the socket.
if command -v python3 >/dev/null 2>&1; then
	python3 - "$work/spool/mqueue/control" <<'PY'
import os, socket, sys
for bytes in (b"\n", b"hold\n", b"hold ../../etc/passwd\n", b"remove 00000000.00000000\n", b"x" * 200000, b"\0" * 100 + b"\n", b"hold 00000000.00000000 x\n",
              b"watch \n", b"watch ../../etc/passwd talk\n", b"watch 00000000.00000000 walk\n", b"watch 00000000.00000000 talk\nlook\n" + b"x" * 300 + b"\n",
              b"watch 00000000.00000000 wait\n" + b"y" * 100000):
    s = socket.socket(socket.AF_UNIX); s.settimeout(2); s.connect(sys.argv[1])
    try:
        s.sendall(bytes); s.recv(100)
    except OSError:
        pass
    s.close()
held = [socket.socket(socket.AF_UNIX) for _ in range(4)]
for s in held: s.connect(sys.argv[1])
PY
	send six
	ok "nonsense on the socket does not stop the runner" wait_for count_is 0
fi
kill -TERM $runner; wait $runner
ok "the socket is gone with the runner" test ! -e "$work/spool/mqueue/control"
finish
