#!/bin/sh
# always_bcc: an archive gets a copy of each message, once and without a trace; its failures are the postmaster's affair.
. tests/lib.sh
new_spool
smarthost -r 'gone=550 5.1.1 User unknown' -r 'full=452 4.2.2 Mailbox full'
archive() { config "$(printf '\n[queue]\nalways_bcc = %s\n[bounce]\npostmaster = pm@example.org\n' "$1"; shift; printf '%s\n' "$@")"; }
send() { rm -f "$work"/delivered/*; : >"$work/log"; printf 'From: a@example.org\nSubject: x\n\nx\n' | "$BIN/sendmail" -i -f a@example.org "$@"; runner_once; }
got() { cat "$work"/delivered/*.eml 2>/dev/null | tr -d '\r' | sed -n 's/^X-Envelope-To: //p' | tr ',' '\n' | sort | tr '\n' ' '; }

archive all@archive.example
send b@example.net c@example.net
is "$(got)" "<all@archive.example> <b@example.net> <c@example.net> " "the archive is one more recipient"
unlike "$(sed '/^X-Envelope-/d' "$work"/delivered/*.eml)" 'archive' "the message does not show it"
like "$(cat "$work/log")" 'to=<all@archive.example>.* status=sent' "the log names its delivery"
send all@archive.example
is "$(got)" "<all@archive.example> " "no double when it is a recipient"
send ALL@Archive.example b@example.net
is "$(got | tr 'A-Z' 'a-z')" "<all@archive.example> <all@archive.example> <b@example.net> " "the local part is the archive's own affair"
printf 'keeper: all@archive.example\n' >"$work/aliases"
archive keeper
send b@example.net
is "$(got)" "<all@archive.example> <b@example.net> " "an alias does as well"

# By route.
archive all@archive.example '[route example.net]' 'via = main' 'always_bcc = net@archive.example'
send b@example.net
is "$(got)" "<b@example.net> <net@archive.example> " "a route has its own"
send b@example.net c@example.com
is "$(got)" "<all@archive.example> <b@example.net> <c@example.com> <net@archive.example> " "each recipient by its own route"
like "$("$BIN/relayconf" route b@example.net)" 'archive    a copy goes to net@archive.example' "relayconf route names it"
like "$("$BIN/relayconf" check -v 2>&1)" '\[route example.net\] always_bcc: net@archive.example gets a copy' "relayconf check, too"

# Failures: the postmaster hears of them, the sender does not.
archive gone@archive.example
send b@example.net; runner_once
is "$(got)" "<b@example.net> <pm@example.org> " "a copy that fails: the postmaster gets a report, the sender none"
report=$(tr -d '\r' <"$(grep -l '^X-Envelope-To: <pm@' "$work"/delivered/*.eml)")
like "$report" '^Subject: Archive copy not delivered' "its subject says what it is"
like "$report" 'The archive copy \(\[queue\] or \[route\]' "and its first words"
like "$(printf '%s\n' "$report" | tr '\n' ' ')" 'What to do: Correct the address in always_bcc, or repair the archive.s mailbox' "what to do"
unlike "$report" 'send the message again' "which is not to send it again"
like "$report" '^Final-Recipient: rfc822; ?gone@archive.example' "and whom it did not reach"
send gone@example.net; runner_once
is "$(got)" "<a@example.org> <pm@example.org> " "both fail: each gets a report"
unlike "$(tr -d '\r' <"$(grep -l '^X-Envelope-To: <a@' "$work"/delivered/*.eml)")" 'archive' "the sender's report does not show the archive"
archive full@archive.example
send b@example.net
like "$(cat "$work/log")" 'to=<full@archive.example>.* status=deferred' "a copy that is late waits"
is "$(got)" "<b@example.net> " "and the others have their mail"
like "$("$BIN/mailq" why 2>&1; "$BIN/mailq")" 'full@archive.example' "mailq shows what waits"
stop "$smarthost_pid"

# A server that sends reports is asked for none about the copy; one that does not gets it with the others.
rm -f "$work"/spool/mqueue/[0-9a-f]* "$work/sessions"
smarthost -D
archive all@archive.example; send b@example.net
like "$(cat "$work/sessions")" 'RCPT TO:<all@archive.example> NOTIFY=NEVER' "NOTIFY=NEVER for the copy"
unlike "$(cat "$work/sessions")" 'RCPT TO:<b@example.net> NOTIFY=NEVER' "and only for that"
stop "$smarthost_pid"
smarthost; archive all@archive.example; send b@example.net
is "$(ls "$work"/delivered/*.eml | lines)" 1 "without DSN: one transaction for both"
finish
