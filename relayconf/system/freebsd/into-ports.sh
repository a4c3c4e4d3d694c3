#!/bin/sh
# into-ports.sh [-n] PORTSTREE [DISTDIR]: the recipe for distinfo, and the port in a ports tree: packs this source as the release would be packed,
# puts it where the framework keeps what it has fetched, and writes mail/firsthop with its checksum.  The user and the groups get numbers in the
# tree's UIDs and GIDs; for a submission the committer gives them, and -n leaves the tree's own files alone.  Needs no root where TREE is yours.
# Then: make -C PORTSTREE/mail/firsthop install clean
set -eu
own=yes
if [ "${1:-}" = -n ]; then own=no; shift; fi
[ $# -ge 1 ] && [ -d "$1/mail" ] || { echo "usage: $0 [-n] PORTSTREE [DISTDIR]   (PORTSTREE: a ports tree such as /usr/ports)" >&2; exit 64; }
tree=$1 distdir=${2:-$1/distfiles}
here=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$here/../../.." && pwd)
version=$(sed -n 's/^DISTVERSION=[[:space:]]*//p' "$here/Makefile")
[ "$version" = "$(sed -n 's/^VERSION *= *//p' "$source/GNUmakefile")" ] || { echo "into-ports.sh: Makefile of the port and GNUmakefile tell different versions" >&2; exit 65; }
name=firsthop-$version

pack() {
	work=$(mktemp -d "${TMPDIR:-/tmp}/firsthop.XXXXXX")
	trap 'rm -rf "$work"' EXIT
	mkdir -p "$work/$name" "$distdir"
	(cd "$source" && tar -cf - GNUmakefile LICENSE README mail man relayconf sendmail tests) | (cd "$work/$name" && tar -xf -)
	(cd "$work" && tar -cf - "$name") | gzip -9n >"$work/$name.tar.gz"
	mv "$work/$name.tar.gz" "$distdir/$name.tar.gz"
}

sum() { sha256 -q "$1" 2>/dev/null || sha256sum "$1" | cut -d ' ' -f 1; }

# free FILE...: a number that none of the files has, below 1000
free() {
	number=999
	while grep -q "^[^:#]*:[^:]*:$number:" "$@"; do number=$((number - 1)); done
	echo $number
}

register() {
	for group in fhdrop firsthop; do
		grep -q "^$group:" "$tree/GIDs" || printf '%s:*:%d:\n' $group "$(free "$tree/GIDs" "$tree/UIDs")" >>"$tree/GIDs"
	done
	number=$(sed -n 's/^firsthop:\*:\([0-9]*\):.*/\1/p' "$tree/GIDs")
	grep -q '^firsthop:' "$tree/UIDs" ||
		printf 'firsthop:*:%d:%d::0:0:firsthop mail relay:/nonexistent:/usr/sbin/nologin\n' "$number" "$number" >>"$tree/UIDs"
	grep -q 'SUBDIR += firsthop$' "$tree/mail/Makefile" || {
		awk '!done && /SUBDIR \+= / && $3 > "firsthop" { print "    SUBDIR += firsthop"; done = 1 } { print }' "$tree/mail/Makefile" >"$tree/mail/Makefile.new" &&
			mv "$tree/mail/Makefile.new" "$tree/mail/Makefile"
	}
}

pack
rm -rf "$tree/mail/firsthop"
mkdir -p "$tree/mail/firsthop"
cp -R "$here/Makefile" "$here/pkg-descr" "$here/pkg-plist" "$here/files" "$tree/mail/firsthop/"
file=$distdir/$name.tar.gz
printf 'TIMESTAMP = %s\nSHA256 (%s) = %s\nSIZE (%s) = %s\n' "$(date +%s)" "$name.tar.gz" "$(sum "$file")" "$name.tar.gz" "$(($(wc -c <"$file")))" >"$tree/mail/firsthop/distinfo"
[ $own = no ] || register
echo "firsthop: $tree/mail/firsthop is there, with $file; the placeholders in its Makefile are still to be filled in before a submission"
