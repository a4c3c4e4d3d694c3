#!/bin/sh
# A container: an unprivileged user, no daemon, no set-id program, everything read-only but a volume; as firsthop(7) tells.
. tests/lib.sh
new_spool
plain="setpriv --reuid=65534 --regid=65534 --clear-groups"
[ "$(id -u)" = 0 ] || plain=
$plain unshare -Umr true 2>/dev/null || skip_all "needs user namespaces (unshare)"
smarthost
config
chmod 0755 "$work"
chmod 0644 "$work/firsthop.conf"
mkdir "$work/bin" "$work/root" "$work/volume"
cp "$BIN/sendmail" "$BIN/runner" "$BIN/relay" "$BIN/mailq" "$work/bin"
[ "$(id -u)" != 0 ] || chown 65534:65534 "$work/volume" "$work/root"
export FIRSTHOP_SPOOL="$work/volume/spool" FIRSTHOP_RUN="$work/volume/run" FIRSTHOP_LIBEXEC="$work/bin"
# inside USER SCRIPT: in namespaces of its own, as the user of that number in the container, who is nobody outside
inside() {
	$plain unshare -Umr sh -c 'mount --rbind / "$1/root" && mount --bind "$1/volume" "$1/root$1/volume" && mount -o remount,bind,ro "$1/root" &&
		exec unshare -U --map-user="$2" --map-group="$2" --root="$1/root" --wd=/ sh -c "$3"' sh "$work" "$1" "PATH=$work/bin:\$PATH; $2" >"$work/out" 2>&1
}
delivered_are() { [ "$(delivered)" -ge "$1" ]; }
# The page's commands, with this container's places and a job.
recipe container | sed "s,/volume/,$work/volume/,g; s,/usr/local/libexec/firsthop/,$work/bin/,; s,^the-job .*,echo x | sendmail -f job@example.org ops@example.org," >"$work/recipe"
ready=$(sed '/^$/q' "$work/recipe")
inside 1000 "touch $work/x || touch /etc/x"; is $? 1 "the root of the container is read-only" "$(cat "$work/out")"
inside 1000 'id -u; grep -h ^Cap[EP] /proc/self/status'; like "$(cat "$work/out" | tr '\n' ' ')" '^1000 ' "its user is a plain one"
inside 1000 "$ready"; is $? 0 "the volume is made ready"
inside 1000 'echo x | sendmail -f job@example.org ops@example.org'; is $? 0 "sendmail takes a message" "$(cat "$work/out")"
is "$(delivered)" 0 "which waits in the volume"
inside 1000 'runner --once --foreground'; is $? 0 "runner --once"
like "$(cat "$work/out")" 'to=<ops@example.org>.*status=sent' "delivers in the foreground, with the log on standard error"
ok "it arrived" delivered_are 1
inside 1000 'echo y | sendmail -f job@example.org ops@example.org && runner --linger --foreground && mailq'; is $? 0 "a job that ends with runner --linger"
ok "has delivered when it ends" delivered_are 2
like "$(cat "$work/out")" 'Total requests: 0' "and left nothing"
inside 0 'echo z | sendmail -f job@example.org ops@example.org && runner --once --foreground'; is $? 0 "as root of the container"
ok "too" delivered_are 3

inside 1000 "set -e; $(cat "$work/recipe")"; is $? 0 "the commands of firsthop(7), as they stand there" "$(cat "$work/out")"
ok "deliver, too" delivered_are 4
is "$(delivered)" 4 "once"

export FIRSTHOP_DAEMONLESS=yes
inside 1000 'echo odi | sendmail -odi -f job@example.org ops@example.org'; is $? 0 "sendmail -odi delivers in the foreground"
is "$(delivered)" 5 "when it returns, it has arrived" "$(cat "$work/out")"
inside 1000 'echo v | sendmail -v -f job@example.org ops@example.org'; like "$(cat "$work/out")" 'RCPT TO|250' "sendmail -v shows the session"
is "$(delivered)" 6 "and has delivered when it returns"
inside 1000 'echo bs | sendmail -f job@example.org ops@example.org; for i in $(seq 100); do [ "$(mailq -bP)" = 0 ] && break; sleep 0.1; done; mailq -bP'; like "$(cat "$work/out")" '^0$' "without -odi it is delivered in the background"
is "$(delivered)" 7 "once"
inside 1000 'mailq -bP'; like "$(cat "$work/out")" '^0$' "nothing is left"

gone() { [ ! -e "$work/volume/run/runner.pid" ]; }
ok "and its runner ends by itself" wait_for gone
unset FIRSTHOP_DAEMONLESS

# The next container finds what the last one could not deliver.
stop "$smarthost_pid"
inside 1000 'unset FIRSTHOP_DAEMONLESS; echo late | sendmail -f job@example.org ops@example.org && runner --once --foreground'; is $? 0 "the smarthost is away: exit 0, the mail is safe"
like "$(cat "$work/out")" 'status=deferred' "it is told that it waits"
inside 1000 'echo late | FIRSTHOP_DAEMONLESS=yes sendmail -odi -f job@example.org ops@example.org'; is $? 0 "sendmail -odi, too: exit 0, and the mail is safe"
inside 1000 'mailq -bP'; like "$(cat "$work/out")" '^2$' "two wait in the volume"
# The container ends, and its runner with it.
kill "$(cat "$work/volume/run/runner.pid")"; wait_for gone
smarthost
config
chmod 0644 "$work/firsthop.conf"
inside 1000 'runner --once --foreground'; is $? 0 "the next container"
ok "delivers it from the volume" delivered_are 9
# A group that has no number in the user namespace (podman without keep-groups).
mkdir -p "$work/plain/drop" "$work/plain/mqueue"; chmod 0777 "$work/plain" "$work/plain/drop"
export FIRSTHOP_SPOOL="$work/plain"
echo x | unshare -U "$work/bin/sendmail" a@example.org 2>"$work/err"
is "$? $(cat "$work/err") $(ls "$work/plain/drop" | lines)" "0  1" "no number for any group: taken"
if [ "$(id -u)" = 0 ]; then
	mkdir "$work/setgid"; cp "$BIN/sendmail" "$work/setgid"; chgrp 1 "$work/setgid/sendmail"; chmod 2755 "$work/setgid/sendmail"
	mkfifo "$work/go"
	unshare -U sh -c "read go <'$work/go'; '$work/setgid/sendmail' -bp" 2>"$work/err" & pid=$!
	apart() { [ "$(readlink /proc/$pid/ns/user)" != "$(readlink /proc/self/ns/user)" ]; }
	wait_for apart
	echo '0 0 1' >/proc/$pid/uid_map; echo '1 1 1' >/proc/$pid/gid_map
	echo >"$work/go"
	wait $pid; is $? 71 "set-group-id, and no number for the caller's group: 71"
	like "$(cat "$work/err")" '^sendmail: the group of the caller \(gid [0-9]+\) cannot be set: .*must be mapped.*NOT accepted' "with the reason and the cure"
fi
finish
