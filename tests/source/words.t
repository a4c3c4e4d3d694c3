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
finish
