#!/bin/sh
# check.sh [LANGUAGE.po...]: what is wrong with the sources of catalogues, one line each: a sentence of the programs that is missing,
# one that no program has any more, and printf values that do not agree.  From the source tree.
set -eu
LC_ALL=C
export LC_ALL
here=$(dirname "$0")
[ $# -gt 0 ] || set -- "$here"/*.po
work=$(mktemp -d "${TMPDIR:-/tmp}/firsthop.XXXXXX")
trap 'rm -rf "$work"' EXIT
awk -f "$here/messages.awk" $(find sendmail mail relayconf -name '*.[ch]' | sort) >"$work/messages"
[ -s "$work/messages" ] || { echo "no messages are found: run this from the source tree"; exit 1; }
for source in "$@"; do
	awk -f "$here/pairs.awk" "$source" >"$work/pairs"
	awk -F '\t' -v source="$source" -v messages="$work/messages" '
		# The values that a format asks for: "1s 2d"; "?" for one that is not read.
		function values(format, list, n, place, kind, at, i) {
			n = 0
			gsub(/%%/, "", format)
			while ((at = index(format, "%")) > 0) {
				format = substr(format, at + 1); place = 0
				if (match(format, /^[0-9]+\$/)) { place = substr(format, 1, RLENGTH - 1) + 0; format = substr(format, RLENGTH + 1) }
				match(format, /^[-+ #0-9.*]*/); kind = substr(format, 1, RLENGTH); format = substr(format, RLENGTH + 1)
				if (index(kind, "*")) list[++n] = "*"
				match(format, /^[hlLzjt]*/)
				kind = substr(format, 1, RLENGTH + 1); format = substr(format, RLENGTH + 2)
				if (place) { list[place] = kind; if (place > n) n = place } else list[++n] = kind
			}
			kind = ""
			for (i = 1; i <= n; i++) kind = kind i (i in list ? list[i] : "?") " "
			return kind
		}
		BEGIN {
			while ((getline line <messages) > 0) { match(line, /: /); where = substr(line, 1, RSTART - 1); line = substr(line, RSTART + 2); if (!(line in wanted)) wanted[line] = where }
		}
		{
			if (!($1 in wanted)) print source ": no program has this any more: " $1
			else if ($1 in seen) print source ": twice: " $1
			else if ($2 == "") print source ": not translated (" wanted[$1] "): " $1
			else { split("", a); split("", b); if (values($1, a) != values($2, b)) print source ": other values in printf: " $1 }
			seen[$1] = 1
		}
		END { for (m in wanted) if (!(m in seen)) print source ": missing (" wanted[m] "): " m }
	' "$work/pairs" | sort
done >"$work/wrong"
cat "$work/wrong"
[ ! -s "$work/wrong" ]
