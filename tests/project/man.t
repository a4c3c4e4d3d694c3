#!/bin/sh
# Manual pages and the sample configuration say what the programs do.
. tests/lib.sh
new_spool
for page in man/*.[1578]; do
	if command -v mandoc >/dev/null 2>&1; then
		is "$(mandoc -Tlint -W warning "$page" 2>&1)" "" "${page##*/} is clean"
	else
		count=$((count + 1)); echo "ok $count - ${page##*/} # skip mandoc is not installed"
	fi
done
port=25
config '
[route example.net]
via = main

[filter spam]
command = /bin/cat

[submit www]
from = self'
keys=$("$BIN/relayconf" show | sed -n -E 's/^[a-z]*\.(main\.|example\.net\.|www\.|spam\.|senders\.|recipients\.)?([a-z_]*) .*/\2/p')
[ -n "$keys" ] || missing=all
for key in $keys; do
	grep -q "^\.It Cm $key\$" man/firsthop.conf.5 && grep -q "^#$key =" relayconf/firsthop.conf.sample || missing="$missing $key"
done
is "${missing:-}" "" "every key stands in firsthop.conf(5) and in the sample"
# The sample, with its comments taken off and a host named, gives the defaults.
sed -e 's/^#\(\[\)/\1/' -e 's/^#\([a-z_]* = \)/\1/' -e 's/^#host =$/host = x.example.org/' -e 's/^#via =$/via = main/' -e 's/^#command =$/command = \/bin\/cat/' -e 's/^#from =$/from = self/' -e '/^aliases/d' -e '/^name/d' relayconf/firsthop.conf.sample >"$work/sample.conf"
is "$("$BIN/relayconf" -C "$work/sample.conf" show | awk '$1 !~ /^host|\.host$/ { print $1, $2 }' | grep -v KEY)" \
	"$(edit 's/^port.*//; s/^tls.*//' "$FIRSTHOP_CONFIG"; "$BIN/relayconf" show | awk '$1 !~ /^host|\.host$/ { print $1, $2 }' | sed 's/ 5 *$/ 5/' | grep -v KEY)" \
	"the sample's values are the defaults"
# firsthop(7), SECURITY: each row names its tests in brackets, and in a comment behind it what in that test shows it: ".\" security/hostile: words of the test".
# file_of NAME: the file of a test
file_of() {
	case $1 in
	fuzz\ *) echo "tests/fuzz/fuzz_${1#fuzz }.c" ;;
	*) ls tests/"$1".[tc] 2>/dev/null ;;
	esac
}
sed -n '/^\.Sh SECURITY/,/^\.Sh FILES/p' man/firsthop.7 >"$work/security"
awk '/^\.It /{ row = substr($0, 5); rows++ }
	/^\.\\" [a-z]+.*: /{ at = index($0, ": "); print rows "\t" substr($0, 5, at - 5) "\t" substr($0, at + 2); next }
	rows { line = $0; while (match(line, /(^|[[ ])[a-z]+\/[a-z0-9_-]+[],]|fuzz [a-z]+[],]/)) {
		name = substr(line, RSTART, RLENGTH); gsub(/[][,]|^ /, "", name); print rows "\t" name "\t-"; line = substr(line, RSTART + RLENGTH) } }' "$work/security" | sort -u >"$work/named"
ok "SECURITY has rows, and they name tests ($(lines <"$work/named"))" test "$(lines <"$work/named")" -gt 60
tab=$(printf '\t')
is "$(awk -F '\t' '{ key = $1 "\t" $2; if ($3 == "-") named[key] = 1; else shown[key] = 1 }
	END { for (k in named) if (!(k in shown)) print "no words for " k; for (k in shown) if (!(k in named)) print "not named in the text: " k }' "$work/named")" "" "for each test that a row names, words of it are given"
missing=
while IFS="$tab" read -r row name words; do
	[ "$words" != - ] || continue
	file=$(file_of "$name")
	[ -n "$file" ] && grep -qF -- "$(printf '%s' "$words" | sed 's/\\e/\\/g')" "$file" || missing="$missing [row $row: $name: $words]"
done <"$work/named"
is "$missing" "" "and the test has them"
missing=
for class in CVE-2016-10033 CVE-2016-10045 -X -C -O -oQ 'Line breaks' subjects 'A shell' CVE-2020-7247 CVE-2020-8794 CVE-2020-28007 descriptors environment 'spool races' \
	CVE-2023-51764 -51765 -51766 CVE-2011-0411 'study of 2021' TLS HOSTALIASES RES_OPTIONS LOCALDOMAIN Starvation 'Reading others' 'core file' Secrets certificates; do
	grep -qF -- "$class" "$work/security" || missing="$missing, $class"
done
is "$missing" "" "each known attack has a row"
# What the texts for those who change it name is there: paths whole, or below sendmail, sendmail/lib or sendmail/runner.
named() { grep -oE '[a-z_0-9]+(/[a-zA-Z_0-9.-]+)+\.(c|h|t|sh|conf\.5|sample|table|mk)' "$@" | sed 's/^[^:]*://' | grep -v '[A-Z][A-Z][A-Z]' | sort -u; }
there() { for root in . sendmail sendmail/lib sendmail/runner sendmail/lib/base; do ! test -e "$root/$1" || return 0; done; return 1; }
printf 'see relay/none.c and relay/deliver.c\n' >"$work/text"
is "$(named "$work/text" | while read -r path; do there "$path" || echo "$path"; done)" "relay/none.c" "a path that is not there would be seen"
is "$(named man/ARCHITECTURE man/HACKING man/SECURITY | while read -r path; do there "$path" || echo "$path"; done)" "" "each file that ARCHITECTURE, HACKING and SECURITY name is there"
is "$(for target in $(grep -oE '\bmake [a-z-]+' man/HACKING README | sed 's/.*make //' | sort -u); do grep -qE "^([a-z-]+ )*$target( [a-z-]+)*:" GNUmakefile || echo "$target"; done)" "" "and each target of make"
finish
