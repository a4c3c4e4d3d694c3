#!/bin/sh
# relayconf setup on an installation with its real rights, against a real Postfix with TLS and login that a real name server names: by options, and
# by typed answers.
. tests/real/stage.sh
. tests/real/nsd.sh
install_firsthop
setup_postfix
sed -i 's/^submission inet.*/&\n465 inet n - n - - smtpd\n  -o smtpd_tls_wrappermode=yes/' "$S/etc/postfix/master.cf"
ok "Postfix is up" start_postfix
nsd_begin 127.0.0.5
for zone in test org net; do nsd_zone $zone $zone.zone; done
zone() { printf '$ORIGIN %s.\n$TTL 60\n@ SOA ns hostmaster 1 3600 600 86400 60\n@ NS ns.test.\n' "$1"; cat; }
zone test >"$S/etc/nsd/test.zone" <<'END'
ns A 127.0.0.5
mail A 127.0.0.2
END
# The one has SRV records, the other only an MX.
zone org >"$S/etc/nsd/org.zone" <<'END'
_submissions._tcp.example SRV 10 0 465 mail.test.
_submission._tcp.example SRV 20 0 587 mail.test.
example MX 10 elsewhere.test.
END
zone net >"$S/etc/nsd/net.zone" <<'END'
example MX 10 mail.test.
END
in_stage /usr/sbin/nsd -d -c /etc/nsd/nsd.conf >"$work/nsd.log" 2>&1 & nsd=$!
trap 'kill $nsd 2>/dev/null; umount -l "$work"; rmdir "$work"' EXIT
found() { printf '%s\0' "$1" | in_stage /usr/local/libexec/firsthop/relay --find; }
named() { found example.org | grep -q submissions; }
ok "the name server answers" wait_for named
is "$(found example.org | tr '\n' ' ')" "kind=submissions host=mail.test port=465 kind=submission host=mail.test port=587 kind=mx host=elsewhere.test port=0 " \
	"SRV and MX are found"
fresh() {
	rm -f "$S/etc/firsthop/secret" "$S/etc/firsthop/ca.pem"
	mkdir -p "$S/root"; chmod 700 "$S/root"; (umask 077; cat "$work/certs/ca.pem" >"$S/root/ca.pem")
	cp "$S/etc/firsthop/firsthop.conf.sample" "$S/etc/firsthop/firsthop.conf"
	: >"$S/etc/aliases"
	for pid in $(runner_pid); do kill "$pid"; patient 30 gone "$pid"; done
}
conf() { in_stage /usr/local/sbin/relayconf get "$1"; }
group=$(awk -F: '$1 == "firsthop" { print $3 }' "$S/etc/group")

fresh
rm -f "$S/usr/sbin/sendmail" "$S/usr/sbin/sendmail.before-firsthop"; cp "$S/bin/busybox" "$S/usr/sbin/sendmail"
out=$(echo geheim | in_stage /usr/local/sbin/relayconf setup --yes user@example.org --name mon1.example.org --login cacti1@mail.test --password-file - --ca-file /root/ca.pem 2>&1)
is $? 0 "by options: exit 0" "$out"
like "$out" '^server   mail.test:465 \(SRV _submissions\): TLSv1.3 verified, wants a login' "the server is that of the SRV record"
like "$out" '^settings /root/ca.pem is copied to /etc/firsthop/ca.pem, which the user firsthop can read' "authorities that only root can read are copied"
is "$(file_mode "$S/etc/firsthop/ca.pem") $(conf smarthost.main.tls_ca_file)" "644 /etc/firsthop/ca.pem" "for the runner"
is "$(find "$S/etc/firsthop" -name '*.try.*')" "" "and nothing else is left"
like "$out" '^probe    the server accepts mail for user@example.org, with the login' "the probe"
like "$out" '^outcome  delivered: smarthost main, mail.test' "the test mail is delivered"
ok "and arrives" wait_for mails_are 1
ok "with its subject" test -n "$(mail_with 'Subject: firsthop test from mon1.example.org')"
is "$(file_owner "$S/etc/firsthop/secret") $(file_mode "$S/etc/firsthop/secret")" "0:$group 640" "the password is for root and the runner"
is "$(cat "$S/etc/aliases")" "root: user@example.org" "root's alias"
is "$(conf smarthost.main.host) $(conf smarthost.main.port) $(conf smarthost.main.tls) $(conf smarthost.main.implicit)" "mail.test 465 verify yes" "the settings"
like "$out" '^names    they lead to firsthop now' "the system's names"
is "$(in_stage /usr/bin/readlink /usr/sbin/sendmail)" "/usr/local/libexec/firsthop/sendmail" "lead to firsthop"
ok "and what was there is kept" cmp -s "$S/usr/sbin/sendmail.before-firsthop" "$S/bin/busybox"
like "$out" '^boot     ' "the boot entry is spoken of"
ok "a runner lives" test -n "$(runner_pid)"
out=$(echo x | as 33:33 /usr/bin/mail -s second root 2>&1)
ok "mail for root goes there" wait_for mails_are 2
cp "$S/etc/firsthop/firsthop.conf" "$work/first"
out=$(in_stage /usr/local/sbin/relayconf setup --yes user@example.org 2>&1 </dev/null); is $? 0 "once more: exit 0" "$out"
ok "nothing is changed" cmp -s "$work/first" "$S/etc/firsthop/firsthop.conf"
out=$(as 33:33 /usr/local/sbin/relayconf setup --yes user@example.org 2>&1 </dev/null); is $? 77 "a user may not: exit 77"
like "$out" 'run it as root' "and is told who may"

# Typed: a domain that has only an MX.
if command -v tmux >/dev/null 2>&1; then
	fresh
	before=$(mails)
	terminal() { tmux -S "$work/tmux" "$@"; }
	trap 'terminal kill-server 2>/dev/null; kill $nsd 2>/dev/null; umount -l "$work"; rmdir "$work"' EXIT
	screen() { terminal capture-pane -p -J -t m -S -; }
	shows() { screen | grep -q -- "$1"; }
	sees() { wait_tries=400 wait_for shows "$1"; result $? "$2" "$(screen)"; }
	line() { terminal send-keys -t m -l "$1"; terminal send-keys -t m Enter; }
	terminal -f /dev/null new-session -d -x 80 -y 50 -s m "sh -c 'chroot $S /usr/local/sbin/relayconf setup --ca-file /root/ca.pem; echo \$? >$work/code; sleep 60'"
	sees 'Your mail address' "it asks for the address"
	line user@example.net; sees 'The full name of this machine' "for a full name, as the machine has none"
	line mon1.example.org; sees 'cannot read /root/ca.pem. Copy it' "the file of authorities is no use where it is: it may be copied"
	line ''; sees 'mail.test:465 (MX)' "the server is found, and tried"
	sees 'Use this server' "and shown"
	line ''; sees 'Login name there' "the login"
	line cacti1@mail.test; sees 'Who reads the mail for root' "root's mail"
	line ''; sees 'Password' "the password"
	line geheim; sees 'outcome *delivered' "the test mail is delivered"
	unlike "$(screen)" geheim "and the password not shown"
	ok "it ends" wait_for test -s "$work/code"
	is "$(cat "$work/code") $(cat "$S/etc/aliases")" "0 root: user@example.net" "exit 0"
	ok "the mail arrives" wait_for mails_are $((before + 1))
else
	skip "typed answers" "tmux is not installed"
fi
stop_postfix
for pid in $(runner_pid); do kill "$pid"; done
finish
