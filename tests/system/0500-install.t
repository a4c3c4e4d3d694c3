#!/bin/sh
# install needs no root; rights and links are made in an image, twice without harm; uninstall restores.
. tests/lib.sh
new_spool
image=$work/image
mkdir -p "$image/usr/sbin" "$image/usr/bin" "$image/etc"
printf 'root:x:0:0::/root:/bin/sh\n' >"$image/etc/passwd"
printf 'root:x:0:\n' >"$image/etc/group"
: >"$image/etc/shadow"; : >"$image/etc/gshadow"
echo "the old sendmail" >"$image/usr/sbin/sendmail"
make=$(command -v gmake || command -v make)
run() { "$make" --no-print-directory -s BUILD="$BUILD" DESTDIR="$image" "$@" >"$work/out" 2>&1 || { cat "$work/out"; return 1; }; }
ok "make install into an image" run install
for file in libexec/firsthop/sendmail libexec/firsthop/mailq libexec/firsthop/newaliases libexec/firsthop/runner libexec/firsthop/relay sbin/relayconf bin/mail; do
	ok "$file is there" test -x "$image/usr/local/$file"
done
ok "a configuration to fill in" test -s "$image/etc/firsthop/firsthop.conf"
ok "manual pages" test -s "$image/usr/local/share/man/man8/sendmail.8"
ok "what other watchers need" test -x "$image/usr/local/share/firsthop/munin.sh" -a -s "$image/usr/local/share/firsthop/logwatch.pl"
if [ "$(id -u)" != 0 ] || [ "$(uname -s)" != Linux ]; then
	skip "rights and links" "needs root on Linux"
	finish; exit 0
fi
ok "make install-rights" run install-rights
ok "and again" run install-rights
mode() { echo "$(file_mode "$image$1") $(file_owner "$image$1")"; }
number() { awk -F: -v name="$1" '$1 == name { print $3 }' "$image/etc/$2"; }
user=$(number firsthop passwd) group=$(number firsthop group) drop=$(number fhdrop group)
ok "user and groups are made in the image" test -n "$user" -a -n "$group" -a -n "$drop"
is "$(mode /var/spool/firsthop)" "711 0:0" "spool"
is "$(mode /var/spool/firsthop/drop)" "1770 $user:$drop" "drop"
is "$(mode /var/spool/firsthop/mqueue)" "750 $user:$group" "mqueue"
is "$(mode /var/spool/firsthop/trigger)" "620 $user:$drop" "trigger"
is "$(mode /usr/local/libexec/firsthop/sendmail)" "2755 0:$drop" "sendmail is set-group-id fhdrop"
is "$(mode /usr/local/libexec/firsthop/mailq)" "2755 0:$group" "mailq is set-group-id firsthop"
is "$(mode /usr/local/libexec/firsthop/runner)" "510 $user:$drop" "runner"
ok "make install-links" run install-links
ok "and again" run install-links
is "$(readlink "$image/usr/sbin/sendmail")" /usr/local/libexec/firsthop/sendmail "sendmail is ours"
for name in mail mailx Mail; do
	is "$(readlink "$image/usr/bin/$name")" /usr/local/bin/mail "$name is ours"
done
is "$(cat "$image/usr/sbin/sendmail.before-firsthop")" "the old sendmail" "the old one is kept"
echo mail >"$image/var/spool/firsthop/drop/00000000.00000000"
ok "make uninstall" run uninstall
is "$(cat "$image/usr/sbin/sendmail")" "the old sendmail" "the old one is back"
ok "queued mail stays" test -s "$image/var/spool/firsthop/drop/00000000.00000000"
ok "the programs are gone" test ! -e "$image/usr/local/libexec/firsthop/sendmail"
like "$(cat "$work/out")" 'stays with 1 messages' "and it says so"
finish
