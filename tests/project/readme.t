#!/bin/sh
# What README tells a newcomer to type is there and works.
. tests/lib.sh
new_spool
make=$(command -v gmake || command -v make)
for target in $(sed -n 's/^    .*make \([a-z][-a-z ]*[a-z]\)  *#.*/\1/p; s/^    .*&& make \([a-z]*\).*/\1/p; s/.*"make \([a-z]*\)".*/\1/p' README | sort -u); do
	ok "make $target" grep -qE "^([-a-z ]* )?$target( [-a-z ]*)?:" GNUmakefile
done
: >"$work/firsthop.conf"; : >"$work/aliases"
sed -n 's/^    relayconf set //p' README >"$work/lines"
is "$(lines <"$work/lines")" 3 "three settings"
while read -r key value; do
	out=$("$BIN/relayconf" set "$key" "$value" 2>&1); is $? 0 "relayconf set $key" "$out"
done <"$work/lines"
is "$("$BIN/relayconf" get smarthost.main.host 2>&1)" mail.example.org "the smarthost is set"
grep -o '([^)]*cat >[^)]*)' README | sed "s,/etc/firsthop,$work," >"$work/paste"
echo geheim | sh "$work/paste"; is "$(cat "$work/secret")" geheim "the password gets its file"
is "$(ls -l "$work/secret" | cut -c 1-10)" "-rw-------" "which only root reads"
unlike "$("$BIN/relayconf" check 2>&1)" '^problem +(config|password|smarthost)' "relayconf check accepts all of it"
for page in mailq relayconf; do
	for word in $(sed -n "s/^    $page \([a-z]*\).*/\1/p" README | sort -u); do ok "$page $word is documented" grep -q "$word" man/$page.[18]; done
done
# An empty machine: what is missing is said at once, with the cure.
out=$($make --no-print-directory CC=no-compiler BUILD="$work/none" all 2>&1); isnt=$?
ok "no compiler: make fails" test $isnt -ne 0
like "$out" 'the compiler no-compiler is not installed. As root: sh tests/packages.sh build' "and says what to do"
is "$(echo "$out" | lines)" 1 "in one line"
ok "which README does first" grep -q '^    sh tests/packages.sh build ' README
ok "it is short" test "$(lines <README)" -le 100
finish
