#!/bin/sh
# The scored table: situations, and for each whether the product does the right thing, names the right cause and the right remedy.
# Prints what missed, and the counts of each column; exit 1 when a column has less than FLOOR (98) of 100.
# sh tests/score.sh [-q]: -q only the counts
. tests/lib.sh
new_spool
quiet=${1:-}
floor=${FLOOR:-98}
all=0 deeds=0 causes=0 remedies=0
tab=$(printf '\t')

# has TEXT PATTERN
has() { printf '%s\n' "$1" | grep -Eq -- "$2"; }
# score SITUATION DEED WANTED CAUSE WANTED REMEDY WANTED: one row
score() {
	all=$((all + 1)) missed=
	if [ "$2" = "$3" ]; then deeds=$((deeds + 1)); else missed="deed: $2, wanted $3"; fi
	if has "$4" "$5"; then causes=$((causes + 1)); else missed="$missed${missed:+
    }cause: $4, wanted $5"; fi
	if has "$6" "$7"; then remedies=$((remedies + 1)); else missed="$missed${missed:+
    }remedy: $6, wanted $7"; fi
	[ -z "$missed" ] || [ "$quiet" = -q ] || printf '%s\n    %s\n' "$1" "$missed"
}
field() { printf '%s\n' "$2" | sed -n "s/^$1 *//p" | head -n 1; }

# Answers of servers.  That delivery does the same is shown by diagnosis/one-truth.t and unit/test_catalogue.
while IFS=$tab read -r stage answer deed cause remedy; do
	case $stage in '#'* | '') continue ;; esac
	out=$("$BIN/relayconf" explain --stage="$stage" "$answer" 2>&1)
	case $(field delivery "$out") in *'not tried any more'*) does=returned ;; *kept*) does=waits ;; *) does='?' ;; esac
	score "$stage: $answer" "$does" "$deed" "$(field meaning "$out")" "$cause" "$(field remedy "$out")" "$remedy"
done <tests/score/replies.table

# The same answers as people quote them from other logs, which name the stage in their own words.
while IFS=$tab read -r answer deed cause remedy; do
	case $answer in '#'* | '') continue ;; esac
	out=$("$BIN/relayconf" explain "$answer" 2>&1)
	case $(field delivery "$out") in *'not tried any more'*) does=returned ;; *kept*) does=waits ;; *) does='?' ;; esac
	score "quoted: $answer" "$does" "$deed" "$(field meaning "$out")" "$cause" "$(field remedy "$out")" "$remedy"
done <tests/score/quotations.table

. tests/score/live.sh
. tests/score/configurations.sh

percent() { awk -v n="$1" -v all="$all" 'BEGIN { printf "%.1f", all ? 100 * n / all : 0 }'; }
printf '%-10s %4s of %4s  %s %%\n' deed $deeds $all "$(percent $deeds)" cause $causes $all "$(percent $causes)" remedy $remedies $all "$(percent $remedies)"
least=$deeds
[ $causes -ge $least ] || least=$causes
[ $remedies -ge $least ] || least=$remedies
[ $((least * 100)) -ge $((floor * all)) ]
