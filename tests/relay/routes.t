#!/bin/sh
# Which servers take a message: routes, the fallback to the domain's own servers, and what happens while one of them fails.
. tests/lib.sh
new_spool
send() { printf 'Subject: %s\n\nx\n' "$1" | "$BIN/sendmail" -i -f "${3:-cacti@mon1.example.org}" "$2"; }
# Three servers: $port is main, $backup, $partner; each with a folder of its own.
another() {
	"$TOOLS/smarthost" -P "$work/port.$1" -d "$work/$1" -o "$work/sessions.$1" ${2:+"$2"} ${3:+"$3"} &
	another_pid=$!
	pids="$pids $another_pid"
	wait_for test -s "$work/port.$1"
	another_port=$(cat "$work/port.$1")
}
got() { ls "$work/$1" 2>/dev/null | lines; }
got_are() { [ "$(got "$1")" -ge "$2" ]; }
smarthost; main_pid=$smarthost_pid
another backup; backup_pid=$another_pid backup=$another_port
another partner; partner_pid=$another_pid partner=$another_port
servers="
[smarthost backup]
host = 127.0.0.1
port = $backup
tls = off
[smarthost partner]
host = 127.0.0.1
port = $partner
tls = off
default = no"
config "$servers
[route partner.example]
via = partner
[route .sub.example]
via = backup
[route boss@example.org]
via = partner, main
[route from:nagios@mon1.example.org]
via = backup
[route [127.0.0.9]]
via = main"
"$BIN/relayconf" check >"$work/out"; like "$(cat "$work/out")" 'is no pattern; there are: example.org' "route: a wrong pattern is named"
config "$servers
[route partner.example]
via = nobody"
"$BIN/relayconf" check >"$work/out"; like "$(cat "$work/out")" 'conf:[0-9]+: via: there is no \[smarthost nobody\]' "route: a server that is not there"
config "$servers
[route partner.example]"
"$BIN/relayconf" check >"$work/out"; like "$(cat "$work/out")" '\[route partner.example\] has no via' "route: without via"
config "$servers
[route partner.example]
via = direct, main"
"$BIN/relayconf" check >"$work/out"; like "$(cat "$work/out")" 'direct can only be last' "route: direct before others"
config "$servers
[route partner.example]
via = partner
[route .sub.example]
via = backup
[route boss@example.org]
via = partner, main
[route from:nagios@mon1.example.org]
via = backup"
is "$("$BIN/relayconf" get route..sub.example.via)" backup "relayconf get of a route"
send one ops@example.org
send two x@Partner.Example
send three y@deep.sub.example
send four boss@example.org
send five ops@example.org nagios@mon1.example.org
runner_once
is "$(delivered) $(got backup) $(got partner)" "1 2 2" "routes: each message goes its way"
like "$(cat "$work"/partner/*.eml)" '^X-Envelope-To: <x@partner.example>$' "routes: a recipient domain"
like "$(cat "$work"/partner/*.eml)" '^X-Envelope-To: <boss@example.org>$' "routes: one recipient"
like "$(cat "$work"/backup/*.eml)" '^Subject: three$' "routes: a domain below"
like "$(cat "$work"/backup/*.eml)" '^Subject: five$' "routes: a sender"
printf 'Subject: six\n\nx\n' | "$BIN/sendmail" ops@example.org x@partner.example y@deep.sub.example
runner_once
is "$(delivered) $(got backup) $(got partner)" "2 3 3" "routes: one message, three ways"
is "$("$BIN/mailq" -bpc)" 0 "and nothing is left"
out=$("$BIN/relayconf" route boss@example.org z@nowhere.example)
like "$out" 'rule       \[route boss@example.org\] via = partner, main \(line [0-9]+\)' "relayconf route: the rule"
like "$out" 'rule       no \[route\] fits' "relayconf route: no rule"
like "$out" "127.0.0.1\[127.0.0.1\] port $partner," "relayconf route: the servers of the rule"
like "$("$BIN/relayconf" route x@example.org)" 'note +example.org is the domain of this machine, mon1.example.org: its mail goes to the smarthost like any other' \
	"relayconf route: a domain that covers the machine's own name"

like "$("$BIN/relayconf" route -f nagios ops@example.org)" 'goes out as <nagios@mon1.example.org> \(\[sender\] envelope_from = qualify\)' "relayconf route: the sender"
like "$("$BIN/relayconf" route -f nagios ops@example.org)" 'rule +\[route from:nagios@mon1.example.org\] via = backup' "relayconf route: a rule for a sender"

# What would a new configuration change for the mail that waits?
stop "$partner_pid"
send waiting x@partner.example
send gone '"odd\"one"@partner.example'
runner_once
sed 's/^via = partner$/via = main/; s/^# none//' "$work/firsthop.conf" >"$work/new.conf"
out=$("$BIN/relayconf" diff "$work/new.conf"); is $? 1 "relayconf diff: exit 1 when something changes"
like "$out" '^  now   <x@partner.example> from <cacti@mon1.example.org>: smarthost partner \(127.0.0.1, lookup host, port [0-9]+, TLS off\)$' "relayconf diff: the way now"
like "$out" '^  then  <x@partner.example> from <cacti@mon1.example.org>: smarthost main ' "relayconf diff: the way then"
like "$out" '^Messages that would go another way: 2 of 2 that wait$' "relayconf diff: the sum"
"$BIN/relayconf" diff "$work/firsthop.conf" >"$work/out"; is "$? $(cat "$work/out")" "0 Messages that would go another way: 0 of 2 that wait" "relayconf diff: the same file"
"$BIN/relayconf" diff "$work/nothing" >/dev/null 2>"$work/err"; is $? 78 "relayconf diff: no such file"
like "$("$BIN/mailq" why "$("$BIN/mailq" --json 2>/dev/null | sed -n '1s/.*"queue_id": "\([^"]*\)".*/\1/p')")" 'servers: partner \(\[route partner.example\]\)' "mailq why names the rule"
cp "$work/new.conf" "$work/firsthop.conf"
runner_once
is "$("$BIN/mailq" -bpc 2>/dev/null)" 0 "queued mail follows the changed configuration"
# The first server is dead: the second takes it, and the first is left alone for a while.
stop "$main_pid"
"$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!
pids="$pids $runner"
send seven ops@example.org
ok "a dead server: the next one takes the mail" wait_for got_are backup 4
kill -TERM $runner; wait $runner

# A path of two, the first dead: its turn comes again only after its wait, and what is passed over is told.
"$BIN/runner" --stay --foreground 2>"$work/log2" & runner=$!
pids="$pids $runner"
send eight ops@example.org
ok "the next one takes it" wait_for got_are backup 5
sleep 6
send nine ops@example.org
ok "again, in a new session" wait_for got_are backup 6
kill -TERM $runner; wait $runner
is "$(grep -c 'no smarthost takes mail' "$work/log2")" 0 "mail does not wait"

# Direct: the recipient domain's own server, when no smarthost answers.
another direct; direct=$another_port
config "
[fallback]
direct_mx = yes
direct_port = $direct"
rm -f "$work"/spool/mqueue/*
send ten 'joe@[127.0.0.1]'
runner_once
is "$(got direct)" 1 "direct_mx: the domain's own server takes what no smarthost takes"
is "$("$BIN/mailq" -bpc)" 0 "and nothing is left"
smarthost -p "$port" -r 'no=550 5.1.1 no such user'; main_pid=$smarthost_pid
send eleven 'joe@[127.0.0.1]'
send twelve 'no@[127.0.0.1]'
runner_once
is "$(delivered)" 6 "direct_mx: a smarthost that works comes first (the mail, and the report of a refusal)"
is "$(got direct)" 1 "direct_mx: what a smarthost refuses for good goes nowhere else"
stop "$main_pid"
smarthost -p "$port" -r 'later=450 4.2.0 later'; main_pid=$smarthost_pid
send thirteen 'later@[127.0.0.1]'
runner_once
is "$(got direct)" 2 "direct_mx: what a smarthost does not take now goes there in the same attempt"
cat >"$work/firsthop.conf" <<END2
[host]
name = mon1.example.org
aliases = $work/aliases
[fallback]
direct_mx = yes
direct_port = $direct
END2
send fourteen 'joe@[127.0.0.1]'
runner_once
is "$(got direct)" 3 "direct_mx without any smarthost"
like "$("$BIN/relayconf" route 'joe@[127.0.0.1]')" "the servers of \[127.0.0.1\] itself \(port $direct\)" "relayconf route: direct"

# A refused login is paused; new mail waits and does not ask, so that the account is not locked.
stop "$main_pid"
smarthost -p "$port" -a joe:right
echo wrong >"$work/secret"; chmod 600 "$work/secret"
config "login = joe
password_file = secret
auth_without_tls = yes"
"$BIN/runner" --stay --foreground 2>"$work/log3" & runner=$!
pids="$pids $runner"
send fifteen ops@example.org
ok "a refused login: said with its pause" wait_for grep -q 'smarthost main refused the login 1 time; it is not tried again for 900 s' "$work/log3"
send sixteen ops@example.org
sleep 0.5
is "$(grep -c 'refused the login' "$work/log3")" 1 "new mail does not ask again"
like "$("$BIN/mailq" 2>/dev/null)" 'AUTH: 535' "mailq tells the reason for both"
"$BIN/sendmail" -q
like "$(cat "$work/log3")" 'refused the login 2 times; it is not tried again for 1800 s' "sendmail -q asks; the pause doubles"
echo right >"$work/secret"
empty() { [ "$("$BIN/mailq" -bpc)" = 0 ]; }
ok "the right password is noticed: everything goes out" wait_for empty
is "$(grep -c 'status=sent' "$work/log3")" 2 "both messages"
finish
