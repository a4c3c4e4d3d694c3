#!/bin/sh
# Files of the queue that a disk or a hand has changed: nothing of them is sent that is not the message, nothing stands in the way of others, all is told.
. tests/lib.sh
new_spool
port=1; config
start_runner() { "$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!; pids="$pids $runner"; wait_for test -S "$work/spool/mqueue/control"; }
logged() { grep -Eq -- "$1" "$work/log"; }
queued() { ls "$work/spool/mqueue" | grep '^[0-9a-f]\{8\}\.[0-9a-f]\{8\}$'; }
waits() { "$BIN/mailq" 2>/dev/null | grep -q "$1@example.org" && [ -n "$(queued)" ]; }
# put NAME: a message that waits; sets id
put() {
	before=$(queued)
	printf 'Subject: %s\n\nfirst line\nlast line of it\n' "$1" | "$BIN/sendmail" -i "$1@example.org"
	wait_for waits "$1"
	id=$(queued | grep -vxF -e "${before:-none}")
}
start_runner
put whole; whole=$id
put cut; cut=$id
put gone; gone=$id
put link; link=$id
put head; head=$id
stop $runner
"$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!; pids="$pids $runner"; wait_for test -S "$work/spool/mqueue/control"
# Under a runner that knows them.
truncate -s -8 "$work/spool/mqueue/$cut"
rm "$work/spool/mqueue/$gone"
echo secret >"$work/secret"
mv "$work/spool/mqueue/$link" "$work/kept"; ln -s "$work/secret" "$work/spool/mqueue/$link"
printf 'firsthop-spool: 1\nrecipient: a b c\n' >"$work/spool/mqueue/$head"
smarthost; config; kill -HUP $runner
"$BIN/mailq" forget >/dev/null 2>&1
"$BIN/sendmail" -q
sent() { [ "$(delivered)" -ge 1 ]; }
ok "the whole one is sent" wait_for sent
ok "one that became shorter is set aside" wait_for logged "$cut is set aside as $cut.dead: the file is shorter than the message that was stored in it: the disk lost a part"
ok "one without a head, too" wait_for logged "$head is set aside as $head.dead: "
ok "one that was removed is forgotten" wait_for logged "$gone was removed by someone else"
ok "one that became a link is not read" wait_for logged "$link cannot be opened"
like "$("$BIN/mailq" dead 2>&1)" "$cut" "mailq dead lists it"
ok "it can be looked at" test -s "$work/spool/mqueue/$cut.dead"
is "$(cat "$work"/delivered/* | grep -c '^Subject: whole')" 1 "nothing but the whole message has left"
is "$(delivered) $(cat "$work"/delivered/* | grep -c secret)" "1 0" "and no secret"
ok "the runner lives" kill -0 $runner
rm "$work/spool/mqueue/$link"; mv "$work/kept" "$work/spool/mqueue/$link"
"$BIN/sendmail" -q
both() { [ "$(delivered)" -ge 2 ]; }
ok "what was put back is sent" wait_for both
stop $runner

# Files that cost nothing and are long are not read to their end, and what is no message keeps no runner from ending.
i=0
while [ $i -lt 400 ]; do
	i=$((i + 1))
	dd if=/dev/null of="$work/spool/drop/0123abcd.0000$(printf %04x $i)" bs=1 seek=1000000000 2>/dev/null
done
long=$(ls "$work/spool/drop" | grep -c '^0123abcd')
: >"$work/log"; before=$(milliseconds); runner_once; took=$(($(milliseconds) - before))
is "$long $(grep -c 'is set aside as .*its head has a NUL, or is none' "$work/log")" "400 400" "400 files of a gigabyte are set aside"
ok "in a moment: $took ms" test "$took" -le $((8000 * ${PATIENCE:-1}))

# A message longer than any may be, which says so itself: it is neither copied nor sent.
smarthost; config; rm -rf "$work/delivered"
long=$work/spool/drop/0123abcd.0abcdef0
printf 'firsthop-spool: 1\ncontent: bytes=001200000000000 lines=000000000001 longest=000000000000001 8bit=0 nul=1 cr=0\nsender: me\nrecipient: long@example.org\n\n' >"$long"
dd if=/dev/null of="$long" bs=1 seek=$(($(bytes <"$long") + 1200000000000)) 2>/dev/null
: >"$work/log"; timeout 60 "$BIN/runner" --once --foreground 2>>"$work/log"; is $? 0 "the runner is done with it"
like "$(cat "$work/log")" 'drop/0123abcd.0abcdef0 is no plain file with one name, or longer than a message may be; set aside' "a message of 1.2 terabytes is set aside"
is "$(delivered)" 0 "and not sent"
finish
