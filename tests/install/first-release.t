#!/bin/sh
# Queue and configuration of the first release: read, listed, explained, delivered.  A queue of a later version is left alone.
. tests/lib.sh
new_spool
old=tests/install/queue-0.1
cp "$old"/drop/* "$work/spool/drop/"; cp "$old"/mqueue/* "$work/spool/mqueue/"
smarthost
sed "s,PORT,$port,; s,ALIASES,$work/aliases," "$old/firsthop.conf" >"$work/firsthop.conf"; : >"$work/aliases"
out=$("$BIN/relayconf" show 2>&1); is $? 0 "relayconf show reads the configuration" "$out"
like "$out" '^queue\.retry_min +1 2 5 15' "with its values"
list=$("$BIN/mailq" 2>/dev/null)
like "$list" 'Total requests: [56]' "mailq lists the queue"
like "$list" 'Connection refused' "with the reasons of then"
tried=$(basename "$(grep -l 'Subject: tried' "$work"/spool/mqueue/*)")
like "$("$BIN/mailq" why "$tried" 2>&1)" 'Connection refused' "mailq why tells the story"
before=$(ls "$work"/spool/mqueue/*.dead)
runner_once; is $? 0 "a pass"
got() { cat "$work"/delivered/*.eml | tr -d '\r' | sed -n 's/^tag //p' | sort | tr '\n' ' '; }
is "$(got)" "bs fresh tried two umlaut " "delivers each, once"
is "$(ls "$work"/spool/mqueue/*.dead)" "$before" "what was set aside stays"
is "$(ls "$work/spool/drop" "$work/spool/mqueue" | grep -c '^[0-9a-f]*\.[0-9a-f]*$')" 0 "nothing else is left"
is "$(cat "$work/spool/mqueue/format")" "firsthop-queue: $(sed -n 's/^#define FORMAT_KNOWN //p' sendmail/lib/spool/format.h)" "the format is noted"

# A later version wrote it.
printf '\ntag x\n' | "$BIN/sendmail" ops@example.org
printf 'firsthop-queue: 99\nmore that is not known here\n' >"$work/spool/mqueue/format"
error=$("$BIN/runner" --once --foreground 2>&1); is $? 78 "a queue of a later version: the runner does not start"
like "$error" 'the queue was written by a later version of firsthop \(format 99, this program knows [0-9]+\): start that version' "and says so"
is "$(ls "$work/spool/drop" | grep -c '^[0-9a-f]*\.[0-9a-f]*$')" 1 "its mail is left where it is"
printf '\ntag y\n' | "$BIN/sendmail" ops@example.org; is $? 0 "mail is still queued"
printf 'damaged' >"$work/spool/mqueue/format"
runner_once; is $? 0 "a damaged note is no reason to deliver nothing"
is "$(got)" "bs fresh tried two umlaut x y " "both are delivered"
finish
