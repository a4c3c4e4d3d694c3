#!/bin/sh
# The Japanese manual pages say what the English ones say.
. tests/lib.sh
# Pages in another language have every option, command, key and variable of the English page, in its order, and nothing else.
items() { sed -n 's/^\.It //p' "$1" | grep -oE '(Cm|Fl|Ev|Ic|Ar|Pa) [^ ]+' | grep -E '^(Cm|Fl|Ev|Ic) [\&~+=!|a-zA-Z0-9_-]+$'; }
missing=
for page in man/ja/*.[1-8]; do
	case $page in */firsthop.7) continue ;; esac
	[ "$(items "$page")" = "$(items "man/${page##*/}")" ] && [ "$(items "$page" | lines)" -ge 15 ] || missing="$missing $page"
done
is "$missing" "" "the Japanese pages have what the English ones have"
# What mandoc writes twice for bold type, once: a character and the backspaces after it go.
once() { LC_ALL=C sed "s/[^$(printf '\200')-$(printf '\277')][$(printf '\200')-$(printf '\277')]*$(printf '\b')$(printf '\b')*//g"; }
if command -v mandoc >/dev/null 2>&1; then
	is "$(printf '語\b\b語 。a\ba\n' | once)" "語 。a" "bold type is read once"
	is "$(for page in man/ja/*.[1-8]; do mandoc -Tlint -W warning "$page"; mandoc -Tutf8 "$page" | once | grep -nE '[^a-z] (、|。)' | sed "s,^,$page: ,"; done 2>&1)" "" "and are well formed, with no blank before a mark"
fi
finish
