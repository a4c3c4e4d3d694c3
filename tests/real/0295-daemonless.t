#!/bin/sh
# Without a resident runner, submission starts one: with which rights, and what its caller can do to it.
. tests/real/stage.sh
install_firsthop
make --no-print-directory -s BUILD="$BUILD" DESTDIR="$S" DAEMONLESS=yes install-rights >/dev/null
setup_postfix
start_postfix
runner=/usr/local/libexec/firsthop/runner
number() { awk -F: -v name="$1" '$1 == name { print $3 }' "$S/etc/$2"; }
user=$(number firsthop passwd) group=$(number firsthop group)
is "$(stat -c '%a %u:%g' "$S$runner")" "6511 $user:$group" "the runner is set-id"
is "$(stat -c '%a %u:%g' "$S/etc/firsthop/secret")" "640 0:$group" "the password is readable to root and the group firsthop"
send() { printf 'Subject: %s\n\nx\n' "$1" | as "${2:-33:33}" /usr/sbin/sendmail -i ops@example.org; }
nobody_lives() { [ "$(living)" = "" ]; }
# living: the pids of this stage's runners
living() {
	for exe in /proc/[0-9]*/exe; do
		[ "$(readlink "$exe" 2>/dev/null)" = "$(readlink -f "$S$runner")" ] && { pid=${exe%/exe}; echo "${pid#/proc/}"; }
	done
}
lives() { [ -n "$(living)" ]; }
send one
ok "mail of an ordinary user goes out, with a login, without a resident runner" wait_for mails_are 1
unlike "$(log)" 'secret' "the password could be read"
ok "the runner is gone when the queue is empty" wait_for nobody_lives
send two 1000:1000
ok "so does the next user's" wait_for mails_are 2
wait_for nobody_lives
printf 'Subject: watched\n\nx\n' | as 1000:1000 /usr/sbin/sendmail -v -i ops@example.org >"$S/tmp/out" 2>&1; is $? 0 "sendmail -v of an ordinary user"
like "$(cat "$S/tmp/out")" '< 250 2.0.0 Ok: queued as' "the dialogue with the server, from the runner that was started for it"
like "$(cat "$S/tmp/out")" '<ops@example.org> sent: smarthost main' "and what came of it"
wait_for nobody_lives
printf 'Subject: odi\n\nx\n' | as 33:33 /usr/sbin/sendmail -odi ops@example.org; is "$? $(mails)" "0 4" "-odi: delivered when it returns"
wait_for nobody_lives

# What lives on, and what it took from its caller.
stop_postfix
: >"$S/tmp/loot"; chmod 0666 "$S/tmp/loot"
mkdir -p "$S/tmp/evil"; printf '[host]\nname = evil.example\n' >"$S/tmp/evil/firsthop.conf"; chmod -R a+rwX "$S/tmp/evil"
send waits
wait_for lives
pid=$(living | head -n 1)
field() { awk -v name="$1:" '$1 == name { print $2, $3, $4 }' "/proc/$pid/status"; }
is "$(field Uid)" "$user $user $user" "real, effective and saved user are firsthop"
is "$(field Gid)" "$group $group $group" "real, effective and saved group are firsthop"
is "$(tr -d '\0' <"/proc/$pid/environ" | grep -c FIRSTHOP)" 0 "nothing of a private spool is in its environment"
is "$(readlink "/proc/$pid/cwd")" "$(readlink -f "$S/var/spool/firsthop")" "its folder is the spool"
is "$(awk '{ print $6 }' "/proc/$pid/stat" | sed "s/^$pid$/own/; s/^$(awk '{ print $4 }' /proc/$pid/stat)$/parent/" | grep -vc "^$(awk '{ print $6 }' /proc/$$/stat)$")" 1 "it is in another session"
as 33:33 /bin/busybox kill -TERM "$pid" 2>/dev/null; is $? 1 "its caller cannot send it a signal"
is "$(ls -l "/proc/$pid/fd" | awk '$9 <= 2 && $NF !~ /\/dev\/null$/' | grep -c '^l')" 0 "its standard descriptors lead nowhere"
kill -TERM "$pid"; wait_for nobody_lives

# hostile NAME COMMAND: as an ordinary user; afterwards the queue is whole, and the mail still waits
hostile() {
	name=$1; shift
	chroot --userspec=1000:1000 "$S" /bin/busybox sh -c "$*" >/dev/null 2>&1 </dev/null
	sleep 0.3
	for pid in $(living); do kill -TERM "$pid"; done
	wait_for nobody_lives
	[ "$(mailq_count)" = 1 ] && [ ! -s "$S/tmp/loot" ] && [ -z "$(ls "$S/tmp/evil" | grep -v firsthop.conf)" ]
	result $? "hostile: $name" "mailq: $(mailq_count), loot: $(cat "$S/tmp/loot"), evil: $(ls "$S/tmp/evil")"
}
hostile "arguments" "$runner --once --foreground"
hostile "nonsense as arguments" "$runner -C /tmp/evil/firsthop.conf --config=/tmp/evil \$(/bin/busybox seq 1 5000)"
hostile "an environment" "FIRSTHOP_SPOOL=/tmp/evil FIRSTHOP_CONFIG=/tmp/evil/firsthop.conf FIRSTHOP_LIBEXEC=/tmp/evil FIRSTHOP_RUN=/tmp/evil LD_PRELOAD=/tmp/evil/x.so TZ=/tmp/evil/tz RES_OPTIONS=debug HOSTALIASES=/tmp/evil/h OPENSSL_CONF=/tmp/evil/o SSL_CERT_FILE=/tmp/evil/c $runner"
hostile "closed descriptors" "exec $runner 0<&- 1>&- 2>&-"
hostile "descriptors that lead to a file" "exec $runner 0</etc/passwd 1>>/tmp/loot 2>>/tmp/loot 3>>/tmp/loot 7>>/tmp/loot"
hostile "no file may grow" "ulimit -f 0; $runner"
hostile "few descriptors" "ulimit -n 4; $runner"
hostile "little memory" "ulimit -v 20000; $runner"
hostile "little time" "ulimit -t 1; $runner"
hostile "ignored signals" "trap '' CHLD HUP TERM PIPE; $runner"
hostile "another folder and umask" "cd /tmp/evil; umask 0; $runner"
like "$(log)" 'limits of the process that submitted mail are too low' "a runner without room to write does not start, and says so"
is "$(find "$S/var/spool/firsthop" \( -perm -o+w -o -user 1000 \) -not -type l -not -type s -not -name drop | wc -l)" 0 "nothing in the spool became the caller's or everyone's"
start_postfix
send last
ok "in the end all of it goes out" wait_for mails_are 6
wait_for nobody_lives
in_stage /usr/sbin/sendmail -bd -q1m
ok "root may still start one that stays" wait_for lives
is "$(pid=$(living | head -n 1); awk '$1 == "Groups:" { print NF }' "/proc/$pid/status")" 1 "it has no groups of root's"
for pid in $(living); do kill -TERM "$pid"; done
wait_for nobody_lives
stop_postfix
finish
