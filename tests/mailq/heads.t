#!/bin/sh
# A long queue is listed from the runner's copies of its heads (mqueue/heads), and the list is the same as without them, whatever happened to messages or copies.
. tests/lib.sh
command -v python3 >/dev/null 2>&1 || skip_all "python3 is not installed"
new_spool
port=1; config
me=$(id -un)
q() { "$BIN/mailq" "$@" 2>/dev/null; }
heads=$work/spool/mqueue/heads
printf 'Subject: x\n\nx\n' >"$work/message"
"$TOOLS/timer" flood 600 4 "$work/message" "$BIN/sendmail" ops@example.org >/dev/null
runner_once
ok "600 messages wait: their heads are copied" test -s "$heads"
is "$(file_mode "$heads")" 640 "the copies are for who may list the queue"
# the_same WORDS: all lists are as without the copies
lists() { for form in --format=sendmail --format=postfix --json -v; do q $form | sed -e 's/, next in .*//' -e 's/"age_s": [0-9]*//'; done; }
the_same() {
	lists >"$work/with"
	mv "$heads" "$work/heads"
	lists >"$work/without"
	mv "$work/heads" "$heads"
	is "$(diff "$work/with" "$work/without" | cut -c1-300 | head -n 4)" "" "$1"
}
the_same "the same lists with the copies and without"
is "$(q -bP)" 600 "all of them"

# Who may not open the messages has their senders from the copies: no runner is there that could be asked.
if [ "$(id -u)" = 0 ]; then
	chmod 755 "$work" "$work/spool" "$work/spool/mqueue"; chmod 644 "$heads" "$FIRSTHOP_CONFIG"
	cp "$BIN/mailq" "$work/mailq"
	as_nobody "$work/mailq" >"$work/seen" 2>/dev/null
	is "$(grep -c "<$me>" "$work/seen")" 600 "messages that were not opened are listed whole"
	chmod 640 "$heads"
fi

first=$(ls "$work/spool/mqueue" | grep '^........\.........$' | sed -n 2p)
second=$(ls "$work/spool/mqueue" | grep '^........\.........$' | sed -n 3p)
third=$(ls "$work/spool/mqueue" | grep '^........\.........$' | sed -n 4p)
python3 - "$work/spool/mqueue/$first" <<'END'
import sys
with open(sys.argv[1], "r+b") as f:
    text = f.read()
    f.seek(0)
    f.write(text.replace(b"recipient: ops", b"recipient: opq"))
END
like "$(q | grep -A2 "^$first")" '<opq@example.org>' "a message that was changed in its place is read itself"
sed 's/^recipient: ops/recipient: opr/' "$work/spool/mqueue/$second" >"$work/other"
mv "$work/other" "$work/spool/mqueue/$second"
like "$(q | grep -A2 "^$second")" '<opr@example.org>' "so is another file of that name"
rm "$work/spool/mqueue/$third"
is "$(q -bP; q | grep -c "^$third")" "599
0" "one that is gone is not listed"
: >"$work/spool/mqueue/$first"
like "$(q | grep -A1 "^$first")" 'spool file is damaged' "one that is damaged is said to be"
the_same "the same lists after all that"

python3 - "$heads" <<'END'
import sys
with open(sys.argv[1], "r+b") as f:
    f.seek(30000)
    f.write(bytes(5000))
END
the_same "copies that are damaged give no wrong list"
runner_once
is "$(tr -d '\000' <"$heads" | bytes)" "$(bytes <"$heads")" "the next runner makes them anew"
the_same "with the same lists"

# A runner that lives says what it has in hand.
cat >"$work/slow.smtp" <<'END'
send 220 slow
expect-any
silence
END
"$TOOLS/smtpd" -P "$work/port" "$work/slow.smtp" 2>/dev/null & pids="$pids $!"
wait_for test -s "$work/port"
edit "s/^port = .*/port = $(cat "$work/port")/" "$FIRSTHOP_CONFIG"
"$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!; pids="$pids $runner"
active() { q | grep -qE '^[0-9a-f.]{17}\*'; }
ok "what is being worked on is marked" wait_for active
marked() { q | sed -n 's/^\([0-9a-f]*\.[0-9a-f]*\)[*].*/\1/p'; }
is "$(marked)" "$(mv "$heads" "$work/heads"; marked; mv "$work/heads" "$heads")" "as it is without the copies"
kill -STOP $runner
is "$(q | grep -c '^[0-9a-f]*\.[0-9a-f]*[ *]')" "$(ls "$work/spool/mqueue" | grep -c '^........\.........$')" "a runner that hangs holds no list up"
kill -CONT $runner
kill $runner
gone() { ! kill -0 $runner 2>/dev/null; }
ok "the runner ends" wait_for gone

# What has gone leaves the file.
smarthost; config
runner_once
is "$(q -bP)" 0 "all is sent"
runner_once
ok "no copy of it is left" test ! -s "$heads"
finish
