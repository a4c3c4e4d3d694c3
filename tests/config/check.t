#!/bin/sh
# relayconf check: each rule seen at work, in a root of the test's own.
. tests/lib.sh
new_spool
R=$work/root
export FIRSTHOP_ROOT="$R"
mkdir -p "$R/etc/ssl" "$R/usr/sbin" "$R/usr/lib" "$R/usr/bin" "$R/etc/mail" "$R/usr/local/etc/mail"
: >"$R/etc/ssl/cert.pem"
links() { ln -sf "$BIN/sendmail" "$R/usr/sbin/sendmail"; ln -sf ../sbin/sendmail "$R/usr/lib/sendmail"; ln -sf "$BIN/mailq" "$R/usr/bin/mailq"; ln -sf "$BIN/newaliases" "$R/usr/bin/newaliases"; }
links
"$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!
pids="$pids $runner"
wait_for test -s "$work/run/runner.pid"
port=2525
check() { out=$("$BIN/relayconf" check -v 2>&1); code=$?; }
# conf LINES...: a whole configuration, with the smarthost's lines in $lines
conf() {
	printf '[host]\nname = %s\naliases = %s\n[smarthost main]\nhost = 127.0.0.1\n%s\n' "${name:-mon1.example.org}" "$work/aliases" "$1" >"$work/firsthop.conf"
	: >"$work/aliases"
	check
}
# says GRADE RULE PATTERN NAME
says() { like "$out" "^$1 +$2 +.*$3" "$4"; }
conf 'port = 587'
like "$out" '^Nothing is wrong' "a right configuration: nothing is wrong"
is $code 0 "exit 0"
says ok config 'this host is mon1.example.org, bare addresses get @mon1.example.org' "the name is told"
says ok smarthost 'main: 127.0.0.1, lookup host, port 587, TLS verify' "the smarthost is told"
says note own-name "mon1.example.org is this machine's own name: .*none of it is treated as local" "a domain that holds the own name"
conf 'port = 587
[local]
deliver = mbox
domains = mon1.example.org'
says note own-name "mon1.example.org is this machine's own name: \[local\] delivers its mail to mailboxes here" "a domain that is delivered here"
unlike "$out" 'none of it is treated as local' "is not said to go elsewhere"
conf 'port = 587'
says note self 'main leads to 127.0.0.1, which is this machine itself' "a smarthost that is this very machine"
says ok runner 'the runner is running' "the runner"
like "$out" '^ok +(clock) +the clock says 20' "the clock"
conf 'port = 465
implicit = no'
says problem tls-mode '465 expects TLS from the first byte' "465 with STARTTLS"
is $code 78 "a problem: exit 78"
like "$out" '^ +fix: remove implicit = no' "each problem has its fix"
conf 'port = 587
implicit = yes'
says problem tls-mode '587 greets in the clear' "587 with TLS from the first byte"
for pair in 'mon_1.example.org underscore' 'mon1 no.domain' '192.0.2.1 ends.in.a.number' 'mon1-.example.org hyphen' 'localhost.localdomain every.machine'; do
	name=${pair% *}; conf 'port = 587'
	says problem name "$name, given in EHLO: .*${pair#* }" "EHLO name: $name"
done
name=
conf 'tls = encrypt'
says note tls-trust 'anyone on the way can be that server' "verification off"
conf "tls_ca_file = $work/nothing.pem"
says problem tls-trust 'tls_ca_file .*nothing.pem cannot be read' "missing CA file"
rm "$R/etc/ssl/cert.pem"; conf 'port = 587'
says problem tls-trust 'has no list of authorities' "missing CA of the system"
case $(uname -s) in FreeBSD) words='run certctl rehash, or install the package ca_root_nss' ;; *) words='install or update the package ca-certificates' ;; esac
like "$out" "fix: $words, or set tls_ca_file" "with its fix, in this system's words"
mkdir -p "$R/etc/ssl/certs" "$R/usr/share/certs/trusted"; : >"$R/usr/share/certs/trusted/one.pem"; check
says problem tls-trust 'has no list of authorities' "certificates of FreeBSD that certctl has not hashed are none"
: >"$R/etc/ssl/certs/1a2b3c4d.0"; check
says ok tls-trust 'trusted authorities are installed' "those that it has are"
rm -r "$R/etc/ssl/certs"
: >"$R/etc/ssl/cert.pem"
echo secret >"$work/secret"; chmod 644 "$work/secret"
conf 'login = joe
password_file = secret'
says problem password 'others can read it' "credentials file readable"
like "$out" 'fix: chgrp firsthop FILE; chmod 640 FILE' "with its fix"
chmod 600 "$work/secret"; check
says ok password 'the password for joe can be read' "credentials in order"
conf 'login = joe
password_file = secret
tls = off'
says problem password 'not sent in the clear, so mail waits' "a login without TLS"
conf '[sender]
envelope_from = cron@example.org'
says note rewrite 'the envelope says cron@example.org, the From field something else' "masquerade without header rewrite"
conf '[fallback]
direct_mx = yes'
says note direct-25 'many networks block it' "direct MX on port 25"
conf '[queue]
expire_after_h = soon'
says problem config 'conf:7: ' "a wrong line is named"
printf '[host]\nname = mon1.example.org\n' >"$work/firsthop.conf"; check
says problem smarthost 'names no smarthost' "no smarthost"
conf 'port = 587'
printf 'root: |/bin/sh\n' >"$work/aliases"; check
says problem aliases 'aliases:1: .*a pipe' "aliases that cannot be used"
: >"$work/aliases"
conf 'host = smarthost.invalid' # a second host line is an error of its own
says problem config '' "a key twice"
printf '[host]\nname = mon1.example.org\naliases = %s\n[smarthost main]\nhost = smarthost.invalid\n' "$work/aliases" >"$work/firsthop.conf"; check
says problem lookup 'main: ' "a name that leads nowhere"
like "$out" '^(ok|problem|note) +dns +name server .* ms' "each name server, with the time"
conf 'port = 587'

# Queues that other programs left.
mkdir -p "$R/var/spool/clientmqueue" "$R/var/spool/mqueue" "$R/var/spool/dma" "$R/var/spool/nullmailer/queue" "$R/var/spool/postfix/maildrop" "$R/var/spool/postfix/deferred/A/B"
check
says ok former-queue 'no other mail program has left mail' "empty queues of other programs"
touch "$R/var/spool/clientmqueue/qf1" "$R/var/spool/clientmqueue/df1" "$R/var/spool/clientmqueue/qf2" "$R/var/spool/mqueue/qf3" "$R/var/spool/dma/Q1.a" "$R/var/spool/dma/M1.a" \
	"$R/var/spool/nullmailer/queue/1234" "$R/var/spool/postfix/maildrop/7" "$R/var/spool/postfix/deferred/A/B/AB1" "$R/var/spool/postfix/deferred/A/B/AB2"
check
says note former-queue '/var/spool/clientmqueue holds 2 messages of sendmail' "clientmqueue"
says note former-queue '/var/spool/mqueue holds 1 message of sendmail' "mqueue"
says note former-queue '/var/spool/dma holds 1 message of dma' "dma"
says note former-queue '/nullmailer/queue holds 1 message of nullmailer' "nullmailer"
says note former-queue '/postfix/maildrop holds 1 message of Postfix' "Postfix maildrop"
says note former-queue '/postfix/deferred holds 2 messages of Postfix' "Postfix deferred"
like "$out" 'fix: .*relayconf adopt.* shows them' "and what takes them over"
is $code 0 "notes alone: exit 0"

# mailer.conf: the one below /usr/local counts, when it can be opened.
mapping() { for n in sendmail mailq newaliases; do printf '%s\t%s\n' $n "${2:-$BIN/$n}"; done >"$R$1"; chmod 644 "$R$1"; }
mapping /etc/mail/mailer.conf /usr/libexec/dma; check
says problem mailer.conf '/etc/mail/mailer.conf: sendmail leads to /usr/libexec/dma, which is not there any more' "a stale mailer.conf"
mapping /usr/local/etc/mail/mailer.conf; check
says ok mailer.conf '/usr/local/etc/mail/mailer.conf: sendmail leads to ' "the one below /usr/local counts"
says note mailer.conf 'hoststat has no line: 150.clean-hoststat will complain' "the names that periodic calls every day"
for n in hoststat purgestat; do printf '%s\t%s\n' $n "$BIN/sendmail"; done >>"$R/usr/local/etc/mail/mailer.conf"; check
unlike "$out" 'hoststat' "are mapped"
echo rmail >>"$R/usr/local/etc/mail/mailer.conf"; check
says problem mailer.conf 'mailer.conf:6: rmail has no program: .*parse error' "a name without a program"
edit '$d' "$R/usr/local/etc/mail/mailer.conf"
chmod 600 "$R/usr/local/etc/mail/mailer.conf"; check
says problem mailer.conf '/usr/local/etc/mail/mailer.conf cannot be read by users' "unreadable to users"
rm "$R/usr/local/etc/mail/mailer.conf"
mkdir -p "$R/usr/libexec"; : >"$R/usr/libexec/dma"; chmod 755 "$R/usr/libexec/dma"; check
says problem mailer.conf 'leads to /usr/libexec/dma: mail given to it never comes here' "pointing elsewhere"
printf '# none\nmailq\t%s\n' "$BIN/mailq" >"$R/etc/mail/mailer.conf"; check
says problem mailer.conf 'has no line for sendmail' "without a line"
rm "$R/etc/mail/mailer.conf"
ln -sf /opt/other "$R/usr/sbin/sendmail"; mkdir -p "$R/opt"; : >"$R/opt/other"; check
says problem places '/usr/sbin/sendmail is another program \(/opt/other\)' "sendmail is another program"
rm "$R/usr/sbin/sendmail"; check
says problem places '/usr/sbin/sendmail is missing' "no sendmail at all"
links

# What starts at boot.  The port's files tell that it is FreeBSD.
check
says note boot 'neither systemd nor rc.d is here' "no service manager that is known: it says so"
mkdir -p "$R/etc/init.d"; : >"$R/etc/init.d/firsthop"; check
says ok boot 'firsthop starts at boot' "a script of another init"
rm -r "$R/etc/init.d"; : >"$R/etc/rc.subr"; check
says problem boot 'nothing starts firsthop: there is no rc.d script' "FreeBSD, and no script for it"
like "$out" 'fix: gmake install-boot' "with its fix"
rm "$R/etc/rc.subr"
mkdir -p "$R/usr/local/etc/rc.d" "$R/etc/rc.d" "$R/etc/defaults" "$R/usr/local/share/examples/firsthop"
: >"$R/usr/local/etc/rc.d/firsthop"
printf '# defaults\nsendmail_enable="NO"\nsendmail_submit_enable="YES"\n' >"$R/etc/defaults/rc.conf"; check
says problem boot 'rc.conf does not say firsthop_enable=YES: after the next boot' "a runner that the next boot ends"
like "$out" 'fix: sysrc firsthop_enable=YES' "with its fix"
unlike "$out" 'sendmail_submit' "without base's sendmail nothing about it"
: >"$R/etc/rc.d/sendmail"; echo 'firsthop_enable="YES" # mail' >"$R/etc/rc.conf"; check
unlike "$out" 'firsthop_enable' "enabled in rc.conf"
says note boot "base system's sendmail is started at boot too .sendmail_submit_enable=YES" "base's sendmail beside it"
echo 'sendmail_enable="NONE"' >>"$R/etc/rc.conf"; check
says ok boot 'firsthop starts at boot' "sendmail_enable=NONE"
mkdir -p "$R/etc/rc.conf.d"; echo "firsthop_enable=NO" >"$R/etc/rc.conf.d/firsthop"; check
says problem boot 'firsthop_enable' "the last file counts"
rm -r "$R/etc/rc.conf.d" "$R/etc/rc.conf" "$R/etc/rc.d" "$R/etc/defaults"
: >"$R/usr/local/share/examples/firsthop/mailer.conf"
mapping /etc/mail/mailer.conf /usr/libexec/none; check
like "$out" 'fix: install -d /usr/local/etc/mail; install -m 0644 /usr/local/share/examples/firsthop/mailer.conf' "a port's fix is the port's sample"
rm "$R/etc/mail/mailer.conf" "$R/usr/local/etc/rc.d/firsthop"
mkdir -p "$R/usr/lib/systemd/system" "$R/run/systemd/system" "$R/etc/systemd/system/multi-user.target.wants"; check
says problem boot 'nothing starts firsthop: systemd has no unit' "systemd, and no unit for it"
: >"$R/usr/lib/systemd/system/firsthop.service"; check
says problem boot 'the service firsthop is not enabled' "the same where systemd starts things"
: >"$R/etc/systemd/system/multi-user.target.wants/firsthop.service"; check
says ok boot 'firsthop starts at boot' "enabled"
rm -r "$R/run" "$R/usr/lib/systemd"
says note syslog 'nothing reads log lines at /' "no syslogd"
mkdir -p "$R/dev" "$R/var/run"; : >"$R/dev/log"; : >"$R/var/run/log"; check
says ok syslog 'log lines are read' "a syslogd"

# Values are tried.
conf 'port = 587
bind_address = 192.0.2.77'
says problem bind-address 'main: bind_address 192.0.2.77 is not an address of this machine: no connection can be made' "an address of another machine"
conf 'port = 587
bind_address = ::1'
says problem bind-address 'main: bind_address ::1 has no effect: the server has no address of that family' "an address of the other family"
conf 'port = 587
bind_address = 127.0.0.1'
says ok bind-address "main: bind_address 127.0.0.1 is this machine's" "an address of this machine"
for wrong in eth0 192.0.2.0/24 localhost; do
	conf "port = 587
bind_address = $wrong"
	says problem config "conf:7: bind_address: \"$wrong\": this is not an address; write an address of this machine" "bind_address = $wrong"
done
echo 'this is no certificate' >"$work/ca.pem"
conf "port = 587
tls_ca_file = $work/ca.pem"
says problem tls-file "main: no trusted certificate can be read from $work/ca.pem: it holds none in PEM form: mail for it waits" "a file without a certificate"
sh tests/fake/certs.sh "$work/certs" localhost >/dev/null 2>&1
conf "port = 587
tls_ca_file = $work/certs/ca.pem"
says ok tls-file 'each tls_ca_file has certificates' "a file with one"
says ok readable 'the user firsthop can read configuration, aliases and certificates' "and the files can be read"
while IFS='|' read -r host key; do
	printf '[host]\nname = mon1.example.org\n[smarthost main]\nhost = %s\n' "$host" >"$work/firsthop.conf"; check
	says problem config "conf:4: host: \"$(printf '%s' "$host" | sed 's/[][]/./g')\": write the name .*$key" "host = $host: refused, with its line and the right keys"
done <<END
mail.example.org:587|port = NUMBER
[mail.example.org]|without brackets
[mail.example.org]:587|without brackets.*port = NUMBER
smtps://mail.example.org|port = 465
smtp://mail.example.org|port = 587
END
"$BIN/relayconf" set smarthost.main.host mail.example.org:587 >"$work/out" 2>&1; is $? 78 "relayconf set refuses it, too"
mkdir "$work/libexec"; for program in "$BIN"/*; do [ "${program##*/}" = relay ] || ln -s "$program" "$work/libexec/"; done
conf 'port = 587'
out=$(with FIRSTHOP_LIBEXEC="$work/libexec" "$BIN/relayconf" check -v 2>&1)
says note lookup 'this was not looked at' "what could not be looked at is not ok"
unlike "$out" '^ok +(lookup|dns|tls-file|bind-address|self|ipv6) ' "in no rule that needs it"
conf 'port = 587'

# The queue.
mv "$work/spool/drop" "$work/spool/drap"; check
says problem spool 'drop: No such file' "a missing folder"
mv "$work/spool/drap" "$work/spool/drop"
kill -TERM $runner; wait $runner
check
says problem runner 'the runner is not running' "no runner"
printf 'x\n' | "$BIN/sendmail" ops@example.org; "$BIN/mailq" --json >/dev/null 2>&1
check
says ok waiting '1 message waits, the oldest for' "mail that waits"
: >"$work/spool/mqueue/65537000.00000003.dead"; check
says note set-aside '1 message could neither be delivered' "mail that was set aside"
if [ -e "$TOOLS/wrongclock.so" ]; then
	echo $((-56 * 31536000)) >"$work/wrong"
	out=$(WRONGCLOCK=$work/wrong LD_PRELOAD=$TOOLS/wrongclock.so "$BIN/relayconf" check -v 2>&1)
	says problem clock 'a time before this program was made' "a clock in 1970"
	touch_at 86400 "$work/firsthop.conf"; check
	says problem clock 'was written after that' "a clock behind the files"
fi
if command -v python3 >/dev/null 2>&1; then
	"$BIN/relayconf" check --json >"$work/json"; is $? 78 "--json: the same exit code"
	is "$(python3 -c 'import json, sys
rows = [json.loads(l) for l in sys.stdin]
print(all(sorted(r) == ["fix", "grade", "rule", "text"] and r["grade"] in ("ok", "note", "problem") for r in rows), any(r["rule"] == "runner" and r["grade"] == "problem" and r["fix"] for r in rows))' <"$work/json")" "True True" "and each line an object"
fi
finish
