#!/bin/sh
# The commands of firsthop(7), taken out of the page and run: FreeBSD's five (with stand-ins for what only FreeBSD has), a login, PHP, Cacti,
# Nagios, Zabbix.  The server is a real Postfix.
. tests/real/stage.sh
# As on a machine that has a full name.
named() { unshare -u sh -c 'hostname mon1.example.org && exec chroot "$@"' sh "$S" "$@"; }
run() { named /usr/bin/env -i SHELL=/bin/sh TERM=dumb PATH=/stand:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin /bin/sh -e -c "$(recipe "$1")" >"$work/out" 2>&1; }
arrived() { grep -rlq -- "$1" "$S/var/vmail/all/new"; }
went() { code=$?; result $code "$1" "$(said)"; }
said() { cat "$work/out"; }

# --- a FreeBSD, as far as the five commands go ---------------------------------------------------------------------------
echo 'www:x:80:80:World Wide Web Owner:/nonexistent:/usr/sbin/nologin' >>"$S/etc/passwd"; echo 'www:x:80:' >>"$S/etc/group"
for target in install install-rights; do make --no-print-directory -s BUILD="$BUILD" DESTDIR="$S" $target >"$work/make.log" 2>&1 || cat "$work/make.log"; done
# What the port installs besides, made from its own files.
mkdir -p "$S/stand" "$S/usr/local/etc/php" "$S/usr/local/etc/rc.d" "$S/usr/local/share/examples/firsthop"
of_port() { sed 's,%%PREFIX%%,/usr/local,g; s,%%LOCALBASE%%,/usr/local,g; s,%%RUNDIR%%,/var/run/firsthop,g; s,%%SPOOLDIR%%,/var/spool/firsthop,g; s,%%EXAMPLESDIR%%,/usr/local/share/examples/firsthop,g' "relayconf/system/freebsd/files/$1.in"; }
of_port mailer.conf >"$S/usr/local/share/examples/firsthop/mailer.conf"
of_port firsthop >"$S/usr/local/etc/rc.d/firsthop"; chmod 0555 "$S/usr/local/etc/rc.d/firsthop"
cp tests/freebsd/rc.subr "$S/etc/rc.subr"
ln -s /etc/firsthop "$S/usr/local/etc/firsthop"; ln -s mail.log "$S/var/log/maillog"
mv "$S/usr/local" "$S/packed"; mkdir "$S/usr/local"
cat >"$S/stand/pkg" <<'STAND'
#!/bin/sh
[ "$*" = "install firsthop" ] && mv /packed/* /usr/local/
STAND
cat >"$S/stand/sysrc" <<'STAND'
#!/bin/sh
for pair in "$@"; do echo "${pair%%=*}=\"${pair#*=}\"" >>/etc/rc.conf; done
STAND
cat >"$S/stand/service" <<'STAND'
#!/bin/sh
RC_CONF=/etc/rc.conf exec /usr/local/etc/rc.d/"$@"
STAND
cat >"$S/stand/mailwrapper" <<'STAND'
#!/bin/sh
program=$(awk -v name="${0##*/}" '$1 == name { print $2; exit }' /usr/local/etc/mail/mailer.conf) && [ -n "$program" ] || exit 78
exec "$program" "$@"
STAND
printf '#!/bin/sh\n[ "$1 $3" = "-m -c" ] && exec chroot --userspec="$2" / /bin/sh -c "$4"\n' >"$S/stand/su"
chmod 0755 "$S"/stand/*
for name in sbin/sendmail bin/mailq; do rm -f "$S/usr/$name"; ln -s /stand/mailwrapper "$S/usr/$name"; done

# The server, with a certificate that the system trusts.
echo '127.0.0.2 mail.example.org smtp.gmail.com' >>"$S/etc/hosts"
# trusted NAME: Postfix shows a certificate for NAME
trusted() {
	sh tests/fake/certs.sh "$work/$1" "$1" >/dev/null 2>&1
	cat "$work/$1/ca.pem" >>"$S/etc/ssl/certs/ca-certificates.crt"
	cp "$work/$1/good.pem" "$S/etc/postfix/cert.pem"; cp "$work/$1/good.key" "$S/etc/postfix/key.pem"
}
mkdir -p "$work/certs" "$S/etc/ssl/certs"; touch "$work/certs/good.pem" "$work/certs/good.key"
setup_postfix
trusted mail.example.org
sed -i 's/^mynetworks =.*/mynetworks = 127.0.0.0\/8/; s/permit_sasl_authenticated, reject/permit_mynetworks, permit_sasl_authenticated, reject/' "$S/etc/postfix/main.cf"
ok "Postfix is up" start_postfix

is "$(recipe freebsd | wc -l)" 5 "five commands"
run freebsd; went "they run"
ok "a runner lives" test -n "$(runner_pid)"
like "$(said)" "^Starting firsthop" "started by the port's own script"
is "$(readlink "$S/usr/sbin/sendmail") $(in_stage /usr/bin/mailq -bP)" "/stand/mailwrapper 0" "the system's names lead to firsthop by the port's mailer.conf"
run try; went "trying it"
like "$(said)" "^[0-9]+ things found right" "relayconf check finds it good"
ok "the test message arrives" wait_for arrived 'It works.'

# --- a login, at a server that takes nothing without -----------------------------------------------------------------------
stop_postfix
trusted smtp.gmail.com
sed -i 's/permit_mynetworks, //' "$S/etc/postfix/main.cf"
printf 'geheim' | in_stage /usr/sbin/saslpasswd2 -p -c -u example.org alerts; chown 0:101 "$S/etc/sasldb2"
start_postfix
echo geheim >"$S/tmp/typed"
named /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin /bin/sh -e -c "exec </tmp/typed; $(recipe login)" >"$work/out" 2>&1; went "a server that wants a login"
like "$(said)" 'AUTH' "the probe logs in"
is "$(stat -c '%a' "$S/etc/firsthop/secret")" 640 "the password is closed to others"
printf 'From: root\nSubject: of a job\n\njob\n' | in_stage /usr/sbin/sendmail -t -f root ops@example.org
ok "mail goes as the account" wait_for arrived '^Subject: of a job'
like "$(cat "$(mail_with 'Subject: of a job')")" '^From: .*<?alerts@example.org' "in From, too"

# --- callers -------------------------------------------------------------------------------------------------------------------
ini=$(basename "$(echo "$S"/etc/php/*)")
rm -rf "$S/etc/php/$ini/cli/conf.d" && ln -s /usr/local/etc/php "$S/etc/php/$ini/cli/conf.d"
run php; went "PHP"
ok "its mail arrives" wait_for arrived '^Subject: test'
wait_for logged 'pickup.* uid=80 '; like "$(log)" 'pickup.* uid=80 from=<alerts@example.org> login=www ' "with the sender of php.ini"
run cacti; went "Cacti"
like "$(said)" 'pickup.* uid=80 .*login=www ' "who has sent what"
is "$(in_stage /usr/local/sbin/relayconf get submit.www.max_per_hour)" 2000 "and the limit"
run nagios; went "Nagios' mail command"
ok "its mail arrives" wait_for arrived '^Subject: web1 is DOWN'
as 103:103 /bin/sh -c "PATH=/usr/bin:/bin; $(recipe nagios-check | sed -n 's/.*command_line *//p')" >"$work/out" 2>&1; code=$?
ok "the check gives a state" test $code -le 2
like "$(said)" '^MAILQ (OK|WARNING|CRITICAL) - .* \| waiting=[0-9]+' "and a line with performance data"
mkdir -p "$S/usr/lib/zabbix/alertscripts"
run zabbix; went "Zabbix"
as 103:103 /usr/bin/env HOME=/ PATH=/usr/local/bin:/usr/bin:/bin /usr/lib/zabbix/alertscripts/firsthop.sh ops@example.org 'from Zabbix' 'a % sign, "quotes" and $(words)'; is $? 0 "its script"
ok "the mail arrives" wait_for arrived '^Subject: from Zabbix'
is "$(mail_body "$(mail_with 'Subject: from Zabbix')")" 'a % sign, "quotes" and $(words)' "word for word"
recipe zabbix-agent | sed 's/^[^,]*,//' >"$work/items"
while read -r item; do
	like "$(as 103:103 /bin/sh -c "PATH=/usr/bin:/bin; $item" 2>&1)" '^[0-9]+$|^MAILQ ' "the agent's $item"
done <"$work/items"

# Reading the log: of a mail that waits.
stop_postfix
printf 'Subject: waits\n\nx\n' | in_stage /usr/sbin/sendmail -f alerts@example.org late@example.org
is_deferred() { grep -q 'to=<late@example.org>.*status=deferred' "$S/var/log/mail.log"; }
wait_for is_deferred
id=$(sed -n 's/.* \([0-9a-f.]*\): to=<late@example.org>.*/\1/p' "$S/var/log/mail.log" | head -n 1)
recipe log | sed "s/6743a1f2.9c01d2aa/$id/; s/6743a1f2/${id%.*}/" >"$work/recipe"
out=$(in_stage /bin/sh -e -c "PATH=/usr/bin:/bin; $(cat "$work/recipe")" 2>&1); result $? "reading the log" "$out"
like "$out" "$id: to=<late@example.org>, .*status=deferred" "what did not go through"
like "$out" "pickup.* $id: uid=" "the way of one mail"
like "$out" 'remedy ' "and its story"

# Every display that is marked is run by some test.
for name in $(sed -n 's/^\.\\" recipe: //p' man/firsthop.7); do
	ok "recipe $name is run" grep -rqE "(recipe|run|guide) $name\b|recipe: $name\b" tests --include=*.t
done
kill "$(runner_pid)"
finish
