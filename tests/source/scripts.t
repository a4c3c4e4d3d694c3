#!/bin/sh
# The tests themselves: they run with the shell and the tools of FreeBSD, too.  What GNU's tools or other shells alone understand is written once, in
# tests/lib.sh.  (tests/real is for a Debian unpacked in a folder, and may use its tools.)
. tests/lib.sh

# wrong FILE...: the lines that would not do there
functions=$(sed -nE 's/^([a-z_]+)\(\).*/\1/p' tests/lib.sh | tr '\n' '|')
wrong() {
	awk -v functions="^(${functions}run|typed|adopt|submit|one)\$" '
	function bad(what) { print FILENAME ":" FNR ": " what; return 1 }
	/^[[:space:]]*#/ { next }
	/(^|[^a-z_-])wc -/ { bad("wc(1) puts blanks in front: lines, bytes, words") }
	/sed (-[a-zA-Z]* )*-[a-zA-Z]*i/ { bad("sed -i: edit") }
	/(^|[^a-z])stat -/ { bad("stat(1): file_mode, file_owner, file_inode") }
	/(^|[^a-z])date (-d|-r|-v|--)|%s%N/ || /touch -d/ { bad("date(1), touch(1): touch_at, milliseconds") }
	/(^|[^a-z])(grep|head|sort|xargs|cp|ls|mktemp|find|tail) --[a-z]/ || /grep -[a-zA-Z]*P/ || /find [^|]*-printf/ || /xargs -[a-z]*r/ || /cp -a/ { bad("an option of GNU alone") }
	/(^|[^A-Z_=]|[^L]_ALL=C )tr -d [^|]*\\[2-3][0-9][0-9]/ && !/LC_ALL=C tr/ { bad("bytes above 127 are characters elsewhere: LC_ALL=C tr") }
	/sed[^|]*[{;] *[ai]  *[^\\]/ || /sed [^|]*:[a-z];/ { bad("sed: a label, or the text of a and i, ends with a line") }
	/(^|[^a-z])(sed|expr) (-n )*[^E|]*\\\|/ { bad("sed: \\| is of GNU alone: sed -E") }
	/^[[:space:]]*function [a-z_]+ *(\(\) *)?(\{|$)/ || /(^|if |while |until |[;&|] )[[:space:]]*\[\[ / || /<<</ { bad("only in other shells") }
	! /with [A-Z]/ {
		count = split($0, w, /[[:space:]]+/)
		for (i = 1; i < count; i++) {
			word = w[i + 1]
			gsub(/[;)"]+$/, "", word)
			first = w[i]
			sub(/^(\$?\(|"\$\(|[{;!])/, "", first)
			if (first ~ /^[A-Z][A-Z_0-9]*=[^;]*$/ && gsub(/"/, "&", first) % 2 == 0 && word ~ functions)
				bad("a function need not find what stands in front of it: with")
		}
	}' "$@"
}

# early FILE...: assignments that use what another one in front of them on the line has assigned.  FreeBSD's sh expands all of them first.
early() {
	awk '
	# where the value that LINE begins with ends: at a blank or an operator that is in no quotes and no $( )
	function value_end(line,   i, c, quote, depth) {
		for (i = 1; i <= length(line); i++) {
			c = substr(line, i, 1)
			if (c == "\\" && quote != single) i++
			else if (c == "$" && substr(line, i + 1, 1) == "(" && quote != single) { depth++; i++ }
			else if (c == "(" && depth > 0 && quote != single) depth++
			else if (c == ")" && depth > 0 && quote != single) depth--
			else if (quote == "" && (c == "\"" || c == single)) quote = c
			else if (quote == c) quote = ""
			else if (quote == "" && depth == 0 && c ~ /[ \t;&|)]/) break
		}
		return i
	}
	BEGIN { single = sprintf("%c", 39); name = "[A-Za-z_][A-Za-z0-9_]*=" }
	/^[[:space:]]*#/ { next }
	{
		line = $0
		while (match(line, "(^|[[:space:];{(])" name)) {
			line = substr(line, RSTART)
			sub(/^[[:space:];{(]/, "", line)
			assigned = " "
			while (match(line, "^" name)) {
				this = substr(line, 1, RLENGTH - 1)
				line = substr(line, RLENGTH + 1)
				end = value_end(line)
				value = substr(line, 1, end - 1)
				line = substr(line, end)
				count = split(assigned, names, " ")
				for (i = 1; i <= count; i++)
					if (value ~ ("[$][{]?" names[i] "([^A-Za-z0-9_]|$)")) print FILENAME ":" FNR ": " names[i]
				assigned = assigned this " "
				if (line !~ /^[ \t]/) break
				sub(/^[ \t]+/, "", line)
			}
		}
	}' "$@"
}

work=$(mktemp -d "${TMPDIR:-/tmp}/firsthop.XXXXXX")
trap 'rm -rf "$work"' EXIT
cat >"$work/bad" <<'END'
is "$(ls | wc -l)" 3 x
sed -i s/a/b/ file
sed -n -i.bak p file
stat -c %a file
now=$(date +%s%N)
touch -d '+1 day' file
ls | grep -oP 'a\d'
tr -d '\n\200-\377' <file
sed '/x/{ a text' file
sed ':a; N; ba' file
[[ -f x ]]
X=y runner_once
is "$(SHELL=/bin/echo run 'x')" "" x
sed -n 's/^\(a\|b\) .*/\1/p' file
function f {
END
cat >"$work/good" <<'END'
is "$(ls | lines)" 3 x
# sed -i
LC_ALL=C tr -d '\n\200-\377' <file
with X=y runner_once
X=y "$BIN/runner" x
ok "make X=y" run X=y
i=$((i + 1))
case $x in [[:alpha:]]*) echo a ;; esac
function of_awk(x) { return x }
sed -n 's/a i/b/p' file
sed -n -E 's/^(a|b\|) .*/\1/p' file
END
is "$(wrong "$work/bad" | cut -d: -f2 | uniq | tr '\n' ' ')" "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 " "each line of that kind is found"
is "$(wrong "$work/good")" "" "and no other"
scripts=$(ls tests/run tests/*.sh tests/*/*.t | grep -v -e tests/lib.sh -e tests/coverage.sh -e tests/deep.sh -e tests/packages.sh -e tests/real/ -e /scripts.t)
is "$(wrong $scripts)" "" "no test, nor what runs them, has one"
is "$(ls tests/*/*.t | sed 's,.*/,,' | sort | uniq -d)" "" "no two tests have the same name"

cat >"$work/bad" <<'END'
i=$((i + 1)) got=$(f $i)
R=$work/old Q=$R/queue
if x; then a=${b#c} a=${a%"${b##*/}"}; fi
x='a b' y="$x"
END
cat >"$work/good" <<'END'
a=$(f "x y") b=$c
a=1; b=$a
a=b run "$a"
x=$(y=1; z=$y)
END
is "$(early "$work/bad" | cut -d: -f2 | uniq | tr '\n' ' ')" "1 2 3 4 " "what is used on the line that assigns it is found"
is "$(early "$work/good")" "" "and nothing else"
is "$(early $(find relayconf man mail sendmail -name '*.sh' -o -name '*.in') tests/run $(ls tests/*.sh tests/*/*.sh tests/*/*.t | grep -v /scripts.t))" "" "no script, and no test, has such a line"
finish
