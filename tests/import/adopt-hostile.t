#!/bin/sh
# relayconf adopt as root, in queues whose user is somebody's puppet: no link of his is followed, no file of others is read for him, and nothing is
# moved to where he leads.
. tests/lib.sh
[ "$(id -u)" = 0 ] || skip_all "needs root, to make other users' files"
new_spool
chmod 755 "$work"
smarthost; config
R=$work/old Q=$work/old/var/spool/clientmqueue
SMMSP=4001 OTHER=4002
adopt() { out=$("$BIN/relayconf" adopt -R "$R" --yes 2>&1 </dev/null); code=$?; }
# queue: sendmail's client queue with one message, as its user has it
queue() {
	rm -rf "$R" "$work"/spool/drop/????????.????????; mkdir -p "$Q" "$work/profile.d"; rm -f "$work"/profile.d/*
	printf 'V8\nT1700000000\nS<a@example.org>\nRPFD:<b@example.org>\nH??Subject: old\n.\n' >"$Q/qfABC"
	printf 'the body\n' >"$Q/dfABC"
	chown -R $SMMSP:$SMMSP "$Q"
}
taken() { ls "$work"/spool/drop/????????.???????? 2>/dev/null | lines; }
umask 077; echo 'Geheim123' >"$work/shadow"; umask 022
queue; adopt
is "$(taken) $code $(ls "$Q/adopted" | tr '\n' ' ')" "1 0 dfABC qfABC " "a queue that is as it should be"

queue; ln -s "$work/profile.d" "$Q/adopted"; chown -h $SMMSP "$Q/adopted"; adopt
is "$(ls "$work/profile.d" | lines)" 0 "adopted is a link: nothing goes where it leads"
is "$(taken) $code" "0 75" "nothing is taken over before it can be moved"
like "$out" 'qfABC is left alone: it could not be moved to .*/adopted, which has to be a folder of root' "and the reason is told"
queue; mkdir "$Q/adopted"; chown $OTHER "$Q/adopted"; adopt
is "$(taken) $code" "0 75" "adopted belongs to a third user"
queue; mkdir "$Q/adopted"; chown $SMMSP "$Q/adopted"; adopt
is "$(taken) $code" "1 0" "or to the queue's own"

for file in dfABC qfABC; do
	queue; rm "$Q/$file"; ln -s "$work/shadow" "$Q/$file"; adopt
	is "$(taken)" 0 "$file is a link to a file of root's: not read"
	unlike "$out" "second name|Too many links" "$file: and not called a second name"
	queue; rm "$Q/$file"; ln "$work/shadow" "$Q/$file"; adopt
	is "$(taken)" 0 "$file is a second name of a file of root's: not read"
	like "$out" 'qfABC is left alone: .*second name elsewhere' "$file: and the reason is told"
	unlike "$out$(cat "$work"/spool/drop/????????.???????? 2>/dev/null)" 'Geheim123' "$file: nothing of it is shown or sent"
	queue; rm "$Q/$file"; mkfifo "$Q/$file"; adopt
	is "$(taken)" 0 "$file is a FIFO: nothing hangs"
done
rm -f "$Q/dfABC" "$Q/qfABC"
queue; mv "$Q" "$R/var/spool/real"; ln -s "$work" "$Q"; chown -h $SMMSP "$Q"; adopt
like "$out" 'clientmqueue is left alone: a link on the way to it is one of uid 4001' "the queue itself is a link of his"
queue; mv "$Q" "$R/var/spool/real"; ln -s real "$Q"; adopt
is "$(taken) $code" "1 0" "one of root's is followed"
queue; mkdir -p "$work/elsewhere"; cp "$Q"/* "$work/elsewhere"; rm "$Q"/*; ln -s "$work/elsewhere" "$Q/q1"; chown -h $SMMSP "$Q/q1"; adopt
is "$(taken) $(ls "$work/elsewhere" | tr '\n' ' ')" "0 dfABC qfABC " "a queue below is a link of his"
# A message with a name for each recipient, as dma has it, is no second name elsewhere.
queue; rm -rf "$Q"; D=$R/var/spool/dma; mkdir -p "$D"
printf 'ID: 1\nSender: a@example.org\nRecipient: b@example.org\n' >"$D/Q1"; printf 'ID: 2\nSender: a@example.org\nRecipient: c@example.org\n' >"$D/Q2"
printf 'Subject: x\n\nx\n' >"$D/M1"; ln "$D/M1" "$D/M2"; chown -R 0:$SMMSP "$D"; adopt
is "$(taken) $code" "2 0" "dma: two names of one text"
finish
