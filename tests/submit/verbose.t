#!/bin/sh
# sendmail -v shows the first attempt as it happens; -odi waits for its end.  Both end by themselves, and the mail is safe in any case.
. tests/lib.sh
new_spool
S=$BIN/sendmail
start_runner() { "$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!; pids="$pids $runner"; wait_for test -S "$work/spool/mqueue/control"; }
send() { printf 'Subject: x\n\nthe text of it\n' | "$S" -f f@example.net "$@" >"$work/out" 2>"$work/err"; code=$?; out=$(cat "$work/out"); }

# Delivered: two recipients, TLS and a login.
sh tests/fake/certs.sh "$work/certs" localhost >/dev/null 2>&1
smarthost -a joe:geheim -t "$work/certs/good.pem" -k "$work/certs/good.key" -r 'gone=550 5.1.1 no such user' -r 'grey=450 4.2.0 Greylisted'
echo geheim >"$work/secret"; chmod 600 "$work/secret"
tls=encrypt; config "login = joe
password_file = secret
auth_to_unverified_server = yes"
start_runner
printf 'x\n' | "$S" other@example.org
delivered_is() { [ "$(delivered)" = "$1" ]; }
wait_for delivered_is 1
send -v a@example.org b@example.org
is "$code $(delivered) $(cat "$work/err")" "0 2 " "delivered when -v returns, exit 0"
like "$(echo "$out" | head -n 1)" '^[0-9a-f]{8}\.[0-9a-f]{8} is queued in ' "the identifier comes first"
like "$out" "connecting to 127.0.0.1\[127.0.0.1\]:$port" "the connection"
like "$out" 'TLS is on: TLSv1\.[23]' "the kind of TLS"
like "$out" '> AUTH \.\.\. \(login and password are not shown\)' "a login is told"
unlike "$out" 'geheim|joeAg|am9l|AGpvZQ' "but not shown"
like "$out" '> MAIL FROM:<f@example.net>' "MAIL"
is "$(echo "$out" | grep -c '> RCPT TO:<[ab]@example.org>')" 2 "each RCPT"
like "$out" '> \(the message, [0-9]+ bytes\) \.' "the message as one line"
unlike "$out" 'the text of it|^Subject' "and nothing of its text"
like "$out" '< 250 2.0.0 taken' "the answers"
is "$(echo "$out" | grep -c '<[ab]@example.org> sent: smarthost main, ')" 2 "what became of each recipient"
unlike "$out" 'other@example.org' "nothing of other mail: the session is its own"
is "$(ls "$work/spool/mqueue" | grep -c '\.log$')" 0 "no journal is left"
send -v gone@example.org grey@example.org a@example.org
is "$code" 0 "recipients with three outcomes: exit 0"
like "$out" '<gone@example.org> failed: .*550 5.1.1 no such user' "one is refused"
like "$out" 'it is not tried any more; its sender gets a report' "and its sender told"
like "$out" '<grey@example.org> deferred: .*450 4.2.0 Greylisted' "one is not taken now"
like "$out" '<a@example.org> sent' "one is sent"
like "$out" 'decision  it is kept and tried again after' "what comes next"
like "$out" 'meaning   .*' "and what it means"
is "$(ls "$work"/spool/mqueue/*.log | lines) $(grep -c ' attempt ' "$work"/spool/mqueue/*.log) $(grep -c '> RCPT' "$work"/spool/mqueue/*.log)" "1 1 0" "the journal has the attempt once, without the dialogue"
before=$(delivered)
send -odi c@example.org
is "$code $(($(delivered) - before)) $out$(cat "$work/err")" "0 1 " "delivered when -odi returns, and no word"
send -v -odq d@example.org
is "$code $(echo "$out" | tail -n 1)" "0 It waits for the next pass over the queue." "-v -odq only stores"
"$S" -q 2>/dev/null

# The way is closed.
stop "$smarthost_pid"
send -v e@example.org
like "$out" 'Connection refused' "-v: the attempt fails"
like "$out" 'remedy    1. Check host and port' "and says what to do"
send -v f@example.org
like "$out" 'it was not tried itself: smarthost main, .*Connection refused' "-v: the next one is not tried, and why"
like "$out" 'next try  in .*; at once with "sendmail -q" as root' "and when it is"
start=$(milliseconds); send -odi g@example.org; took=$(($(milliseconds) - start))
is "$code $out$(cat "$work/err")" "0 " "-odi while the way is closed: exit 0, no word"
ok "and at once ($took ms)" test $took -lt 5000
echo nonsense >>"$work/firsthop.conf"
wait_for grep -q 'earlier configuration stays' "$work/log"
stop $runner
start_runner
send -v h@example.org
is "$code" 0 "a configuration that is wrong: exit 0"
like "$out" 'it was not tried itself: .*firsthop.conf' "and the line is named"
stop $runner
edit '/nonsense/d' "$work/firsthop.conf"
start=$(milliseconds); send -odi i@example.org; took=$(($(milliseconds) - start))
is "$code $out$(cat "$work/err")" "0 " "-odi without a runner: exit 0, no word"
ok "and at once ($took ms)" test $took -lt 5000
send -v j@example.org
like "$out" 'next try  never: the runner is not running. Start it as root: "sendmail -bd' "-v without a runner says who starts one"
rm -f "$work"/spool/mqueue/*.* "$work"/spool/drop/*; "$S" -q 2>/dev/null

# Several smarthosts; and a caller who does not want to wait.
smarthost -r 'a@=451 4.3.0 not here'
cat >"$work/slow.smtp" <<END
sleep 60000
END
"$TOOLS/smtpd" -p 0 -P "$work/slowport" "$work/slow.smtp" & pids="$pids $!"
wait_for test -s "$work/slowport"
cat >"$work/firsthop.conf" <<END
[host]
name = mon1.example.org
aliases = $work/aliases
[smarthost first]
host = 127.0.0.1
port = 1
tls = off
[smarthost second]
host = 127.0.0.1
port = $port
tls = off
[route slow.example]
via = third
[smarthost third]
default = no
host = 127.0.0.1
port = $(cat "$work/slowport")
tls = off
END
start_runner
before=$(delivered)
send -v a@example.org b@example.org
like "$out" "connecting to 127.0.0.1.*:1$" "the first smarthost"
like "$out" "first, 127.0.0.1:1: connect: Connection refused" "does not answer"
like "$out" "<b@example.org> sent: smarthost second" "the second one takes it"
is "$(($(delivered) - before))" 1 "and has it"
waiting=0; "$BIN/mailq" remove all >/dev/null 2>&1
seen() { [ "$(ls "$work/spool/mqueue" | grep -c '^[0-9a-f]\{8\}\.[0-9a-f]\{8\}$')" -ge $waiting ]; }
for how in -v -odi; do
	waiting=$((waiting + 1))
	printf 'x\n' | "$S" $how x@slow.example >"$work/out" 2>&1 & s=$!
	wait_for seen
	kill -0 $s 2>/dev/null; is $? 0 "sendmail $how waits for a slow server"
	kill -TERM $s; wait $s; is $? 0 "ended by a signal it still says 0: the mail is on disk"
	is "$(ls "$work/spool/drop" | grep -c '^t\.')" 0 "and nothing unfinished is left"
done
is "$("$BIN/mailq" 2>/dev/null | grep -c '<x@slow.example>')" 2 "both are in the queue"
start=$(milliseconds); stop $runner; took=$(($(milliseconds) - start))
ok "a runner that is told to end does not wait for a server that says nothing ($took ms)" test $took -lt 30000
is "$("$BIN/mailq" why "$("$BIN/mailq" -bpi 2>/dev/null | head -n 1)" | grep -c 'reason    not tried yet')" 1 "and the attempt that was broken off does not count"

# A runner that dies under it.
start_runner
printf 'x\n' | "$S" -v x@slow.example >"$work/out" 2>&1 & s=$!
connects() { grep -q 'connecting to' "$work/out"; }
wait_for connects
kill -9 $runner; wait $s; is $? 0 "the runner is killed: exit 0"
like "$(tail -n 1 "$work/out")" '^It is on disk, and nothing more is known yet; "mailq why ' "and what is known is told"

# Without a resident runner: the one that is started for the message.
rm -f "$work"/spool/mqueue/*.* "$work"/spool/drop/*
own_libexec
rm "$work/libexec/runner"; cp "$BIN/runner" "$work/libexec/"; chmod u+s "$work/libexec/runner"
before=$(delivered)
send -v b@example.org
is "$code $(($(delivered) - before))" "0 1" "daemonless: delivered when -v returns"
like "$out" '> RCPT TO:<b@example.org>' "with the dialogue"
gone() { [ ! -e "$work/run/runner.pid" ]; }
wait_for gone
send -odi b@example.org
is "$code $(($(delivered) - before)) $out" "0 2 " "so it is with -odi"
wait_for gone

# A runner that is just going when the message comes: it still answers, and says nothing more.
cat >"$work/going.py" <<'END'
import os, socket, sys
path = sys.argv[1]
s = socket.socket(socket.AF_UNIX)
s.bind(path); s.listen(1)
open(sys.argv[2], "w").close()
c, _ = s.accept()
c.recv(100)
os.unlink(path); s.close()
c.sendall(b"ok\n")
c.recv(100) # "look": the message is stored
END
if command -v python3 >/dev/null 2>&1; then
	rm -f "$work/spool/mqueue/control"
	python3 "$work/going.py" "$work/spool/mqueue/control" "$work/going" & going=$!
	wait_for test -e "$work/going"
	send -v b@example.org
	wait "$going"
	is "$code $(($(delivered) - before))" "0 3" "a runner that goes as the message comes: the next one delivers it"
	like "$out" '> RCPT TO:<b@example.org>' "and -v shows that"
else
	skip "a runner that goes as the message comes: the next one delivers it" "python3 is not installed"
	skip "and -v shows that" "python3 is not installed"
fi
wait_for gone
finish
