#!/bin/sh
# A relay that was taken over, tried for real: in the place of libexec's relay stands tests/fake/evilrelay.c, for one of two paths.  Whatever it does, the
# runner lives, in bounded memory and without spinning; mail of the other path flows within seconds; what it never had is not touched; and what it
# lied about is told in the log as it said it, with nothing in it that commands.
. tests/lib.sh
. tests/evil.sh
skip_build asan "memory is measured"
new_spool
evil_setup
smarthost
evil_config "[smarthost third]
host = 127.0.0.1
port = 1
tls = off
default = no
[route victim.example]
via = third
[queue]
retry_min = 1"
"$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!
pids="$pids $runner"
wait_for test -s "$work/run/runner.pid"
n=0
arrived() { grep -lq "^Subject: good $n\$" "$work"/delivered/*.eml 2>/dev/null; }
evil_has_mail() { test -s "$work/libexec/evil.got"; }
empty() { "$BIN/mailq" remove 'from=evil@example.org' >/dev/null 2>&1; }
before_descriptors=$(descriptors $runner)
# try WORD: it has a message of its own, two more wait for it, and good mail comes meanwhile
try() {
	word=$1 n=$((n + 1))
	"$BIN/mailq" --purgestat
	evil "$word"
	ls "$work/spool/mqueue" | grep '^[0-9a-f.]\{17\}$' >"$work/libexec/evil.others"
	[ ! -e "$work/held" ] || cat "$work/held" >>"$work/libexec/evil.others"
	spent=$(cpu_ticks $runner)
	for i in 1 2 3; do printf 'Subject: evil\n\nx\n' | "$BIN/sendmail" -i -f evil@example.org "a$i@evil.example"; done
	wait_for evil_has_mail || : >"$work/libexec/evil.got"
	printf 'Subject: good %s\n\nx\n' "$n" | "$BIN/sendmail" -i -f good@example.org b@example.org
	wait_tries=${2:-160}; wait_for arrived; result $? "$word: other mail arrives"
	wait_tries=200
	sleep 1
	kill -0 $runner 2>/dev/null; result $? "$word: the runner lives" "$(tail -n 5 "$work/log")"
	used=$(($(cpu_ticks $runner) - spent)) starts=$(lines <"$work/libexec/evil.got")
	[ "$(memory_kb $runner)" -lt 40000 ]; result $? "$word: its memory is bounded ($(memory_kb $runner) kB)"
	[ "$used" -lt $((200 * ${PATIENCE:-1})) ]; result $? "$word: it does not spin ($used ticks)"
	[ "$starts" -lt 70 ]; result $? "$word: the evil one is not asked again and again ($starts times)"
	empty
}
# A message that the evil one never had, and will claim to have delivered: it waits for a third server.
printf 'Subject: victim\n\nx\n' | "$BIN/sendmail" -i -f victim@example.org bob@victim.example
victim() { "$BIN/mailq" 2>/dev/null | grep -q 'victim@example.org'; }
held() { "$BIN/mailq" --json 2>/dev/null | sed -n 's/.*"queue_id": "\([0-9a-f.]*\)".*victim@.*"key": "connect-refused".*/\1/p' >"$work/held"; test -s "$work/held"; }
ok "a message of somebody else waits" wait_for held
for word in verbs settled ending filtered lies sent none failed over-sent unused bye next main-down down hop ready steps flood endless half nul descriptors killed close silence term; do try $word; done
ok "what the evil one never had is where it was" victim
unlike "$(cat "$work/log")" "$(cat "$work/held"): to=<bob@victim.example>.*status=(sent|bounced)" "and nothing is told of it"
[ "$(descriptors $runner)" -le $((before_descriptors + 12)) ]; result $? "no descriptor of the evil one stays ($before_descriptors, then $(descriptors $runner))"
unlike "$(LC_ALL=C tr -d '\n\t\040-\176\200-\377' <"$work/log" | LC_ALL=C od -An -c)" '.' "the log has no control character"
finish
