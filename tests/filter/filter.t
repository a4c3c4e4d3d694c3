#!/bin/sh
# [filter NAME]: each message goes through a program before it leaves: passed, changed, held, refused, and what happens when the program does not work.
. tests/lib.sh
new_spool
# The filters are nobody's processes, also where root runs this.
chmod 755 "$work"
smarthost
mail() { printf 'From: s@example.org\nTo: a@example.org\nSubject: %s\n\n%s\n' "$1" "${2:-text}" | "$BIN/sendmail" -odq -i -f s@example.org a@example.org; }
program() { cat >"$work/$1"; chmod 755 "$work/$1"; }
pass() { "$BIN/runner" --once --foreground 2>>"$work/log"; }
arrived() { grep -lrq "Subject: $1" "$work/delivered" 2>/dev/null; }
program judge <<'END'
#!/bin/sh
text=$(cat)
case $text in
*"Subject: bad"*) echo "score 9.1 of 5" >&2; exit 3 ;;
*"Subject: worse"*) echo "it is forged" >&2; exit 4 ;;
*"Subject: odd"*) echo "cannot read my rules" >&2; exit 70 ;;
*"Subject: slow"*) sleep 60 ;;
esac
exit 0
END
judge="[filter judge]
command = $work/judge
hold = 3
refuse = 4 5
timeout_s = $((2 * ${PATIENCE:-1}))"

config "$judge"
mail good; mail bad; mail worse
pass
like "$(cat "$work/log")" 'filter judge passed it' "a good message passes"
like "$(cat "$work/log")" 'is held: filter judge: score 9\.1 of 5; .mailq release' "a bad one is held, with the filter's words"
like "$(cat "$work/log")" 'to=<a@example.org>.*status=bounced.*filter judge: it is forged' "one that it refuses is returned"
like "$(cat "$work/log")" 'status=bounced .* from=<s@example.org> filter=judge try=1 ' "the log line names the filter"
unlike "$(cat "$work/log")" 'smarthost=.?[|]' "and not as a smarthost"
ok "the good one was delivered" arrived good
ok "the report to the sender was delivered" grep -rq 'it is forged' "$work/delivered"
ok "the bad one was not" sh -c "! grep -rq 'Subject: bad' '$work/delivered'"
id=$("$BIN/mailq" --format=postfix 2>/dev/null | sed -n 's/^\([0-9a-f]*\.[0-9a-f]*\).*/\1/p')
like "$("$BIN/mailq")" 'QUARANTINE: held: filter judge: score 9\.1 of 5' "mailq says that it is held, and why"
like "$("$BIN/mailq" why "$id")" 'filter judge held it' "so does mailq why"
"$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!; pids="$pids $runner"; wait_for test -s "$work/run/runner.pid"
ok "mailq release lets it go" "$BIN/mailq" release "$id"
ok "it is delivered, and not looked at again" wait_for arrived bad
kill "$runner"; wait "$runner" 2>/dev/null

: >"$work/log"
mail odd; mail slow; mail fine
pass
like "$(cat "$work/log")" 'status=deferred.*filter judge: cannot read my rules' "a filter that fails makes the message wait"
like "$(cat "$work/log")" 'status=deferred.*filter judge: no answer within '$((2 * ${PATIENCE:-1}))' s' "so does one that gives no answer"
ok "other mail is not held up by it" arrived fine
like "$("$BIN/mailq")" 'cannot read my rules' "mailq shows the reason"
like "$("$BIN/mailq" --json)" '"fault": "[a-z]*", "filter": "judge"' "--json names the filter"
is "$(processes | grep -c "[0-9] /bin/sh $work/[j]udge")" 0 "its process is gone"
config "$judge
when_down = pass"
"$BIN/runner" --once --foreground 2>>"$work/log"
like "$(cat "$work/log")" 'passes filter judge unseen .when_down = pass: filter judge: cannot read my rules' "when_down = pass: it leaves, and the log says that it was not looked at"
ok "it is delivered" arrived odd

# A program that is not there: one message asks, all wait, and all go when it is back.
: >"$work/log"
config "[filter gone]
command = $work/gone -x"
for i in 1 2 3 4 5 6; do mail "wait$i"; done
pass
like "$(cat "$work/log")" 'filter gone does not work; its mail waits; next try in [0-9]* s: .*No such file' "a program that is missing is said once"
is "$(grep -c "does not work" "$work/log")" 1 "for all messages"
like "$("$BIN/mailq" health)" '6 messages.*filter gone: ' "mailq health says it"
like "$("$BIN/mailq" --hoststat)" '^filter gone +down for ' "and lists it by its name"
program gone <<'END'
#!/bin/sh
cat >/dev/null
END
pass
is "$(grep -lr 'Subject: wait' "$work/delivered" | lines)" 6 "with the program all leave"

# One that changes the message: it is stored so, and a crash finds one of the two.
: >"$work/log"
program sign <<'END'
#!/bin/sh
echo "X-Signed: for $SENDER"
cat
END
config "[filter sign]
command = $work/sign
changes = yes"
mail signed 'Größe
.
From here'
pass
like "$(cat "$work/log")" 'filter sign changed it' "a changed message is said"
signed=$(grep -lr '^X-Signed' "$work/delivered")
ok "the new field is there" grep -q '^X-Signed: for s@example.org' "$signed"
ok "the text is whole" grep -Eq '^(=46|F)rom here' "$signed"
is "$(grep -c '^Received:.*firsthop' "$signed")" 1 "with one Received field of ours"
ok "what is signed goes as 7 bits" sh -c "! LC_ALL=C grep -q '[^ -~	]' '$signed'"
program same <<'END'
#!/bin/sh
cat
END
program rubbish <<'END'
#!/bin/sh
cat >/dev/null
echo hello
END
: >"$work/log"
config "[filter same]
command = $work/same
changes = yes

[filter rubbish]
command = $work/rubbish
changes = yes"
mail twice
pass
like "$(cat "$work/log")" 'filter same passed it' "the same text is no change"
like "$(cat "$work/log")" 'filter rubbish: what it wrote is no message' "what is no message takes the place of none"
is "$(find "$work/spool/mqueue" -name 't.*' | grep -c .)" 0 "nothing is left behind"
: >"$work/rubbish"; "$BIN/mailq" remove all >/dev/null 2>&1

# What cannot work is refused when it is written.
for bad in 'command = judge' 'command = /bin/cat | /bin/mail' 'hold = x' "user = root" 'timeout_s = 0'; do
	config "[filter f]
command = /bin/cat
$bad"
	case $bad in command*) config "[filter f]
$bad" ;; esac
	like "$("$BIN/relayconf" check 2>&1)" 'firsthop.conf:[0-9]*: ' "refused: $bad"
done
config '[filter f]'
like "$("$BIN/relayconf" check 2>&1)" 'has no command' "refused: no command"
finish
