#!/bin/sh
# A relay that was taken over, with real users: it is fhnet, who reads the network, and has what such a process has: its socket to the runner, a ledger,
# the messages of the one user.  It does its worst to the others and lies with each word; another user's mail arrives within seconds.
# First as root starts the runner, then as the units of systemd do.
. tests/real/stage.sh
install_firsthop
libexec=$S/usr/local/libexec/firsthop
firsthop=$(number firsthop passwd) network=$(number fhnet passwd)
rm -f "$work/port"; "$TOOLS/smarthost" -P "$work/port" -d "$work/delivered" >/dev/null 2>&1 &
wait_for test -s "$work/port"
plain_config 127.0.0.1 "$(cat "$work/port")" '[smarthost evil]
host = 127.0.0.1
port = 1
tls = off
default = no
[route evil.example]
via = evil
[queue]
retry_min = 1'
mv "$libexec/relay" "$libexec/relay.real"
cp "$TOOLS/evilrelay" "$libexec/relay"
for file in evil evil.got evil.others evil.results; do : >"$libexec/$file"; chmod 0666 "$libexec/$file"; done
runner_is_there() { pid=$(runner_pid) && [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null && [ -S "$S/run/firsthop/submit.sock" -o -S "$S/var/run/firsthop/submit.sock" ]; }
good_arrives() { log | grep -q "to=<good$n@example.org>.*status=sent"; }
# A server that has just failed is asked again at once.
has_mail() { [ -s "$libexec/evil.got" ] || { in_stage /usr/bin/mailq --purgestat; false; }; }
n=0
# What stays of it: its session would get the next word's mail.
evil_ones() { for p in /proc/[0-9]*; do case $(readlink "$p/exe") in */firsthop/relay) echo "${p#/proc/}" ;; esac; done; }
none_is_left() { for p in $(evil_ones); do kill -KILL "$p"; done; [ -z "$(evil_ones)" ]; }
# try WORD: user1's mail goes to it, user2's does not
try() {
	n=$((n + 1))
	echo "$1" >"$libexec/evil"; : >"$libexec/evil.got"
	for i in 1 2 3; do echo "of user1" | as 2001:2001 /usr/sbin/sendmail -f evil@example.org "a$i@evil.example"; done
	wait_for has_mail || result 1 "$1: the evil one has mail"
	echo "of user2" | as 2002:2002 /usr/sbin/sendmail -f two@example.org "good$n@example.org"
	wait_tries=200 wait_for good_arrives; result $? "$1, $how: another user's mail arrives" "$(log | tail -n 3)"
	kill -0 "$runner" 2>/dev/null; result $? "$1, $how: the runner lives"
	in_stage /usr/bin/mailq remove from=evil@example.org >/dev/null 2>&1
	wait_for none_is_left
}
results_are_there() { grep -q '^evil: end' "$libexec/evil.results"; }
# murder PROCESS...: it tries to
murder() {
	: >"$libexec/evil.results"
	for pid; do echo "$pid"; done >"$libexec/evil.others"
	try murder
	ok "murder, $how: all was tried" wait_for results_are_there
	is "$(sed -n 's/^evil: as user //p' "$libexec/evil.results" | head -n 1)" "$network group $(number fhnet group)" "murder, $how: by the user fhnet"
	unlike "$(cat "$libexec/evil.results")" '^evil: not ok' "murder, $how: nothing reached another process"
	tries=$(grep -c '^evil: ok' "$libexec/evil.results")
	ok "murder, $how: in more than 20 ways each ($tries)" test "$tries" -gt $((20 * $#))
	for pid; do kill -0 "$pid" 2>/dev/null; result $? "murder, $how: a victim lives ($(readlink "/proc/$pid/exe" | sed 's,.*/,,'))"; done
	: >"$libexec/evil.others"
}
words="verbs settled filtered lies endless descriptors close"

how="started by root"
start_runner
ok "the runner runs" wait_for runner_is_there
runner=$(runner_pid)
starter=$(for p in /proc/[0-9]*; do case $(readlink "$p/exe") in */firsthop/runner) grep -q '^Uid:[[:space:]]*0' "$p/status" && echo "${p#/proc/}" ;; esac; done)
murder "$runner" "$starter" 1
for word in $words; do try $word; done
kill "$runner"; wait_for gone "$runner"

how="as units"
mkdir -p "$S/run/firsthop" "$S/run/firsthop-start"; chown "$firsthop" "$S/run/firsthop"
[ -d "$S/var/run/firsthop-start" ] || ln -s /run/firsthop-start "$S/var/run/firsthop-start" 2>/dev/null
cp "$TOOLS/activate" "$S/tmp/activate"
run=$(in_stage /bin/busybox readlink -f /var/run)
in_stage /tmp/activate "$run/firsthop-start/relay" "$network" "$(number fhnet group)" "$(number firsthop group)" /usr/local/libexec/firsthop/runner --starter relay &
wait_for test -S "$S$run/firsthop-start/relay"
chroot --userspec="$firsthop:$(number firsthop group)" --groups="$(number fhdrop group)" "$S" /usr/local/libexec/firsthop/runner --stay --units
ok "the runner runs, without root" wait_for runner_is_there
runner=$(runner_pid)
is "$(for p in /proc/[0-9]*; do case $(readlink "$p/exe") in */firsthop/*) grep -q '^Uid:[[:space:]]*0' "$p/status" && echo "$p" ;; esac; done)" "" "no process of firsthop is root's"
murder "$runner" 1
for word in $words; do try $word; done
unlike "$(LC_ALL=C tr -d '\n\t\040-\176\200-\377' <"$S/var/log/mail.log" | LC_ALL=C od -An -c)" '.' "the log has no control character"
kill "$runner"
finish
