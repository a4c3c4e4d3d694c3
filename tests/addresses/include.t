#!/bin/sh
# Files that others have a hand in: a list in a user's folder, a password behind a link.  What a user could not read himself is not read for him.
. tests/lib.sh
[ "$(id -u)" = 0 ] || skip_all "needs root, to make other users' files"
new_spool
chmod 755 "$work"
smarthost; config
mkdir -p "$work/etc" "$work/home/ann"
umask 077; echo 'Geheim123' >"$work/etc/secret"; umask 022
chown 0:4003 "$work/etc/secret"; chmod 640 "$work/etc/secret"
chown -h 4001:4001 "$work/home/ann"
own() { chown -h 4001:4001 "$work/home/ann/list"; }
printf 'team: :include:%s/home/ann/list\nother: ok@example.net\n' "$work" >"$work/aliases"
# listed PATTERN NAME: what newaliases makes of it, and mail
listed() {
	out=$("$BIN/newaliases" 2>&1; "$BIN/newaliases" --dump 2>&1)
	like "$out" "$1" "$2"
	rm -f "$work"/spool/mqueue/* "$work"/spool/drop/????????.????????; : >"$work/log"
	echo x | "$BIN/sendmail" -i -f a@example.org team other
	runner_once
	all="$out $("$BIN/mailq" -v 2>&1) $("$BIN/mailq" --json 2>&1) $(cat "$work/log") $("$BIN/relayconf" route team 2>&1) $("$BIN/relayconf" check 2>&1)"
	unlike "$all" 'Geheim123' "$2: nothing of the secret is shown by anybody"
	like "$(cat "$work/log")" 'to=<ok@example.net>.*status=sent' "$2: other mail goes"
}
echo 'one@example.net' >"$work/home/ann/list"; own
listed '^team: one@example.net' "a user's own list in his own folder"
like "$(cat "$work/log")" 'to=<one@example.net>.*status=sent' "gets its mail"
ln -sf "$work/etc/secret" "$work/home/ann/list"; own
listed 'alias team: .*/home/ann/list is not read: a link on the way to it is one of uid 4001' "a link of his to a secret"
like "$("$BIN/mailq" 2>&1)" 'a link on the way' "and mailq tells why its mail waits"
ln -sf "$work/etc/secret" "$work/home/ann/list"; chown -h 0:0 "$work/home/ann/list"
listed 'list is not read: a link on the way' "even one of root's in his folder"
rm "$work/home/ann/list"; ln "$work/etc/secret" "$work/home/ann/list"
listed 'list is not read: it lies in a folder of uid 4001' "a second name of it"
rm "$work/home/ann/list"; mv "$work/home/ann" "$work/home/bob"; ln -s "$work/etc" "$work/home/ann"; chown -h 4001:4001 "$work/home/ann"; mv "$work/etc/secret" "$work/etc/list"
listed 'list is not read: a link on the way' "a folder that is a link"
mv "$work/etc/list" "$work/etc/secret"; rm "$work/home/ann"; mv "$work/home/bob" "$work/home/ann"
echo 'two@example.net' >"$work/etc/members"; ln -s "$work/etc/members" "$work/etc/link"
printf 'team: :include:%s/etc/link\nother: ok@example.net\n' "$work" >"$work/aliases"
listed '^team: two@example.net' "a link of root's in root's folder is followed"
# The table itself, written by a user: what he includes has to be his, or for everybody.
printf 'team: :include:%s/etc/secret\nother: ok@example.net\n' "$work" >"$work/aliases"; chown 4001 "$work/aliases"
listed "secret is not read: it is root's, and not everybody can read it" "a secret, included by a table that belongs to a user"
rm "$work/aliases"; ln -s "$work/etc/secret" "$work/home/ann/aliases"; chown -h 4001:4001 "$work/home/ann/aliases"
config; edit "s|^aliases = .*|aliases = $work/home/ann/aliases|" "$work/firsthop.conf"
unlike "$("$BIN/newaliases" 2>&1; "$BIN/relayconf" check 2>&1)" 'Geheim123' "an aliases file that is a link of a user"
like "$("$BIN/newaliases" 2>&1)" 'aliases is not read: a link on the way to it is one of uid 4001' "which is named"

# --- other files that a path of the configuration leads to ---------------------------------------------------------------
rm -f "$work/aliases"; : >"$work/aliases"
ln -sf "$work/etc/secret" "$work/home/ann/list"; own
config "[rewrite senders]
file = $work/home/ann/list"
out=$("$BIN/relayconf" check 2>&1)
like "$out" 'list cannot be read: a link on the way to it is one of uid 4001' "a map of addresses"
unlike "$out" 'Geheim123' "of which nothing is shown"
config "login = joe
password_file = $work/home/ann/list"
like "$("$BIN/relayconf" check 2>&1)" 'problem +password .*list: a link on the way to it is one of uid 4001' "a password behind a user's link"
ln -s "$work/etc/secret" "$work/etc/password"
config "login = joe
password_file = $work/etc/password"
like "$("$BIN/relayconf" check -v 2>&1)" 'ok +password ' "one behind a link of root's is good"

# A configuration in a user's folder, which root changes.
folder=$work/home/ann/etc
mkdir "$folder"; chown -h 4001:4001 "$folder"
change() { FIRSTHOP_CONFIG=$1 "$BIN/relayconf" set host.name a.example.org 2>&1; }
printf '[host]\nname = old.example.org\n' >"$folder/own.conf"; chown 4001:4001 "$folder/own.conf"
is "$(change "$folder/own.conf") $(cat "$folder/own.conf" | tail -n 1) $(file_owner "$folder/own.conf")" " name = a.example.org 4001:4001" \
	"root changes a user's own file in his own folder"
ln -s "$work/etc/secret" "$folder/link.conf"; chown -h 4001:4001 "$folder/link.conf"
like "$(change "$folder/link.conf")" 'link.conf: .*a link on the way' "a link of his is not read"
ok "and not replaced by what it led to" test -L "$folder/link.conf"
mkdir "$work/etc/d"; printf '[host]\nname = old.example.org\n' >"$work/etc/d/firsthop.conf"
ln -s "$work/etc/d" "$work/home/ann/way"; chown -h 4001:4001 "$work/home/ann/way"
like "$(change "$work/home/ann/way/firsthop.conf")" 'a link on the way' "nor is a file behind a link of his"
like "$(change "$work/home/ann/way/new.conf")" 'a link on the way' "and no new one is written there"
is "$(ls "$work/etc/d") $(grep -c old "$work/etc/d/firsthop.conf")" "firsthop.conf 1" "nothing changed behind it"
finish
