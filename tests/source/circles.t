#!/bin/sh
# No file calls back up: from the object files (who defines, who calls), no circle of files within a program and the library.
. tests/lib.sh

# calls OBJECT...: lines "CALLER DEFINER".  A name that several programs define is the caller's own, or the library's.
calls() {
	nm -A -P -g "$@" 2>/dev/null | sed 's/\[[^]]*\]//; s/\.o: / /' | awk -v build="$BUILD/" '
		function room(file) { sub(/^sendmail\//, "", file); sub(/\/.*/, "", file); return file }
		{ file = $1; sub(build, "", file) }
		$2 == "main" { next }
		$3 == "U" { need[++n] = $2; who[n] = file; next }
		$3 ~ /^[TDRBCG]$/ { where[$2] = where[$2] " " file }
		END {
			for (i = 1; i <= n; i++) {
				many = split(where[need[i]], at, " ")
				for (j = 1; j <= many; j++)
					if (at[j] != who[i] && (room(at[j]) == room(who[i]) || room(at[j]) == "lib")) print who[i], at[j]
			}
		}' | sort -u
}

# circles: of those lines, the files that stand on a circle.  What nobody calls, or what calls nobody, is taken away until nothing more can be.
circles() {
	awk '
		{ from[NR] = $1; to[NR] = $2; alive[NR] = 1 }
		END {
			do {
				changed = 0
				split("", calling); split("", called)
				for (i = 1; i <= NR; i++) if (alive[i]) { calling[from[i]] = 1; called[to[i]] = 1 }
				for (i = 1; i <= NR; i++) if (alive[i] && (!(from[i] in called) || !(to[i] in calling))) { alive[i] = 0; changed = 1 }
			} while (changed)
			for (i = 1; i <= NR; i++) if (alive[i]) print from[i]
		}' | sort -u
}

is "$(printf 'a b\nb c\nc a\nc d\nx a\n' | circles | tr '\n' ' ')" "a b c " "a circle would be seen"
if command -v nm >/dev/null 2>&1; then
	calls $(find sendmail mail relayconf -name '*.c' | sed "s|\(.*\)c$|$BUILD/\1o|") >"$work/calls"
	like "$(cat "$work/calls")" '^sendmail/relay/deliver sendmail/relay/smtp/smtp_session$' "who calls whom is read from the object files"
	is "$(circles <"$work/calls")" "" "no circle of files"
else
	for row in "who calls whom is read from the object files" "no circle of files"; do
		count=$((count + 1)); echo "ok $count - $row # skip nm is not installed"
	done
fi
finish
