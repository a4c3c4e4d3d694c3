#!/bin/sh
# build.sh LANGUAGE.po LANGUAGE.cat: the message catalogue of a language, by gencat(1).  CC is the compiler, for the macros of compat.h.
# The number of a sentence is a hash of its English, as sendmail/lib/base/language.c has it.  Where there is no gencat (musl's libc reads
# catalogues, and comes without the tool) there is no catalogue, and all is English.
set -eu
here=$(dirname "$0") source=$1 made=$2
LC_ALL=C
export LC_ALL
command -v gencat >/dev/null 2>&1 || { echo "firsthop: no gencat(1): $made is not made, messages stay English" >&2; exit 0; }
trap 'rm -f "$made.macros" "$made.msg" "$made.new"' EXIT

# NAME "WORDS" of each macro that a sentence names
grep -o '\${COMPAT_[A-Z_]*}' "$source" | sort -u | sed 's/..\(.*\)}/\1/' | while read -r name; do
	printf '#include "base/compat.h"\n%s\n' "$name" | ${CC:-cc} -E -P -I"$here/../../sendmail/lib" - | tail -n 1 | sed "s/^/$name /"
done >"$made.macros"

awk -f "$here/pairs.awk" "$source" | awk -F '\t' -v macros="$made.macros" '
	BEGIN {
		for (i = 1; i < 128; i++) code[sprintf("%c", i)] = i
		while ((getline line <macros) > 0) { i = index(line, " "); name = substr(line, 1, i - 1); words = substr(line, i + 1); gsub(/^"|"$/, "", words); value["${" name "}"] = words }
	}
	function filled(text, i, n) {
		for (n in value) while ((i = index(text, n)) > 0) text = substr(text, 1, i - 1) value[n] substr(text, i + length(n))
		return text
	}
	function number(text, i, c, h) {
		for (i = 1; i <= length(text); i++) {
			c = substr(text, i, 1)
			if (c == "\\") { c = substr(text, ++i, 1); if (c == "n") c = "\n"; else if (c == "t") c = "\t" }
			h = (h * 257 + code[c]) % (255 * 32767)
		}
		return h
	}
	$2 != "" { h = number(filled($1)); printf "%d %d \"%s\"\n", int(h / 32767) + 1, h % 32767 + 1, filled($2) }
' | sort -k 1,1n -k 2,2n | awk '
	BEGIN { print "$ codeset=UTF-8"; print "$quote \"" }
	$1 " " $2 == before { print "two sentences have the same number: " $0 >"/dev/stderr"; bad = 1; exit 1 }
	{ before = $1 " " $2; if ($1 != set) print "$set " (set = $1); sub(/^[0-9]+ /, ""); print }
' >"$made.msg"
[ -s "$made.msg" ]
rm -f "$made.new"
gencat "$made.new" "$made.msg"
mv "$made.new" "$made"
