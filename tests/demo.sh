#!/bin/sh
# The main job in a temporary folder: two messages are taken while the smarthost is down, seen in the queue, and delivered.
. tests/lib.sh
set -u
new_spool
title() { printf '\n== %s\n' "$1"; }

title "a configuration that names a smarthost on this machine (it is not running yet)"
smarthost || exit 1
stop "$smarthost_pid"
config
cat "$work/firsthop.conf"

title "a message through sendmail, as PHP and cron call it, and one through mail"
printf 'From: cacti\nTo: ops@example.org\nSubject: disk almost full\n\nThe disk of mon1 is 97 %% full.\n' | "$BIN/sendmail" -t -i && echo "sendmail: exit 0, the message is on disk"
echo "Grüße aus Zürich" | "$BIN/mail" -s "Überwachung läuft" admin@example.org && echo "mail:     exit 0, the message is on disk"

title "mailq, before any attempt"
"$BIN/mailq" 2>&1

title "a pass over the queue while the smarthost is down: the log"
"$BIN/runner" --once --foreground 2>&1
title "mailq: the mail waits, with the reason"
"$BIN/mailq" 2>/dev/null

title "the smarthost comes up; \"sendmail -q\" makes another pass: the log"
smarthost -p "$port" || exit 1
"$BIN/runner" --once --foreground 2>&1
title "mailq"
"$BIN/mailq" 2>&1

title "what the smarthost got"
for message in "$work"/delivered/*.eml; do cat "$message"; echo; done
[ "$(delivered)" = 2 ] || { echo "the demonstration FAILED: $(delivered) of 2 messages were delivered" >&2; exit 1; }
printf 'Both messages were delivered. Nothing is left running.\n'
