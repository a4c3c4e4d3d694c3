#!/bin/sh
# One version, told by every program; the release's tarball is the same bytes from the same sources, and has all that building takes.
. tests/lib.sh
new_spool
version=$(sed -n 's/^VERSION *= *//p' GNUmakefile)
for program in $PROGRAMS; do
	is "$("$BIN/$program" --version </dev/null 2>&1)" "firsthop $version" "$program --version"
done
ln -s "$BIN/sendmail" "$work/mailq"; ln -s "$BIN/sendmail" "$work/hoststat"
is "$("$work/mailq" --version 2>&1)" "firsthop $version" "sendmail by the name mailq"
is "$(echo x | "$BIN/sendmail" -V zone7 ops@example.org; echo $?; grep -a '^envid' "$work"/spool/drop/*.*)" "0
envid: zone7" "sendmail -V takes its envelope identifier"
is "$(sed -n '1s/^\([0-9.]*\) (.*/\1/p' man/CHANGES)" "$version" "CHANGES begins with it"
like "$(sed -n 1p man/CHANGES)" '\(20[0-9][0-9]-[01][0-9]-[0-3][0-9]\)$' "and its date"
is "$(grep -rnF "$version" relayconf/system --include=Makefile --include=changelog --include=control --include='*.sh')" "" "no other file names it"

mkdir "$work/one" "$work/two"
ok "the tarball" sh relayconf/system/dist.sh "$version" "$work/one"
release=firsthop-$version
(cd "$work" && gzip -dc "one/$release.tar.gz" | tar -xf -)
(umask 077; cd "$work/$release" && touch -t 200101010000 GNUmakefile && sh relayconf/system/dist.sh "$version" "$work/two"); is $? 0 "one made of what the tarball holds"
ok "is the same, byte for byte" cmp "$work/one/$release.tar.gz" "$work/two/$release.tar.gz"
listed() { (cd "$1" && find sendmail mail relayconf tests man GNUmakefile Makefile README LICENSE -type f ! -name '*.o' | sort); }
is "$(listed "$work/$release")" "$(listed .)" "it holds every file"
make=$(command -v gmake || command -v make)
like "$(cd "$work/$release" && env -u MAKEFLAGS -u BUILD "$make" -n all 2>&1)" 'build/sendmail/submit/main.o' "and make finds what it needs"
finish
