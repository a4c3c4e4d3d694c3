#!/bin/sh
# install needs no root; rights and links are made in an image, twice without harm; uninstall restores.
. tests/lib.sh
. tests/rights-check.sh
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
etc=$image/etc
[ "$(uname -s)" != FreeBSD ] || etc=$image/usr/local/etc
ok "a configuration to fill in" test -s "$etc/firsthop/firsthop.conf"
ok "manual pages" test -s "$image/usr/local/share/man/man8/sendmail.8"
for page in man/*.[1578]; do
	cmp "$page" "$image/usr/local/share/man/man${page##*.}/${page#man/}" 2>&1
done >"$work/cmp"
is "$(cat "$work/cmp")" "" "each is the English one"
ok "completion for bash, zsh, fish and tcsh" test -s "$image/usr/local/share/bash-completion/completions/mailq" -a -s "$image/usr/local/share/zsh/site-functions/_relayconf" -a \
	-s "$image/usr/local/share/fish/vendor_completions.d/mailq.fish" -a -s "$image/usr/local/share/firsthop/completion/relayconf.tcsh"
ok "templates for other watchers" test -s "$image/usr/local/share/firsthop/monitoring/grafana.json" -a -x "$image/usr/local/share/firsthop/monitoring/cacti.sh"
for page in man1/mail.1 man1/mailq.1 man5/firsthop.conf.5 man7/firsthop.7 man8/relayconf.8 man8/sendmail.8; do
	ok "the manual in Japanese: $page" test -s "$image/usr/local/share/man/ja/$page"
done
if [ -s "$BUILD/languages/ja.cat" ]; then
	ok "the catalogue of Japanese" cmp -s "$BUILD/languages/ja.cat" "$image/usr/local/share/firsthop/languages/ja.cat"
fi
ok "what other watchers need" test -x "$image/usr/local/share/firsthop/munin.sh" -a -s "$image/usr/local/share/firsthop/logwatch.pl" -a -x "$image/usr/local/share/firsthop/oauth.sh"
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
as_in_table() { rights_as_in_table "$image" /usr/local /etc "$*"; }
is "$(as_in_table resident)" "" "every place has the rights of the table"
is "$(rights_beside_table "$image" /usr/local /etc)" "" "and nothing beside it belongs to, or may be written by, anybody but root"
chmod g+w "$image/usr/local/libexec/firsthop/relay"; chown "$user" "$image/usr/local/sbin/relayconf"
is "$(rights_beside_table "$image" /usr/local /etc | lines)" 3 "which would be seen"
ok "make install-rights" run install-rights
is "$(as_in_table resident)$(rights_beside_table "$image" /usr/local /etc)" "" "and is put right"
is "$(mode /usr/local/libexec/firsthop/sendmail)" "2755 0:$drop" "sendmail is set-group-id fhdrop"
before=$(ls -i "$image/usr/local/libexec/firsthop/sendmail")
chmod 0700 "$image/usr/local/sbin" "$image/etc/firsthop"
ok "make install once more" run install
is "$(mode /usr/local/sbin) $(mode /etc/firsthop)" "700 0:0 700 0:0" "a folder that is there keeps its mode"
chmod 0755 "$image/usr/local/sbin" "$image/etc/firsthop"
is "$(as_in_table resident)" "" "it leaves every right as it is"
ok "and the programs are new files" test "$(ls -i "$image/usr/local/libexec/firsthop/sendmail")" != "$before"
is "$(find "$image" -name '*.new')" "" "nothing is left half done"
ok "make install-rights DAEMONLESS=yes" run install-rights DAEMONLESS=yes
is "$(as_in_table daemonless relay-only)" "" "as the table has it"
ok "make install install-rights" run install install-rights
is "$(as_in_table daemonless relay-only)" "" "what was chosen once stays"
ok "make install-rights DAEMONLESS=no" run install-rights DAEMONLESS=no
printf '[local]\ndeliver = mbox\n' >"$image/etc/firsthop/firsthop.conf"
ok "local delivery" run install-rights
is "$(as_in_table resident local)" "" "as the table has it, too"
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

# --- PREFIX=/usr: places of ours are the system's
rm -rf "$image"; mkdir -p "$image/usr/sbin" "$image/usr/bin" "$image/etc/alternatives"
ln -s /etc/alternatives/mail "$image/usr/bin/mail"; ln -s /usr/bin/bsd-mailx "$image/etc/alternatives/mail"; echo "another sendmail" >"$image/usr/sbin/sendmail"
ok "make install install-links PREFIX=/usr" run -o all install install-links PREFIX=/usr
ok "again" run -o all install install-links PREFIX=/usr
ok "/usr/bin/mail is the program, no link to itself" test -f "$image/usr/bin/mail" -a ! -L "$image/usr/bin/mail"
is "$(readlink "$image/usr/bin/mailx")" /usr/bin/mail "mailx leads to it"
is "$(readlink "$image/usr/bin/mail.before-firsthop")" /etc/alternatives/mail "what was there is kept"
ok "make uninstall" run uninstall PREFIX=/usr
is "$(readlink "$image/usr/bin/mail")" /etc/alternatives/mail "and is back"
is "$(cat "$image/usr/sbin/sendmail")" "another sendmail" "sendmail, too"
is "$(find "$image" -type f -o -type l | grep -vE '/etc/(group|passwd|gshadow|shadow)|firsthop.conf$' | sed "s,^$image,," | sort | tr '\n' ' ')" "/etc/alternatives/mail /usr/bin/mail /usr/sbin/sendmail " "nothing else is left"

# --- what the places decide is built again
case $BUILD in *gcov*) ;; *)
	mkdir "$work/build" "$work/build/bin"
	cp -Rp "$BUILD/sendmail" "$work/build/sendmail"; cp -p "$BUILD/bin/mailbox" "$work/build/bin/mailbox"; cp -p "$BUILD/places" "$work/build/places"
	holds() { grep -aq "$1" "$work/build/bin/mailbox"; }
	built() { "$make" --no-print-directory -s BUILD="$work/build" "$@" "$work/build/bin/mailbox" >"$work/out" 2>&1 || { cat "$work/out"; return 1; }; }
	ok "make PREFIX=/usr, after make" built PREFIX=/usr
	ok "the programs look in /usr/libexec" holds /usr/libexec/firsthop
	ok "make SPOOLDIR=/srv/mail" built SPOOLDIR=/srv/mail
	ok "and for the queue in /srv/mail" holds /srv/mail
	stamp=$(ls -l --time-style=full-iso "$work/build/bin/mailbox" 2>/dev/null || ls -lT "$work/build/bin/mailbox")
	ok "make SPOOLDIR=/srv/mail, again" built SPOOLDIR=/srv/mail
	is "$(ls -l --time-style=full-iso "$work/build/bin/mailbox" 2>/dev/null || ls -lT "$work/build/bin/mailbox")" "$stamp" "builds nothing" ;;
esac
finish
