#!/bin/sh
# Local mailboxes, where they are configured: mbox and maildir, quoting, links, locks, full disks, the last resort.
. tests/lib.sh
new_spool
me=$(id -un)
mkdir "$work/mail" "$work/home"
export FIRSTHOP_MAIL="$work/mail" FIRSTHOP_HOME="$work/home"
send() { printf 'Subject: %s\n\nFrom here\n>From there\nend\n' "$1" | "$BIN/sendmail" -i -f sender@example.org "${2:-$me@here.example.org}"; }
waiting() { "$BIN/mailq" -bP; }
local_to() { config "
[local]
deliver = $1
domains = here.example.org
after_h = ${2:-0}"; }
smarthost
config
send away
runner_once
is "$(delivered) $(ls "$work/mail" | lines)" "1 0" "without [local] nothing is local"
config '
[local]
deliver = mbox'
"$BIN/relayconf" get local.deliver >"$work/out" 2>&1; like "$(cat "$work/out")" 'no domain is named' "deliver without domains is refused"
local_to mbox
send one; send two
runner_once
is "$(waiting)" 0 "mbox: delivered"
is "$(delivered)" 1 "no server was asked"
is "$(grep -c '^From sender@example.org ' "$work/mail/$me")" 2 "two messages, each with its From line"
is "$(grep -c '^>From here$' "$work/mail/$me") $(grep -c '^>>From there$' "$work/mail/$me")" "2 2" "From lines of the text are quoted"
like "$(cat "$work/mail/$me")" '^Delivered-To: ' "with Delivered-To"
like "$(cat "$work/mail/$me")" '^Message-ID: <' "and a complete header"
is "$(file_mode "$work/mail/$me")" 600 "for its user only"
ok "no lock is left" test ! -e "$work/mail/$me.lock"
like "$(cat "$work/log")" "relay=local, .*status=sent" "the log tells"
rm -f "$work"/delivered/*
printf 'Subject: x\n\nx\n' | "$BIN/sendmail" -i -N success -f sender@example.org "$me@here.example.org"; runner_once; runner_once
like "$(cat "$work"/delivered/*.eml)" '^Subject: Mail delivered$' "a sender who asks for it (-N success) is told"
is "$(sed -n 's/^Action: //p; s/^Final-Recipient: rfc822; //p' "$work"/delivered/*.eml | tr '\n' ' ')" "$me@here.example.org delivered " "as delivered"
send three nobody-at-all@here.example.org
runner_once
like "$(cat "$work/log")" 'to=<nobody-at-all@here.example.org>.*status=bounced .*key=mailbox-nouser' "an unknown user goes back to the sender"
is "$(delivered)" 2 "by the smarthost"

refuse() { # refuse KEY NAME: the mail waits, and the reason is KEY
	: >"$work/log"
	send "$2"
	runner_once
	like "$(cat "$work/log")" "status=deferred .*key=$1 " "$2: it waits"
	rm -f "$work"/spool/mqueue/[0-9a-f]*
}
rm "$work/mail/$me"; : >"$work/precious"
ln -s "$work/precious" "$work/mail/$me"; refuse mailbox-unsafe "a symbolic link"; rm "$work/mail/$me"
ln "$work/precious" "$work/mail/$me"; refuse mailbox-unsafe "a hard link"; rm "$work/mail/$me"
mkdir "$work/mail/$me"; refuse 'mailbox-(error|unsafe)' "a folder"; rmdir "$work/mail/$me"
mkfifo "$work/mail/$me"; refuse mailbox-unsafe "a FIFO"; rm "$work/mail/$me"
is "$(bytes <"$work/precious")" 0 "nothing was written through them"
if [ "$(id -u)" = 0 ]; then
	: >"$work/mail/$me"; chown 1 "$work/mail/$me"; refuse mailbox-unsafe "another user's file"; rm "$work/mail/$me"
fi
printf 'old\n' >"$work/mail/$me"
(ulimit -f 2; { echo; head -c 100000 /dev/zero | tr '\0' x | fold -w 70; } >"$work/big" 2>/dev/null; true)
{ printf 'Subject: big\n\n'; seq 1 100000; } | "$BIN/sendmail" -i "$me@here.example.org"
: >"$work/log"
(ulimit -f 200; runner_once)
like "$(cat "$work/log")" 'status=deferred .*key=mailbox-full ' "a limit on the size: it waits"
is "$(cat "$work/mail/$me")" old "and the mailbox has its old length"
runner_once
is "$(waiting) $(tail -n 2 "$work/mail/$me" | head -n 1)" "0 100000" "without the limit it arrives whole"

# Sessions beside each other wait for the lock of one mailbox, a little each.
config '
[local]
deliver = mbox
domains = here.example.org
[queue]
messages_per_session = 2'
rm "$work/mail/$me"
n=0; while [ $n -lt 30 ]; do n=$((n + 1)); send "many $n"; done
runner_once
is "$(waiting) $(grep -c "^Subject: many" "$work/mail/$me") $(grep -xc end "$work/mail/$me")" "0 30 30" "thirty messages to one mailbox, over several sessions: one pass puts all in"

# A user stops the process that writes his mailbox, or its file system hangs.
mkdir "$work/libexec"; ln -s "$BIN/mbox" "$BIN/relay" "$BIN/runner" "$work/libexec"
printf '#!/bin/sh\nread format; read user\n[ "$user" != still ] || exec sleep 30\n{ printf "%%s\\n" "$format" "$user"; cat; } | "%s"\n' "$BIN/mailbox" >"$work/libexec/mailbox"; chmod +x "$work/libexec/mailbox"
config '
[local]
deliver = mbox
domains = here.example.org
[queue]
max_sessions = 1'
rm "$work/mail/$me"
head -c 300000 /dev/zero | tr '\0' x | fold -w 70 | "$BIN/sendmail" -f sender@example.org still@here.example.org
send still2 still@here.example.org; send moves
: >"$work/log"
# A minute is 3 s here, more on a slow machine: the mailbox program of the others has to answer in it.
speed=$((20 / ${PATIENCE:-1} + 1))
start=$(date +%s)
with FIRSTHOP_LIBEXEC="$work/libexec" LD_PRELOAD="$TOOLS/wrongclock.so" WRONGCLOCK_SPEED=$speed runner_once
took=$((($(date +%s) - start) * speed))
is "$(grep -c 'to=<still@here.example.org>.*status=deferred .*key=mailbox-silent' "$work/log")" 2 "a mailbox program that stands still: that mail waits"
is "$(grep -c '^Subject: moves' "$work/mail/$me")" 1 "the mail of others does not wait for it"
ok "for longer than a few minutes ($took s by its clock)" test $took -lt 600
rm -f "$work"/spool/mqueue/[0-9a-f]*

local_to maildir
send four
runner_once
is "$(ls "$work/home/Maildir/new" | lines)" 1 "maildir: delivered, and the folders were made"
is "$(ls "$work/home/Maildir/tmp" | lines)" 0 "nothing is left in tmp"
like "$(cat "$work"/home/Maildir/new/*)" '^From here$' "there nothing is quoted"
rm -r "$work/home/Maildir"; mkdir "$work/elsewhere"; ln -s "$work/elsewhere" "$work/home/Maildir"
refuse mailbox-unsafe "a Maildir that is a link"
rm "$work/home/Maildir"

# The last resort: the servers come first.
local_to maildir 1
stop "$smarthost_pid"
send five
runner_once
is "$(waiting)" 1 "after_h: at first it waits for the servers"
echo 7200 >"$work/wrong"
with LD_PRELOAD="$TOOLS/wrongclock.so" WRONGCLOCK="$work/wrong" runner_once
is "$(waiting) $(ls "$work/home/Maildir/new" | lines)" "0 1" "two hours later it is put into the mailbox"

# Hosts from which no mail is to leave.
no_mail() { printf '[host]\nname = mon1.example.org\naliases = %s\n[local]\ndeliver = %s\n' "$work/aliases" "$1" >"$work/firsthop.conf"; : >"$work/log"; : >>"$work/aliases"; printf 'Subject: x\n\nx\n' | "$BIN/sendmail" -i -f "$2" a@example.net b@mon1.example.org; runner_once; }
no_mail discard s@example.org
is "$(grep -c 'to=<[ab]@.*thrown away: .local. deliver = discard' "$work/log")" 2 "deliver = discard: all mail is thrown away, and the log says so"
no_mail refuse ''
is "$(grep -c 'to=<[ab]@.*key=local-refused' "$work/log")" 2 "deliver = refuse: it fails"
like "$(cat "$work/log")" 'dsn=5.7.1, ' "with a status"
printf '[host]\nname = mon1.example.org\naliases = %s\n[local]\ndeliver = discard\ndomains = mon1.example.org\n' "$work/aliases" >"$work/firsthop.conf"
like "$("$BIN/relayconf" route a@example.net 2>&1)" 'none is configured' "with domains, other mail is not touched"
finish
