# The stage for tests with real servers: a Debian of its own (fetch.sh), inside namespaces.  firsthop is installed into it by its own make targets.
# LAYER names a further mail server that lies over the Debian (fetch.sh).  A test sources this file first; it comes back inside, with S (the stage's root) and the functions below.
UNPACK="fetch.sh ${LAYER:-}"
. tests/real/inside.sh
mkdir "$work/upper" "$work/scratch" "$work/root"
S=$work/root
if ! mount -t overlay -o "lowerdir=${LAYER:+$PWD/$BUILD/real/$LAYER:}$PWD/$BUILD/real/root,upperdir=$work/upper,workdir=$work/scratch" stage "$S" 2>/dev/null; then
	cp -a "$BUILD/real/root/." "$S"
	[ -z "${LAYER:-}" ] || cp -a "$BUILD/real/$LAYER/." "$S"
fi
mount -t proc proc "$S/proc"
mount -t tmpfs -o mode=0755 dev "$S/dev"
for device in "null 1 3" "zero 1 5" "full 1 7" "random 1 8" "urandom 1 9" "tty 5 0"; do
	set -- $device
	mknod -m 0666 "$S/dev/$1" c "$2" "$3"
done
in_stage() { chroot "$S" "$@"; }
as() { user=$1; shift; chroot --userspec="$user" "$S" "$@"; }
# What scripts of real programs call, and their packages leave to the rest of Debian.
for tool in find cmp awk ps hostname diff; do [ -e "$S/usr/bin/$tool" ] || ln -s /bin/busybox "$S/usr/bin/$tool"; done
for address in 127.0.0.2 127.0.0.3; do in_stage /bin/busybox ip address add $address/8 dev lo; done
"$TOOLS/logsink" "$S/dev/log" "$S/var/log/mail.log" &
printf '127.0.0.1 localhost\n127.0.0.2 mail.test\n127.0.0.3 other.test\n127.0.1.1 mon1.example.org mon1\n' >"$S/etc/hosts"
printf 'passwd: files\ngroup: files\nshadow: files\nhosts: files\nservices: files\n' >"$S/etc/nsswitch.conf"
wait_for test -S "$S/dev/log"
chmod 0666 "$S/dev/log"

# --- firsthop, as an administrator installs it ------------------------------------------------------------------

install_firsthop() {
	for target in install install-rights install-links; do
		make --no-print-directory -s BUILD="$BUILD" DESTDIR="$S" $target >"$work/make.log" 2>&1 || { cat "$work/make.log"; return 1; }
	done
	# FreeBSD gives a new file the group of its folder; here the folder's set-group-id bit does.
	[ -z "${BSD_GROUPS:-}" ] || chmod g+s "$S/var/spool/firsthop/drop" "$S/var/spool/firsthop/mqueue"
	sh tests/fake/certs.sh "$work/certs" mail.test >/dev/null 2>&1
	cp "$work/certs/ca.pem" "$S/etc/firsthop/ca.pem"
	cat >"$S/etc/firsthop/firsthop.conf" <<-END
	[host]
	name = mon1.example.org
	domain = example.org

	[smarthost main]
	host = mail.test
	port = 587
	tls = verify
	tls_ca_file = ca.pem
	login = cacti1@mail.test
	password_file = secret

	[queue]
	retry_min = 1 1 1 1
	END
	set_password geheim
	make --no-print-directory -s BUILD="$BUILD" DESTDIR="$S" install-rights >/dev/null
}

set_password() {
	echo "$1" >"$S/etc/firsthop/secret"
	chmod 0640 "$S/etc/firsthop/secret"
	chgrp "$(awk -F: '$1 == "firsthop" { print $3 }' "$S/etc/group")" "$S/etc/firsthop/secret"
}

# --- a real Postfix: submission with STARTTLS and login on 127.0.0.2:587 ------------------------------------------

setup_postfix() {
	cp "$work/certs/good.pem" "$S/etc/postfix/cert.pem"
	cp "$work/certs/good.key" "$S/etc/postfix/key.pem"
	cat >"$S/etc/postfix/main.cf" <<-END
	compatibility_level = 3.6
	myhostname = mail.test
	mydestination =
	inet_interfaces = 127.0.0.2
	inet_protocols = ipv4
	mynetworks =
	alias_maps =
	local_recipient_maps =
	virtual_mailbox_domains = example.org, example.net
	virtual_mailbox_base = /var/vmail
	virtual_mailbox_maps = static:all/
	virtual_uid_maps = static:102
	virtual_gid_maps = static:102
	smtpd_tls_cert_file = /etc/postfix/cert.pem
	smtpd_tls_key_file = /etc/postfix/key.pem
	smtpd_tls_security_level = encrypt
	smtpd_tls_auth_only = yes
	smtpd_sasl_auth_enable = yes
	smtpd_sasl_local_domain = mail.test
	cyrus_sasl_config_path = /etc/postfix/sasl
	smtpd_relay_restrictions = permit_sasl_authenticated, reject
	smtpd_recipient_restrictions = permit_sasl_authenticated, reject
	smtpd_client_connection_count_limit = 0
	anvil_status_update_time = 1h
	message_size_limit = 50000000
	virtual_mailbox_limit = 0
	maillog_file = /var/log/postfix.log
	smtpd_peername_lookup = no
	disable_dns_lookups = yes
	END
	{
		echo "submission inet n - n - - smtpd"
		echo "cleanup unix n - n - 0 cleanup"
		echo "qmgr unix n - n 300 1 qmgr"
		echo "tlsmgr unix - - n 1000? 1 tlsmgr"
		echo "pickup unix n - n 60 1 pickup"
		echo "postlog unix-dgram n - n - 1 postlogd"
		for name in rewrite:trivial-rewrite bounce defer:bounce trace:bounce verify flush proxymap smtp relay:smtp showq error retry:error \
			discard local virtual lmtp anvil scache; do
			case ${name%:*} in
			bounce | defer | trace) echo "${name%:*} unix - - n - 0 ${name#*:}" ;;
			scache) echo "scache unix - - n - 1 scache" ;;
			virtual | local) echo "${name%:*} unix - n n - - ${name#*:}" ;;
			*) echo "${name%:*} unix - - n - - ${name#*:}" ;;
			esac
		done
	} >"$S/etc/postfix/master.cf"
	mkdir -p "$S/etc/postfix/sasl" "$S/var/lib/postfix" "$S/var/spool/postfix"
	printf 'pwcheck_method: auxprop\nauxprop_plugin: sasldb\nmech_list: %s\n' "${1:-PLAIN LOGIN}" >"$S/etc/postfix/sasl/smtpd.conf"
	chown 101 "$S/var/lib/postfix"
	printf 'geheim' | in_stage /usr/sbin/saslpasswd2 -p -c -u mail.test cacti1
	chown 0:101 "$S/etc/sasldb2"
	chmod 0640 "$S/etc/sasldb2"
}

start_postfix() {
	in_stage /usr/sbin/postfix start >"$work/postfix.out" 2>&1 || { cat "$work/postfix.out"; return 1; }
	wait_for postfix_answers
}
postfix_answers() { echo QUIT | in_stage /bin/busybox nc -w 2 127.0.0.2 587 | grep -q ^220; }
stop_postfix() { in_stage /usr/sbin/postfix stop >/dev/null 2>&1; wait_for postfix_is_gone; }
postfix_is_gone() { ! in_stage /usr/sbin/postfix status >/dev/null 2>&1; }

mails() { find "$S/var/vmail/all/new" -type f 2>/dev/null | wc -l; }
mails_are() { [ "$(mails)" -ge "$1" ]; }
# mail_with WORDS: the file of the one message that holds them
mail_with() { grep -l -- "$1" "$S"/var/vmail/all/new/* 2>/dev/null | head -n 1; }
mail_body() { sed '1,/^$/d' "$1"; }
log() { cat "$S/var/log/mail.log"; }
mailq_count() { in_stage /usr/bin/mailq 2>/dev/null | sed -n 's/.*Total requests: //p'; }
start_runner() { in_stage /usr/sbin/sendmail -bd -q1m; }
runner_pid() { cat "$S/var/run/firsthop/runner.pid" 2>/dev/null || cat "$S/run/firsthop/runner.pid" 2>/dev/null; }

# --- for the tests of one server's answers: what firsthop says about them ------------------------------------------

setting() { in_stage /usr/local/sbin/relayconf set "$1" "$2"; }
logged() { grep -Eq -- "$1" "$S/var/log/mail.log"; }
# patient SECONDS COMMAND...
patient() { seconds=$1; shift; until "$@" || [ "$seconds" -eq 0 ]; do seconds=$((seconds - 1)); sleep 1; done; "$@"; }
answers() { echo QUIT | in_stage /bin/busybox nc -w 2 127.0.0.2 "$1" | grep -q ^220; }
id_of() { in_stage /usr/bin/mailq --json 2>/dev/null | grep -F "$1" | head -n 1 | sed 's/.*"queue_id": "\([^"]*\)".*/\1/'; }
why() { in_stage /usr/bin/mailq why "$(id_of "$1")" 2>&1; }
try_again() { in_stage /usr/bin/mailq retry "$1" >/dev/null; }
# reconfigured: what is configured now holds from here on, and no session of before is open
reconfigured() {
	old=$(runner_pid)
	kill "$old"
	patient 30 gone "$old"
	start_runner
	wait_for test -S "$S/var/spool/firsthop/mqueue/control"
}
gone() { ! kill -0 "$1" 2>/dev/null; }
# explained RECIPIENT KEY TEXT REMEDY NAME: the log has the key and the server's words, the story has the remedy
explained() {
	patient 40 logged "to=<$1>.*$3.* key=$2 "
	result $? "$5: the log has the reason and the server's words" "$(log | grep -F "to=<$1>" | tail -n 3)"
	like "$(why "$1" | tr '\n' ' ')" "$3.*remedy +.*$4" "$5: mailq why has them and the remedy"
}
# arrives RECIPIENT NAME: after what the remedy says
arrives() {
	patient 40 logged "to=<$1>.* status=sent"
	result $? "$2" "$(log | grep -F "to=<$1>" | tail -n 3)"
}
