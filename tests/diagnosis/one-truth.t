#!/bin/sh
# Cause, remedy and deed: what delivery makes of an answer is what mailq why, the bounce, probe, check and relayconf explain say of it.
. tests/lib.sh
new_spool

# stage|answer|what is done
cat >"$work/table" <<'END'
banner|554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org|waits
AUTH|535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.|waits
AUTH|454 4.7.0 Temporary authentication failure: Connection lost to authentication server|waits
MAIL|550 5.7.60 SMTP; Client does not have permissions to send as this sender|waits
MAIL|450 4.7.1 Error: too much mail from 10.99.0.1|waits
RCPT|513 Relaying denied.|waits
RCPT|550 5.1.1 <a@example.net>: User unknown|returned
RCPT|450 4.2.0 Recipient address rejected: Greylisted|waits
dot|550 5.7.1 looks like spam|returned
dot|451 4.7.1 Service unavailable - try again later|waits
END

# script STAGE ANSWER: a server that gives it there
script() {
	[ "$1" != banner ] || { echo "send $2"; return; }
	printf 'send 220 hi\nexpect EHLO\nsend 250-hi\nsend 250 AUTH PLAIN\n'
	[ "$1" != AUTH ] || { printf 'expect AUTH\nsend %s\n' "$2"; return; }
	printf 'expect MAIL\nsend %s\n' "$([ "$1" = MAIL ] && echo "$2" || echo '250 ok')"
	[ "$1" != MAIL ] || return 0
	printf 'expect RCPT\nsend %s\n' "$([ "$1" = RCPT ] && echo "$2" || echo '250 ok')"
	[ "$1" != RCPT ] || return 0
	printf 'expect DATA\nsend 354 go\nread-data\nsend %s\n' "$2"
}

# field NAME: of explain or why
field() { tr -d '\r' | awk -v name="$1" '$1 == name { $1 = ""; gsub(/ +/, " "); sub(/^ /, ""); print; exit }'; }

# steps: the remedy of why, whose sentences are numbered lines, as one line
steps() { sed -n '/^remedy /,/^next try/p' | sed -e '/^next try/d' -e 's/^remedy *//' -e 's/^ *//' -e 's/^[0-9]*\. //' | awk '{ all = all between $0; between = ". " } END { print all }'; }

# values: without those of the case, which explain does not know
values() { sed -e "s/this machine's address (127.0.0.1)/this machine's address/g" -e 's/127\.0\.0\.1/ADDRESS (of this machine)/g' -e "s/the recipient's domain (example.net)/the recipient's domain/g" \
	-e 's/a@example\.net/RECIPIENT/g' -e 's/example\.net/DOMAIN (of the recipient)/g' -e 's/ joe / LOGIN /g' -e 's/(joe)/(LOGIN)/g'; }

# checked: what relayconf check says of waiting mail, in JSON, while a runner has met that answer
checked() {
	: >"$work/log"; rm -f "$work"/spool/mqueue/*
	printf 'x\n' | "$BIN/sendmail" -f me@example.org a@example.net
	"$BIN/runner" --stay --foreground 2>>"$work/log" & staying=$!; pids="$pids $staying"
	wait_for grep -q ' status=deferred ' "$work/log"
	"$BIN/relayconf" check --json 2>/dev/null | grep '"rule": "waiting"'
	kill $staying; wait $staying 2>/dev/null
}

echo secret >"$work/secret"; chmod 600 "$work/secret"
while IFS='|' read -r stage answer deed; do
	rm -rf "$work/delivered"; rm -f "$work"/spool/mqueue/*
	script "$stage" "$answer" >"$work/script"
	rm -f "$work/port"; "$TOOLS/smtpd" -P "$work/port" "$work/script" & server=$!; pids="$pids $server"
	wait_for test -s "$work/port"; bad=$(cat "$work/port")
	port=$bad; config
	[ "$stage" != AUTH ] || printf 'login = joe\npassword_file = %s/secret\nauth_without_tls = yes\n' "$work" >>"$work/firsthop.conf"
	explained=$("$BIN/relayconf" explain --stage="$stage" "$answer"); is $? 0 "explain $answer at $stage"
	guessed=$("$BIN/relayconf" explain "$answer")
	key=$(echo "$explained" | field key)
	printf 'x\n' | "$BIN/sendmail" -f me@example.org a@example.net
	runner_once
	like "$(cat "$work/log")" " key=$key " "delivery finds the same cause: $key"
	is "$(echo "$guessed" | field key)" "$key" "so does explain without the stage"
	id=$("$BIN/mailq" --json 2>/dev/null | sed -n 's/.*"queue_id": "\([^"]*\)".*/\1/p' | head -n 1)
	if [ "$deed" = waits ]; then
		why=$("$BIN/mailq" why "$id")
		like "$(echo "$explained" | field delivery)" 'kept' "it waits, says explain"
		is "$(printf '%s\n' "$why" | steps | values)" "$(printf '%s\n' "$explained" | field remedy | sed 's/\.$//')" "why and explain have the same remedy"
		is "$(echo "$why" | field meaning)" "$(echo "$explained" | field meaning)" "and the same cause"
	else
		like "$(cat "$work/log")" ' status=bounced ' "it is returned"
		like "$(echo "$explained" | field delivery)" 'not tried any more' "says explain, too"
		unlike "$explained" '^waiting' "and nothing of waiting"
		text=$(cat "$work"/spool/mqueue/[0-9]*)
		first=$(echo "$text" | tr -d '\r' | sed -n '/^Your message/,/^$/p' | tr '\n' ' ' | tr -s ' ')
		is "$(printf '%s\n' "$first" | sed 's/.* What to do: //; s/ $//' | values)" "$(printf '%s\n' "$explained" | field remedy)" "the bounce and explain have the same remedy"
		is "$(echo "$first" | sed 's/.* will not try it again\. //; s/ What to do: .*//')" "$(echo "$explained" | field meaning)" "and the same cause"
	fi
	# A probe goes as far as RCPT, and finds what delivery found.
	if [ "$stage" != dot ]; then
		probed=$("$BIN/relayconf" probe --to a@example.net 2>&1)
		is "$(echo "$probed" | field meaning)" "$(echo "$explained" | field meaning)" "probe finds the same cause"
		is "$(echo "$probed" | field remedy | values)" "$(echo "$explained" | field remedy)" "and the same remedy"
		is "$(echo "$probed" | field delivery)" "$(echo "$explained" | field delivery)" "and the same deed, in the same words"
	fi
	# A check names what waiting alone will not fix, and what holds all mail; not what passes.
	if [ "$deed" = waits ]; then
		found=$(checked)
		case $stage$(echo "$explained" | field waiting) in
		*'will not fix this' | banner* | AUTH* | MAIL*) like "$found" "\"grade\": \"problem\".*$(printf %s "$stage: $answer" | sed 's/[][*.$^]/./g')" "check names it as a problem" ;;
		*) unlike "$found" '"grade": "problem"' "check finds no problem in what passes" ;;
		esac
	fi
	stop $server
done <"$work/table"

# The words as they stand in a log, with the stage in front; several lines; a stage that is none.
like "$("$BIN/relayconf" explain 'smarthost main, mail.example.org[192.0.2.1]:587: AUTH: 550 no')" '^stage     AUTH$' "explain reads a line of the log"
like "$("$BIN/relayconf" explain "$(printf '517-Domain does not exist: x.\n517 Invalid domain')")" '^key       sender-domain$' "and an answer of two lines"
like "$("$BIN/relayconf" explain '550 5.7.1 looks like spam')" '^at MAIL: sender-refused; returned$' "what the same words are elsewhere is said"
"$BIN/relayconf" explain --stage=lunch '550 no' 2>"$work/err"; is $? 64 "a stage that is none"
like "$(cat "$work/err")" 'the stages are banner, EHLO' "is named, with those that there are"
# Quotations from the logs of others name the stage behind the answer, or by a phrase in front of it.
stage_of() { "$BIN/relayconf" explain "$1" | field stage; }
is "$(stage_of 'host mx.test[192.0.2.1] said: 550 5.7.1 no (in reply to MAIL FROM command)')" MAIL "Postfix: in reply to MAIL FROM command"
is "$(stage_of 'host mx.test[192.0.2.1] said: 550 5.7.1 no (in reply to end of DATA command)) from=<a@b> stage=RCPT')" end-of-data "Postfix: in reply to end of DATA command"
is "$(stage_of 'SMTP error from remote mail server after pipelined MAIL FROM:<r@x>: 550 no')" MAIL "Exim: after pipelined MAIL FROM"
is "$(stage_of 'SMTP error from remote mail server after end of data: 550 no')" end-of-data "Exim: after end of data"
is "$(stage_of 'smarthost main, mail.example.org[192.0.2.1]:25: end of data: 550 no')" end-of-data "our own: end of data"
like "$("$BIN/relayconf" explain --stage=dot '550 no')" '^stage     end-of-data$' "the old word of --stage still works"
finish
