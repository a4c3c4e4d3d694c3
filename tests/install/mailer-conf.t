#!/bin/sh
# install-links for FreeBSD writes the mailer.conf that mailwrapper(8) reads first; uninstall restores. Needs no root.
. tests/lib.sh
new_spool
image=$work/image
file=$image/usr/local/etc/mail/mailer.conf
make=$(command -v gmake || command -v make)
run() { "$make" --no-print-directory -s BUILD="$BUILD" SYSTEM=FreeBSD DESTDIR="$image" "$@" >"$work/out" 2>&1 || { cat "$work/out"; return 1; }; }
mapped() { awk -v name="$1" '$1 == name { print $2; exit }' "$file"; }
mkdir -p "${file%/*}" "$image/etc/mail"
echo "sendmail /usr/local/sbin/sendmail-of-another" | tee "$file" >"$image/etc/mail/mailer.conf"
umask 077
ok "make install-links" run install-links
ok "and again" run install-links
for name in sendmail send-mail hoststat purgestat; do is "$(mapped $name)" /usr/local/libexec/firsthop/sendmail "$name"; done
for name in mailq newaliases; do is "$(mapped $name)" /usr/local/libexec/firsthop/$name "$name"; done
is "$(ls -l "$file" | cut -c 1-10)" "-rw-r--r--" "every user can read it, whatever the umask"
is "$(cat "$file.before-firsthop")" "sendmail /usr/local/sbin/sendmail-of-another" "the old one is kept"
is "$(cat "$image/etc/mail/mailer.conf")" "sendmail /usr/local/sbin/sendmail-of-another" "the system's own is left alone"
like "$(cat "$work/out")" '/usr/bin/mail stays .*/usr/local/bin/mail is ours' "which mail(1) is whose is told"
ok "no links are made" test ! -e "$image/usr/sbin/sendmail" -a ! -e "$image/usr/bin"
ok "make uninstall" run uninstall
is "$(cat "$file")" "sendmail /usr/local/sbin/sendmail-of-another" "the old one is back"
finish
