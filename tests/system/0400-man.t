#!/bin/sh
# Manual pages and the sample configuration say what the programs do.
. tests/lib.sh
new_spool
for page in man/*; do
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

[submit www]
from = self'
keys=$("$BIN/relayconf" show | sed -n 's/^[a-z]*\.\(main\.\|example\.net\.\|www\.\|senders\.\|recipients\.\)\{0,1\}\([a-z_]*\) .*/\2/p')
for key in $keys; do
	grep -q "^\.It Cm $key\$" man/firsthop.conf.5 && grep -q "^#$key =" relayconf/firsthop.conf.sample || missing="$missing $key"
done
is "${missing:-}" "" "every key stands in firsthop.conf(5) and in the sample"
# The sample, with its comments taken off and a host named, gives the defaults.
sed -e 's/^#\(\[\)/\1/' -e 's/^#\([a-z_]* = \)/\1/' -e 's/^#host =$/host = x.example.org/' -e 's/^#via =$/via = main/' -e 's/^#from =$/from = self/' -e '/^aliases/d' -e '/^name/d' relayconf/firsthop.conf.sample >"$work/sample.conf"
is "$("$BIN/relayconf" -C "$work/sample.conf" show | awk '$1 !~ /^host|\.host$/ { print $1, $2 }' | grep -v KEY)" \
	"$(sed -i 's/^port.*//; s/^tls.*//' "$FIRSTHOP_CONFIG"; "$BIN/relayconf" show | awk '$1 !~ /^host|\.host$/ { print $1, $2 }' | sed 's/ 5 *$/ 5/' | grep -v KEY)" \
	"the sample's values are the defaults"
missing=
for name in $(sed -n '/^\.Sh SECURITY/,/^\.Sh FILES/p' man/firsthop.7 | tr '[,]' '\n\n\n' | grep -oE '(system|real)/[0-9]{4}|unit/test_[a-z]+|fuzz [a-z]+$' | tr ' ' '_'); do
	case $name in fuzz_*) name=fuzz/$name ;; esac
	ls tests/$name* >/dev/null 2>&1 || missing="$missing $name"
done
is "$missing" "" "firsthop(7): every test that SECURITY names is there"
finish
