#!/bin/sh
# User, groups, spool and modes, as rights.table has them.  Root; may be run again at any time, also while mail flows; DESTDIR names an image.
set -eu
here=$(dirname "$0")
. "$here/rights.sh"
[ "$(id -u)" = 0 ] || { echo "install-rights needs root: it makes the user firsthop and sets owners" >&2; exit 1; }
[ -d "$root$LIBEXEC" ] || { echo "install-rights: $root$LIBEXEC is missing; run \"make install\" first" >&2; exit 1; }

make_group() {
	[ -z "$(number "$1" group)" ] || return 0
	if [ "$(uname -s)" = FreeBSD ]; then pw ${root:+-R "$root"} groupadd "$1"; else groupadd -r ${root:+-P "$root"} "$1"; fi
}
make_user() {
	[ -z "$(number "$1" passwd)" ] || return 0
	if [ "$(uname -s)" = FreeBSD ]; then
		pw ${root:+-R "$root"} useradd "$1" -g "$2" -d /nonexistent -s /usr/sbin/nologin -c 'firsthop mail relay'
	else
		useradd -r ${root:+-P "$root"} -g "$2" -d /nonexistent -s /usr/sbin/nologin -c 'firsthop mail relay' "$1"
	fi
}
make_member() {
	! awk -F: -v group="$2" '$1 == group { print $4 }' "$root/etc/group" | tr , '\n' | grep -qx "$1" || return 0
	if [ "$(uname -s)" = FreeBSD ]; then pw ${root:+-R "$root"} groupmod "$2" -m "$1"; else usermod ${root:+-P "$root"} -a -G "$2" "$1"; fi
}
mkdir -p "$root/etc"
touch "$root/etc/group" "$root/etc/passwd"
while read -r kind name group rest; do
	case $kind in
	group) make_group "$name" ;;
	user) make_user "$name" "$group" ;;
	member) make_member "$name" "$group" ;;
	esac
done <"$table"

rights folder fifo program file | {
	made=
	while read -r kind place owner group mode; do
		file=$root$place
		case $kind in
		folder) make_folder "$file" "$owner" "$group" "$mode" ;;
		fifo) [ -p "$file" ] || { rm -f "$file"; (umask 077 && mkfifo "$file"); } ;;
		*) [ -e "$file" ] || continue ;;
		esac
		set_rights "$file" "$owner" "$group" "$mode" || { echo "install-rights: $file: no user $owner or no group $group" >&2; exit 1; }
		made="$made $file"
	done
	durable $made
}
# What the runner noted in mqueue/ before it had the group of those who may list it.  Messages keep theirs, and links are not followed.
user=$(number firsthop passwd) list=$(number fhlist group) group=$(number firsthop group)
find "$root$SPOOLDIR/mqueue" ! -type d -user "$user" -group "$group" ! -name '????????.????????' ! -name '*.dead' -exec chgrp -h "$list" {} + 2>/dev/null || :
echo "firsthop: user, groups, spool $root$SPOOLDIR and modes are in place"
