#!/bin/sh
# Delivery status notifications: carried to a server that offers DSN, honoured here otherwise (RFC 3461).
. tests/lib.sh
new_spool
send() { printf 'Subject: x\n\nthe body of it\n' | "$BIN/sendmail" -i -f s@example.org "$@"; runner_once; }
again() { rm -f "$work"/delivered/*; : >"$work/sessions"; : >"$work/log"; }
reports() { grep -l 'Mail Delivery System' "$work"/delivered/*.eml 2>/dev/null; }

smarthost -D -r 'gone=550 5.1.1 no'
config
printf 'team: a+b@example.net\n' >"$work/aliases"
send -N success,failure -R hdrs -V 'id 1=x' team
said=$(cat "$work/sessions")
like "$said" '^MAIL FROM:<s@example.org> .*RET=HDRS ENVID=id\+201\+3Dx' "RET and ENVID, in xtext"
like "$said" '^RCPT TO:<a\+b@example.net> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;team@mon1.example.org$' "NOTIFY, and ORCPT with the name before the alias"
is "$(delivered)" 1 "the server reports success itself"
again; stop "$smarthost_pid"

smarthost -r 'gone=550 5.1.1 no'
config
send -N success -V env1 team
unlike "$(cat "$work/sessions")" 'NOTIFY|ORCPT|ENVID' "a server without DSN sees nothing of it"
runner_once
text=$(cat $(reports))
like "$text" '^X-Envelope-To: <s@example.org>$' "success is reported by us then"
like "$text" '^Action: relayed$' "as relayed"
like "$text" '^Original-Recipient: rfc822; team@mon1.example.org$' "for the address that was given"
like "$text" '^Final-Recipient: rfc822; a\+b@example.net$' "and the one that it went to"
like "$text" '^Original-Envelope-Id: env1$' "with the envelope's id"
again
send team; is "$(delivered)" 1 "no report of success unless it is wanted"
again
send -N never gone@example.org; runner_once
is "$(reports)" "" "never: no report of failure"
like "$(cat "$work/log")" '<gone@example.org> failed, and no report is sent: the sender wanted none \(NOTIFY=never\)' "but the log says it"
is "$(ls "$work/spool/mqueue" | grep -c '^[0-9a-f]*[.]')" 0 "and it is done"
again
send -N success gone@example.org; runner_once; is "$(reports)" "" "success alone: no report of failure"
again
send -R full gone@example.org; runner_once
text=$(cat $(reports))
like "$text" '^Content-Type: message/rfc822$' "full: the message comes back"
like "$text" '^the body of it$' "whole"
like "$text" '^Original-Recipient: rfc822; gone@example.org$' "Original-Recipient"
again
send -R hdrs gone@example.org; runner_once
unlike "$(cat $(reports))" '^the body of it$' "hdrs: only its header"

# tables REPORT: without the story of what was tried, which is the message's
tables() { echo "$1" | sed '/^What was tried/,/^--/d'; }
# Each recipient with its own wish, over SMTP on standard input.
bs() { { printf 'EHLO x\nMAIL FROM:<s@example.org> RET=HDRS ENVID=e+2B1\n'; for rcpt; do printf 'RCPT TO:%s\n' "$rcpt"; done; printf 'DATA\nSubject: x\n\nx\n.\nQUIT\n'; } | "$BIN/sendmail" -bs >"$work/said"; }
again; stop "$smarthost_pid"
smarthost -D
config
bs '<never@example.net> NOTIFY=NEVER' '<both@example.net> NOTIFY=success,FAILURE ORCPT=rfc822;list+2Bx@example.org' '<plain@example.net>' '<utf@example.net> ORCPT=utf-8;j\x{F6}rg@example.org'
is "$(grep -c '^250 2.1.5' "$work/said")" 4 "-bs: four recipients, three wishes"
like "$(cat "$work"/spool/drop/????????.????????)" '^recipient-orcpt: rfc822;list\+2Bx@example.org$' "they are kept in the envelope"
runner_once
is "$(grep '^RCPT' "$work/sessions")" 'RCPT TO:<never@example.net> NOTIFY=NEVER ORCPT=rfc822;never@example.net
RCPT TO:<both@example.net> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;list+2Bx@example.org
RCPT TO:<plain@example.net> ORCPT=rfc822;plain@example.net
RCPT TO:<utf@example.net> ORCPT=utf-8;j\x{F6}rg@example.org' "each goes to the server with its own"
is "$(delivered)" 1 "in one message"

again; stop "$smarthost_pid"
smarthost -r 'gone=550 5.1.1 no'
config
bs '<never.gone@example.net> NOTIFY=NEVER' '<told.gone@example.net> NOTIFY=FAILURE ORCPT=rfc822;first+2Bx@example.org' '<yes@example.net> NOTIFY=SUCCESS' '<usual@example.net>' '<success.gone@example.net> NOTIFY=SUCCESS'
runner_once; runner_once
unlike "$(cat "$work/sessions")" 'NOTIFY|ORCPT|ENVID' "a server without DSN sees nothing of it"
bounce=$(cat $(grep -l '^Subject: Mail not delivered' "$work"/delivered/*.eml))
is "$(echo "$bounce" | grep -E '^(Original-Envelope|Original-R|Final-R|Action)')" 'Original-Envelope-Id: e+1
Original-Recipient: rfc822; first+x@example.org
Final-Recipient: rfc822; told.gone@example.net
Action: failed' "our report of failure names whose sender wanted one, with the ORCPT as it was told"
unlike "$(tables "$bounce")" 'never.gone|success.gone' "and nobody else"
relayed=$(cat $(grep -l '^Subject: Mail relayed' "$work"/delivered/*.eml))
is "$(echo "$relayed" | grep -E '^(Final-R|Action)')" 'Final-Recipient: rfc822; yes@example.net
Action: relayed' "our report of success likewise"
is "$(grep -c 'failed, and no report is sent' "$work/log")" 2 "the log has the two that nobody is told of"
is "$(ls "$work/spool/mqueue" | grep -c '^[0-9a-f]*[.]')" 0 "all is done"

# Merged reports are written later, from the journal: NEVER and Original-Recipient hold there, too.
again
for i in 1 2 3 4; do bs '<two.gone@example.net> ORCPT=rfc822;second@example.org' '<three.gone@example.net> NOTIFY=NEVER'; done
runner_once
like "$(cat "$work/log")" 'waits to be sent together' "the fourth report to one sender waits"
rm "$work/spool/mqueue/reports"; again; runner_once; runner_once
bounce=$(cat $(reports))
like "$bounce" '^Original-Recipient: rfc822; second@example.org$' "has the ORCPT when it is written"
unlike "$(tables "$bounce")" 'three.gone' "and leaves out whom NEVER is about"

again
for word in 'NOTIFY=NEVER,FAILURE' 'NOTIFY=' 'ORCPT=x@y' 'ORCPT=rfc822;' 'ORCPT=rfc822;a+0Ab' 'ORCPT=rfc822;jÃ¶'; do
	bs "<a@example.net> $(printf "$word")"
	like "$(cat "$work/said")" '^501 5.5.4 (NOTIFY|ORCPT)' "refused: $word"
done
head='firsthop-spool: 1\ncontent: bytes=000000000000014 lines=000000000003 longest=000000000000010 8bit=0 nul=0 cr=0\ncreated: '$(date +%s)'000000\nsender: s@example.org\nrecipient: a@example.net\n'
printf "${head}notify: NEVER\n\nSubject: x\n\nx\n" >"$work/spool/drop/00000001.00000001"
printf "${head}recipient-orcpt: rfc822;a b\n\nSubject: x\n\nx\n" >"$work/spool/drop/00000002.00000002"
runner_once
like "$(cat "$work/log")" '00000001: to=<a@example.net>, .*status=sent' "a file of an older version goes out"
like "$(cat "$work/log")" 'set aside.*what it says of a recipient makes no sense' "one with a word that would begin another parameter does not"

# NEVER, and a server without DSN: the null sender for those, the sender for the others.
again; stop "$smarthost_pid"; smarthost; config
bs '<never@example.net> NOTIFY=NEVER' '<plain@example.net>' '<quiet@example.net> NOTIFY=NEVER'
runner_once
envelope_of() { sed -n 's/^X-Envelope-From: //p' $(grep -l "^X-Envelope-To: .*<$1@" "$work"/delivered/*.eml); }
is "$(envelope_of never) $(envelope_of quiet) $(envelope_of plain)" "<> <> <s@example.org>" "NEVER to a server without DSN: the null sender, for those recipients alone"
again; stop "$smarthost_pid"; smarthost -D; config
bs '<never@example.net> NOTIFY=NEVER'; runner_once
is "$(envelope_of never)" "<s@example.org>" "with DSN the sender stays, and NEVER goes along"
finish
