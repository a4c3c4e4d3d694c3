#!/bin/sh
# dist.sh VERSION FOLDER: the release's tarball, the same bytes from the same sources wherever it is made: names are sorted; owner, modes and
# times say nothing of the machine.  Run from the source tree.
set -eu
name=firsthop-$1 folder=$(cd "$2" && pwd)
released=$(sed -n 's/^[0-9.]* *(\([-0-9]*\)).*/\1/p' man/CHANGES | head -n 1)
TZ=UTC0 LC_ALL=C
export TZ LC_ALL
work=$(mktemp -d "${TMPDIR:-/tmp}/firsthop.XXXXXX")
trap 'rm -rf "$work"' EXIT

# What git knows and what is new; a tree that came out of a tarball has nothing else.
files() {
	if [ -e .git ] && command -v git >/dev/null 2>&1; then
		git -c safe.directory="$PWD" ls-files -co --exclude-standard
	else
		find . -type f ! -path './build*' ! -path './.git/*' ! -name '*.o' | sed 's,^\./,,'
	fi | sort | while read -r file; do if [ -f "$file" ]; then echo "$file"; fi; done
}

files >"$work/names"
mkdir "$work/$name"
tar -cf - -T "$work/names" | (cd "$work/$name" && tar -xf -)
find "$work/$name" -type f -exec chmod 0644 {} +
while read -r file; do if [ -x "$file" ]; then chmod 0755 "$work/$name/$file"; fi; done <"$work/names"
find "$work/$name" -type f -exec touch -d "${released}T00:00:00Z" {} +
sed "s,^,$name/," "$work/names" >"$work/list"
case $(tar --version) in
*GNU*) set -- --owner=root:0 --group=root:0 --no-recursion ;;
*) set -- --uid 0 --gid 0 --uname root --gname root -n ;;
esac
(cd "$work" && tar --format=ustar "$@" -cf - -T list) | gzip -9n >"$work/tar.gz"
mv "$work/tar.gz" "$folder/$name.tar.gz"
