#!/bin/sh
# [route user:NAME] and [route group:NAME]: who has handed a message in decides, whatever the sender is called.
. tests/lib.sh
new_spool
me=$(id -un); mine=$(id -gn)
smarthost -a 'own:word'; own_port=$port; smarthost_own=$smarthost_pid
printf 'word\n' >"$work/password"; chmod 600 "$work/password"
smarthost
routes() { # LINES...: a smarthost of its own with a login, and these routes
	config "$(printf '\n[smarthost own]\nhost = 127.0.0.1\nport = %s\ntls = off\nlogin = own\npassword_file = %s\nauth_without_tls = yes\ndefault = no\n' "$own_port" "$work/password"; printf '%s\n' "$@")"
}
send() { : >"$work/log"; rm -f "$work"/spool/mqueue/[0-9a-f]*; echo x | "$BIN/sendmail" -f "$1" ops@example.net; runner_once; }
goes() { send "$2"; like "$(cat "$work/log")" "status=sent .* smarthost=$1 " "$3"; }

routes "[route user:$me]" 'via = own'
goes own anybody@example.org "a user's mail goes to a server and a login of its own"
goes own '<>' "with the null sender, too"
routes '[route user:firsthop-nobody]' 'via = own'
goes main a@example.org "another user's name fits nobody"
like "$("$BIN/relayconf" check 2>&1)" '\[route user:firsthop-nobody\]: this machine has no user firsthop-nobody' "relayconf check: no such user"
routes "[route group:%$mine]" 'via = own'
goes own a@example.org "a group, with a percent sign"
routes "[route group:$mine]" 'via = own'
goes own a@example.org "or without"
routes "[route ops@example.net]" 'via = main' "[route user:$me]" 'via = own'
goes main a@example.org "the first section that fits counts"
routes "[route user:$me]" 'via = own' 'received = none' 'always_bcc = log@example.net'
rm -f "$work"/delivered/*
goes own a@example.org "what else a route says counts"
is "$(cat "$work"/delivered/*.eml | tr -d '\r' | sed -n 's/^X-Envelope-To: //p; /^Received:/p')" "<ops@example.net>,<log@example.net>" "an archive of its own, and no Received field"
like "$("$BIN/relayconf" route ops@example.net)" "\[route user:$me\] via = own" "relayconf route knows who asks"
like "$("$BIN/relayconf" route -u firsthop-nobody ops@example.net 2>&1)" 'there is no user firsthop-nobody' "and asks for others"
routes "[route user:$me]" 'via = own'; stop "$smarthost_own"
send a@example.org
like "$("$BIN/mailq" --json)" '"route": \["own"\]' "mailq shows that way"

if [ "$(id -u)" = 0 ]; then
	nobody=$(id -un 65534 2>/dev/null)
	rm -f "$work"/spool/mqueue/[0-9a-f]*; : >"$work/log"
	chmod 711 "$work"; chmod 1777 "$work/spool/drop"; chmod 755 "$work/spool"; chmod 666 "$work/spool/trigger"
	routes '[route user:root]' 'via = own' "[route user:$nobody]" 'via = main'
	echo x | as_nobody "$BIN/sendmail" -f root@example.org ops@example.net
	runner_once
	like "$(cat "$work/log")" 'status=sent .* smarthost=main ' "it is the owner of the file that counts, not the sender's name"
	like "$("$BIN/relayconf" route -u "$nobody" ops@example.net)" "\[route user:$nobody\] via = main" "relayconf route -u"
else
	skip "it is the owner of the file that counts, not the sender's name" "root is needed"
	skip "relayconf route -u" "root is needed"
fi
routes "[route user:$(id -u)]" 'via = own'
smarthost -a 'own:word'; own_port=$port
smarthost
routes "[route user:$(id -u)]" 'via = own'
goes own a@example.org "a user by number, as in a container that has no name for it"
routes "[route group:$(id -g)]" 'via = own'
goes own a@example.org "a group likewise"
unlike "$("$BIN/relayconf" check 2>&1)" 'this machine has no (user|group)' "relayconf check takes a number for what it is"
long=$(printf '%0100d' 0 | tr 0 n)
routes "[route user:$long]" 'via = main' "[route user:$me]" 'via = own'
goes own a@example.org "a name of 100 characters"
if [ -e "$TOOLS/nopeople.so" ]; then
	# A directory of users that is away for a moment: the next rule would send by a server that is not meant.
	echo 5 >"$work/away"
	: >"$work/log"; rm -f "$work"/spool/mqueue/[0-9a-f]* "$work"/delivered/*
	for n in 1 2 3 4 5 6 7 8 9 10 11 12; do echo x | "$BIN/sendmail" -f a@example.org ops@example.net; done
	with PEOPLE_AWAY="$work/away" LD_PRELOAD="$TOOLS/nopeople.so" runner_once
	like "$(cat "$work/log")" "to=<ops@example.net> waits: the system cannot say now whether \[route user:n*\] fits uid $(id -u): Input/output error" "the system does not know now: the mail waits, and the log says why"
	like "$("$BIN/mailq" -v)" 'the system cannot say now whether' "so does mailq"
	like "$("$BIN/mailq" why "$("$BIN/mailq" -bpi | head -n 1)" | tr -s ' \n' ' ')" 'the system cannot say now who that is\. .*Start the directory of users' "and mailq why what to do"
	like "$(with PEOPLE_AWAY="$work/away" LD_PRELOAD="$TOOLS/nopeople.so" "$BIN/relayconf" route ops@example.net | tr -s ' \n' ' ')" 'waits the system cannot say now' "relayconf route names no server"
	is "$(delivered)" 0 "and goes nowhere"
	ok "who makes us wait for answers is not asked again for each message ($(bytes <"$work/away.asked") questions)" test "$(bytes <"$work/away.asked")" -le 6
	runner_once
	like "$(cat "$work/log")" 'status=sent .* smarthost=own ' "once it knows, the mail goes where it should"
	# One that a runner has known stays known; 2: what some modules say of a server that is away.
	routes "[route user:$me]" 'via = own'; rm -f "$work/away"; : >"$work/log"
	PEOPLE_AWAY="$work/away" LD_PRELOAD="$TOOLS/nopeople.so" "$BIN/runner" --stay --foreground 2>>"$work/log" & pids="$pids $!"
	wait_for test -S "$work/spool/mqueue/control"
	echo one | "$BIN/sendmail" -f a@example.org ops@example.net
	wait_for grep -q 'status=sent .* smarthost=own ' "$work/log"
	for error in 2 5; do
		echo $error >"$work/away"; sleep 6; : >"$work/log"
		echo two | "$BIN/sendmail" -f a@example.org ops@example.net
		ok "errno $error: who was known before still is" wait_for grep -q 'status=sent .* smarthost=own ' "$work/log"
	done
else
	skip "a directory of users that is away" "nopeople.so is not built here"
fi
for bad in user: group:% 'user:a b' group:; do
	routes "[route $bad]" 'via = own'
	like "$("$BIN/relayconf" check 2>&1)" '(a route needs a pattern|is no pattern)' "refused: [route $bad]"
done
finish
