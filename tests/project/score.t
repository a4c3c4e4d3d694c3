#!/bin/sh
# The scored table (tests/score.sh) with its floor: 98 of 100 for deed, cause and remedy.
. tests/lib.sh
new_spool
out=$(sh tests/score.sh 2>&1); is $? 0 "each column has 98 of 100 at least" "$out"
for column in deed cause remedy; do
	like "$out" "^$column +[0-9]+ of +[0-9]+  (9[89]|100)\.[0-9] %\$" "$column"
done
ok "of at least 150 situations" test "$(echo "$out" | sed -n 's/^deed .* of *\([0-9]*\) .*/\1/p')" -ge 150
FLOOR=101 sh tests/score.sh -q >/dev/null 2>&1; is $? 1 "a floor that is not reached is seen"
finish
