#!/bin/sh
# Puts firsthop in the system's places; what was there is kept beside it as NAME.before-firsthop.
set -eu
. "$(dirname "$0")/links.sh"
root=${DESTDIR:-}

if [ "${SYSTEM:-$(uname -s)}" = FreeBSD ]; then
	file=$root$mailer_conf
	umask 022 # mailwrapper opens it as the user who sends
	mkdir -p "${file%/*}"
	if [ -e "$file" ] && ! grep -qF "$LIBEXEC/" "$file" && [ ! -e "$file.$saved" ]; then cp -p "$file" "$file.$saved"; fi
	{
		echo "# firsthop; an earlier file, if there was one, is $mailer_conf.$saved"
		for name in sendmail send-mail hoststat purgestat; do printf '%s\t%s\n' $name "$LIBEXEC/sendmail"; done
		printf 'mailq\t%s\nnewaliases\t%s\n' "$LIBEXEC/mailq" "$LIBEXEC/newaliases"
	} >"$file.new"
	chmod 0644 "$file.new"
	mv -f "$file.new" "$file"
	[ -n "$root" ] || sync # or a crash in the next half minute leaves the mailer.conf that was there
	echo "firsthop: $file names it now; /usr/bin/mail stays the base system's, which hands its mail to it; $PREFIX/bin/mail is ours"
	exit 0
fi
links | while read -r place target; do
	mkdir -p "$root${place%/*}"
	now=$(readlink "$root$place" 2>/dev/null || :)
	[ "$now" != "$target" ] || continue
	# The program itself is already there.
	if same_place "$root$place" "$root$target"; then continue; fi
	if { [ -e "$root$place" ] || [ -L "$root$place" ]; } && ! is_kept "$root$place"; then
		cp -P -p "$root$place" "$root$place.$saved"
	fi
	# In one step: at no moment is there no sendmail.
	ln -s "$target" "$root$place.new"
	mv -f "$root$place.new" "$root$place"
	echo "firsthop: $root$place -> $target"
done
