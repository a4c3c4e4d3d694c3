#!/bin/sh
# A quota that is used up (a btrfs quota group; EDQUOT comes from the kernel), while the disk has room: for what is submitted, for a mailbox, and for
# the queue's own notes.
if [ -z "${QUOTA_TEST:-}" ]; then
	skip() { echo "1..1"; echo "ok 1 - quota # skip $*"; exit 0; }
	[ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null || skip "needs root and namespaces (unshare)"
	command -v mkfs.btrfs >/dev/null || skip "needs mkfs.btrfs (btrfs-progs)"
	grep -q btrfs /proc/filesystems || modprobe btrfs 2>/dev/null || skip "this kernel has no btrfs"
	QUOTA_TEST=1 exec unshare -m sh "$0"
fi
. tests/lib.sh
new_spool
mount --make-rprivate /
truncate -s 200M "$work/image"
mkfs.btrfs -q "$work/image" >/dev/null && mkdir "$work/disk" || { echo "1..1"; echo "not ok 1 - a file system of our own"; exit 1; }
mount -o loop "$work/image" "$work/disk" 2>"$work/err" || { echo "1..1"; echo "ok 1 - quota # skip no image of a file system can be mounted: $(head -n 1 "$work/err")"; exit 0; }
trap 'umount -l "$work/spool" "$work/mail" "$work/disk" 2>/dev/null; cleanup' EXIT
btrfs quota enable "$work/disk"
mkdir "$work/mail"
for name in spool mail; do
	btrfs -q subvolume create "$work/disk/$name" && mount --bind "$work/disk/$name" "$work/$name"
done
mkdir "$work/spool/drop" "$work/spool/mqueue"; chmod 1770 "$work/spool/drop"; mkfifo "$work/spool/trigger"
limit() { sync -f "$work/disk"; btrfs qgroup limit "$2" "0/$(btrfs inspect-internal rootid "$work/disk/$1")" "$work/disk"; }
free_kb() { df -k "$work/disk" | awk 'NR == 2 { print $4 }'; }
me=$(id -un)
export FIRSTHOP_MAIL="$work/mail"
port=1; config
message() { printf 'Subject: %s\n\n' "$1"; head -c "$2" /dev/urandom | base64; printf '\nEND %s\n' "$1"; }

# --- submission ---------------------------------------------------------------------------------------------------------
runner_once
limit spool 4M
taken=0
while [ $taken -lt 200 ] && message "mail $taken" 100000 | "$BIN/sendmail" -i -f sender@example.org "ok-$taken@example.org" 2>"$work/err"; do taken=$((taken + 1)); done
message last 100000 | "$BIN/sendmail" -i -f sender@example.org last@example.org 2>"$work/err"
is $? 74 "a quota that is used up after $taken messages: exit 74, with $(free_kb) KiB free on the disk"
ok "it was the quota, not the disk" test "$(free_kb)" -gt 30000 -a $taken -gt 5
like "$(cat "$work/err")" 'Disk quota exceeded|No space left' "and says so"
is "$(ls "$work/spool/drop" | grep -c '^t\.')" 0 "no half file stays"
is "$(ls "$work/spool/drop" | grep -c '^[0-9a-f]*\.[0-9a-f]*$')" "$taken" "what was taken is there"

# --- the queue's own notes ----------------------------------------------------------------------------------------------
smarthost -R 'busy-=451 4.3.0 busy'; config
limit spool none
message two 2000 | "$BIN/sendmail" -i -f sender@example.org first@example.org busy-1@example.org
is $? 0 "with a higher quota mail is taken again"
dd if=/dev/urandom of="$work/spool/mqueue/reserve" bs=64k count=8 2>/dev/null
limit spool 1M
dd if=/dev/urandom of="$work/spool/filler" bs=64k count=64 2>/dev/null
is $? 1 "the quota is used up to its end"
runner_once
limit spool none
for pass in 1 2 3; do runner_once; done
is "$("$BIN/mailq" -bP)" 0 "the queue empties when there is room"
is "$(cat "$work"/delivered/*.eml | grep -c '^X-Envelope-To: .*<first@')" 1 "whom a server had taken the mail for, while nothing could be written but the reserve, has it once"
is "$(cat "$work"/delivered/*.eml | grep -c '^END mail ')" "$taken" "and all others have arrived once"

# --- a mailbox --------------------------------------------------------------------------------------------------------------
config "
[local]
deliver = mbox
domains = here.example.org"
printf 'From old\n\nold mail\n\n' >"$work/mail/$me"
before=$(cksum <"$work/mail/$me")
message big 1500000 | "$BIN/sendmail" -i "$me@here.example.org"
limit mail 1M
: >"$work/log"
runner_once
like "$(cat "$work/log")" 'status=deferred .*quota.* key=mailbox-full ' "mbox: the quota of the mailbox is used up: the mail waits, and the reason is told"
is "$(cksum <"$work/mail/$me")" "$before" "the mailbox is what it was before"
ok "no lock is left" test ! -e "$work/mail/$me.lock"
limit mail none
runner_once
is "$("$BIN/mailq" -bP) $(grep -c '^END big' "$work/mail/$me")" "0 1" "with room it arrives, once and whole"
rm "$work/mail/$me"
export FIRSTHOP_HOME="$work/mail"
"$BIN/relayconf" set local.deliver maildir >/dev/null
message big 1500000 | "$BIN/sendmail" -i "$me@here.example.org"
limit mail 1M
: >"$work/log"
runner_once
like "$(cat "$work/log")" 'status=deferred .*quota.* key=mailbox-full ' "maildir: likewise"
is "$(find "$work/mail/Maildir/tmp" "$work/mail/Maildir/new" "$work/mail/Maildir/cur" -type f | lines)" 0 "and no part of it stays"
limit mail none
runner_once
is "$("$BIN/mailq" -bP) $(cat "$work"/mail/Maildir/new/* | grep -c '^END big')" "0 1" "with room it arrives, once and whole"
finish
