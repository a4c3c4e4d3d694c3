#!/bin/sh
# relayconf check and probe on an installation with its real rights: as root, and as a user who has none.
. tests/real/stage.sh
install_firsthop
setup_postfix
start_postfix
start_runner
libexec=/usr/local/libexec/firsthop
checked() { out=$(in_stage /usr/local/sbin/relayconf check -v 2>&1); code=$?; }
says() { like "$out" "^$1 +$2 +.*$3" "$4"; }
mend() { make --no-print-directory -s BUILD="$BUILD" DESTDIR="$S" install-rights >/dev/null; }
checked
is $code 0 "a fresh installation: exit 0"
says ok programs 'with the right owners and modes' "programs"
says ok spool 'with the right owners and modes' "spool"
says ok places 'lead to firsthop' "the system's names"
says ok password 'the password for cacti1@mail.test can be read' "password"
says ok runner 'the runner is running' "runner"
# broken COMMAND PATTERN-OF-RULE PATTERN NAME: in the stage; mended afterwards
broken() {
	in_stage /bin/busybox sh -c "$1"
	checked
	says problem "$2" "$3" "$4"
	is $code 78 "  with exit 78"
	mend
}
broken "chmod 0755 $libexec/sendmail" programs 'sendmail belongs to root:fhdrop and has mode 0755, needed is root:fhdrop 2755: without its group, users cannot submit' "sendmail without its group"
broken "chmod 4755 $libexec/relay" programs 'relay belongs to root:root and has mode 4755, needed is root:root 0755: it holds the password and must lend nobody its rights' "relay with a set-id bit"
broken "chmod 0644 $libexec/runner" programs 'runner belongs to root:root and has mode 0644, needed is root:root 0755' "a runner that cannot be started"
broken "chown firsthop $libexec/runner" programs 'runner belongs to firsthop:root and has mode 0755, needed is root:root' "a runner of another user"
broken "chmod 0775 $libexec/mailbox" programs 'mailbox belongs to root:root and has mode 0775, needed is root:root 0755' "a program that a group may write"
broken "chmod 0755 /var/spool/firsthop/drop" spool 'drop belongs to firsthop:fhdrop and has mode [02]755, needed is firsthop:fhdrop 3770' "drop/ with other rights"
broken "chown 0 /var/spool/firsthop/mqueue" spool 'mqueue belongs to root:fhlist' "mqueue/ of root"
broken "chown 0:0 /etc/firsthop/secret; chmod 600 /etc/firsthop/secret" password 'the user firsthop, which delivers, cannot read /etc/firsthop/secret' "a password that only root can read"
broken "chmod 644 /etc/firsthop/secret" password 'others can read it' "a password that all can read"
broken "chmod 600 /etc/firsthop/firsthop.conf" readable 'the user firsthop, as whom the runner works, cannot read the configuration /etc/firsthop/firsthop.conf: after its next start all mail waits' "a configuration that only root can read"
like "$out" 'fix: chmod a\+r /etc/firsthop/firsthop.conf' "with the cure"
in_stage /bin/busybox chmod 644 /etc/firsthop/firsthop.conf
broken "chmod 700 /etc/firsthop" readable 'cannot read the configuration' "a folder that only root can enter"
in_stage /bin/busybox chmod 755 /etc/firsthop
printf '[local]\ndeliver = mbox\ndomains = local.test\n' >>"$S/etc/firsthop/firsthop.conf"
mkdir -p "$S/var/mail"; checked
says ok local 'works as configured' "local delivery that was switched on needs no other rights"
broken "mv /var/mail /var/mall" local '/var/mail is no folder' "no folder for mailboxes"
in_stage /bin/busybox sh -c "mv /var/mall /var/mail; sed -i '/^.local/,\$d' /etc/firsthop/firsthop.conf"; mend
broken "mv /usr/sbin/sendmail /usr/sbin/kept; cp /bin/busybox /usr/sbin/sendmail" places '/usr/sbin/sendmail is another program' "another sendmail"
in_stage /bin/busybox mv /usr/sbin/kept /usr/sbin/sendmail
checked
is $code 0 "mended: exit 0"
out=$(as 33:33 /usr/local/sbin/relayconf check -v 2>&1); code=$?
says note password 'secret: Permission denied' "an ordinary user is told that he cannot see the password"
like "$out" 'fix: run this check as root' "and who can"
is $code 0 "which is no problem of the installation"

out=$(in_stage /usr/local/sbin/relayconf probe --from root --to ops@example.org 2>&1); is $? 0 "probe as root, a real Postfix with TLS and login: accepted"
like "$out" 'TLS is on: TLSv1\.[23]' "TLS is told"
like "$out" '< 235 ' "the login is accepted"
like "$out" '^ +[0-9]+ ms +\+[0-9]+  > RSET' "RSET"
unlike "$out" 'geheim|Z2VoZWlt' "no password is shown"
is "$(mails)" 0 "no mail is sent"
out=$(as 33:33 /usr/local/sbin/relayconf probe 2>&1); is $? 77 "probe as a user who may not read the password: not asked"
like "$out" 'you may not read its password file /etc/firsthop/secret, which is as it should be; delivery may. Run the probe as root' "which is said in true words"
set_password wrong; mend
out=$(in_stage /usr/local/sbin/relayconf probe --json 2>&1); is $? 75 "a wrong password: exit 75"
like "$out" '"result": "unusable", "exit": 75, "stage": "AUTH", "key": "auth-refused"' "in JSON too"
kill -TERM "$(runner_pid)"
runner_is_gone() { ! [ -e "$S/run/firsthop/runner.pid" ] && ! [ -e "$S/var/run/firsthop/runner.pid" ]; }
wait_for runner_is_gone
checked
says problem runner 'the runner is not running' "without a runner"
make --no-print-directory -s BUILD="$BUILD" DESTDIR="$S" DAEMONLESS=yes install-rights >/dev/null
checked
says ok runner 'no runner stays; submission starts one' "unless submission starts one"
stop_postfix
finish
