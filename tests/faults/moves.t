#!/bin/sh
# Files that go from one folder into another: the new name is durable before the old one goes, in every program, whatever the file system does between.
. tests/lib.sh
new_spool
skip_build asan "a sanitizer wants to be the first library"
mkdir -p "$work/home" "$work/mail"
export FIRSTHOP_MAIL="$work/mail"
smarthost -o "$work/sessions"
config '[local]
deliver = maildir
domains = here.example.org'
record() { LD_PRELOAD="$TOOLS/failpoint.so" FAILPOINT_TRACE="$work/trace" "$@"; }

# moves <TRACE: each file that left a folder for another, and what is wrong about it.  A link, a sync of the new folder, and then the unlink is right.
cat >"$work/moves.awk" <<'END'
$1 == "rename" && NF == 5 && $2 != $3 { print "wrong: " $4 " was renamed into another folder" }
$1 == "link" && NF == 5 && $2 != $3 { folder[$2 " " $4] = $3; synced[$2 " " $4] = 0 }
$1 == "sync" { for (i in folder) if (folder[i] == $2) synced[i] = 1 }
$1 == "unlink" && NF == 4 && ($2 " " $4) in folder { print (synced[$2 " " $4] ? "right: " : "wrong: ") $4; delete folder[$2 " " $4] }
END
moves() { LC_ALL=C awk -f "$work/moves.awk" "$work/trace"; }
# is_right COUNT NAME
is_right() {
	found=$(moves)
	is "$(printf '%s\n' "$found" | grep -c '^right')" "$1" "$2"
	unlike "$found" '^wrong' "$2: the old name goes last"
	rm -f "$work/trace"
}

for i in 1 2 3; do echo x | record "$BIN/sendmail" "a$i@example.org"; done
record "$BIN/runner" --once --foreground 2>>"$work/log"
is "$(delivered)" 3 "three messages were recorded"
is_right 3 "from drop/ to mqueue/"
mv "$work/spool/mqueue" "$work/kept"; mkdir "$work/spool/mqueue"
record "$BIN/sendmail" b@example.org </dev/null
ln "$work/spool/drop/"[0-9]* "$work/other-name"
record "$BIN/runner" --once --foreground 2>>"$work/log"
ok "a file with two names was set aside" test -e "$work/spool/mqueue"/*.dead
is_right 1 "from drop/ to mqueue/ID.dead"

me=$(id -un)
printf 'maildir\n%s\na@example.org\n12\nSubject: a\n\n' "$me" | record "$BIN/mailbox" >/dev/null
ok "a Maildir was made" test -e "$work/home/Maildir/new"/*
folders=$(awk '$1 == "sync"' "$work/trace" 2>/dev/null | awk '{ print $2 }' | sort -u | lines)
ok "its folders, and what they are in, were synced" test "$folders" -ge 4
is_right 1 "from tmp/ to new/"
printf 'save 1 %s\nquit\n' "$work/home/Maildir" >"$work/commands"
printf 'From a@example.org Thu Jan  1 00:00:00 1970\nSubject: b\n\nx\n' >"$work/box"
record "$BIN/mail" -N -f "$work/box" <"$work/commands" >/dev/null 2>&1
is_right 1 "mail(1), save into a Maildir"
printf 'type 1\nquit\n' | record "$BIN/mail" -N -f "$work/home/Maildir" >/dev/null 2>&1
is "$(ls "$work/home/Maildir/cur" | lines)" 2 "what was in new/ is in cur/"
is_right 2 "mail(1), from new/ to cur/"
finish
