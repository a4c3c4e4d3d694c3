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

out=$(adopt); is $? 0 "without a terminal it only shows"
like "$out" '^sendmail .* CronDaemon to ops@example.org and 1 more$' "sendmail's message is shown"
like "$out" '^dma .* alarm@example.org to dma@example.org$' "dma's"
like "$out" '^nullmailer .* <> to nm1@example.org and 1 more$' "nullmailer's, with the null sender"
like "$out" 'Nothing was changed' "and says that nothing was changed"
like "$(cat "$work/err")" 'qfNOBODY is left alone: it names no recipient' "a file without recipients is named"
like "$(cat "$work/err")" '1700000002.43 is left alone: ' "and one that is no message"
is "$(ls "$work/spool/drop" | wc -l)" 0 "nothing is in our spool"

out=$(adopt --yes); is $? 75 "--yes: exit 75, because something was left"
like "$out" '^3 of 3 taken over' "all that could be read"
is "$(ls "$work/spool/drop" | wc -l)" 3 "three messages are in our spool"
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

# A spool that takes nothing: everything stays where it is.
printf 'ID: 6.abc\nSender: alarm@example.org\nRecipient: bad@@example.org\n' | put /var/spool/dma/Q6.abc
printf 'Subject: x\n\nx\n' | put /var/spool/dma/M6.abc
adopt --yes >/dev/null; is $? 75 "sendmail refuses one: exit 75"
like "$(cat "$work/err")" 'Q6.abc is left alone: sendmail did not take it' "it is named"
ok "and stays" test -f "$R/var/spool/dma/M6.abc"
finish
