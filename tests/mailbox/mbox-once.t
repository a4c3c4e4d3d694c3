#!/bin/sh
# A local mailbox gets each message once, also when its session is killed between the delivery and the note of it.
. tests/lib.sh
new_spool
me=$(id -un)
mkdir -p "$work/mail" "$work/home"
export FIRSTHOP_MAIL="$work/mail"
# give FORMAT KEY TEXT: one delivery by the program itself; its answer
give() {
	message=$(printf 'Subject: a\n\n%s\n.' "$3"); message=${message%.}
	printf '%s\n%s\na@example.org\n%s %s\n%s' "$1" "$me" "${#message}" "$2" "$message" | "$BIN/mailbox"
}
tab=$(printf '\t')
one=6b0d0000.00000001 two=6b0d0000.00000002
copies() { grep -c "^$1" "$work/mail/$me"; }

like "$(give mbox "$one${tab}$me@here.example.org" first)" '^delivered appended to' "mbox: a delivery"
# The session is gone before it could note that: the message comes again.
like "$(give mbox "$one${tab}$me@here.example.org" first)" '^delivered in .* since an earlier attempt' "the same again: it is there"
is "$(copies first)" 1 "and it is there once"
like "$(give mbox "$one${tab}other@here.example.org" first)" '^delivered appended to' "the same message to another address of the user"
is "$(copies first)" 2 "is another delivery"
give mbox "" bare >/dev/null; give mbox "" bare >/dev/null
is "$(copies bare)" 2 "what has no key is not compared"
ok "no note stays" test ! -e "$work/mail/.firsthop-mbox.$me"
is "$(file_mode "$work/mail/.firsthop-done.$me")" 600 "the record is the user's own"

# Killed in the middle: the part is taken away, the record does not count, the message comes whole.
mkfifo "$work/in"
"$BIN/mailbox" <"$work/in" >/dev/null & mailbox=$!
exec 9>"$work/in"
{ printf 'mbox\n%s\na@example.org\n60000 %s\t%s\nSubject: a\n\n' "$me" "$two" "$me"; seq 1 6000; } >&9
is_begun() { grep -q "^$two" "$work/mail/.firsthop-done.$me" && grep -q '^2000$' "$work/mail/$me"; }
ok "a delivery has begun" wait_for is_begun
kill -KILL "$mailbox"; exec 9>&-; wait "$mailbox" 2>/dev/null
ok "its note stays" test -s "$work/mail/.firsthop-mbox.$me"
like "$(give mbox "$two${tab}$me" second)" '^delivered appended to .*were removed' "the next one takes the part away"
is "$(copies second) $(grep -c '^2000$' "$work/mail/$me")" "1 0" "and the message is there once, and whole"
like "$(give mbox "$two${tab}$me" second)" '^delivered in .* since an earlier attempt' "and only once"
for i in $(seq 100); do give mbox "6b0d0000.$(printf %08x "$i")${tab}$me@here.example.org" "n$i" >/dev/null; done
ok "the record stays small" test "$(bytes <"$work/mail/.firsthop-done.$me")" -le 8192
like "$(give mbox "6b0d0000.00000064${tab}$me@here.example.org" n100)" 'since an earlier attempt' "and knows the last ones"
rm "$work/mail/.firsthop-done.$me"; ln -s "$work/elsewhere" "$work/mail/.firsthop-done.$me"
like "$(give mbox "$one${tab}x" third)" '^delivered appended to' "a link in the place of the record"
ok "is not followed" test ! -e "$work/elsewhere"

box=$work/home/Maildir
files() { find "$box/new" "$box/cur" "$box/tmp" -type f | lines; }
like "$(give maildir "$one${tab}$me" first)" '^delivered Maildir of' "Maildir: a delivery"
like "$(give maildir "$one${tab}$me" first)" '^delivered in the Maildir .* since an earlier attempt' "the same again"
is "$(files)" 1 "is there once"
for file in "$box"/new/*; do mv "$file" "$box/cur/${file##*/}:2,S"; done
like "$(give maildir "$one${tab}$me" first)" 'since an earlier attempt' "also when it was read meanwhile"
is "$(files)" 1 "it is there once"
rm "$box"/cur/*
like "$(give maildir "$one${tab}$me" first)" 'since an earlier attempt' "and when it was removed by its reader"
is "$(files)" 0 "it does not come back"
# Killed between the record and the name in new/: the file in tmp/ says so.
like "$(give maildir "$two${tab}$me" second)" '^delivered Maildir of' "another delivery"
for file in "$box"/new/*; do mv "$file" "$box/tmp/"; done
like "$(give maildir "$two${tab}$me" second)" '^delivered Maildir of' "one that never got into new/ is delivered"
is "$(ls "$box/new" | lines)" 1 "once"
finish
