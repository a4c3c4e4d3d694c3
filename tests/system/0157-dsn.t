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
like "$(cat "$work/log")" 'it failed, and nobody is told: the sender wanted no such report \(-N never\)' "but the log says it"
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
finish
