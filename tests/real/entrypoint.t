#!/bin/sh
# A container made of the Debian package: its first process is entrypoint.sh, its settings are variables, its application mails as another user.
UNPACK=package.sh
. tests/real/inside.sh
image root "$PWD/$BUILD/real/debian"
S=$work/root
# --- as Containerfile does
ok "the image is made" quietly chroot "$S" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install /tmp/firsthop.deb
is "$(sed -n 's/^ENTRYPOINT \["\(.*\)"\]/\1/p' "$S/usr/share/firsthop/container/Containerfile")" /usr/share/firsthop/container/entrypoint.sh "Containerfile names the first process"
ok "which is there" test -x "$S/usr/share/firsthop/container/entrypoint.sh"
ok "and compose.yaml beside it" test -s "$S/usr/share/firsthop/container/compose.yaml"

# --- as compose.yaml does, with another server; sh is the application
sh tests/fake/certs.sh "$work/certs" localhost >/dev/null 2>&1
take_mail -a app@example.org:geheim -t "$work/certs/good.pem" -k "$work/certs/good.key"
mkdir -p "$S/run/secrets"
cp "$work/certs/ca.pem" "$S/run/ca.pem"
echo geheim >"$S/run/secrets/smarthost"
chmod 0400 "$S/run/secrets/smarthost"
variables=$(sed -n 's/^ *\(FIRSTHOP_[A-Z_]*\): "*\([^"]*\)"*$/\1=\2/p' "$S/usr/share/firsthop/container/compose.yaml" | sed 's/=mail.example.org/=localhost/')
is "$(echo "$variables" | lines)" 4 "variables of compose.yaml"
cat >"$S/tmp/application" <<'END'
env | grep PASSWORD= && echo "a password is seen"
for n in 1 2 3; do echo "mail $n" | setpriv --reuid=33 --regid=33 --clear-groups sendmail -f app@example.org root || echo "refused $n"; done
: >/tmp/handed
until [ -e /tmp/stop ]; do sleep 0.1; done
END
# container COMMAND...: a first process in a process namespace of its own
container() {
	IFS='
'
	exec unshare -p -f --kill-child --mount-proc="$S/proc" chroot "$S" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin $variables FIRSTHOP_HOST_NAME=app.example.org \
		FIRSTHOP_SMARTHOST_PORT="$(cat "$work/port")" FIRSTHOP_SMARTHOST_TLS_CA_FILE=/run/ca.pem "$@" >"$work/said" 2>&1
}
container /usr/share/firsthop/container/entrypoint.sh sh /tmp/application & first=$!
got() { [ "$(delivered)" -ge "$1" ]; }
wait_for got 3; result $? "the application's mail is delivered" "$(cat "$work/said")"
like "$(cat "$work/said")" 'status=sent' "the mail's log is in the container's output"
unlike "$(cat "$work/said")" 'a password is seen|refused' "and nothing went wrong"
is "$(stat -c '%a %U' "$S/etc/firsthop/main.secret")" "640 root" "the password is in a file of root's"
is "$(cat "$S/etc/firsthop/main.secret")" geheim "which the runner can read, though the secret of the container is root's alone"
: >"$S/tmp/stop"
wait $first; is $? 0 "the container ends with its application"

# --- killed with mail in its volume; the next one delivers it
kill "$smarthost"; wait "$smarthost" 2>/dev/null
rm -f "$S/tmp/stop" "$S/tmp/handed"
container /usr/share/firsthop/container/entrypoint.sh sh /tmp/application & first=$!
waits() { grep -q 'status=deferred' "$work/said"; }
wait_for waits; result $? "without a server the mail waits" "$(cat "$work/said")"
wait_for test -e "$S/tmp/handed"
kill -KILL $first; wait $first 2>/dev/null
rm "$work/port"
take_mail -a app@example.org:geheim -t "$work/certs/good.pem" -k "$work/certs/good.key"
echo : >"$S/tmp/application"
container /usr/share/firsthop/container/entrypoint.sh sh -c 'until [ -e /tmp/stop ]; do sleep 0.1; done' & first=$!
wait_for got 6; result $? "the next container delivers it" "$(cat "$work/said")"
: >"$S/tmp/stop"
wait $first
variables='FIRSTHOP_SMARTHOST_HOTS=x'
(container /usr/share/firsthop/container/entrypoint.sh sh -c 'echo started'); is $? 64 "a mistyped variable: the container does not start"
like "$(cat "$work/said")" 'did you mean FIRSTHOP_SMARTHOST_HOST' "and says which was meant"
unlike "$(cat "$work/said")" '^started' "before the application"
kill "$smarthost"
finish
