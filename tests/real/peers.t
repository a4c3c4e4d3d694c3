#!/bin/sh
# What exit 0 is worth, beside other programs: each system call of what takes a message fails once, or is its last, in firsthop, dma, nullmailer and
# Postfix, one run for each, and the same for a delivery from the queue by firsthop and dma (whose errors there are slept on for minutes; faults/system-calls.t has ours);
# then the queue is drained by a pass in which nothing fails, and what arrived is counted.  Figures for all, a verdict on firsthop.
# FAULTS=1 takes every call; otherwise samples.
LAYER=formers
. tests/real/stage.sh
printf x | "$TOOLS/failcall" "$work/says" cat EIO 0 cat >/dev/null || skip_all "system calls are known to the tests on x86_64 only"
submission_faults='kill ENOSPC EIO EINTR'
[ -z "${FAULTS:-}" ] || submission_faults="$submission_faults short EDQUOT EMFILE ENFILE"
mkdir "$work/delivered"
"$TOOLS/smarthost" -l 127.0.0.3 -p 25 -d "$work/delivered" &
smarthost_pid=$!
lines=$(awk 'BEGIN { for (i = 0; i < 300; i++) print i, "the quick brown fox jumps over the lazy dog, and over the line that ends here" }')
message() { printf 'From: watch@example.org\nTo: ops@elsewhere.example\nSubject: fault %s\n\n%s\nEND %s\n' "$1" "$lines" "$1"; }

. tests/real/peers.sh

# --- faults ---------------------------------------------------------------------------------------------------------

# one STEP SYSTEM PROGRAM FAULT N: a message whose submission, or delivery, fails there; notes "TAG EXIT WORDS"
one() {
	tag=$2-$1-$3-$4-$5 words=0
	if [ "$1" = submit ]; then
		message "$tag" | "${2}_submit" "$TOOLS/failcall" "$work/says" "$3" "$4" "$5" >"$work/out" 2>"$work/err"
		code=$?
		[ ! -s "$work/err" ] || words=1
	else
		message "$tag" | "${2}_submit" env >"$work/out" 2>&1
		code=$?
		"${2}_deliver" "$TOOLS/failcall" "$work/says" "$3" "$4" "$5" >"$work/out" 2>"$work/err"
	fi
	echo "$tag $code $words" >>"$work/runs"
}
# What arrived: "TAG whole" or "TAG cut".
arrived() {
	find "$work/delivered" -name '*.eml' -exec awk '
		function tell() { if (tag != "") print tag, last == "END " tag ? "whole" : "cut"; tag = last = "" }
		FNR == 1 { tell() }
		{ sub(/\r$/, "") }
		/^Subject: fault / { tag = $3 }
		$0 != "" { last = $0 }
		END { tell() }' {} +
}
# row STEP SYSTEM PROGRAM FAULT EVERY
row() {
	: >"$work/runs"
	rm -f "$work"/delivered/*
	one "$1" "$2" "$3" "$4" 0
	read -r calls at <"$work/says"
	for at in $(seq 1 "${FAULTS:-$5}" "$calls"); do one "$1" "$2" "$3" "$4" "$at"; done
	for pass in 1 2; do none_left "$2" || "${2}_deliver" env >"$work/out" 2>&1; done
	before=$(cat "$work/litter.$2" 2>/dev/null || echo 0)
	"${2}_left" >"$work/litter.$2"
	figures=$(arrived | awk -v left=$(($(cat "$work/litter.$2") - before)) '
		NR == FNR { code[$1] = $2; words[$1] = $3; runs++; next }
		{ seen[$1]++; cut += $2 == "cut" }
		END {
			for (tag in code) {
				taken += code[tag] == 0
				hung += code[tag] == 124
				lost += code[tag] == 0 && !seen[tag]
				twice += seen[tag] > 1
				refused_came += code[tag] != 0 && seen[tag]
				silent += code[tag] != 0 && code[tag] < 128 && !words[tag]
			}
			printf "runs=%d exit0=%d lost=%d twice=%d cut=%d refused_but_came=%d silent=%d hung=%d left=%d", \
				runs, taken, lost, twice, cut, refused_came, silent, hung, left
		}' "$work/runs" -)
	echo "# $1 $2 $3 $4: $figures"
	echo "$1 $2 $figures" >>"$work/figures"
}
# sums STEP SYSTEM
sums() {
	awk -v step="$1" -v who="$2" '$1 == step && $2 == who { for (i = 3; i <= NF; i++) { split($i, p, "="); order[i] = p[1]; sum[i] += p[2]; n = NF } }
		END { for (i = 3; i <= n; i++) printf "%s%s=%d", (i > 3 ? " " : ""), order[i], sum[i] }' "$work/figures"
}
told() { echo "# $1, $2, all: $(sums "$1" "$2")"; }

ok "the runner starts" start_runner
for fault in $submission_faults; do
	row submit firsthop sendmail $fault 9
	row submit dma dma $fault 9
	row submit nullmailer nullmailer-inje $fault 9
	row submit nullmailer nullmailer-queu $fault 9
	row submit postfix postfix-sendmai $fault 15
	row submit postfix postdrop $fault 15
done
kill "$(runner_pid)"
row deliver firsthop runner kill 23
row deliver firsthop relay kill 23
row deliver dma dma kill 23
for system in firsthop dma nullmailer postfix; do told submit $system; done
for system in firsthop dma; do told deliver $system; done
stop_postfix
kill $smarthost_pid
like "$(sums submit firsthop)" ' lost=0 twice=0 cut=0 .* silent=0 hung=0 left=0' "submission: firsthop loses, cuts and repeats nothing, and never refuses without a word"
like "$(sums deliver firsthop)" ' lost=0 .* cut=0 .* hung=0 left=0' "delivery: firsthop loses and cuts nothing"
for system in dma nullmailer postfix; do like "$(sums submit $system)" 'runs=[1-9][0-9]* exit0=[1-9]' "$system was tried the same way: $(sums submit $system)"; done
finish
