#!/bin/sh
# Programs that are replaced while mail flows, as upgrades do it: nothing is lost, put off or sent twice, but for what a killed session had in hand.
. tests/lib.sh
new_spool
skip_build asan "a sanitizer's program is not replaced by parts"
# Copies, which may be written over.
mkdir "$work/libexec"
for program in $PROGRAMS; do cp "$BIN/$program" "$work/libexec/"; done
export FIRSTHOP_LIBEXEC="$work/libexec"
log=$work/log
: >"$log"
start() {
	"$work/libexec/runner" --stay --foreground 2>>"$log" & runner=$!
	pids="$pids $runner"
}
send() { printf 'Subject: x\n\nx\n' | "$BIN/sendmail" -i -f s@example.org "$1"; }
in_queue() { "$BIN/mailq" -bP 2>/dev/null; }
logged() { grep -q "$1" "$log"; }
arrived_all() { [ "$(delivered)" -ge "$1" ]; }

# --- the relay is not there for 2 s
smarthost
config
for n in 1 2 3 4 5 6 7 8 9 10; do send "$n@example.org"; done
rm "$work/libexec/relay"
start
wait_for logged 'program relay cannot be run'
sleep 2
is "$(grep -c 'status=deferred' "$log")" 0 "no relay for 2 s: no mail is put off"
tries=$(grep -c 'program relay cannot be run' "$log")
ok "and it is looked for once a second ($tries times)" test "$tries" -ge 1 -a "$tries" -le 4
cp "$BIN/relay" "$work/libexec/relay.new" && mv "$work/libexec/relay.new" "$work/libexec/relay"
ok "when it is there again, all goes" wait_for arrived_all 10
is "$(in_queue) $(grep -c 'status=sent' "$log")" "0 10" "each once"
stop "$runner"

# --- it was removed for good
rm "$work/libexec/relay"; : >"$log"
for n in 1 2 3; do send "$n@example.org"; done
"$work/libexec/runner" --once --foreground 2>>"$log"
is "$(in_queue)" 3 "a relay that is missing for good: a queue run ends, and the mail waits"
is "$(grep -c 'status=deferred (the program relay cannot be run)' "$log")" 1 "one message was tried, and says why"
like "$("$BIN/mailq" 2>&1)" 'program relay cannot be run' "mailq says it of the queue"
like "$(cat "$log")" 'no smarthost accepts mail; everything waits; .*the program relay cannot be run' "and so does the log"
cp "$BIN/relay" "$work/libexec/relay"
runner_once
is "$(in_queue) $(delivered)" "0 13" "with the program all of it goes"
stop "$smarthost_pid"

# --- everything is replaced while eight users submit, and processes are killed
smarthost
"$TOOLS/longway" "$work/far" "$port" 5 & pids="$pids $!"
wait_for test -s "$work/far"
port=$(cat "$work/far")
config
rm -rf "$work/delivered"/*; : >"$log"
submit() {
	n=0
	while [ $n -lt 40 ]; do
		n=$((n + 1))
		printf 'Subject: tag %s.%s\n\nx\n' "$1" $n | "$work/libexec/sendmail" -i -f s@example.org ops@example.org 2>/dev/null && echo "$1.$n"
		[ $n -lt 20 ] || sleep 0.2
	done >"$work/taken.$1"
}
# replace HOW PROGRAM...
replace() {
	how=$1; shift
	for program; do
		at=$work/libexec/$program
		case $how in
		renamed) cp "$BIN/$program" "$at.new" && mv "$at.new" "$at" ;;
		dpkg) cp "$BIN/$program" "$at.dpkg-new" && ln "$at" "$at.dpkg-tmp" && mv "$at.dpkg-new" "$at" && rm "$at.dpkg-tmp" ;;
		over) (cat "$BIN/$program" >"$at") 2>/dev/null ;; # text busy, while it runs
		gap) rm "$at"; sleep 0.3; cp "$BIN/$program" "$at" ;;
		linked) rm "$at"; (umask 133; head -c 30000 "$BIN/$program" >"$at"; sleep 0.2; cat "$BIN/$program" >"$at"); chmod 755 "$at" ;;
		missing) mv "$at" "$at.away"; sleep 1.5; mv "$at.away" "$at" ;;
		esac
	done
}
# relays DEPTH: 1 the runner's, 2 their sessions
relays() {
	processes | awk -v runner="$runner" -v depth="$1" '{ parent[$2] = $1; name[$2] = $3 } END { for (p in name) if (name[p] ~ /relay/ &&
		(depth == 1 ? parent[p] == runner : parent[parent[p]] == runner)) print p }' | head -n 1
}
# end_one DEPTH: kills one, if there is one
end_one() { for one in $(relays "$1"); do kill -9 "$one" 2>/dev/null && killed=$((killed + ($1 == 2))); done; }
again() { wait "$runner" 2>/dev/null; start; sleep 0.4; }
killed=0 submitters=
start
for user in 1 2 3 4 5 6 7 8; do submit $user & submitters="$submitters $!"; done
sleep 0.5
replace gap relay;             end_one 2
replace renamed $PROGRAMS;     kill -HUP "$runner"
replace linked relay;          end_one 1
kill -9 "$runner";             again
replace dpkg $PROGRAMS;        kill "$runner"; again
replace missing relay;         end_one 2
replace over relay sendmail;   kill -9 "$runner"; replace linked runner; again
stopped=$(relays 1; relays 2); [ -z "$stopped" ] || { kill -STOP $stopped; sleep 0.5; kill -CONT $stopped; } 2>/dev/null
replace gap $PROGRAMS;         kill "$runner"; again
wait $submitters
kill "$runner"; wait "$runner" 2>/dev/null
replace renamed $PROGRAMS
# What a killed session had in hand waits a minute: a queue run takes it at once.
for run in 1 2 3; do [ "$(in_queue)" = 0 ] || runner_once; done
cat "$work"/taken.* | sort >"$work/wanted"
cat "$work"/delivered/*.eml | sed -n 's/^Subject: tag //p' | sort >"$work/got"
taken=$(lines <"$work/wanted") twice=$(uniq -d "$work/got" | lines)
ok "much was submitted meanwhile ($taken messages)" test "$taken" -gt 160
is "$(in_queue)" 0 "the queue is empty in the end"
is "$(sort -u "$work/got" | comm -23 "$work/wanted" - | lines)" 0 "each message that was taken has arrived"
ok "$twice twice: at most one for each of $killed sessions that were killed" test "$twice" -le "$killed"
is "$(sort -u "$work/got" | comm -13 "$work/wanted" - | lines)" 0 "and none that was refused"
finish
