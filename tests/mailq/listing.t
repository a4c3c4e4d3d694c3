#!/bin/sh
# mailq reads names first and files in their order: the list is sorted, whatever the folder's order; a reason is kept once for all mail that has it.
. tests/lib.sh
new_spool
config
printf 'Subject: a\n\nx\n' | "$BIN/sendmail" -odq -i -f a@example.org ops@example.org
edit 's/^port = .*/port = 1/' "$FIRSTHOP_CONFIG"
"$BIN/runner" --once 2>/dev/null
made=$(cd "$work/spool/mqueue" && ls | grep '^........\.........$')
queue=$work/spool/mqueue
# copies COUNT: messages like the first one, named in an order that is not theirs; each with its journal where the second word is given
copies() {
	seq "$1" | awk '{ printf "%08x.%08x\n", (($1 * 7919) % 100003) + 4096, ($1 * 104729) % 1000003 }' >"$work/ids"
	copy ""
	[ "${2:-}" != tried ] || copy .log
}
copy() {
	(umask 077; awk -v queue="$queue" -v end="$1" 'NR == FNR { text = text $0 "\n"; next } { file = queue "/" $1 end; printf "%s", text >file; close(file) }' \
		"$queue/$made$1" "$work/ids")
}
ids() { "$BIN/mailq" "$@" 2>/dev/null | sed -n 's/^\([0-9a-f]\{8\}\.[0-9a-f]\{8\}\).*/\1/p'; }
copies 300 tried
rm "$queue/$(printf '%08x.%08x' $(((5 * 7919) % 100003 + 4096)) $(((5 * 104729) % 1000003))).log"
ids >"$work/listed"
(cd "$queue" && ls | grep '^........\.........$' | LC_ALL=C sort) >"$work/there"
is "$(lines <"$work/listed")" 301 "each message is listed"
ok "in the order of their names" cmp -s "$work/listed" "$work/there"
is "$("$BIN/mailq" 2>/dev/null | grep -c 'Connection refused')" 301 "each with its reason, with a journal of its own or without"
is "$("$BIN/mailq" -v 2>/dev/null | grep -c 'tried 1 time')" 300 "and what was tried is known"
is "$("$BIN/mailq" --json 2>/dev/null | grep -c '"queue_id"')" 301 "so in JSON"

# What waits in drop/ is put between them; what is in both is listed once.  Names begin with the second, and those of one are in no order.
sleep 1.1
printf 'Subject: b\n\nx\n' | "$BIN/sendmail" -odq -i -f a@example.org late@example.org
late=$(cd "$work/spool/drop" && ls | grep '^........\.........$')
is "$(ids | tail -n 1)" "$late" "the newest is the last, from drop/"
# One that does not say when it came is as old as its name, and not of 1970.
arrival() { "$BIN/mailq" --json 2>/dev/null | grep "$late" | sed 's/.*"arrival_time": \([0-9]*\).*/\1/'; }
oldest() { "$BIN/mailq" health | sed 's/.* oldest=\([0-9]*\)s.*/\1/'; }
edit '/^created: /d' "$work/spool/drop/$late"
is "$(arrival)" "$(printf '%d' "0x${late%.*}")" "without a time: that of its name"
ok "and nothing is late" test "$(oldest)" -lt 600
ln "$work/spool/drop/$late" "$queue/$late"
is "$(arrival)" "$(printf '%d' "0x${late%.*}")" "the same in mqueue/"
is "$(ids | grep -c "$late")" 1 "in drop/ and in mqueue/: listed once"

# Ten times as many with the same reason: the memory grows by the rows alone.
few=$("$TOOLS/timer" memory "$BIN/mailq" 2>/dev/null | tail -n 1)
copies 3300 tried 2>/dev/null
is "$(ids | lines)" 3302 "3,302 messages"
many=$("$TOOLS/timer" memory "$BIN/mailq" 2>/dev/null | tail -n 1)
case $BUILD in
*asan*) skip "3,000 more cost less than 3 MB" "a sanitizer keeps what was freed" ;;
*) ok "3,000 more cost less than 3 MB ($few, $many KiB)" test $((many - few)) -lt 3000 ;;
esac
finish
