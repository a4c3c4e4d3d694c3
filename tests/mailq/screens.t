#!/bin/sh
# What a person sees of the queue and of its past: mailq summary, log, day, top; help and the word that was meant; completion of shells.
. tests/lib.sh
new_spool
export FIRSTHOP_ROOT="$work/root"
mkdir -p "$work/root/var/log"
M=$BIN/mailq
smarthost -r 'gone=550 5.1.1 no such user' -r 'grey1=450 4.2.0 Greylisted, come back in 243 s' -r 'grey2=450 4.2.0 Greylisted, come back in 250 s'; config
send() { printf 'Subject: x\n\nx\n' | "$BIN/sendmail" -v -f "$1" "$2" >/dev/null; }
"$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!
pids="$pids $runner"
wait_for test -S "$work/spool/mqueue/control"
is "$("$M" summary)" "0 messages wait; the runner is running." "summary of an empty queue"
for to in ops gone grey1 grey2; do send cron@example.net $to@example.org; done
stop "$smarthost_pid"
for to in 1 2 3; do send cacti@example.net $to@example.com; done
summary() { out=$("$M" summary 2>&1); }
row() { echo "$out" | grep -Eq "^ +$1  [0-9]+ s +$2 +$3"; }
all_there() { summary; row 3 '(now|[0-9]+ (s|min))' 'smarthost main, 127.0.0.1:.*Connection refused'; }
ok "summary: a line for the reason of three messages" wait_for all_there
summary
like "$out" '^5 messages wait, the oldest for [0-9]+ s; [0-9]+ KiB; the runner is running\.$' "numbers first"
ok "refusals that differ in a number are one reason" row 2 '[0-9]+ min' '.*450 4.2.0 Greylisted'
like "$out" '^ +5  up to 5 min #{40}$' "ages as bars"
like "$out" '^ +3  <cacti@example.net>' "senders"
like "$out" '^ +1  grey1@example.org' "recipients"
like "$out" '^ +3  example.com' "domains"
"$M" hold 'to=3@example.com' >/dev/null; summary
like "$out" '; 1 held;' "what is held is counted"
ok "and has no next try" row 1 - 'held until'

# The past: the log as syslogd writes it, rotated and compressed.
stamp() { LC_ALL=C date "+$1"; }
sed "s/^/$(stamp '%b %e %H:%M:%S') mon1 /" "$work/log" >"$work/root/var/log/mail.log"
L=$work/root/var/log/mail.log
out=$("$M" log gone@example.org)
like "$out" '^[0-9a-f.]{17}  from <cron@example.net>$' "log: who sent it"
like "$out" '^  20[0-9-]* [0-9:]*  <gone@example.org> failed: smarthost main, 127.0.0.1:[0-9]+: RCPT: 550 5.1.1 no such user \(try 1, after [0-9]+ s\)' "the outcome, as mailq why says it"
like "$out" '^ +(20[0-9-]* [0-9:]*) +a report goes to <cron@example.net>: [0-9a-f.]{17}' "the report"
like "$out" '^  remedy  .*[Cc]heck the address' "and what to do"
id=$("$M" log status=sent to=ops@example.org | sed -n 's/  from.*//p' | head -n 1)
like "$("$M" log "$(echo "$id" | cut -c 1-12)")" "^$id " "by the beginning of an identifier"
is "$("$M" log key=recipient-unknown | grep -c '  from ')" 1 "by key"
is "$("$M" log 'from=cron@*' | grep -c '  from <cron@')" 4 "with wild cards"
is "$("$M" log 'no SUCH user' | grep -c '  from ')" 1 "by words"
"$M" log key=recipient-unknwon >/dev/null 2>"$work/err"; is $? 65 "a key that is not known: exit 65"
like "$(cat "$work/err")" 'no message fits key=recipient-unknwon; did you mean key=recipient-unknown\?' "and the one that was meant"
"$M" log status=snet >/dev/null 2>"$work/err"; like "$(cat "$work/err")" 'did you mean status=sent\?' "an outcome"
"$M" log nobody@example.org >/dev/null 2>"$work/err"; is $? 65 "nothing fits: exit 65"
like "$(cat "$work/err")" 'no message in the mail log fits nobody@example.org' "and says so"
expected=$("$M" log all | sed 's/^  20[0-9-]* [0-9:]*/  DATE/')
# each way in which a log is kept: the same stories
same() { is "$("$M" log all | sed 's/^  20[0-9-]* [0-9:]*/  DATE/')" "$expected" "$1: the same stories"; }
plain=$(cat "$L")
rm "$L"; printf '%s\n' "$plain" | gzip >"$L.1.gz"; same "mail.log.1.gz"
rm "$L.1.gz"; sed "s/^/$(stamp %Y-%m-%dT%H:%M:%S).123456+00:00 mon1 /" "$work/log" >"$L"; same "ISO 8601 dates"
rm "$L"; sed "s,^\(firsthop[/a-z]*\): ,<22>1 $(stamp %Y-%m-%dT%H:%M:%SZ) mon1 \1 4711 - - ," "$work/log" >"$work/root/var/log/maillog"; same "maillog, RFC 5424"
rm "$work/root/var/log/maillog"
half=$(($(lines <"$work/log") / 2))
head -n $half "$work/log" | sed "s/^/$(stamp '%b %e %H:%M:%S') mon1 /" | gzip >"$L.1.gz"; touch_at -60 "$L.1.gz"
sed "1,${half}d" "$work/log" | sed "s/^/$(stamp '%b %e %H:%M:%S') mon1 /" >"$L"; same "two files, the older one first"
out=$("$M" day)
is "$(echo "$out" | lines) $(echo "$out" | tail -n 1 | tr -s ' ')" "26 all 2 $(grep -c status=deferred "$work/log") 1" "day: 24 hours and a sum"
like "$(echo "$out" | sed -n '25p')" ' 2 +[0-9]+ +1  #+=+!+$' "bars of three kinds"
"$M" day tomorrow 2>/dev/null; is $? 64 "a day that is none: exit 64"
is "$("$M" day 2020-02-29 | tail -n 1 | tr -s ' ')" "all 0 0 0" "a day without mail"
rm -f "$L" "$L.1.gz"
# A file that is named, and cannot be read.
# unread FILE PATTERN
unread() { "$M" log --file "$1" all >"$work/out" 2>"$work/err"; is $? 66 "--file $1: exit 66"; is "$(cat "$work/err")" "mailq: $1: $2" "and why"; }
unread "$work/none" 'No such file or directory'
unread "$work" 'it is not a file'
# FreeBSD's gzip gives out nothing of its last 64 KiB before a cut.
yes "$(cat "$work/log")" | head -n 5000 | gzip >"$work/whole.gz"; head -c $(($(bytes <"$work/whole.gz") / 2)) "$work/whole.gz" >"$work/cut.gz"
"$M" log --file "$work/cut.gz" all >"$work/out" 2>"$work/err"; is "$? $(cat "$work/err")" "0 mailq: $work/cut.gz cannot be read whole" "half a file is read as far as it goes, which is said once"
PATH="$work" "$M" log --file "$work/whole.gz" all >"$work/out" 2>"$work/err"; is $? 66 "no gzip: exit 66"
like "$(cat "$work/err")" 'whole.gz: install the program that unpacks it' "and says what to do"
: >"$work/nothing"
"$M" log --file "$work/nothing" all >"$work/out" 2>"$work/err"; is "$? $(cat "$work/err")" "65 mailq: the mail log has no message of firsthop" "an empty log"
"$M" log all 2>"$work/err"; is $? 66 "no log: exit 66"
like "$(cat "$work/err")" 'no mail log was found' "and says so"
{ i=0; while [ $i -lt 3 ]; do cat "$work/log"; printf '\377\033[1m firsthop: 00000000.00000000 to=<\033[1mx> verdict=sent\nfirsthop:\nfirsthop: {"id": "\n<22>1\n'; i=$((i + 1)); done; } >"$work/wild"
is "$("$M" log --file "$work/wild" all | LC_ALL=C tr -dc '\033' | bytes)" 0 "a wild log commands no terminal"

cat >"$work/kinds" <<'END'
{"time": "2026-11-30T14:50:06.248Z", "level": "info", "ident": "firsthop", "pid": 8569, "id": "6b0d8d1e.6d618162", "event": "delivery", "to": "a@example.org", "orig_to": "", "relay": "mx.test[192.0.2.1]:25", "delay": 3, "dsn": "2.0.0", "status": "sent", "text": "250 \"fine\"", "from": "root@example.org", "smarthost": "main", "try": 2, "stage": "dot", "key": "", "next_s": 0, "tls": ""}
2026-11-30T14:51:00+00:00 mon1 firsthop/smtp[7]: 6b0d8d1e.00000001: to=<b@example.org>, relay=mx.test[192.0.2.1]:25, delay=0, dsn=5.0.0, status=bounced (host mx.test[192.0.2.1] said: 550 x) from=<liar@example.org> status=sent (in reply to RCPT TO command)) from=<true@example.org> smarthost=main try=1 stage=RCPT key=- next_s=0 tls=-
END
out=$("$M" log --file "$work/kinds" all)
like "$out" '<a@example.org> sent: smarthost main, mx.test\[192.0.2.1\]:25: .*250 "fine" \(try 2, after 3 s\)' "a line of JSON"
like "$out" '^6b0d8d1e.00000001  from <true@example.org>' "a server's words do not change who sent it"
like "$out" '<b@example.org> failed: .*550 x\) from=<liar@example.org> status=sent \(try 1' "nor its outcome"

# Help, and what was meant.
commands=$("$M" --help | sed -n '/^Commands/,/^$/s/^  \([a-z]*\) .*/\1/p')
missing=
for command in $commands; do
	"$M" $command --help | grep -q "^usage: mailq $command" || missing="$missing $command"
	grep -q "^\.It Cm $command\|^\.It .*Cm $command" man/mailq.1 || missing="$missing [mailq.1: $command]"
done
is "$missing" "" "each command has its help and its place in mailq(1)"
like "$("$M" sumary 2>&1)" 'no command sumary; did you mean summary\?' "a command that was meant"
like "$("$M" --jsno 2>&1)" '--jsno is not known; did you mean --json\?' "an option"
"$M" why 2>/dev/null; is $? 64 "a word is missing: exit 64"

# Completion, made of the same table.
for shell in bash zsh fish tcsh; do
	for program in mailq relayconf; do
		"$BIN/$program" completion $shell >"$work/$program.$shell"; is $? 0 "$program completion $shell"
		missing=
		for command in $("$BIN/$program" --help | sed -n '/^Commands/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
			grep -qw -- "$command" "$work/$program.$shell" || missing="$missing $command"
		done
		is "$missing" "" "it has each command"
		if command -v $shell >/dev/null 2>&1; then
			case $shell in fish | bash | zsh) ok "and $shell reads it" $shell -n "$work/$program.$shell" ;; esac
		fi
	done
done
"$M" completion csh 2>/dev/null; is $? 64 "another shell: exit 64"
if command -v bash >/dev/null 2>&1; then
	# offered PROGRAM WORD...: what bash offers for the last word
	offered() {
		bash -c '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _firsthop_$1; echo ${COMPREPLY[@]}' bash "$work/$1.bash" "$@"
	}
	export PATH="$BIN:$PATH"
	is "$(offered relayconf pro)" "probe" "bash: relayconf pro"
	is "$(offered relayconf check --j)" "--json" "bash: relayconf check --j"
	is "$(offered relayconf get queue.ex)" "queue.expire_after_h" "bash: relayconf get queue.ex"
	is "$(offered relayconf probe m)" "main" "bash: relayconf probe m: the smarthosts"
	is "$(offered relayconf setup --tls v)" "verify" "bash: the value of an option"
	is "$(offered mailq why 6 | tr ' ' '\n' | grep -c '^6')" 5 "bash: mailq why 6: what waits"
else
	skip "bash completes" "bash is not installed"
fi
is "$("$M" top -n 1 | sed -n 2p)" "$("$M" summary | head -n 1)" "top without a terminal: the summary"
if command -v tmux >/dev/null 2>&1; then
	terminal() { tmux -S "$work/tmux" "$@"; }
	trap 'terminal kill-server 2>/dev/null; cleanup' EXIT
	shows() { terminal capture-pane -p -t m | grep -Eq -- "$1"; }
	sees() { wait_for shows "$1"; result $? "$2" "$(terminal capture-pane -p -t m)"; }
	terminal -f /dev/null new-session -d -s keep "sleep 600"
	terminal -f /dev/null new-session -d -x 80 -y 24 -s m "sh -c '$M top -s 1; echo over \$?; stty -a | grep -o -e \"-*icanon\" -e \"-*echo \"; sleep 60'"
	sees '^5 messages wait' "top on a terminal"
	"$M" remove to=1@example.com >/dev/null
	sees '^4 messages wait' "it looks again"
	terminal send-keys -t m q
	sees '^over 0' "q ends it"
	sees '^icanon' "and the terminal is as before"
	terminal kill-session -t m
	i=0; while [ $i -lt 9 ]; do i=$((i + 1)); echo x | "$BIN/sendmail" -f many@example.net many$i@example.com; done
	many() { "$M" -bP | grep -q '^1[0-9]'; }
	wait_for many
	is "$("$M" 2>/dev/null | grep -c 'COUNT')" 0 "in a pipe a long list has no head"
	terminal -f /dev/null new-session -d -x 80 -y 24 -s m "sh -c '$M 2>/dev/null; sleep 60'"
	whole() { terminal capture-pane -p -t m -S - | grep -q 'messages wait, the oldest'; }
	ok "on a terminal it begins with the summary" wait_for whole
	# A narrow screen: nothing is cut within a word that fits, and a long address is whole where there is room.
	address=a.long.name.of.somebody@a-department.example.com
	echo x | "$BIN/sendmail" -odq -f many@example.net $address
	"$M" hold to=$address >/dev/null
	narrow() {
		rm -f "$work/code"
		terminal -f /dev/null new-session -d -x $1 -y 200 -s n "sh -c 'PAGER=cat $M $2 2>/dev/null; echo \$? >$work/code; sleep 60'"
		wait_for test -s "$work/code"; sleep 0.2
		terminal capture-pane -p -t n >"$work/shown"
		terminal kill-session -t n
	}
	narrow 40 ""
	is "$(grep -cE '^-----Q-ID-------- -Size- ---Q-Time---$' "$work/shown")" 1 "40 columns: a head that fits"
	like "$(cat "$work/shown")" '^[0-9a-f.]{17}[ *] +[0-9]+ [A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{5}$' "and a line of a message"
	like "$(tr -s ' \n' ' ' <"$work/shown")" 'QUARANTINE: held by uid [0-9]+; "mailq release [0-9a-f.]+" lets it go' "a sentence is broken between its words"
	narrow 80 ""
	like "$(cat "$work/shown")" "^ +<$address>\$" "80 columns: an address that does not fit into its column is whole"
	narrow 40 "day --file $work/wild"
	is "$(head -n 2 "$work/shown" | tr '\n' '|')" "# sent  = deferred  ! failed|hour     sent deferred failed|" "day: the legend has a line of its own"
else
	skip "top on a terminal" "tmux is not installed"
fi
finish
