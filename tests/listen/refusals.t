#!/bin/sh
# What smtpd refuses: in the log as Postfix says it, counted for those who watch, and bounded; and whether smtpd is there.
. tests/lib.sh
new_spool
smarthost
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
listen=$(free_port)
config "
[listen]
smtp = 127.0.0.1:$listen"
health() { "$BIN/mailq" health -w 30 -c 60; }
metric() { "$BIN/mailq" health --openmetrics | sed -n "s/^firsthop_smtpd_$1 //p"; }
event() { metric "events_total{event=\"$1\"}"; }
is_event() { [ "$(event "$1")" = "$2" ]; }
# say LINE...: to smtpd, one after the other; replies has what it answers
cat >"$work/say.py" <<'END'
import socket, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 20)
f = s.makefile("rwb")
def reply():
    while True:
        line = f.readline().decode()
        if line[3:4] != "-":
            return line.strip()
print(reply())
for line in sys.argv[2:]:
    f.write(line.replace("\n", "\r\n").encode() + b"\r\n"); f.flush()
    print(reply())
END
say() { replies=$(python3 "$work/say.py" "$listen" "$@"); }
uid=$(id -u)
like "$(health)" 'WARNING.*smtpd is not running, although \[listen\] is configured' "before it is started, health says so"
is "$(metric up)" 0 "and the metrics"
"$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!; pids="$pids $runner"
is_up() { [ "$(metric up)" = 1 ]; }
ok "it is running" wait_for is_up
like "$(health)" '^MAILQ OK' "all is well"
say 'EHLO x' 'RCPT TO:<a@example.org>' 'MAIL FROM:<a@example.org>' 'RCPT TO:<@@@>' 'c2VjcmV0LXBhc3N3b3Jk: hunter2' 'AUTH PLAIN AGEAYg==' 'RCPT TO:<b@example.org>' 'DATA' 'Subject: one

text
.' 'QUIT'
like "$replies" '^250 2.0.0 .*[0-9a-f]{8}\.[0-9a-f]{8}' "a message is accepted in spite of all"
ok "four commands were rejected" wait_for is_event rejected 4
ok "one message was accepted" wait_for is_event messages 1
is "$(event connections) $(event login_failed) $(event too_many)" "1 0 0" "from one client"
log=$(cat "$work/log")
like "$log" "firsthop/smtpd: NOQUEUE: reject: RCPT from uid $uid: 503 5.5.1 MAIL comes first proto=ESMTP" "the log says what was rejected"
like "$log" "NOQUEUE: reject: RCPT from uid $uid: 553 5.1.3 .*; from=<a@example.org> proto=ESMTP" "and of which message"
like "$log" "NOQUEUE: reject: UNKNOWN from uid $uid: 500 5.5.2 command not known" "an unknown command"
unlike "$log" 'hunter2|c2VjcmV0' "but not its words, which may be a password"
unlike "$log" 'AGEAYg' "nor those of a login"
# Many of them.
n=0; set --
while [ $n -lt 90 ]; do n=$((n + 1)); set -- "$@" "NONSENSE $n"; done
say "$@" QUIT
ok "each is counted" wait_for is_event rejected 94
is "$(grep -c 'NOQUEUE: reject: ' "$work/log")" 30 "30 in a minute are logged"
# Who has too many connections.
cat >"$work/many.py" <<'END'
import socket, sys, time
held = [socket.create_connection(("127.0.0.1", int(sys.argv[1]))) for i in range(70)]
time.sleep(3)
END
python3 "$work/many.py" "$listen"
ok "ten of 70 connections at a time are too many" wait_for is_event too_many 10
# The counts go on when it is started anew.
edit "s/^smtp = .*/smtp = 127.0.0.1:$(free_port)/" "$work/firsthop.conf"
sleep 5
ok "and up again" wait_for is_up
is "$(event rejected) $(event too_many)" "94 10" "a new smtpd goes on counting"
stop "$runner"
like "$(health)" 'smtpd is not running, although \[listen\] is configured' "when it has ended, health says so"
config
unlike "$("$BIN/mailq" health)" 'smtpd' "without [listen] nobody speaks of it"
is "$(metric up)" "" "nor do the metrics"
finish
