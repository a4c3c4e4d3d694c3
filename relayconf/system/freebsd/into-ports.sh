#!/bin/sh
# into-ports.sh [-n] PORTSTREE [DISTDIR]: the recipe for distinfo, and the port in a ports tree: packs this source as the release is packed,
# puts it where the framework keeps what it has fetched, and writes mail/firsthop with its checksum.  The user and the groups get numbers in the
# tree's UIDs and GIDs; for a submission the committer gives them, and -n leaves the tree's own files alone.  Needs no root where TREE is yours.
# Then: make -C PORTSTREE/mail/firsthop install clean
set -eu
own=yes
if [ "${1:-}" = -n ]; then own=no; shift; fi
[ $# -ge 1 ] && [ -d "$1/mail" ] || { echo "usage: $0 [-n] PORTSTREE [DISTDIR]   (PORTSTREE: a ports tree such as /usr/ports)" >&2; exit 64; }
here=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$here/../../.." && pwd)
table=$here/../rights.table
mkdir -p "${2:-$1/distfiles}"
tree=$(cd "$1" && pwd) distdir=$(cd "${2:-$1/distfiles}" && pwd)
version=$(sed -n 's/^VERSION *= *//p' "$source/GNUmakefile")
name=firsthop-$version
port=$tree/mail/firsthop

sum() { sha256 -q "$1" 2>/dev/null || sha256sum "$1" | cut -d ' ' -f 1; }
# named KIND: users or groups of the table, in one line
named() { awk -v kind="$1" '$1 == kind { print $2 }' "$table" | sort | tr '\n' ' ' | sed 's/ $//'; }

# free FILE...: a number that none of the files has, below 1000
free() {
	number=999
	while grep -q "^[^:#]*:[^:]*:$number:" "$@"; do number=$((number - 1)); done
	echo $number
}

register() {
	for group in $(named group); do
		grep -q "^$group:" "$tree/GIDs" || printf '%s:*:%d:\n' "$group" "$(free "$tree/GIDs" "$tree/UIDs")" >>"$tree/GIDs"
	done
	awk '$1 == "user" { print $2, $3 }' "$table" | while read -r user group; do
		number=$(sed -n "s/^$group:\*:\([0-9]*\):.*/\1/p" "$tree/GIDs")
		grep -q "^$user:" "$tree/UIDs" ||
			printf '%s:*:%d:%d::0:0:firsthop mail relay:/nonexistent:/usr/sbin/nologin\n' "$user" "$number" "$number" >>"$tree/UIDs"
	done
	grep -q 'SUBDIR += firsthop$' "$tree/mail/Makefile" || {
		awk '!done && /SUBDIR \+= / && $3 > "firsthop" { print "    SUBDIR += firsthop"; done = 1 } { print }' "$tree/mail/Makefile" >"$tree/mail/Makefile.new" &&
			mv "$tree/mail/Makefile.new" "$tree/mail/Makefile"
	}
}

(cd "$source" && sh relayconf/system/dist.sh "$version" "$distdir")
rm -rf "$port"
mkdir -p "$port"
cp -R "$here/pkg-descr" "$here/files" "$port/"
sed -e "s/@VERSION@/$version/; s/@USERS@/$(named user)/; s/@GROUPS@/$(named group)/" "$here/Makefile" >"$port/Makefile"
awk -f "$here/plist.awk" "$table" "$here/pkg-plist.in" >"$port/pkg-plist"
file=$distdir/$name.tar.gz
printf 'TIMESTAMP = %s\nSHA256 (%s) = %s\nSIZE (%s) = %s\n' "$(date +%s)" "$name.tar.gz" "$(sum "$file")" "$name.tar.gz" "$(($(wc -c <"$file")))" >"$port/distinfo"
[ $own = no ] || register
echo "firsthop: $port is there, with $file; the placeholders in its Makefile are still to be filled in before a submission"
