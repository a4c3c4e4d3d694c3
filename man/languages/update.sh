#!/bin/sh
# update.sh LANGUAGE: man/languages/LANGUAGE.po with all sentences of the programs, in their order.  Translations that are there stay; new
# sentences get an empty one; what no program has any more becomes a comment at the end.  From the source tree; begins a new language, too.
set -eu
LC_ALL=C
export LC_ALL
here=$(dirname "$0") file=$(dirname "$0")/$1.po
[ -e "$file" ] || sed -n '1,/^$/p' "$here/ja.po" | sed -e "s/Language: ja/Language: $1/" -e '1s/.*/# '"$1"'/' >"$file"
awk -f "$here/pairs.awk" "$file" >"$file.pairs"
awk -f "$here/messages.awk" $(find sendmail mail relayconf -name '*.[ch]' | sort) >"$file.messages"
{
	awk '/^msgid "."/ { exit } /^# ---/ { exit } { print }' "$file" | awk 'NF { while (blank-- > 0) print ""; blank = 0; print; next } { blank++ }'
	awk -v pairs="$file.pairs" '
		BEGIN { while ((getline line <pairs) > 0) { i = index(line, "\t"); known[substr(line, 1, i - 1)] = substr(line, i + 1) } }
		{
			match($0, /: /); name = substr($0, 1, RSTART - 1); sub(/:[0-9]*$/, "", name); words = substr($0, RSTART + 2)
			if (words in seen) next
			seen[words] = 1
			if (name != last) print "\n# --- " (last = name)
			print "\nmsgid \"" words "\"\nmsgstr \"" known[words] "\""
		}
		END { for (words in known) if (known[words] != "" && !(words in seen)) print "\n#~ msgid \"" words "\"\n#~ msgstr \"" known[words] "\"" }
	' "$file.messages"
} >"$file.new"
mv "$file.new" "$file"
rm -f "$file.pairs" "$file.messages"
