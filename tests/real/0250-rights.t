#!/bin/sh
# Rights, with real users: who may do what with whose mail, and how little of that is lost when the caller was robbed of his rights.
. tests/real/stage.sh
install_firsthop
sendmail=/usr/sbin/sendmail
number() { awk -F: -v name="$1" '$1 == name { print $3 }' "$S/etc/$2"; }
firsthop=$(number firsthop passwd)
smarthost=$(rm -f "$work/port"; "$TOOLS/smarthost" -P "$work/port" -d "$work/delivered" >/dev/null 2>&1 & echo $!)
wait_for test -s "$work/port"
cat >"$S/etc/firsthop/firsthop.conf" <<END
[host]
name = mon1.example.org
[smarthost main]
host = 127.0.0.1
port = $(cat "$work/port")
tls = off
END
spool=$S/var/spool/firsthop
socket_is_there() { [ -S "$S/var/run/firsthop/submit.sock" ] || [ -S "$S/run/firsthop/submit.sock" ]; }
sent_to() { log | grep -q "to=<$1>.*verdict=sent"; }
submitted_by() { log | grep "from=<$2>" | grep -q " submit uid=$1 "; }
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
	like "$error" 'NoNewPrivileges.*nosuid mount.*install-rights.*no runner takes the message at .*/submit\.sock.*The message was NOT taken' "$how: the reason and the cure"
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
finish
