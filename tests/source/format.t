#!/bin/sh
# The layout of the C files: .clang-format decides, and no line is over 100 columns.
. tests/lib.sh

# What must stand in one line: the notes for the make file at a test's head, and rulers.
too_long() { awk 'length($0) > 100 && !/^\/\* (objects|libs): / && !/---------/ { print FILENAME ":" FNR }' "$@"; }
printf '%0101d\n' 1 >"$work/long.c"
is "$(too_long "$work/long.c" | lines)" 1 "a long line would be seen"
sources=$(find sendmail mail relayconf tests -name '*.[ch]')
is "$(too_long $sources)" "" "lines up to 100 columns"

# One noun a file: what is longer has two.
too_big() { for file in "$@"; do [ "$(lines <"$file")" -le 400 ] || echo "$file"; done; }
seq 401 >"$work/big.c"
is "$(too_big "$work/big.c" "$work/long.c")" "$work/big.c" "a long file would be seen"
is "$(too_big $(find sendmail mail relayconf tests/sim -name '*.[ch]' ! -name 'catalogue_*.h'))" "" "no file has more than 400 lines, but the tables of words"

# A name says which file is meant: in an editor, a log, a stack trace.  Translations have the names of what they translate.
twice() { sed 's,.*/,,' | grep -vx 'main\.c' | sort | uniq -d; }
is "$(printf 'a/x.c\nb/x.c\na/main.c\nb/main.c\n' | twice)" x.c "a name that is there twice would be seen"
is "$(find sendmail mail relayconf tests man -type f ! -path 'man/ja/*' | twice)" "" "no file name twice in the tree"

# Other versions lay some lines out in other ways.
formatter=
for name in clang-format-14 clang-format; do
	if command -v $name >/dev/null && $name --version | grep -q 'version 14\.'; then formatter=$name; break; fi
done
if [ -n "$formatter" ]; then
	is "$($formatter --dry-run $sources 2>&1 | grep -c 'warning:')" 0 "each file is as make format leaves it"
else
	count=$((count + 1)); echo "ok $count - each file is as make format leaves it # skip clang-format 14 is not installed"
fi
finish
