#!/bin/sh
# A session that waits, or takes long, costs no other user and no other destination its turn; what it has not begun goes by another.
. tests/lib.sh
new_spool
start() { "$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!; pids="$pids $runner"; wait_for test -s "$work/run/runner.pid"; }
end() { kill "$runner"; wait "$runner" 2>/dev/null; rm -f "$work"/spool/mqueue/*.log "$work"/spool/mqueue/[0-9a-f]*.* "$work"/spool/drop/*; : >"$work/log"; rm -rf "$work/delivered"; }
send() { printf 'Subject: %s\n\nx\n' "$1" | "$BIN/sendmail" -i -f s@example.org "$1"; }
sent() { grep -c "to=<$1.*status=sent" "$work/log"; }
sent_are() { [ "$(sent "$1")" -ge "$2" ]; }
logged() { grep -q "$1" "$work/log"; }
# queue UID NAME ...: a message of that user to each NAME, while no runner is there
queue() {
	uid=$1; shift
	for name; do
		printf 'Subject: %s\n\nx\n' "$name" | "$BIN/sendmail" -odq -i -f s@example.org "$name@example.org"
		[ "$uid" = "$(id -u)" ] || chown "$uid" "$work"/spool/drop/[0-9a-f]*.[0-9a-f]* 2>/dev/null
		mv "$work"/spool/drop/[0-9a-f]*.[0-9a-f]* "$work/kept/"
	done
}
begin() { mv "$work"/kept/* "$work/spool/drop/"; start; }
mkdir "$work/kept"
me=$(id -u) other=$(id -u) # mail of two users needs root; else all is one's
[ "$me" != 0 ] || other=54321
accept() { printf '%s\n' "expect MAIL FROM:" 'send 250 ok' 'expect RCPT TO:' 'send 250 ok' 'expect DATA' 'send 354 go on' 'read-data'; }
greet() { printf '%s\n' 'send 220 odd.test ESMTP' 'expect EHLO' 'send-raw 250-odd.test\r\n250 PIPELINING\r\n'; }
silent_at_end() { printf '%s\n' 'send 220 odd.test ESMTP' 'expect EHLO' 'send-raw 250-odd.test\r\n250 PIPELINING\r\n' "expect MAIL FROM:" 'send 250 ok' 'expect RCPT TO:' 'send 250 ok' 'expect DATA' 'send 354 go on' 'read-data' 'silence'; }
# odd NAME COMMAND: a server of the script that the command prints; its port goes to $NAME
odd() {
	"$2" >"$work/$1.script"; rm -f "$work/$1.port"
	"$TOOLS/smtpd" -P "$work/$1.port" -T "$work/$1.transcript" -w 120 "$work/$1.script" 2>>"$work/log" & odd=$!; pids="$pids $odd"
	wait_for test -s "$work/$1.port"
	eval "$1=$(cat "$work/$1.port")"
}

# Four silent servers of other routes.
smarthost
for name in one two three four; do odd $name silent_at_end; done
config "
$(for name in one two three four; do eval "p=\$$name"; printf '[smarthost %s]\nhost = 127.0.0.1\nport = %s\ntls = off\n[route @%s.test]\nvia = %s\n' $name "$p" $name $name; done)"
start
for name in one two three four; do send "a@$name.test"; done
talking() { [ "$(grep -l '^C: \.\|^S: 354' "$work"/*.transcript 2>/dev/null | lines)" = 4 ]; }
ok "four silent servers of other routes have a session each" wait_for talking
for i in 1 2 3; do send "healthy$i@example.org"; done
ok "mail to the healthy smarthost goes out meanwhile" wait_for sent_are healthy 3
is "$(sent 'a@')" 0 "while the others still wait"
says() { "$BIN/mailq" 2>/dev/null | grep -Eq "(the first|an) attempt is running now; its session has been waiting [0-9]* s for the server's answer at end of data"; }
ok "mailq says what they wait for" wait_for says
end

# again OPTIONS: another smarthost, and nothing else left
again() { rm -f "$work/sessions"; smarthost "$@"; config "${more:-}"; }
sessions() { cut -d' ' -f1 "$work/sessions" | sort -u | lines; }
deferred() { grep -c "to=<$1.*status=deferred" "$work/log"; }

# A long message: the server reads it slowly.
stop "$smarthost_pid"
again -w long
{ printf 'Subject: long\n\n'; head -c 20000000 /dev/zero | tr '\0' x | fold -w 70; } | "$BIN/sendmail" -odq -i -f s@example.org long@example.org
mv "$work"/spool/drop/[0-9a-f]*.[0-9a-f]* "$work/kept/"
queue "$other" s1 s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 s12
begin
ok "mail behind a long message goes by another session" wait_for sent_are 's[0-9]' 12
is "$(sent long)" 0 "while the long one is still being sent"
is "$(deferred s)" 0 "with its first attempt"
ok "no more than max_sessions are used for that" test "$(sessions)" -le 4
end; stop "$smarthost_pid"

if [ "$me" != "$other" ]; then
# Many long messages of one user: a session has few of them in hand, so that others' mail is not behind sixteen of them.
again
{ printf 'Subject: large\n\n'; head -c 3000000 /dev/zero | tr '\0' x | fold -w 70; } >"$work/large"
for i in $(seq 70); do "$BIN/sendmail" -odq -i -f s@example.org "large$i@example.org" <"$work/large"; done
start
ok "a flood of long messages is under way" wait_for sent_are 'large' 16
before=$(sent large)
queue "$other" late; mv "$work"/kept/* "$work/spool/drop/"
send large-ring@example.org
ok "mail of another user comes behind it" wait_for sent_are late 1
ahead=$(grep 'status=sent' "$work/log" | sed '/to=<late/q' | grep -c 'to=<large')
ok "few long ones go before it ($((ahead - before)))" test $((ahead - before)) -le 24
wait_for sent_are large 71
end; stop "$smarthost_pid"

# The same smarthost says nothing to the end of one user's messages.
again -q quiet
queue "$me" quiet1 quiet2 quiet3 quiet4 quiet5 quiet6
queue "$other" v1 v2 v3
begin
ok "a server that is silent to one user's messages: others' mail goes out" wait_for sent_are 'v[0-9]' 3
all_wait() { [ "$(ls "$work/delivered" | lines)" -ge 7 ]; }
wait_tries=500
ok "four of them come to wait" wait_for all_wait
queue "$other" v4 v5; mv "$work"/kept/* "$work/spool/drop/"
send quiet7@example.org
ok "and mail that comes then goes out, too" wait_for sent_are 'v[0-9]' 5
is "$(deferred v) $(deferred quiet)" "0 0" "nothing was put off"
says() { "$BIN/mailq" 2>/dev/null | grep -Eq "waits for its turn: 4 sessions with 127.0.0.1 wait, the longest has been waiting [0-9]* s for the server's answer at end of data"; }
ok "mailq says why the rest of the first user's waits" wait_for says
end; stop "$smarthost_pid"
wait_tries=
else
	skip "a server that is silent to one user" "mail of two users needs root"
fi

# A server that ends each session behind one message: nothing is wrong with the next one.
for option in '' -E; do
	again -e 1 $option
	queue "$other" $(seq -f 'm%g' 40)
	begin
	ok "a server that ends each session behind one message${option:+ with 421}: 40 are delivered" wait_for sent_are 'm[0-9]' 40
	is "$(deferred m)" 0 "none of them is put off"
	end; stop "$smarthost_pid"
done

# One that accepts nothing is not asked without a rest.
again -e 1 -r 'm=451 4.3.0 not now'
queue "$other" m1 m2 m3 m4
begin
refused() { [ "$(deferred m)" -ge 4 ]; }
wait_for refused
sleep 1
is "$(deferred m)" 4 "a server that refuses everything: each is tried once"
end; stop "$smarthost_pid"
# One place for all: a destination with much mail yields it to one that has none.
again; first=$smarthost_pid
more="[smarthost other]
host = 127.0.0.1
port = $port
tls = off
[route @other.test]
via = other
[queue]
max_sessions = 1"
again
queue "$other" $(seq -f 'm%g' 300)
printf 'Subject: x\n\nx\n' | "$BIN/sendmail" -odq -i -f s@example.org a@other.test
mv "$work"/kept/* "$work/spool/drop/"
start
ok "max_sessions = 1: all are delivered" wait_for sent_are 'm[0-9]' 300
before=$(grep 'status=sent' "$work/log" | sed '/to=<a@other.test>/q' | lines)
ok "the other destination did not wait for the end of the first one's ($before before it)" test "$before" -lt 200
end; stop "$smarthost_pid"; stop "$first"
finish
