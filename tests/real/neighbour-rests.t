#!/bin/sh
# What fails with every message of one user alone, a filter that hangs or a smarthost that defers, does not rest for another user: his mail goes within seconds.
. tests/lib.sh
[ "$(id -u)" = 0 ] && setpriv --reuid 64001 --regid 64001 --clear-groups true 2>/dev/null || skip_all "needs root (setpriv)"
new_spool
chmod 0755 "$work" "$work/spool"; chmod 0711 "$work/run"; chmod 1777 "$work/spool/drop"; chmod 0666 "$work/spool/trigger"
as() { uid=$1; shift; setpriv --reuid "$uid" --regid "$uid" --clear-groups "$@"; }
smarthost -n 1000000 -m "$work/refused"
cat >"$work/judge" <<'END'
#!/bin/sh
case $(cat) in *"Subject: slow"*) sleep 600 ;; esac
exit 0
END
chmod 755 "$work/judge"
config "[filter judge]
command = $work/judge
timeout_s = 4"
"$BIN/runner" --stay --foreground 2>>"$work/log" & pids="$pids $!"
wait_for test -S "$work/spool/mqueue/control"
for i in $(seq 40); do printf 'Subject: slow\n\nx\n' | as 64001 "$BIN/sendmail" -i "slow$i@example.org"; done
arrives() { grep -q "to=<$1@example.org>" "$work/sessions"; }
# quick NAME: a message of the other user
quick() {
	start=$(date +%s%N)
	printf 'Subject: quick\n\nx\n' | as 64002 "$BIN/sendmail" -i "$1@example.org"
	wait_tries=400 wait_for arrives "$1"
	took=$((($(date +%s%N) - start) / 1000000))
	ok "$1, of the other user, is through after $took ms" test "$took" -le 5000
}
quick filtered1
rests() { grep -q 'resting, after the same answer to 5 messages' "$work/log"; }
wait_tries=1200 wait_for rests
ok "the filter rests for the first user" rests
for n in 2 3 4; do quick "filtered$n"; sleep 3; done

config
echo 'bad 451 4.7.1 too many, come back later' >"$work/refused"
reads() { "$BIN/mailq" health >/dev/null 2>&1; grep -q 'configuration read again' "$work/log"; }
wait_for reads
: >"$work/log"
for i in $(seq 12); do printf 'x\n' | as 64001 "$BIN/sendmail" -i -f "bad$i@example.org" "slow$i@example.org"; done
ok "the smarthost rests for the first user" wait_for rests
for n in 1 2 3 4 5 6; do quick "sent$n"; sleep 1; done
rm "$work/refused"
finish
