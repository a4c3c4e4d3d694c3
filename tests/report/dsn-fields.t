#!/bin/sh
# What reports say field by field (RFC 3461 6, RFC 3464), and NOTIFY behind aliases (RFC 3461 5.2.7).
. tests/lib.sh
new_spool
printf 'one: joe@example.net\nteam: a@example.net, b@example.net\nmixed: c@example.net, gone@example.net\n' >"$work/aliases"
smarthost -r 'gone=550 5.1.1 no such user'
config
again() { rm -f "$work/spool/mqueue/reports" "$work"/delivered/*; : >"$work/sessions"; : >"$work/log"; }
passes() { runner_once; runner_once; }
# bs RCPT...: each as it follows "RCPT TO:"; $ret goes to MAIL
bs() { { printf 'EHLO x\nMAIL FROM:<s@example.org>%s\n' "${ret:-}"; for rcpt; do printf 'RCPT TO:%s\n' "$rcpt"; done; printf 'DATA\nSubject: the subject\nX-Mark: kept\n\nthe body of it\n.\nQUIT\n'; } | "$BIN/sendmail" -bs >"$work/said"; }
report() { cat $(grep -l "^Subject: $1" "$work"/delivered/*.eml 2>/dev/null) /dev/null | tr -d '\r'; }
reports() { grep -h '^Subject: Mail ' "$work"/delivered/*.eml 2>/dev/null | tr -d '\r' | sort; }
# part TYPE: of the report on standard input
part() { awk -v type="Content-Type: $1" '/^--firsthop/ { inside = 0 } inside { print } index($0, type) == 1 { inside = 1 }' | sed '1{/^$/d;}'; }
# recipients: the fields of a status part but for those with times
recipients() { part message/delivery-status | grep -v -e '-Date:' -e '-Until:' -e '^Reporting'; }

ret=' RET=FULL ENVID=order+2B7+3D1' bs '<yes@example.net> NOTIFY=SUCCESS ORCPT=rfc822;Yes+2Bhere@example.org'; passes
text=$(report 'Mail relayed')
is "$(echo "$text" | recipients | sed 's/^Diagnostic-Code: smtp; 250 .*/Diagnostic-Code: smtp; 250/')" "Original-Envelope-Id: order+7=1

Original-Recipient: rfc822; Yes+here@example.org
Final-Recipient: rfc822; yes@example.net
Action: relayed
Status: 2.0.0
Remote-MTA: dns; [127.0.0.1]
Diagnostic-Code: smtp; 250" "relayed: who took it, and what it said"
like "$(echo "$text" | part text/rfc822-headers)" '^X-Mark: kept$' "the header comes back"
unlike "$text" '^the body of it$' "and no more, with RET=FULL: nothing has failed (RFC 3461 4.3)"
is "$(echo "$text" | grep -c '^--firsthop-.*-relayed')" 4 "three parts"

again; ret=' RET=HDRS ENVID=h1' bs '<gone@example.net> NOTIFY=FAILURE ORCPT=x400;+2FC+3Dde+2FS+3Djoe'; passes
text=$(report 'Mail not delivered')
is "$(echo "$text" | recipients)" "Original-Envelope-Id: h1

Original-Recipient: x400; /C=de/S=joe
Final-Recipient: rfc822; gone@example.net
Action: failed
Status: 5.1.1
Remote-MTA: dns; [127.0.0.1]
Diagnostic-Code: smtp; 550 5.1.1 no such user" "failed: each field, an address of another kind among them"
unlike "$text" '^the body of it$' "RET=HDRS: the header"

# --- aliases ---------------------------------------------------------------------------------------------------------
again; bs '<one> NOTIFY=SUCCESS'; passes
is "$(report 'Mail relayed' | grep -E '^(Original-R|Final|Action)')" "Original-Recipient: rfc822; one@mon1.example.org
Final-Recipient: rfc822; joe@example.net
Action: relayed" "an alias of one address: told of as the recipient"
again; bs '<team> NOTIFY=SUCCESS'; passes
is "$(reports)" "Subject: Mail passed on" "an alias of two: one report"
is "$(report 'Mail passed on' | recipients | sed '/^$/d')" "Original-Recipient: rfc822; team@mon1.example.org
Final-Recipient: rfc822; team@mon1.example.org
Action: expanded
Status: 2.0.0" "for the alias, as expanded"
like "$(report 'Mail passed on')" '^ *to  *<team>$' "which its text names"
like "$(report 'Mail passed on' | part text/rfc822-headers)" '^X-Mark: kept$' "with the header"
is "$(ls "$work/spool/mqueue" | grep -c '^[0-9a-f]*[.]')" 0 "all is done"
again; bs '<mixed> NOTIFY=SUCCESS,FAILURE' '<yes@example.net> NOTIFY=SUCCESS'; passes
is "$(reports)" "Subject: Mail not delivered
Subject: Mail relayed" "one of its addresses fails, and another recipient gets it: two reports"
is "$(report 'Mail relayed' | grep -E '^(Final|Action)')" "Final-Recipient: rfc822; yes@example.net
Action: relayed
Final-Recipient: rfc822; mixed@mon1.example.org
Action: expanded" "expanded, once, and the other one relayed"
is "$(report 'Mail not delivered' | grep -E '^(Original-R|Final|Action)')" "Original-Recipient: rfc822; mixed@mon1.example.org
Final-Recipient: rfc822; gone@example.net
Action: failed" "the failure names both"
again; bs '<mixed> NOTIFY=SUCCESS'; passes
is "$(reports)" "Subject: Mail passed on" "with SUCCESS alone nobody hears of the failure"
again; bs '<mixed> NOTIFY=NEVER'; passes; is "$(reports)" "" "with NEVER nothing"
again; printf 'Subject: x\n\nx\n' | "$BIN/sendmail" -i -f s@example.org mixed; passes
is "$(reports)" "Subject: Mail not delivered" "without NOTIFY the failure alone"

stop "$smarthost_pid"; smarthost -D; config; again
bs '<team> NOTIFY=SUCCESS,DELAY' '<one> NOTIFY=SUCCESS,DELAY'; runner_once
is "$(grep '^RCPT.*example.net' "$work/sessions")" 'RCPT TO:<a@example.net> NOTIFY=DELAY ORCPT=rfc822;team@mon1.example.org
RCPT TO:<b@example.net> NOTIFY=DELAY ORCPT=rfc822;team@mon1.example.org
RCPT TO:<joe@example.net> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;one@mon1.example.org' "a server with DSN hears of SUCCESS only for the alias of one"
again; bs '<team> NOTIFY=SUCCESS'; runner_once
is "$(grep '^RCPT.*example.net' "$work/sessions" | sed 's/.*\(NOTIFY=[A-Z,]*\).*/\1/' | sort -u)" NOTIFY=NEVER "where nothing is left, NEVER"
# Once, whatever follows.
stop "$smarthost_pid"; smarthost -r 'b@=450 4.2.1 later'; again
printf '\n[queue]\nwaits_min = 1 1\n' >"$work/more"; config "$(cat "$work/more")"
bs '<team> NOTIFY=SUCCESS'; passes
is "$(reports)" "Subject: Mail passed on" "one of its addresses waits: the report goes at once"
id=$(ls "$work/spool/mqueue" | grep '[.]log$')
like "$(cat "$work/spool/mqueue/$id")" '^[0-9]+ expanded$' "which the journal has"
"$BIN/mailq" retry all >/dev/null 2>&1; passes
is "$(reports)" "Subject: Mail passed on" "and not again with the next attempt"

# --- delays ----------------------------------------------------------------------------------------------------------
stop "$smarthost_pid"; rm -f "$work"/spool/mqueue/[0-9a-f]*
smarthost -r 'later=450 4.2.1 mailbox busy'; again
config "$(printf '\n[queue]\nwarn_after_h = 1\nexpire_after_h = 120\nwaits_min = 1 1\n')"
bs '<later.d@example.net> NOTIFY=DELAY ORCPT=rfc822;asked+2Bd@example.org' '<later.f@example.net> NOTIFY=FAILURE' '<later@example.net>' '<later.n@example.net> NOTIFY=NEVER' '<later.s@example.net> NOTIFY=SUCCESS'
runner_once
age_queue 7200; passes
is "$(report 'Mail delayed' | recipients | sed '/^$/d')" "Original-Recipient: rfc822; asked+d@example.org
Final-Recipient: rfc822; later.d@example.net
Action: delayed
Status: 4.2.1
Remote-MTA: dns; [127.0.0.1]
Diagnostic-Code: smtp; 450 4.2.1 mailbox busy
Original-Recipient: rfc822; later@example.net
Final-Recipient: rfc822; later@example.net
Action: delayed
Status: 4.2.1
Remote-MTA: dns; [127.0.0.1]
Diagnostic-Code: smtp; 450 4.2.1 mailbox busy" "delayed: those with DELAY, and those without a wish"
like "$(report 'Mail delayed')" '^Will-Retry-Until: ' "with the time until which it is tried"
finish
