#!/bin/sh
# The texts for those who carry on name files that are there, and fit a screen.
. tests/lib.sh
new_spool

# missing TEXT...: the files that they name and that nobody finds; what they invent for an example is no file.
invented='^(BIN|PWD|build|bin|t|work|drop|mqueue|run)/|ADDRESS|SMARTHOST/|LANGUAGE|PROGRAM|SUBJECT|NAME'
missing() {
	grep -ohE '[A-Za-z_.-]+(/[A-Za-z0-9_.*-]+)+|[a-z_]+\.(c|h|sh)\b' "$@" | sed 's,[./]*$,,' | sort -u | grep -vE "$invented" | while read -r name; do
		set -- $name $name.[cht] tests/$name.t sendmail/$name sendmail/lib/$name sendmail/runner/$name
		found=
		for file in "$@"; do [ ! -e "$file" ] || found=1; done
		[ -n "$found" ] || find sendmail relayconf mail tests -path "*/$name" | grep -q . || echo "$name"
	done
}
printf 'See relay/deliver.c, base/nowhere.c and gone.c, in sendmail/lib/base/compat*.\n' >"$work/text"
is "$(missing "$work/text")" "base/nowhere.c
gone.c" "a file that is gone would be seen"
is "$(missing man/ARCHITECTURE man/HACKING man/SECURITY)" "" "each file that is named is there"
is "$(awk 'length > 100 { print FILENAME ":" FNR }' man/ARCHITECTURE man/HACKING man/SECURITY)" "" "no line is longer than a screen"
finish
