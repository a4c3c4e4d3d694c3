#!/bin/sh
# Local mailboxes with real users and real rights: who may start mailbox, whose the files are, what a user can put in its way.
. tests/real/stage.sh
install_firsthop
mailbox=/usr/local/libexec/firsthop/mailbox
send() { echo "$1" | as 33:33 /usr/sbin/sendmail -i "$2@mon1.example.org"; in_stage /usr/sbin/sendmail -q; }
# logged PATTERN NAME: what is logged comes a moment after what is done
in_log() { log | grep -Eq -- "$1"; }
logged() { wait_for in_log "$1"; like "$(log)" "$1" "$2"; }
printf '\n[local]\ndeliver = mbox\ndomains = mon1.example.org\n' >>"$S/etc/firsthop/firsthop.conf"
is "$(stat -c %a:%u "$S$mailbox")" 755:0 "mailbox is nothing but a program: it lends nobody a right"
mkdir -p "$S/var/mail"; chown 0:8 "$S/var/mail"; chmod 2775 "$S/var/mail"
send hello alice
is "$(stat -c %u:%a "$S/var/mail/alice" 2>/dev/null)" 1000:600 "a new mailbox belongs to its user, and is closed to others"
like "$(cat "$S/var/mail/alice" 2>/dev/null)" '^hello$' "the message is in it"
printf 'mbox\nalice\nx@example.org\n2\nx\n' | as 33:33 "$mailbox" >"$work/out" 2>&1; like "$? $(cat "$work/out")" '^75 failed mailbox-rights cannot become the user alice' "another user who starts mailbox cannot write there"
logged 'to=<alice@mon1.example.org>.*relay=local, .*status=sent' "the log tells"
like "$(in_stage /usr/local/bin/mail -u alice -H 2>&1)" '^ N  1 ' "mail -u alice: root reads it"
like "$(as 1000:1000 /usr/local/bin/mail -u alice -H 2>&1)" '^ N  1 ' "she does, too"
said=$(as 33:33 /usr/local/bin/mail -u alice -H 2>&1; echo "exit $?")
like "$said" '/var/mail/alice.*Permission denied' "and nobody else: the file and the reason are named"
like "$said" '^exit 1$' "exit 1"
is "$(in_stage /usr/local/bin/mail -u nobody -H 2>&1)" "No mail for nobody" "no mailbox: told with the name"
# She keeps her mailbox locked: her mail waits, and that of others does not wait for it.
sh -c 'exec 9<"$1"; flock 9; exec sleep 100' sh "$S/var/mail/alice" & locker=$!
is_locked() { ! flock -n "$S/var/mail/alice" true; }
wait_for is_locked
for n in 1 2 3 4 5 6; do echo "locked $n" | as 1000:1000 /usr/sbin/sendmail -i alice@mon1.example.org; done
echo free | as 33:33 /usr/sbin/sendmail -i www-data@mon1.example.org
start=$(date +%s)
in_stage /usr/sbin/sendmail -q
took=$(($(date +%s) - start))
like "$(log)" 'to=<alice@mon1.example.org>.*key=mailbox-locked' "a mailbox that its user keeps locked: her mail waits"
like "$(cat "$S/var/mail/www-data")" '^free$' "another user's mail arrives"
ok "and six messages to the locked one took the time of one ($took s)" test $took -lt 25
kill "$locker"; wait "$locker" 2>/dev/null
is_free() { ! is_locked; }
wait_for is_free
in_stage /usr/sbin/sendmail -q
is "$(grep -c '^locked [1-6]$' "$S/var/mail/alice")" 6 "unlocked, it has all six"
rm -f "$S/var/mail/alice"
ln -s /etc/firsthop/secret "$S/var/mail/alice"
before=$(cksum <"$S/etc/firsthop/secret")
send trap alice
logged 'key=mailbox-unsafe' "a link in its place is not followed"
is "$(cksum <"$S/etc/firsthop/secret")" "$before" "and nothing is changed behind it"
rm -f "$S/var/mail/alice" "$S"/var/spool/firsthop/mqueue/[0-9a-f]*
send job root
logged 'to=<root@mon1.example.org>.*status=deferred.*key=mailbox-root' "mail for root waits for an alias or a mailbox"
: >"$S/var/mail/root"; chown 0:8 "$S/var/mail/root"; chmod 0660 "$S/var/mail/root"
in_stage /usr/sbin/sendmail -q
like "$(cat "$S/var/mail/root")" '^job$' "which the mail group may write: then it is appended, without root's rights"
# Where neither she nor the folder's group may write: no lock file, no note; a part that a kill left stays, apart from what comes behind it.
chmod 0755 "$S/var/mail"
printf 'From x@example.org  Thu Jan  1 00:00:00 1970\nSubject: part\n\nhalf a li' >"$S/var/mail/alice"; chown 1000:8 "$S/var/mail/alice"; chmod 0600 "$S/var/mail/alice"
send whole alice
is "$(grep -c '^From ' "$S/var/mail/alice") $(grep -xc 'half a li' "$S/var/mail/alice") $(grep -xc whole "$S/var/mail/alice")" "2 1 1" "a folder that is closed to her: the message comes whole, behind a part that stays"
is "$(ls -A "$S/var/mail" | grep -c '^\.firsthop-mbox\|lock$')" 0 "and nothing lies beside the mailbox"
chmod 2775 "$S/var/mail"
in_stage /usr/local/sbin/relayconf set local.deliver maildir
mkdir -p "$S/home/alice"; chown 1000:1000 "$S/home/alice"; sed -i 's,^\(alice:[^:]*:[^:]*:[^:]*:[^:]*\):[^:]*:,\1:/home/alice:,' "$S/etc/passwd"
send second alice
is "$(find "$S/home/alice/Maildir/new" -type f -user 1000 -perm 600 | wc -l)" 1 "maildir: the file is the user's own"
rm -rf "$S/home/alice/Maildir"; mkdir "$S/root/trap"; ln -s /root/trap "$S/home/alice/Maildir"
: >"$S/var/log/mail.log"
send third alice
logged 'key=mailbox-unsafe' "a Maildir that leads elsewhere is not used"
is "$(find "$S/root/trap" | wc -l)" 1 "nothing was made there"
finish
