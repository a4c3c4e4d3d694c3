#!/bin/sh
# What people type: help from the table that parses, the word that was probably meant, problems first, nothing but plain lines in a pipe.
. tests/lib.sh
new_spool
port=25; config
R=$BIN/relayconf
# run WORDS...: out, err, code
run() { "$R" "$@" >"$work/out" 2>"$work/err"; code=$?; out=$(cat "$work/out"); err=$(cat "$work/err"); }
run --help
commands=$(echo "$out" | sed -n '/^Commands/,/^$/s/^  \([a-z]*\) .*/\1/p')
ok "relayconf --help lists its commands ($(echo "$commands" | lines))" test "$(echo "$commands" | lines)" -ge 11
is "$code $err" "0 " "on standard output, exit 0"
like "$out" '^Exit status' "with the exit codes"
missing=
for command in $commands; do
	for way in "$command --help" "$command -h" "help $command"; do
		run $way
		[ "$code" = 0 ] && echo "$out" | grep -q "^usage: relayconf .*$command" && echo "$out" | grep -q '^Exit status' || missing="$missing [$way: $code]"
	done
	grep -q "^\.It Cm $command" man/relayconf.8 || missing="$missing [relayconf.8: $command]"
done
is "$missing" "" "each command has its own help, and stands in relayconf(8)"
is "$("$BIN/mailq" --help | sed -n '/^Commands/,/^$/s/^  \([a-z]*\) .*/\1/p' | while read -r command; do grep -q "^\.It Cm $command" man/mailq.1 || echo "$command"; done)" "" "each of mailq stands in mailq(1)"
is "$("$R" --help | awk 'length > 80')" "" "no line of it is longer than 80 columns"
# wrong WORDS: exit 64, nothing on standard output, and PATTERN on standard error
wrong() { pattern=$1; shift; run "$@"; is "$code $out" "64 " "$*: exit 64"; like "$err" "$pattern" "and $pattern"; }
wrong 'no command chekc; did you mean check\?' chekc
wrong 'no command shwo; did you mean show\?' shwo
wrong 'no command expl; did you mean explain\?' expl
wrong 'there is no command xyzzy$' xyzzy
wrong 'there is no command verify; did you mean check\?' verify
like "$("$BIN/mailq" delete x 2>&1)" 'there is no command delete; did you mean remove\?' "words of other programs are known"
wrong 'check: option --jsno is not known; did you mean --json\?' check --jsno
wrong '^usage: relayconf \[-C FILE\] check ' check --jsno
wrong 'set needs KEY VALUE' set a
wrong 'get: b is one word too many' get a b
wrong 'option --from needs a value: ADDRESS' probe --from
wrong 'the key host.domain has no value' set host.name a.example host.domain
wrong 'host.nmae is no key; did you mean host.name\?' get host.nmae
wrong 'did you mean smarthost.main.port\?' get smarthost.main.prot
wrong 'did you mean queue.list\?' get qeue.list
wrong 'bahs is none of bash zsh fish tcsh; did you mean bash\?' completion bahs
wrong 'not postfxi; did you mean postfix\?' import postfxi
wrong 'there is no command -x|option -x is not known$' -x
wrong 'the stages are .*; did you mean RCPT\?' explain --stage=RCTP '550 x'
wrong 'did you mean verify\?' setup --tls=verfiy you@example.org
"$BIN/mailq" dead why 00000000 2>"$work/err"; is "$? $(cat "$work/err")" '65 mailq: no message 00000000 is set aside; "mailq dead" lists them' "mailq dead why"
run explain relay-dneied; is "$code" 65 "explain: a key that is not known"; like "$err" 'did you mean relay-denied\?' "the one that was meant"
run get smarthost.mian.port; like "$err" 'no \[smarthost mian\] in .*; did you mean main\?' "a smarthost"
run probe mian; like "$err" 'no \[smarthost mian\] in .*; did you mean main\?' "to probe, too"
run set smarthost.main.tls verfiy; like "$err" 'is not one of: verify encrypt opportunistic off; did you mean verify\?' "a value"
run set smarthost.main.lookup x; unlike "$err" 'mean' "one letter means nothing"
"$BIN/mailq" --format jsno 2>"$work/err"; like "$(cat "$work/err")" 'not jsno; did you mean json\?' "mailq --format"
"$BIN/mailq" day yestreday 2>"$work/err"; like "$(cat "$work/err")" 'not yestreday; did you mean yesterday\?' "mailq day"
"$BIN/mail" --subjcet x root 2>"$work/err" </dev/null; like "$(cat "$work/err")" 'option --subjcet is not known; did you mean --subject\?' "mail"
"$BIN/newaliases" --dmup 2>"$work/err"; like "$(sed -n 1p "$work/err")" 'option --dmup is not known; did you mean --dump\?' "newaliases"
run probe --to=ops@example.org nobody; is "$code" 78 "--option=value is read"; like "$err" 'no \[smarthost nobody\]' "and the word behind it"
run set local.deliver mbox local.domains mon1.example.org; is "$code $err" "0 " "keys that need each other, in one call"
is "$("$R" get local.deliver) $("$R" get local.domains)" "mbox mon1.example.org" "both are there"
cp "$work/firsthop.conf" "$work/kept"
printf '[qeue]\n' >>"$work/firsthop.conf"; run show; like "$err" 'section \[qeue\] is not known; did you mean \[queue\]\?' "a section that is not known"
cp "$work/kept" "$work/firsthop.conf"; printf '[smarthots main]\n' >>"$work/firsthop.conf"; run show; like "$err" 'did you mean \[smarthost main\]\?' "one with a name"
cp "$work/kept" "$work/firsthop.conf"; printf '[queue]\nhost = x\n' >>"$work/firsthop.conf"; run show; like "$err" 'key "host" is not known in \[queue\]; it is a key of \[smarthost NAME\]' "a key of another section"
cp "$work/kept" "$work/firsthop.conf"; printf '[queue]\nexpire_after_hours = 3\n' >>"$work/firsthop.conf"; run show; like "$err" 'did you mean expire_after_h\?' "a key with its unit in full"
cp "$work/kept" "$work/firsthop.conf"; printf '[route example.net]\nvia = mian\n' >>"$work/firsthop.conf"; run show; like "$err" 'via: there is no \[smarthost mian\]; did you mean main\?' "a smarthost of a route"
cp "$work/kept" "$work/firsthop.conf"

# check: what is wrong comes first, what is right is counted.
export FIRSTHOP_ROOT="$work/root"; mkdir -p "$work/root"
run check
like "$(echo "$out" | head -n 1)" '^problem ' "check: problems come first"
is "$(echo "$out" | grep -c '^ok ')" 0 "what is right has no line"
like "$out" '^[0-9]+ things? found right; "relayconf check -v" lists them' "but is counted"
number=$(echo "$out" | sed -n 's/ things* found right.*//p')
grades=$(echo "$out" | sed -n -E 's/^(problem|note) .*/\1/p' | uniq | tr '\n' ' ')
is "$grades" "problem note " "then the notes"
run check -v
is "$(echo "$out" | grep -c '^ok ')" "$number" "-v: a line for each"
is "$(NO_COLOR= TERM=xterm "$R" check | LC_ALL=C tr -dc '\033' | bytes)" 0 "no colour in a pipe"
if command -v tmux >/dev/null 2>&1; then
	terminal() { tmux -S "$work/tmux" "$@"; }
	trap 'terminal kill-server 2>/dev/null; cleanup' EXIT
	terminal -f /dev/null new-session -d -s keep 'sleep 600'
	# screen COLUMNS COMMAND: with colours as escape sequences
	screen() {
		rm -f "$work/over"
		terminal -f /dev/null new-session -d -x "$1" -y 50 -s s "sh -c '$2; echo >$work/over; sleep 60'"
		wait_for test -e "$work/over"; sleep 0.2
		seen=$(terminal capture-pane -e -p -t s)
		plain=$(terminal capture-pane -p -t s)
		terminal kill-session -t s
	}
	esc=$(printf '\033')
	screen 80 "$R check"
	like "$seen" "$esc\[31mproblem" "on a terminal problems are red"
	ok "and nothing is broken within a word" test "$(echo "$plain" | grep -c '^ \{24\}[^ ]')" -gt 3
	screen 80 "NO_COLOR=1 $R check"
	unlike "$seen" "$esc\[31m" "not with NO_COLOR"
	screen 40 "$R check"
	like "$(echo "$plain" | sed -n 2p)" '^  [^ ]' "40 columns: the words stand below their rule"
	screen 40 "$R check --help"
	like "$plain" '^usage: relayconf \[-C FILE\] check' "help at 40 columns"
else
	skip "on a terminal" "tmux is not installed"
fi
# What a tired person types, and a full disk behind standard output.
wrong 'option --helpp is not known; did you mean --help\?' --helpp
wrong 'option -C needs the name of a file' -C
wrong 'option -C needs the name of a file' -C '' show
wrong 'oauth does login, token, renew or status; not statsu; did you mean status\?' oauth statsu main
is "$("$R" oauth --help | sed -n 's/^usage: .* oauth \([a-z|]*\) NAME/\1/p')" "login|token|renew|status" "as its help has it"
for verb in login token renew status; do
	run oauth $verb main; unlike "$err" 'oauth does' "oauth $verb is known"
done

# A file that is not there, or is none, or may not be read or written: each its code and its words.
# ends CODE PATTERN WORDS...
ends() { wanted=$1 pattern=$2; shift 2; run "$@"; is "$code" "$wanted" "$*: exit $wanted"; like "$err" "$pattern" "and $pattern"; }
ends 73 "the folder $work/none does not exist: make it first" -C "$work/none/firsthop.conf" set host.name a.example.org
ends 78 "$work is not a file" -C "$work" set host.name a.example.org
[ ! -c /dev/full ] || ends 78 '/dev/full is not a file' -C /dev/full set host.name a.example.org
ends 78 'none does not exist: run relayconf setup' -C "$work/none" get smarthost.main.host
ends 66 'none is not a folder' adopt -R "$work/none"
if [ "$(id -u)" != 0 ]; then
	chmod 0 "$work/firsthop.conf"
	ends 77 'firsthop.conf: Permission denied' set host.name a.example.org
	ends 77 'firsthop.conf: Permission denied' get host.name
	chmod 644 "$work/firsthop.conf"
fi
# Several at once: each edit is there.
cp "$work/firsthop.conf" "$work/kept"
pids=
for pair in host.domain=a.example relay.connect_s=7 relay.reply_s=8 queue.expire_after_h=50 storm.messages=20 bounce.language=ja; do
	"$R" set "${pair%=*}" "${pair#*=}" 2>>"$work/at-once" & pids="$pids $!"
done
wait $pids
is "$(cat "$work/at-once") $(grep -cE '^(domain = a.example|connect_s = 7|reply_s = 8|expire_after_h = 50|messages = 20|language = ja)$' "$work/firsthop.conf")" " 6" "six settings at the same time"
cp "$work/kept" "$work/firsthop.conf"
"$BIN/mailq" remove all 2>"$work/err"; is "$? $(cat "$work/err" | grep -v running)" "65 mailq: no message is in the queue" "nothing to remove: exit 65"
like "$("$BIN/relayconf" -C "$work/none" show 2>&1 >/dev/null)" "^relayconf: $work/none does not exist: what follows are the defaults\$" "show of a file that is not there says so"
for day in 2026-13-01 2026-02-30 2025-02-29 2026-00-10 2026-04-31; do
	"$BIN/mailq" day $day >/dev/null 2>"$work/err"; is $? 64 "mailq day $day"
	like "$(cat "$work/err")" "not $day" "is refused"
done
if [ -w /dev/full ]; then
	for what in "newaliases" "relayconf explain expired" "relayconf get host.name" "relayconf show" "relayconf route a@example.org" "mailq top -n 1" "mailq" "mailq summary" "mailq --help" "relayconf --help"; do
		"$BIN/"$what >/dev/full 2>"$work/err"; is $? 74 "$what: nothing can be written"
		like "$(cat "$work/err")" 'standard output cannot be written: is the disk full' "and it says so"
	done
fi
finish
