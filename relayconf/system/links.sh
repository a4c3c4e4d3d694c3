#!/bin/sh
# The system's places and what they point to, one "place target" per line; for install-links and uninstall.
# Linux: symbolic links.  FreeBSD: mailer.conf(5) only; files of the base system are never replaced.
links() {
	cat <<END
/usr/sbin/sendmail $LIBEXEC/sendmail
/usr/lib/sendmail $LIBEXEC/sendmail
/usr/bin/mailq $LIBEXEC/mailq
/usr/bin/newaliases $LIBEXEC/newaliases
/usr/bin/mail $PREFIX/bin/mail
/usr/bin/mailx $PREFIX/bin/mail
/usr/bin/Mail $PREFIX/bin/mail
/usr/bin/hoststat $LIBEXEC/sendmail
/usr/bin/purgestat $LIBEXEC/sendmail
END
}
saved=before-firsthop

# Where shells look for completion, "file place" per line; tcsh looks nowhere: ~/.tcshrc names it.
completion_places() {
	case $PREFIX in /usr) zsh=vendor-completions ;; *) zsh=site-functions ;; esac
	for program in mailq relayconf; do
		echo "$program.bash $PREFIX/share/bash-completion/completions/$program"
		echo "$program.zsh $PREFIX/share/zsh/$zsh/_$program"
		echo "$program.fish $PREFIX/share/fish/vendor_completions.d/$program.fish"
		echo "$program.tcsh $PREFIX/share/firsthop/completion/$program.tcsh"
	done
}
# mailwrapper(8) reads this one first, and the one in /etc/mail only when this cannot be opened.
mailer_conf=/usr/local/etc/mail/mailer.conf

# is_kept FILE: what was there before is kept beside it
is_kept() { [ -e "$1.$saved" ] || [ -L "$1.$saved" ]; }

# bring_back FILE: removes it; what was there before comes back
bring_back() {
	rm -f "$1"
	if is_kept "$1"; then mv "$1.$saved" "$1"; fi
}

# same_place A B: two names of one file, as with PREFIX=/usr, or where /usr/lib is a link
same_place() {
	[ "${1##*/}" = "${2##*/}" ] && [ "$(cd -P "${1%/*}" 2>/dev/null && pwd)" = "$(cd -P "${2%/*}" 2>/dev/null && pwd)" ]
}

# pages: each manual page with its place, MANDIR/man7/NAME.7; one in another language, man/ja/NAME.7, is in MANDIR/ja/man7
pages() {
	for page in man/*.[1578] man/*/*.[1578]; do
		[ -e "$page" ] || continue
		language=${page#man/}
		language=${language%"${page##*/}"}
		echo "$page $MANDIR/${language}man${page##*.}/${page##*/}"
	done
}
