#!/bin/sh
# relayconf adopt: mail from the queues of sendmail, dma and nullmailer is shown, taken over whole, and its files are kept.
. tests/lib.sh
new_spool
smarthost
config
R=$work/old
put() { mkdir -p "$R$(dirname "$1")"; cat >"$R$1"; }
adopt() { "$BIN/relayconf" adopt -R "$R" "$@" 2>"$work/err" </dev/null; }
mail_with() { grep -l -- "$1" "$work"/delivered/* 2>/dev/null | head -n 1; }

mkdir -p "$R"
is "$(adopt)" "No mail lies in the queues of sendmail, dma, nullmailer or Postfix." "nothing is there"

put /var/spool/clientmqueue/qfABC123 <<'END'
V8
T1700000000
K0
N0
P30234
F8
SCronDaemon
rRFC822; ops@example.org
RPFD:ops@example.org
RPFD:<second@example.net>
H?P?Return-Path: <$g>
H??Received: (from root@localhost)
	by mon1 (8.17/8.17/Submit) id ABC123
H?D?Date: Tue, 14 Nov 2023 22:13:20 GMT
H?F?From: root (Cron Daemon)
H??Subject: from the old queue
.
END
printf 'Grüße\n.\n..dots\nR no recipient\n' | put /var/spool/clientmqueue/dfABC123
printf 'V8\nT1700000000\nS<a@example.org>\n.\n' | put /var/spool/mqueue/qfNOBODY
printf 'ID: 5.abc\nSender: alarm@example.org\nRecipient: dma@example.org\n' | put /var/spool/dma/Q5.abc
printf 'Subject: from dma\nFrom: alarm@example.org\n\nbody of dma\n' | put /var/spool/dma/M5.abc
printf '\nnm1@example.org\nnm2@example.org\n\nSubject: from nullmailer\n\nbody of nullmailer\n' | put /var/spool/nullmailer/queue/1700000001.42
printf 'garbage' | put /var/spool/nullmailer/queue/1700000002.43

touch "$R/var/spool/dma/Q$(printf '\033')[31mred"
out=$(adopt); is $? 0 "without a terminal it only shows"
is "$(printf '%s' "$out" | cat - "$work/err" | LC_ALL=C tr -d '\n -~\200-\377')" "" "no control character of a file's name comes out"
rm "$R"/var/spool/dma/Q*red
like "$out" '^sendmail .* CronDaemon to ops@example.org and 1 more$' "sendmail's message is shown"
like "$out" '^dma .* alarm@example.org to dma@example.org$' "dma's"
like "$out" '^nullmailer .* <> to nm1@example.org and 1 more$' "nullmailer's, with the null sender"
like "$out" 'Nothing was changed' "and says that nothing was changed"
like "$(cat "$work/err")" 'qfNOBODY is left alone: it names no recipient' "a file without recipients is named"
like "$(cat "$work/err")" '1700000002.43 is left alone: ' "and one that is no message"
is "$(ls "$work/spool/drop" | lines)" 0 "nothing is in our spool"

out=$(adopt --yes); is $? 75 "--yes: exit 75, because something was left"
like "$out" '^3 of 3 moved here' "all that could be read"
is "$(ls "$work/spool/drop" | lines)" 3 "three messages are in our spool"
is "$(cd "$R/var/spool" && find . -type f | sort | tr '\n' ' ')" \
	"./clientmqueue/adopted/dfABC123 ./clientmqueue/adopted/qfABC123 ./dma/adopted/M5.abc ./dma/adopted/Q5.abc ./mqueue/qfNOBODY ./nullmailer/adopted/1700000001.42 ./nullmailer/queue/1700000002.43 " \
	"the files are kept beside the queues"
is "$(adopt --yes | tail -n 1)" "No mail lies in the queues of sendmail, dma, nullmailer or Postfix, but for the files above." "a second time there is nothing left"
ok "the runner delivers" runner_once
is "$(delivered)" 3 "three messages arrive"
mail=$(mail_with 'Subject: from the old queue')
like "$(cat "$mail")" '^Date: Tue, 14 Nov 2023 22:13:20 GMT' "sendmail: the date stays"
like "$(cat "$mail")" '^Received: \(from root@localhost\)' "sendmail: what was received"
unlike "$(cat "$mail")" 'Return-Path: <.g>' "sendmail: no macro of its own"
like "$(tr -d '\r' <"$mail" | sed '1,/^$/d' | tr '\n' '|')" '^Gr(ü|=C3=BC)(ß|=C3=9F)e[|]\.[|]\.\.dots[|]R no recipient[|]$' "sendmail: the body"

# It asks, where somebody can answer.
printf 'ID: 7.abc\nSender: alarm@example.org\nRecipient: asked@example.org\n' | put /var/spool/dma/Q7.abc
printf 'Subject: asked for\n\nx\n' | put /var/spool/dma/M7.abc
if has_terminals; then
	answer() { (sleep 1; echo "$1"; sleep 1) | on_terminal "$BIN/relayconf adopt -R $R" 2>&1; }
	like "$(answer n)" '^Move them\? \[y/N\]' "on a terminal it asks"
	ok "no: everything stays" test -f "$R/var/spool/dma/M7.abc" -a -f "$R/var/spool/dma/Q7.abc"
	is "$(ls "$work/spool/drop" | grep -c '^[0-9a-f]*\.')" 0 "and nothing was taken"
	ok "killed at the question: everything stays" sh -c "timeout -s KILL 1 sh -c '. tests/lib.sh; on_terminal \"$BIN/relayconf adopt -R $R\"' </dev/zero >/dev/null 2>&1; test -f '$R/var/spool/dma/M7.abc'"
	like "$(answer y)" '1 of 1 moved here' "yes: it is taken over"
else
	skip "the question" "script(1) is not installed"
	adopt --yes >/dev/null
fi

# Killed on the way: before sendmail has it, it is where it was; after that it is in both places, and comes twice rather than not.
mkdir "$work/libexec"
cat >"$work/libexec/sendmail" <<END
#!/bin/sh
[ "\$(cat $work/when)" = before ] || "$BIN/sendmail" "\$@"
kill -KILL \$PPID
END
chmod 755 "$work/libexec/sendmail"
in_both() { ls "$R"/var/spool/dma/[QM]*.abc "$R"/var/spool/dma/adopted/[QM]8.abc 2>/dev/null | lines; grep -rl 'half way' "$work/spool/drop" | lines; }
printf 'ID: 8.abc\nSender: alarm@example.org\nRecipient: half@example.org\n' | put /var/spool/dma/Q8.abc
printf 'Subject: half way\n\nx\n' | put /var/spool/dma/M8.abc
for when in before after; do
	echo $when >"$work/when"
	with FIRSTHOP_LIBEXEC="$work/libexec" adopt --yes >/dev/null 2>&1
	is "$(in_both | tr '\n' ' ')" "2 $([ $when = before ] && echo 0 || echo 1) " "killed $when sendmail has it"
done
adopt --yes >/dev/null; is $? 75 "taken over in the end"
is "$(in_both | tr '\n' ' ')" "2 2 " "with both copies"

# A spool that takes nothing: everything stays where it is.
printf 'ID: 6.abc\nSender: alarm@example.org\nRecipient: bad@@example.org\n' | put /var/spool/dma/Q6.abc
printf 'Subject: x\n\nx\n' | put /var/spool/dma/M6.abc
adopt --yes >/dev/null; is $? 75 "sendmail refuses one: exit 75"
like "$(cat "$work/err")" 'Q6.abc is left alone: sendmail did not accept it' "it is named"
ok "and stays" test -f "$R/var/spool/dma/M6.abc"

# More than the words of a command line may have, and nobody else's business.
rm -rf "$R"; mkdir -p "$work/libexec"
{ echo s@example.org; awk 'BEGIN { long = sprintf("%0200d", 7); for (i = 0; i < 9500; i++) print "r" i "@" substr(long, 1, 60) "." substr(long, 61, 60) "." substr(long, 121, 60) ".example.org" }'
	printf '\nSubject: to many\n\nx\n'; } | put /var/spool/nullmailer/queue/1700000003.44
printf '#!/bin/sh\necho "$*" >"%s/words"\nexec "%s" "$@"\n' "$work" "$BIN/sendmail" >"$work/libexec/sendmail"
chmod +x "$work/libexec/sendmail"
out=$(with FIRSTHOP_LIBEXEC="$work/libexec" adopt --yes)
like "$out" '^1 of 1 moved here' "a message to 9,500 recipients, in 1.9 MB"
is "$(grep -c '^recipient: r' $(grep -l 'Subject: to many' "$work"/spool/drop/*))" 9500 "all of them"
is "$(cat "$work/words")" --words "no address is among the words of a process"
finish
