#!/bin/sh
# Without a resident runner, submission starts one: with which rights, and what its caller can do to it.
. tests/real/stage.sh
install_firsthop
make --no-print-directory -s BUILD="$BUILD" DESTDIR="$S" DAEMONLESS=yes install-rights >/dev/null
setup_postfix
start_postfix
runner=/usr/local/libexec/firsthop/runner
owner=$(number firsthop passwd) group=$(number firsthop group)
is "$(stat -c '%a %u:%g' "$S$runner")" "4511 0:$group" "the runner is set-user-id root: nobody else can change it"
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
like "$(cat "$S/tmp/out")" '< 250 2\.0\.0 Ok: ([0-9]+ bytes )?queued as' "the dialogue with the server, from the runner that was started for it"
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
# Two processes: the starter stays root, the other one owns the queue.
uid_of() { awk '$1 == "Uid:" { print $2 }' "/proc/$1/status" 2>/dev/null; }
of_user() { for p in $(living); do [ "$(uid_of "$p")" != "$1" ] || echo "$p"; done; }
two_live() { [ "$(of_user 0 | wc -l) $(of_user "$owner" | wc -l)" = "1 1" ]; }
ok "two processes: one of root, one of the user firsthop" wait_for two_live
starter=$(of_user 0) pid=$(of_user "$owner")
is "$(awk '/^[UG]id:/ { print $2, $3, $4, $5 }' "/proc/$starter/status" | sort -u)" "0 0 0 0" "the starter is wholly root: its caller has no part in it"
as 33:33 /bin/busybox kill -KILL "$starter" 2>/dev/null; is $? 1 "and cannot send it a signal"
is "$(ls -l "/proc/$starter/fd" | awk '$9 <= 2 && $NF !~ /\/dev\/null$/' | grep -c '^l')" 0 "nor read or write what it has open"
field() { awk -v name="$1:" '$1 == name { print $2, $3, $4 }' "/proc/$pid/status"; }
is "$(field Uid)" "$owner $owner $owner" "real, effective and saved user are firsthop"
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
is "$(find "$S/var/spool/firsthop" \( -perm -o+w -o -user 1000 \) -not -type l -not -type s -not -name drop | wc -l)" 0 "nothing in the spool became the caller's or everyone's"
start_postfix
send last
ok "in the end all of it goes out" wait_for mails_are 6
wait_for nobody_lives
# Each limit of a caller, as low as a program can be started with.  Root raises it, and what waits is sent; where root may not do that, as in some
# containers, the runner does not start, says which limit it is, and leaves the mail to another one.  Nothing is put off.
: >"$S/var/log/mail.log"
sh -c 'ulimit -Sn 64; ulimit -Hn 64; ulimit -Hn 128' 2>/dev/null && may_raise=yes || may_raise=no
refused_for() { log | grep -q "limits of the process that submitted mail are too low ($1)"; }
n=$(mails) waiting=0
for limit in "f 0 file size" "n 20 descriptors" "t 1 processor time" "v 20000 memory (address space)" "d 4000 memory (data)" "s 200 stack" "m 1000 memory (resident)" "u 1 processes" "l 0 locked memory"; do
	set -- $limit; flag=$1 value=$2; shift 2; name=$*
	printf 'Subject: %s\n\nx\n' "$name" | as 33:33 /usr/sbin/sendmail -odq -i ops@example.org
	waiting=$((waiting + 1))
	chroot --userspec=1000:1000 "$S" /bin/busybox sh -c "ulimit -SH -$flag $value; exec $runner" >/dev/null 2>&1 </dev/null
	if [ $may_raise = yes ]; then
		n=$((n + 1)); ok "a low limit on $name: it is raised, and the mail sent" wait_for mails_are $n
	else
		ok "a low limit on $name: the runner says so and does not start" wait_for refused_for "$name"
		is "$(mailq_count)" "$waiting" "and the mail waits for another one"
	fi
	wait_for nobody_lives
done
is "$(log | grep -c status=deferred)" 0 "nothing was put off for it"
printf 'Subject: c\n\nx\n' | as 33:33 /usr/sbin/sendmail -i ops@example.org
no_mail_waits() { [ "$(mailq_count)" = 0 ]; }
ok "and a caller without limits has all of it sent" wait_for no_mail_waits
wait_for nobody_lives
in_stage /usr/sbin/sendmail -bd -q1m
ok "root may still start one that stays" wait_for lives
is "$(pid=$(of_user "$owner"); awk '$1 == "Groups:" { $1 = ""; print $0 }' "/proc/$pid/status" | tr -d ' ')" "$(number fhdrop group)" "it has no groups of root's"
for pid in $(living); do kill -TERM "$pid"; done
wait_for nobody_lives
stop_postfix
finish
