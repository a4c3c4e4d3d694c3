#!/bin/sh
# Plain English: no string of a program has a word that a reader whose second language is English has to read twice.
. tests/lib.sh
new_spool

# lives (a runner), told and tells (somebody), stands (for is), mend (fix), take (accept, remove), the dot (the end of data), life (a run).
avoid='lives?|lived|told|tells?|telling|mend(s|ed|ing)?|stands?|stood|takes?|taken|took|taking|the (final )?dot|life'
bad_words() { awk -f tests/source/strings.awk "$@" | grep -iE "(^|[^a-z_-])($avoid)([^a-z_-]|\$)"; }
printf '/* it lives */ int x = 1; /* a "told" */\nputs("the runner "\n     "lives");\nputs("takes \\"no\\" mail"); char c = \047"\047;\nputs("fine");\n' >"$work/bad.c"
is "$(bad_words "$work/bad.c" | sed 's/.*bad.c://')" "2: the runner lives
4: takes \\\"no\\\" mail" "a word to avoid would be seen, in strings and only there"
# Strings that mean the thing itself, one a line.
is "$(bad_words $(find sendmail mail relayconf -name '*.[ch]' | sort) | grep -v -F -f tests/source/words.allowed)" "" "no string has a word to avoid"
is "$(while IFS= read -r allowed; do grep -rqF -- "$allowed" sendmail mail relayconf || echo "$allowed"; done <tests/source/words.allowed)" "" "each exception is still there"

# Comments, by line.  What a string holds is not looked at again.
avoid_in_comments='lives|lived|told|tells|telling|mend(s|ed|ing)?|stands|stood|he|him|his|himself'
comments() {
	awk '{ line = $0; out = ""
		while (line != "") {
			if (inside) { i = index(line, "*/"); out = out " " (i ? substr(line, 1, i - 1) : line); line = i ? substr(line, i + 2) : ""; inside = !i; continue }
			if (match(line, /^"(\\.|[^"\\])*"/)) { line = substr(line, RLENGTH + 1); continue }
			if (match(line, /^\/\*/)) { inside = 1; line = substr(line, 3); continue }
			line = substr(line, 2) }
		if (out != "") print FILENAME ":" FNR ":" out }' "$@"
}
bad_comments() { comments "$@" | grep -iE "(^|[^a-z_/-])($avoid_in_comments)([^a-z_.-]|\$)"; }
is "$(bad_comments "$work/bad.c" | sed 's/.*bad.c://')" '1:  it lives   a "told" ' "a word to avoid would be seen in comments"
is "$(bad_comments $(find sendmail mail relayconf -name '*.[ch]' | sort))" "" "no comment has a word to avoid"
finish
