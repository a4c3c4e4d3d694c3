#!/bin/sh
# An smtpd that was taken over, tried for real: in the place of libexec's smtpd stands tests/fake/evilsmtpd.c.  Whatever it does, the runner lives, in
# bounded memory and without spinning; mail of programs that call sendmail flows; of its lies those are refused that cannot be true, nothing commands a
# terminal; and a true smtpd that comes after it is served at once.
. tests/lib.sh
skip_build asan "memory is measured"
new_spool
smarthost
own_libexec
rm "$work/libexec/smtpd"; cp "$TOOLS/evilsmtpd" "$work/libexec/smtpd"
config "[listen]
smtp = $work/smtp.sock"
n=0
arrived() { grep -lq "^Subject: good $n\$" "$work"/delivered/*.eml 2>/dev/null; }
at_work() { test -s "$work/libexec/evil.got"; }
done_with_it() { grep -q '^end$' "$work/libexec/evil.got"; }
ended() { grep -c 'smtpd, which listens for \[listen\], has ended' "$work/log"; }
# start WORD: a runner whose smtpd is evil
start() {
	echo "$1" >"$work/libexec/evil"; rm -f "$work/libexec/evil.got"
	"$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!
	pids="$pids $runner"
	wait_for test -S "$work/run/submit.sock"
	spent=$(cpu_ticks $runner)
}
# good: a message by sendmail
good() {
	n=$((n + 1))
	printf 'Subject: good %s\n\nx\n' "$n" | "$BIN/sendmail" -i -f good@example.org b@example.org
	wait_tries=$((100 * ${PATIENCE:-1})) wait_for arrived; result $? "$1: other mail arrives"
}
# evils: the processes of smtpd that the runner has, itself or by its starter
evils() { processes | awk -v runner="$runner" '{ parent[$2] = $1; name[$2] = $3 } END { for (p in name) if (name[p] ~ /smtpd/ && (parent[p] == runner || parent[parent[p]] == runner)) print p }'; }
all_gone() { for p in $evil; do ! kill -0 "$p" 2>/dev/null || return 1; done; }
# end: it ends, whether its smtpd does or not; the evil one is ours to end
end() {
	kill -0 $runner 2>/dev/null; result $? "$1: the runner lives" "$(tail -n 5 "$work/log")"
	[ "$(memory_kb $runner)" -lt 40000 ]; result $? "$1: its memory is bounded ($(memory_kb $runner) kB)"
	used=$(($(cpu_ticks $runner) - spent))
	[ "$used" -lt $((200 * ${PATIENCE:-1})) ]; result $? "$1: it does not spin ($used ticks)"
	evil=$(evils)
	[ $1 = flood ] || kill -KILL $evil 2>/dev/null
	stop $runner
	kill -KILL $evil 2>/dev/null
	wait_for all_gone; result $? "$1: nothing of it is left"
}
for word in lies sizes endless half nul flood silence slow descriptors close killed; do
	ended_before=$(ended)
	start $word
	[ $word = close ] || [ $word = killed ] || wait_for at_work
	good $word; good "$word, once more"
	case $word in lies | sizes | endless | half | nul | descriptors)
		wait_tries=800 wait_for done_with_it; result $? "$word: it comes to its end" "$(cat "$work/libexec/evil.got")" ;;
	esac
	answers=$(cat "$work/libexec/evil.got" 2>/dev/null)
	case $word in
	lies)
		for lie in uid-huge uid-none uid-negative uid-missing uid-word via-missing via-commands via-escaped no-verb empty; do
			like "$answers" "^$lie: (closed|Connection reset|Broken pipe)" "$lie: is no caller"
		done
		for lie in head-version head-none head-short head-commands; do like "$answers" "^$lie: no 65 " "$lie: is no message"; done
		like "$answers" '^head-claims: ok' "a head that claims more is read"
		like "$(cat "$work/log")" 'uid=65533 from=<claims@example.org> login=uid65533 ' "and the runner writes what it was introduced as, and nothing else"
		;;
	sizes) is "$(echo "$answers" | grep -c '^\(size\|short\): no ')" 7 "no length that is none" ;;
	endless | half | nul | descriptors) unlike "$answers" ': ok' "$word: is no message" ;;
	killed) [ $(($(ended) - ended_before)) -le 5 ]; result $? "killed: it is not started again and again" ;;
	esac
	end $word
done
unlike "$(LC_ALL=C tr -d '\n\t\040-\176\200-\377' <"$work/log" | LC_ALL=C od -An -c)" '.' "the log has no control character"
rm "$work/libexec/smtpd"; ln -s "$BIN/smtpd" "$work/libexec/smtpd"
start none
wait_for test -S "$work/smtp.sock"
n=$((n + 1))
{ printf 'EHLO x\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\nSubject: good %s\r\n\r\nx\r\n.\r\nQUIT\r\n' "$n"; sleep 3; } | "$TOOLS/sockcat" "$work/smtp.sock" >"$work/said"
wait_for arrived; result $? "a true smtpd is served at once" "$(cat "$work/said")"
finish
