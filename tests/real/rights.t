#!/bin/sh
# Rights, with real users: who may do what with whose mail, and how little of that is lost when the caller was robbed of his rights.
. tests/real/stage.sh
install_firsthop
sendmail=/usr/sbin/sendmail
drop_gid() { number fhdrop group; }
firsthop=$(number firsthop passwd)
take_mail
plain_config 127.0.0.1 "$(cat "$work/port")"
spool=$S/var/spool/firsthop
socket_is_there() { [ -S "$S/var/run/firsthop/submit.sock" ] || [ -S "$S/run/firsthop/submit.sock" ]; }
sent_to() { log | grep -q "to=<$1>.*status=sent"; }
submitted_by() { log | grep "from=<$2>" | grep -q "pickup.* uid=$1 "; }
# robbed HOW USER ARGS...: sendmail, in an environment that takes the set-group-id right away
robbed() {
	how=$1 user=$2; shift 2
	case $how in
	no-new-privs) setpriv --no-new-privs chroot --userspec="$user:$user" "$S" $sendmail "$@" ;;
	nosuid) unshare -m sh -c 'mount --bind "$1/usr/local/libexec" "$1/usr/local/libexec" && mount -o remount,bind,nosuid "$1/usr/local/libexec" &&
		root=$1 user=$2 program=$3 && shift 3 && exec chroot --userspec="$user:$user" "$root" "$program" "$@"' sh "$S" "$user" $sendmail "$@" ;;
	read-only) unshare -m sh -c 'mount --bind "$1/var/spool" "$1/var/spool" && mount -o remount,bind,ro "$1/var/spool" &&
		root=$1 user=$2 program=$3 && shift 3 && exec chroot --userspec="$user:$user" "$root" "$program" "$@"' sh "$S" "$user" $sendmail "$@" ;;
	esac
}

# --- no right, no runner --------------------------------------------------------------------------------------------
for how in no-new-privs nosuid; do
	error=$(echo x | robbed $how 33 a@example.org 2>&1); is $? 77 "$how, no runner: exit 77"
	like "$error" 'NoNewPrivileges.*nosuid mount.*install-rights.*no runner accepts the message at .*/submit\.sock.*The message was NOT accepted' "$how: the reason and the cure"
done
error=$(echo x | robbed read-only 33 a@example.org 2>&1); is $? 73 "a read-only spool, no runner: exit 73"
like "$error" 'Read-only file system' "and says so"
echo x | robbed no-new-privs 0 -f root1@example.org root1@example.org; is $? 0 "root needs no runner for it"
is "$(stat -c %u "$spool"/drop/????????.????????)" 0 "its file lies in drop/, and is root's"

# --- no right, but a runner ------------------------------------------------------------------------------------------
start_runner
ok "the runner made its socket" wait_for socket_is_there
for how in no-new-privs nosuid read-only; do
	echo x | robbed $how 33 -f "$how@example.org" "to-$how@example.org"; is $? 0 "$how: exit 0"
	ok "$how: the mail is sent" wait_for sent_to "to-$how@example.org"
	ok "$how: as mail of user 33" submitted_by 33 "$how@example.org"
done
echo x | robbed no-new-privs 0 -f root2@example.org root2@example.org; is $? 0 "root, with a runner"
ok "goes by its own right" test "$(log | grep 'from=<root2@' | grep -c via=socket)" = 0

# --- SMTP on standard input, with the set-group-id right and without it -----------------------------------------------
# dialogue UID NAME RUN...: two messages in one session, as swaks and mail libraries talk
dialogue() {
	uid=$1 box=$2 via=$3; shift 2
	codes=$(printf '%s\r\n' 'EHLO client.example.org' "MAIL FROM:<$box@example.org> BODY=8BITMIME" "RCPT TO:<to-$box@example.org>" DATA 'Subject: s' '' '..dot' . \
		"MAIL FROM:<$box@example.org>" "RCPT TO:<two-$box@example.org>" DATA 'Subject: s' '' x . QUIT | "$@" $sendmail -bs 2>&1 | tr -d '\r' | sed '/^250-/d' | cut -c1-3 | tr '\n' ' ')
	is "$codes" "220 250 250 250 354 250 250 250 354 250 221 " "-bs as user $uid ($box): both messages are taken"
	for to in to two; do ok "and sent ($to)" wait_for sent_to "$to-$box@example.org"; done
	is "$(log | grep "from=<$box@" | grep -c "pickup.* uid=$uid ")" 2 "as mail of user $uid"
	is "$(log | grep "from=<$box@" | grep -c via=socket)" "$([ "$via" = as ] && echo 0 || echo 2)" "by $([ "$via" = as ] && echo "its own right" || echo "the runner's socket")"
	is "$(cat $(grep -l "<to-$box@" "$work"/delivered/*.eml) | tr -d '\r' | grep -c '^\.dot')" 1 "without the dot that was doubled"
}
dialogue 2001 bs-user as 2001:2001
dialogue 33 bs-www as 33:33
dialogue 0 bs-root as 0:0
dialogue 33 bs-robbed setpriv --no-new-privs chroot --userspec=33:33 "$S"

# --- two users, and no runner: what lies in drop/ ---------------------------------------------------------------------
kill "$(runner_pid)"
runner_is_gone() { ! socket_is_there; }
wait_for runner_is_gone
cp "$TOOLS/hostile" "$S/tmp/hostile"
printf 'Subject: s\n\nuser1 has a secret\n' | as 2001:2001 $sendmail -f one@example.org to1@example.org; is $? 0 "user1 sends"
id=$(ls "$spool/drop" | grep '^[0-9a-f]*\.[0-9a-f]*$')
file=/var/spool/firsthop/drop/$id
is "$(stat -c '%u %a' "$S$file")" "2001 640" "the file is user1's"
try() { as 2002:2002 /bin/sh -c "$1" >/dev/null 2>&1; }
for attempt in "cat $file" "ls /var/spool/firsthop/drop" "ls /var/spool/firsthop/mqueue" "rm $file" "mv $file /tmp/x" "ln $file /tmp/x" "echo x >>$file" \
	"echo x >/var/spool/firsthop/drop/00000000.00000000" "ln -s /etc/passwd /var/spool/firsthop/drop/00000000.00000001" "echo k >/var/spool/firsthop/trigger" "touch /var/spool/firsthop/x"; do
	try "$attempt"; ok "user2 cannot: $attempt" test $? -ne 0
done
for mode in -bd -bD -q5m; do like "$(as 2002:2002 $sendmail $mode 2>&1; echo $?)" 'only root' "nor start a runner: $mode"; done
like "$(as 2002:2002 $sendmail -bi "-oA$file" 2>&1)" 'Permission denied' "nor does a program that his sendmail starts read it for him"
as 2001:2001 /bin/sh -c "rm -f $file" >/dev/null 2>&1; ok "nor can user1 take it back past mailq" test -e "$S$file"
like "$(as 2002:2002 /usr/bin/mailq 2>&1)" "$id.*" "list = all: mailq shows it to user2"
unlike "$(as 2002:2002 /usr/bin/mailq -v 2>&1)" 'has a secret' "but not what it says"
unlike "$(as 2002:2002 /usr/bin/mailq cat "$id" 2>&1)" 'has a secret' "not even when asked"
sed -i '$ a [queue]\nlist = owner' "$S/etc/firsthop/firsthop.conf"
unlike "$(as 2002:2002 /usr/bin/mailq 2>&1)" "$id" "list = owner: user2 does not see it"
like "$(as 2001:2001 /usr/bin/mailq 2>&1)" "$id" "user1 does"
like "$(in_stage /usr/bin/mailq 2>&1)" "$id" "root does"
# What mailq asks for drop/, asked by user2 himself.
ln -s /usr/local/libexec/firsthop/sendmail "$S/tmp/droplist"
unlike "$(as 2002:2002 /tmp/droplist 2>&1)" "$id|one@example.org" "droplist tells user2 nothing of it either"
like "$(as 2001:2001 /tmp/droplist 2>&1)" "id=$id.*one@example.org" "but its owner"

# --- a hostile start ------------------------------------------------------------------------------------------------
# hostile HOW CODES: exit code, and nothing half done in drop/
hostile() {
	before=$(ls "$spool/drop" | wc -l)
	echo text | as 2002:2002 /tmp/hostile "$1" /usr/local/libexec/firsthop/sendmail -f two@example.org to2@example.org >"$work/out" 2>&1
	code=$?
	after=$(ls "$spool/drop" | wc -l)
	case " $2 " in *" $code "*) good=0 ;; *) good=1 ;; esac
	[ $((after - before)) -eq "$([ $code -eq 0 ] && echo 1 || echo 0)" ] || good=1
	[ "$(ls "$spool/drop" | grep -c '^t\.')" = 0 ] || good=1
	result $good "hostile start, $1: exit $code" "$(cat "$work/out"; ls -l "$spool/drop")"
}
hostile no-arguments "64"; hostile empty-name "64"; hostile closed "0 74"; hostile closed-output "0"; hostile file-size "74"; hostile files-0 "71 127"; hostile files-4 "0 71 73"
hostile core "0"; hostile memory "0 71 127"; hostile cpu "0"; hostile stack "0"; hostile signals "0"; hostile umask "0"; hostile environment "0"; hostile descriptors "0"
# What it starts has nothing of its caller's environment: with FIRSTHOP_CONFIG in it, relayconf would read another configuration.
like "$(as 2002:2002 /tmp/hostile environment /usr/local/libexec/firsthop/sendmail -bv to2@example.org 2>&1)" 'smarthost main' "hostile start, environment: -bv tells the way of the system's configuration"
# While it takes a message: no core file could hold what it reads, and its caller cannot look into it.
mkfifo "$work/slow"
chroot --userspec=2002:2002 "$S" /tmp/hostile core /usr/local/libexec/firsthop/sendmail -v -oem -f two@example.org to2@example.org <"$work/slow" >"$work/taking" 2>&1 & taking=$!
exec 8>"$work/slow"
takes() { case $(readlink "/proc/$taking/exe") in */libexec/firsthop/sendmail) ls -l "/proc/$taking/fd" | grep -q 'drop$' ;; *) false ;; esac; }
ok "it waits for the text" wait_for takes
is "$(sed -n 's/^Gid:[[:space:]]*//p' "/proc/$taking/status" | tr '\t' ' ')" "2002 2002 $(number fhdrop group) 2002" "while it reads, the group of drop/ is put aside: real, effective, saved, file system group"
beside=$(cat "/proc/$taking/task/$taking/children")
is "$(echo $beside | wc -w)" 2 "two run beside it (-v, -oem)"
unlike "$(for p in $beside; do sed -n 's/^G[a-z]*://p' "/proc/$p/status"; done | tr '\t' ' ')" " $(number fhdrop group)( |\$)" "and have no such group at all"
like "$(cat "/proc/$taking/limits")" '^Max core file size +0 +0 ' "hostile start, core: the limit is 0 again"
as 2002:2002 /bin/sh -c "cat /proc/$taking/maps" >/dev/null 2>&1; ok "and its user cannot read its memory" test $? -ne 0
as 2002:2002 /bin/sh -c "kill -KILL $taking"
exec 8>&-
wait "$taking" 2>/dev/null; killed=$?
is "$killed" 137 "he may kill it"
rm -f "$spool"/drop/t.*
is "$(find "$spool/drop" -name '????????.????????' ! \( -perm 640 -gid "$(drop_gid)" \) | wc -l)" 0 "all of them can be read by the runner, by the group of drop/, whatever the umask"
is "$(find "$spool/drop" -name "????????.????????" ! -user 2001 ! -user 2002 | wc -l)" 0 "and belong to who sent them"
unlike "$(cat "$spool"/drop/*)" 'evil' "nothing of the environment came in"
mkdir -m 0700 "$S/tmp/closed"
echo x | chroot --userspec=2002:2002 "$S" /bin/sh -c 'cd /tmp/closed 2>/dev/null; exec /usr/sbin/sendmail -f two@example.org to2@example.org'; is $? 0 "a working directory that cannot be entered"
long=$(head -c 120000 /dev/zero | tr '\0' a)
echo x | as 2002:2002 $sendmail "$long@example.org" 2>/dev/null; is $? 64 "an argument of 120 kB"
echo x | as 2002:2002 $sendmail -f two@example.org $(seq -f 'r%g@example.org' 1 3000); is $? 0 "3000 recipients"

# --- a sendmail that was taken over: everything that the group fhdrop allows ----------------------------------------------
drop_group=$(number fhdrop group)
taken() { as "2002:$drop_group" /bin/sh -c "cd /var/spool/firsthop/drop && $1" >/dev/null 2>&1; }
for attempt in "rm $id" "mv $id /tmp/x" "mv $id x" "echo x >>$id" "chmod 0777 $id"; do
	taken "$attempt"; ok "a taken over sendmail of user2 cannot: $attempt" test $? -ne 0
done
echo geheim >"$S/root.secret"; chmod 0600 "$S/root.secret"
taken 'ln -s /root.secret 10000000.00000001; ln -s /var/spool/firsthop/drop 10000000.00000002; mkfifo 10000000.00000003; mkdir 10000000.00000004 10000000.00000005
	echo x >10000000.00000005/file; echo x >10000000.00000006; ln 10000000.00000006 10000000.00000007; : >10000000.00000008; head -c 100000 /dev/zero >10000000.00000009
	printf "firsthop-spool: 1\ncontent: bytes=14 lines=3 longest=10 8bit=0 nul=0 cr=0\nuid: 0\nlogin: root\nsender: forged@example.org\nrecipient: forged@example.org\nflags: bounce\n\nSubject: f\n\nx\n" >10000000.0000000a
	echo x >t.10000000.0000000b; ln -s /etc/passwd t.10000000.0000000c; mkdir flush.1; for n in 1 2 3 4 5 6 7 8 9; do mkdir 1000000$n.00000000 1000000$n.00000010 1000000$n.00000020; done; ln -s /etc/passwd flush.2; chmod 0 10000000.00000008'
rm -f "$spool/drop/policy"
taken 'nl="
"; for n in -rf --help "a b" "10000000.0000000d$nl" "${nl}10000000.0000000e" "10000000.0000000f;x" "*" flush.99999999999999999999999 "t.$nl" 1000000A.00000001 .hidden; do echo x >"./$n"; done; mkdir policy policy.new; echo x >policy/x; echo x >policy.new/x; mkfifo t.10000000.00000010 ./-i
	i=0; while [ $i -lt 50000 ]; do : >x$i; i=$((i + 1)); done'
ok "with names of every kind" test "$(ls "$spool/drop" | wc -l)" -gt 50000
taken 'i=0; while [ $i -lt 3000 ]; do : >"$(printf "20000000.%08x" $i)"; i=$((i + 1)); done'
: >"$S/var/log/mail.log"
start_runner
ok "with all that in drop/, user1's mail is sent" wait_for sent_to to1@example.org
ok "and user2's" wait_for sent_to to2@example.org
is "$(stat -c '%F %u' "$spool/drop/policy")" "regular file $firsthop" "a folder in the place of drop/policy gives way"
is "$(cat "$work"/delivered/* | grep -c geheim)" 0 "no secret left through a link"
forged() { cat $(grep -l '^X-Envelope-To: <forged@example.org>' "$work"/delivered/*); }
ok "a file that says it is root's goes" wait_for sent_to forged@example.org
like "$(forged)" '^Received: by [^ ]+ \(firsthop, from uid 2002 ' "as user2's: nobody is taken for root"
echo x | as 2001:2001 $sendmail -f one@example.org to3@example.org
ok "mail still goes on" wait_for sent_to to3@example.org
for i in 1 2 3 4 5; do echo x | as 2001:2001 $sendmail "to4$i@example.org"; done
ok "and still" wait_for sent_to to45@example.org
about_drop=$(log | grep -c 'move drop/')
ok "what cannot be moved away is told, and does not fill the log ($about_drop lines)" test "$about_drop" -gt 0 -a "$about_drop" -le 20

# --- whose processes, and with what environment ------------------------------------------------------------------------
kill "$(runner_pid)"
wait_for runner_is_gone
# With a smarthost that keeps silent, so that relay and its session live.
kill -STOP "$smarthost"
# By hand, with root's groups and a spoilt environment.
(export HOSTALIASES=/tmp/evil LOCALDOMAIN=evil.test RES_OPTIONS=debug LD_LIBRARY_PATH=/tmp OPENSSL_CONF=/tmp/evil SSLKEYLOGFILE=/tmp/keys SSL_CERT_FILE=/tmp/evil
	exec chroot --groups=0,8 "$S" /usr/local/libexec/firsthop/runner --stay --foreground) >/dev/null 2>&1 &
wait_for socket_is_there
echo x | as 2001:2001 $sendmail -f one@example.org to5@example.org
processes() { for p in /proc/[0-9]*; do case $(readlink "$p/exe" 2>/dev/null) in */libexec/firsthop/*) echo "$p" ;; esac; done; }
network=$(number fhnet passwd) network_group=$(number fhnet group)
is_session() { grep -q "^Uid:[[:space:]]*$network[[:space:]]" "$1/status" 2>/dev/null; }
# A session that is confined: before, it is a relay like the other.
relay_lives() { for p in $(processes); do ! is_session "$p" || ! grep -q '^Seccomp:[[:space:]]*2' "$p/status" || return 0; done; return 1; }
ok "runner, relay and its session run" wait_for relay_lives
running=$(processes)
of_each() { for p in $running; do sed -n "s/^$1:[[:space:]]*//p" "$p/status"; done | sort -u; }
starter=$(for p in $running; do grep -q '^Uid:[[:space:]]*0' "$p/status" && echo "$p"; done)
is "$(for p in $starter; do readlink "$p/exe"; done | sed 's,.*/,,')" runner "one process of firsthop is root's: the starter"
is "$(ls -l "$starter/fd" | grep -c ' -> ') $(ls -l "$starter/fd" | grep -c 'socket:')" "5 2" "it has its socket and that of the log open, and nothing else"
is "$(cd "$starter/cwd" && pwd -P)" "$S" "and stands in no folder of anybody"
# who PROCESS: real, effective and saved user, then groups
ids() { awk '/^[UG]id:/ { print $2, $3, $4 } /^Groups:/ { $1 = ""; print }' "$1/status" | tr '\n' ' ' | sed 's/  */ /g; s/ $//'; }
# One that is confined, and the relay that made it: on a busy machine there may be another on its way.
session=$(for p in $running; do ! is_session "$p" || ! grep -q '^Seccomp:[[:space:]]*2' "$p/status" || echo "$p"; done | head -n 1)
relay=/proc/$(sed -n 's/^PPid:[[:space:]]*//p' "$session/status")
like "$(readlink "$relay/exe")" '/relay$' "a session is made by relay"
queue=/proc/$(runner_pid)
fh_group=$(number firsthop group)
is "$(ids "$queue")" "$firsthop $firsthop $firsthop $fh_group $fh_group $fh_group $(number fhdrop group)" "the one that owns the queue is the user firsthop, and cannot become anybody else"
is "$(ids "$relay")" "$firsthop $firsthop 0 $fh_group $fh_group $fh_group $fh_group" "relay is the user firsthop; what it keeps of root is the right to make sessions"
is "$(awk '$1 == "CapEff:" { print $2 }' "$relay/status")" 0000000000000000 "it has no capability while it does not"
is "$(ids "$session")" "$network $network $network $network_group $network_group $network_group $network_group" "the session is fhnet, who owns nothing, wholly"
is "$(awk '/^Cap(Prm|Eff|Inh|Amb):/ { print $2 }' "$session/status" | sort -u)" 0000000000000000 "without a capability"
is "$(awk '$1 == "NoNewPrivs:" || $1 == "Seccomp:" { print $2 }' "$session/status" | tr '\n' ' ')" "1 2 " "and without a way to get one; a filter of system calls"
is "$(readlink "$session/root")" "$(readlink -f "$spool/empty")" "its root is the empty folder"
is "$(stat -c '%u %g %a' "$spool/empty") $(ls -A "$spool/empty" | wc -l)" "0 0 555 0" "which is root's, and nobody's to write, and empty"
is "$(ls -l "$session/fd" | awk '$9 == 1 || $9 == 2 { sub(".*/dev/", "/dev/", $NF); print $NF }' | tr '\n' ' ')" "/dev/null /dev/null " "what it says to a terminal goes nowhere"
like "$(cat "$session/limits")" '^Max processes +0 +0 ' "it can start no process"
like "$(cat "$session/limits")" '^Max open files +64 +64 ' "has few descriptors"
like "$(cat "$session/limits")" '^Max data size +[0-9]+ +[0-9]+ ' "so much memory"
like "$(cat "$session/limits")" '^Max cpu time +[0-9]+ +[0-9]+ ' "and so much time"
unlike "$(cat "$starter/environ" "$relay/environ" "$session/environ" | tr '\0' '\n' | grep -v '^$' | sort -u | grep -vF "$(tr '\0' '\n' <"$queue/environ")")" . "none has more of an environment than the runner was started with"
is "$(tr '\0' '\n' <"$relay/environ")" "" "relay has no environment"
is "$(tr '\0' ' ' <"$relay/cmdline") $(tr '\0' ' ' <"$session/cmdline")" "relay --jobs $firsthop $fh_group $network $network_group  relay --jobs $firsthop $fh_group $network $network_group " "and says nothing about mail to whoever lists processes"
kill -CONT "$smarthost"
ok "then that mail goes, too" wait_for sent_to to5@example.org
is "$(ids "$relay" 2>/dev/null)" "$firsthop $firsthop $firsthop $fh_group $fh_group $fh_group $fh_group" "with a session that is ready, relay has given root's right up for good"

# --- a session that its server has taken over, started by root: it does its worst -----------------------------------------
mkdir -m 0777 "$S/tmp/folder"; echo secret >"$S/tmp/file"; chmod 0666 "$S/tmp/file"
cp "$TOOLS/intruder.so" "$S/tmp/intruder.so"
echo "/tmp/folder /tmp/file $(runner_pid)" >"$S/tmp/intruder"
echo /tmp/intruder.so >"$S/etc/ld.so.preload"
sleep 6
echo x | as 2001:2001 $sendmail -f one@example.org to5b@example.org
ok "a mail by it" wait_for sent_to to5b@example.org
rm -f "$S/etc/ld.so.preload" "$S/tmp/intruder"
is "$(grep -c '^intruder: ok' "$S/tmp/intruder.log" | sed 's/^3[2-9]$/more than 30/')" "more than 30" "everything was tried"
unlike "$(cat "$S/tmp/intruder.log")" '^intruder: not ok|let through' "and nothing worked"
is "$(grep -o 'as user.*' "$S/tmp/intruder.log")" "as user $network group $network_group" "by the user fhnet"
ok "the runner lives" test -d "$queue"
ok "and its starter" test -d "$starter"
is "$(cat "$S/tmp/file")" secret "the file is as it was"
# Outside of the filter: whoever is fhnet, and nothing else.
as_network() { as "$network:$network_group" /bin/sh -c "$1" >/dev/null 2>&1; }
for attempt in "cat /etc/firsthop/secret" "ls /var/spool/firsthop/drop" "ls /var/spool/firsthop/mqueue" "echo x >/var/spool/firsthop/trigger" "touch /var/spool/firsthop/empty/x" \
	"kill -KILL $(runner_pid)" "kill -KILL ${starter#/proc/}" "cat /proc/$(runner_pid)/mem" "ls /proc/$(runner_pid)/fd" "touch /var/run/firsthop/x" "ls /proc/${starter#/proc/}/fd"; do
	as_network "$attempt"; ok "fhnet cannot: $(echo "$attempt" | sed 's/[0-9]\{2,\}/PROCESS/')" test $? -ne 0
done
is "$(find "$S" -xdev \( -uid "$network" -o -gid "$network_group" \) -print 2>/dev/null)" "" "fhnet owns nothing"

# --- the runner's user, taken over: nothing that root or another user starts is his to change ------------------------------
as_firsthop() { as "$firsthop:$(number firsthop group)" /bin/sh -c "$1" >/dev/null 2>&1; }
libexec=/usr/local/libexec/firsthop
before=$(cat "$S$libexec"/* "$S/usr/local/sbin/relayconf" "$S/usr/local/bin/mail" | cksum)
for program in $(ls "$S$libexec" | sed "s,^,$libexec/,") /usr/local/sbin/relayconf /usr/local/bin/mail; do
	for attempt in "echo x >>$program" "chmod 0777 $program" "rm -f $program && test ! -e $program" "mv $program $program.old" "cp /bin/sh $program" "chown root $program"; do
		as_firsthop "$attempt" && result 1 "the user firsthop cannot: $attempt"
	done
done
is "$(cat "$S$libexec"/* "$S/usr/local/sbin/relayconf" "$S/usr/local/bin/mail" | cksum)" "$before" "the user firsthop, who owns the queue, can change no program"
is "$(find -L "$S$libexec" "$S/usr/local/sbin" "$S/usr/local/bin/mail" \( ! -user 0 -o -perm /022 \) -print)" "" "all of them, and their folders, are root's, and root's alone to write"
is "$(find "$S/usr/local" -perm /4000)" "" "nothing is set-user-id"
# Nor where root writes for it: tokens, asked for with a curl that says who it is.
printf '#!/bin/sh\nid -u >>/tmp/asked\nwhile [ "$1" != -o ]; do shift; done\necho '\''{"access_token": "t1", "expires_in": 3600}'\'' >"$2"\n' >"$S/usr/bin/curl"
chmod 755 "$S/usr/bin/curl"; : >"$S/tmp/asked"; chmod 666 "$S/tmp/asked"
printf 'client_id=us\ntoken_url=https://p.example/token\ngrant=client_credentials\n' >"$S/etc/firsthop/main.oauth"
chgrp "$(number firsthop group)" "$S/etc/firsthop/main.oauth"; chmod 640 "$S/etc/firsthop/main.oauth"
echo precious >"$S/etc/precious"
as_firsthop 'for name in main main.new; do ln -s /etc/precious /var/spool/firsthop/oauth/$name; ln /etc/precious /var/spool/firsthop/oauth/hard; done'
as_firsthop 'mv /var/spool/firsthop/oauth /var/spool/firsthop/was; ln -s /etc /var/spool/firsthop/oauth'
out=$(in_stage /usr/local/sbin/relayconf oauth login main 2>&1)
is "$(cat "$S/tmp/asked")" "$firsthop" "root's relayconf oauth asks the provider as the user firsthop"
is "$(cat "$S/etc/precious"; stat -c %u "$S/etc" "$S/etc/precious" | tr '\n' ' ')" "precious
0 0 " "and follows none of its links"
is "$(in_stage /usr/local/sbin/relayconf oauth token main; as "$firsthop:$(number firsthop group)" /usr/local/share/firsthop/oauth.sh token main)" "t1
t1" "a token is kept all the same ($out)"
is "$(as "$network:$(number firsthop group)" /usr/local/share/firsthop/oauth.sh token main; stat -c '%a %g' "$spool/oauth/main")" "t1
660 $(number firsthop group)" "also for fhnet with the group firsthop, which relay is under systemd"
like "$(in_stage /usr/local/share/firsthop/oauth.sh token main 2>&1)" 'as root, say: relayconf oauth token main' "the script itself is nothing for root"
for attempt in "kill -KILL ${starter#/proc/}" "kill -STOP ${starter#/proc/}" "kill -HUP ${starter#/proc/}" "cat /proc/${starter#/proc/}/mem" "cat /proc/${starter#/proc/}/maps" "ls /proc/${starter#/proc/}/fd" "ls /proc/${starter#/proc/}/root/"; do
	as_firsthop "$attempt"; ok "nor can it: $(echo "$attempt" | sed 's/[0-9]\{2,\}/STARTER/')" test $? -ne 0
done
ok "the starter lives" test -d "$starter"

# --- who reads what waits with the runner --------------------------------------------------------------------------------
# With a list that everyone sees: what is refused is the text, not the message.
sed -i 's/^list = owner/list = all/' "$S/etc/firsthop/firsthop.conf"
kill -STOP "$smarthost"
printf 'Subject: s\n\nanother secret\n' | as 2001:2001 $sendmail -f one@example.org to6@example.org
taken_up() { id=$(id_of to6@example.org); [ -n "$id" ] && [ -e "$spool/mqueue/$id" ]; }
ok "it waits with the runner" wait_for taken_up
is "$(stat -c '%u %a' "$spool/mqueue")" "$firsthop 2750" "its folder is closed to others"
for user in 2002 "2002:$drop_group" 33; do
	like "$(as "$user" /usr/bin/mailq 2>&1)" "$id" "user $user sees that it is there"
	out=$(as "$user" /usr/bin/mailq cat "$id" 2>&1); is "$? $out" "77 mailq: $id: only root, the user firsthop and its sender may read its text" "user $user does not get its text"
	unlike "$(for how in why -v --json; do as "$user" /usr/bin/mailq $how $([ $how != why ] || echo "$id") 2>&1; done)" 'another secret|^Subject' "nor any of it another way"
	as "$user" /bin/sh -c "cat /var/spool/firsthop/mqueue/$id" >/dev/null 2>&1; ok "nor as a file" test $? -ne 0
	as "$user" /usr/bin/mailq remove "$id" >/dev/null 2>&1; ok "nor can remove it" test -e "$spool/mqueue/$id"
done
for list in owner admin; do
	sed -i "s/^list = .*/list = $list/" "$S/etc/firsthop/firsthop.conf"
	for how in '' -v --json "why $id" "cat $id"; do
		unlike "$(as 2002:2002 /usr/bin/mailq $how 2>/dev/null)" "$id|to6@|another secret" "list = $list: mailq $how shows user2 nothing of it"
	done
done
unlike "$(as 2001:2001 /usr/bin/mailq 2>/dev/null)" "to6@" "list = admin: not even to its owner"
sed -i "s/^list = .*/list = all/" "$S/etc/firsthop/firsthop.conf"
# A file of user2, by a sendmail that was taken over, which says that it is user1's.
taken 'printf "firsthop-spool: 1\ncontent: bytes=24 lines=3 longest=11 8bit=0 nul=0 cr=0\nuid: 2001\nlogin: user1\nsender: f@example.org\nrecipient: f@example.org\n\nSubject: f\n\nfalse words\n" >20000001.00000001; echo k >../trigger'
false_is_there() { [ -e "$spool/mqueue/20000001.00000001" ]; }
ok "a file with a false uid is taken up" wait_for false_is_there
as 2001:2001 /usr/bin/mailq cat 20000001.00000001 >/dev/null 2>&1; is $? 77 "it is not that user's to read"
like "$(as 2001:2001 /usr/bin/mailq hold 20000001.00000001 2>&1)" 'only root' "nor to hold"
like "$(as 2002:2002 /usr/bin/mailq cat 20000001.00000001 2>&1)" 'false words' "it is whose file it is"
like "$(as 2001:2001 /usr/bin/mailq cat "$id" 2>&1)" 'another secret' "its owner does"
like "$(in_stage /usr/bin/mailq cat "$id" 2>&1)" 'another secret' "root does"

# --- three rights: to list the queue, to read the password, to read what others wrote ------------------------------------
# user3 watches the machine, and is in the group for that.
echo 'watcher:x:2013:2013::/nonexistent:/bin/sh' >>"$S/etc/passwd"
list_group=$(number fhlist group)
sed -i "s/^\(fhlist:[^:]*:[^:]*\):.*/\1:watcher/" "$S/etc/group"
as_nagios() { chroot --userspec=2013:2013 --groups="$list_group" "$S" "$@"; }
for list in all owner admin; do
	sed -i "s/^list = .*/list = $list/" "$S/etc/firsthop/firsthop.conf"
	out=$(as_nagios /usr/bin/mailq 2>&1)
	like "$out" "$id.*" "list = $list: who is in the group fhlist sees that it is there"
	like "$out" '<one@example\.org>|one@example\.org' "and from whom"
	like "$out" 'to6@example\.org' "and to whom"
	like "$(as_nagios /usr/bin/mailq --json 2>&1)" "\"queue_id\": \"$id\".*one@example.org" "in JSON, too"
	unlike "$(for how in -v --json "why $id"; do as_nagios /usr/bin/mailq $how 2>&1; done)" 'another secret' "but not its text"
	is "$(as_nagios /usr/bin/mailq cat "$id" 2>&1)" "mailq: $id: only root, the user firsthop and its sender may read its text" "not when asked for it"
	for attempt in "cat /var/spool/firsthop/mqueue/$id" "cat /etc/firsthop/secret" "ls /var/spool/firsthop/drop" "rm /var/spool/firsthop/mqueue/$id" "echo x >>/var/spool/firsthop/mqueue/$id.log" \
		"touch /var/spool/firsthop/mqueue/x" "cat /root/.profile"; do
		as_nagios /bin/sh -c "$attempt" >/dev/null 2>&1; ok "list = $list: nor can it: ${attempt%% *} ${attempt##*/}" test $? -ne 0
	done
done
as_nagios /bin/sh -c "ls /var/spool/firsthop/mqueue" >/dev/null 2>&1; is $? 0 "it may list the folder"
# The set-group-id right of mailq, taken over by another user.
taken_mailq() { chroot --userspec="2002:$list_group" "$S" /bin/sh -c "$1" 2>&1; }
unlike "$(taken_mailq "cat /var/spool/firsthop/mqueue/$id; find /var/spool/firsthop/mqueue -type f -exec cat {} +; cat /etc/firsthop/secret; cat /var/spool/firsthop/drop/*")" 'another secret|geheim' "a mailq that was taken over reads no text and no password"
is "$(find "$spool/mqueue" -type f -name '????????.????????' ! -name 20000001.00000001 -perm /007 | wc -l)" 0 "no message is open to everyone, but what a user has opened himself"
is "$(find "$spool/mqueue" -type f -name '????????.????????' -gid "$list_group" -perm /070 | wc -l)" 0 "or to the group of mailq"
# The group of the password alone.
sed -i "s/^list = .*/list = admin/" "$S/etc/firsthop/firsthop.conf"
with_secrets() { chroot --userspec="2002:$(number firsthop group)" "$S" /bin/sh -c "$1" 2>&1; }
unlike "$(with_secrets "/usr/bin/mailq; ls /var/spool/firsthop/mqueue; cat /var/spool/firsthop/mqueue/$id" | grep -v denied)" "$id|another secret" "who may read the password sees neither the queue nor its text"
sed -i "s/^list = .*/list = all/" "$S/etc/firsthop/firsthop.conf"
# A report of ours, and a message without a runner.
is "$(as 2002:2002 /usr/bin/mailq 2>&1 | grep -c "$id")" 1 "list = all: everyone sees that it is there"

# Somebody whose mailqs hold connections to the runner and say nothing.
cp "$TOOLS/sockcat" "$S/tmp/sockcat"
mkfifo "$work/silence"
exec 9<>"$work/silence"
for i in $(seq 40); do as "2002:$list_group" /tmp/sockcat /var/spool/firsthop/mqueue/control <"$work/silence" >>"$work/answers" & pids="$pids $!"; done
all_are_there() { [ "$(grep -c 'too many requests' "$work/answers")" -eq 24 ]; }
ok "one user gets 16 connections to the runner" wait_for all_are_there
echo x | as 2002:2002 $sendmail -f two@example.org to7@example.org
his_waits() { as 2002:2002 timeout 20 /usr/bin/mailq hold all 2>&1 | grep -q 'too many requests are open at once'; }
ok "his next one is told so" wait_for his_waits
like "$(as 2001:2001 timeout 20 /usr/bin/mailq retry "$id" 2>&1)" 'only root and the user firsthop may do that$' "another user's is answered"
like "$(in_stage /usr/bin/timeout 20 /usr/bin/mailq retry "$id" 2>&1)" 'it is being delivered right now$' "so is root's"
kill -CONT "$smarthost"
ok "and the mail goes" wait_for sent_to to6@example.org
finish
