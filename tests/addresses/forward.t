#!/bin/sh
# A user's .forward where [local] delivers: addresses, the own mailbox, what is refused, circles; nothing is lost.
. tests/lib.sh
new_spool
me=$(id -un) here=here.example.org
mkdir "$work/mail" "$work/home"
export FIRSTHOP_MAIL="$work/mail" FIRSTHOP_HOME="$work/home"
smarthost
local_to() { config "
[local]
deliver = $1
domains = $here
$2"; }
local_to mbox
mailbox_has() { cat "$work/mail/$me" 2>/dev/null | grep -c "^Subject: $1\$" || :; }
server_has() { cat "$work"/delivered/*.eml 2>/dev/null | grep -c "^Subject: $1\$" || :; }
# forward SUBJECT TEXT: a message for a user with that .forward, to its end
forward() {
	printf "$2" >"$work/home/.forward"
	: >"$work/log"
	printf 'Subject: %s\n\nbody of %s\n' "$1" "$1" | "$BIN/sendmail" -i -f sender@example.org "$me@$here"
	runner_once; runner_once
}

forward plain 'other@example.net\n'
is "$(server_has plain) $(mailbox_has plain)" "1 0" "an address: the message goes there, and only there"
like "$(cat "$work"/delivered/*)" 'other@example.net' "to that address"
like "$(cat "$work"/delivered/*)" 'sender@example.org' "from its sender"
like "$(cat "$work"/delivered/*.eml)" "^Delivered-To: $me@$here" "with a trace of the way"
unlike "$(cat "$work"/delivered/*.eml)" '^Return-Path:' "and no Return-Path on the way"
like "$(cat "$work/log")" 'forwarded by ~/.forward to other@example.net' "the log says where it went"
is "$("$BIN/mailq" -bP)" 0 "nothing waits"
rm -f "$work"/delivered/*

forward both "# where my mail goes\n\\\\$me, one@example.net\n\"Two\" <two@example.net>\n"
is "$(mailbox_has both)" 1 "\\user: a copy for the mailbox"
is "$(cat "$work"/delivered/* | grep -oE '(one|two)@example.net' | sort -u | lines)" 2 "and one for each address"
rm -f "$work"/delivered/*

forward own "$me\n"
is "$(server_has own) $(mailbox_has own)" "0 1" "the own name alone is the mailbox"
forward empty '# nothing\n\n'
is "$(mailbox_has empty)" 1 "a file without an entry is none"

# What is not supported is named, and loses nothing.
forward program '"|/usr/bin/vacation -a me"\n'
is "$(mailbox_has program)" 1 "a program: the mailbox gets it"
like "$(cat "$work/log")" 'forward: \|/usr/bin/vacation -a me: programs are not supported' "and the log names the entry"
forward file '/var/tmp/archive, three@example.net\n'
is "$(server_has file) $(mailbox_has file)" "1 1" "a file beside an address: both a copy for the mailbox and one sent on"
like "$(cat "$work/log")" 'forward: /var/tmp/archive: files are not supported' "the file is named"
ok "and not written" test ! -e /var/tmp/archive
forward include ':include:/etc/passwd\n'
is "$(mailbox_has include) $(grep -c 'include: is not supported' "$work/log")" "1 1" "an included file likewise"
forward broken 'good@example.net, bad@@example.net\n'
is "$(server_has broken) $(mailbox_has broken)" "1 1" "an address that is none: the good one gets it, and so does the mailbox"
like "$(cat "$work/log")" 'not to all: .*bad@@example.net' "and the bad one is named"
rm -f "$work"/delivered/*

forward exim '# Exim filter\nif error_message then finish endif\ndeliver x@example.net\n'
is "$(server_has exim) $(mailbox_has exim)" "0 1" "a filter of Exim: none of its words is an address"
like "$(cat "$work/log")" 'forward was not used: filters of Exim are not supported' "which the log says"
forward wide 'a\000@\000x\000'
is "$(server_has wide) $(mailbox_has wide)" "0 1" "nor what is no text"
forward remark 'four@example.net # at work\nfive@example.net\r\n'
is "$(cat "$work"/delivered/* | sed -n 's/^X-Envelope-To: //p' | tr -d '\r')" "<four@example.net>,<five@example.net>" "a remark after an address, and CRLF"
rm -f "$work"/delivered/*

# Who else can write the file decides where the mail goes.
chmod 666 "$work/home/.forward"; forward writable 'thief@example.net\n'
is "$(server_has writable) $(mailbox_has writable)" "0 1" "a file that everybody may write is not used"
like "$(cat "$work/log")" 'forward was not used: others may write it' "which the log says"
chmod 644 "$work/home/.forward"
if [ "$(id -u)" = 0 ]; then
	chown 1 "$work/home/.forward"; forward foreign 'thief@example.net\n'
	is "$(server_has foreign) $(mailbox_has foreign)" "0 1" "another user's file is not used"
	chown 0 "$work/home/.forward"
fi
rm "$work/home/.forward"; mkfifo "$work/home/.forward"
printf 'Subject: fifo\n\nx\n' | "$BIN/sendmail" -i "$me@$here"; runner_once
is "$(mailbox_has fifo)" 1 "a FIFO in its place is not waited for"
rm "$work/home/.forward"

# A circle: the address leads back here.
forward circle "$me@$here, away@example.net\n"
is "$(server_has circle) $(mailbox_has circle)" "1 1" "an address that leads back: once away, once in the mailbox"
is "$("$BIN/mailq" -bP)" 0 "and it comes to an end"
rm -f "$work"/delivered/*

local_to maildir
forward maildir "\\\\$me, away@example.net"
is "$(server_has maildir) $(cat "$work"/home/Maildir/new/* | grep -c '^Subject: maildir$')" "1 1" "with a Maildir"
local_to mbox "forward = no"
rm -f "$work"/delivered/*
forward never 'other@example.net\n'
is "$(server_has never) $(mailbox_has never)" "0 1" "forward = no: the file is ignored"

# The message is whole, or it does not come.
local_to mbox
{ printf 'Subject: large\n\n'; seq 1 200000; } >"$work/large"
printf 'other@example.net\n' >"$work/home/.forward"; rm -f "$work"/delivered/*
"$BIN/sendmail" -i -f sender@example.org "$me@$here" <"$work/large"; runner_once; runner_once
is "$(cat "$work"/delivered/*.eml | grep -c '^200000')" 1 "a large message goes on whole"
rm -f "$work"/delivered/*
printf 'forward\n%s\na@example.org\n5000 \nSubject: cut\n\nhalf\n' "$me" | "$BIN/mailbox" >"$work/out" || :
runner_once
is "$(server_has cut)" 0 "of a message that ends early nothing goes on"
like "$(cat "$work/out")" '^failed forward-failed ' "and that is said"

# Every user sees the words of every process.
mkdir "$work/libexec"
ln -s "$BIN/mbox" "$BIN/relay" "$BIN/runner" "$BIN/mailbox" "$work/libexec"
printf '#!/bin/sh\necho "$*" >"%s/words"\nexec "%s" "$@"\n' "$work" "$BIN/sendmail" >"$work/libexec/sendmail"
chmod +x "$work/libexec/sendmail"
export FIRSTHOP_LIBEXEC="$work/libexec"
forward unseen 'other@example.net\n'
is "$(server_has unseen) $(cat "$work/words")" "1 --words" "whom it is for is not among the words of sendmail"
finish
