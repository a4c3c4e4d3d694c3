# For the tests with real programs: a small Debian of its own (fetch.sh) under an overlay that is thrown away, in
# network, mount and process namespaces of its own, so that nothing outside is touched and every process ends with
# the test.  In it: firsthop as its own make targets install it, a real Postfix with STARTTLS and SASL, a name server.
# A test begins with:  . tests/real/lib.sh; real_enter "$0" "$@"
. tests/lib.sh
set -u
ROOT=${ROOT:-}
LIBEXEC=/usr/local/libexec/firsthop
INBOX=/var/vmail/inbox/new

# --- the room ----------------------------------------------------------------------------------------------------

skip_all() {
	echo "ok 1 # skip $1"
	echo 1..1
	exit 0
}

# Outside: prepares and runs the test again inside.  Inside: furnishes the room and returns.
real_enter() {
	[ -z "${REAL_INSIDE:-}" ] || { real_inside; return; }
	[ "$(uname -s)" = Linux ] || skip_all "real programs are unpacked from Debian packages"
	command -v apt-get >/dev/null 2>&1 || skip_all "real programs are unpacked from Debian packages, there is no apt-get"
	[ "$(id -u)" = 0 ] || skip_all "real programs are run in a chroot, which needs root"
	unshare -n -m -p -f --mount-proc true 2>/dev/null || skip_all "no network, mount and process namespaces here"
	sh tests/real/fetch.sh || { echo "not ok 1 - packages for the test"; echo 1..1; exit 1; }
	room=$PWD/build/real/room.$(basename "$1" .t)
	rm -rf "$room" && mkdir -p "$room/upper" "$room/work" "$room/root"
	REAL_INSIDE=1 ROOT=$room/root ROOM=$room
	export REAL_INSIDE ROOT ROOM
	timeout -k 2 "${real_limit_s:-150}" unshare -n -m -p -f --mount-proc --kill-child sh "$@"
	code=$?
	[ $code -lt 124 ] || echo "# ended after ${real_limit_s:-150} s, status $code"
	[ $code -eq 0 ] && [ -z "${REAL_KEEP:-}" ] && rm -rf "$room"
	exit $code
}

real_inside() {
	mount -t overlay firsthop -o "lowerdir=$PWD/build/real/root,upperdir=$ROOM/upper,workdir=$ROOM/work" "$ROOT" 2>/dev/null ||
		cp -a build/real/root/. "$ROOT"
	mount -t proc proc "$ROOT/proc"
	mount -t tmpfs -o mode=0755 tmpfs "$ROOT/dev"
	mount -t tmpfs -o mode=0755 tmpfs "$ROOT/run"
	for device in null zero full random urandom; do
		: >"$ROOT/dev/$device"
		mount --bind "/dev/$device" "$ROOT/dev/$device"
	done
	ln -s /proc/self/fd "$ROOT/dev/fd"
	# The host's name belongs to the machine, so it is told to programs by files only.
	in_root busybox ip link set lo up
	build/tests/logsink "$ROOT/dev/log" "$ROOT/var/log/syslog" &
	wait_for test -S "$ROOT/dev/log"
	dns_start
}

in_root() { chroot "$ROOT" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin TZ=UTC "$@"; }

# as USER COMMAND...: with that user's ids of the chroot and no further groups
as() {
	ids=$(awk -F: -v name="$1" '$1 == name { print $3 ":" $4 }' "$ROOT/etc/passwd")
	shift
	chroot --userspec="$ids" --groups= "$ROOT" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin TZ=UTC "$@"
}

# --- name server, certificates -------------------------------------------------------------------------------------

# dnsmasq knows mail.test and nothing else: every other name does not exist.
dns_start() {
	in_root dnsmasq -k -C /dev/null --user=root --pid-file= --listen-address=127.0.0.1 --bind-interfaces --no-resolv \
		--no-hosts --host-record=mail.test,127.0.0.2 --address=/#/ --log-facility=- 2>"$ROOM/dns.log" &
	dns_pid=$!
	wait_for grep -q started "$ROOM/dns.log"
}

dns_stop() { stop "$dns_pid"; }

# certificate NAME SUBJECT-NAME FIRST-DAY LAST-DAY, days as YYYYMMDDhhmmssZ; signed by the test's authority
certificate() {
	in_root sh -eu -c '
		cd /etc/ca
		openssl req -new -newkey rsa:2048 -nodes -keyout $1.key -out $1.csr -subj "/CN=$2"
		printf "subjectAltName=DNS:%s\nbasicConstraints=CA:FALSE\n" $2 >$1.ext
		openssl ca -batch -config ca.cnf -in $1.csr -out $1.pem -notext -startdate $3 -enddate $4 -extfile $1.ext
		' sh "$@" >>"$ROOM/ca.log" 2>&1
}

authority() {
	mkdir -p "$ROOT/etc/ca/issued"
	cat >"$ROOT/etc/ca/ca.cnf" <<-END
	[ca]
	default_ca = test
	[test]
	new_certs_dir = /etc/ca/issued
	database = /etc/ca/index
	serial = /etc/ca/serial
	certificate = /etc/ca/ca.pem
	private_key = /etc/ca/ca.key
	default_md = sha256
	policy = anything
	unique_subject = no
	[anything]
	commonName = supplied
	[req]
	distinguished_name = dn
	x509_extensions = authority
	[dn]
	[authority]
	basicConstraints = critical,CA:TRUE
	keyUsage = keyCertSign
	subjectKeyIdentifier = hash
	END
	: >"$ROOT/etc/ca/index"
	echo 01 >"$ROOT/etc/ca/serial"
	in_root openssl req -x509 -newkey rsa:2048 -nodes -config /etc/ca/ca.cnf -subj '/CN=Test authority' -days 30 \
		-keyout /etc/ca/ca.key -out /etc/ca/ca.pem >>"$ROOM/ca.log" 2>&1
}

# --- Postfix -------------------------------------------------------------------------------------------------------

# Submission on mail.test:587: STARTTLS and a login are required; whatever comes is put into one Maildir.
postfix_setup() {
	authority
	certificate good mail.test 20200101000000Z 20491231235959Z
	in_root sh -c 'cat /etc/ca/good.key /etc/ca/good.pem >/etc/postfix/server.pem; chmod 600 /etc/postfix/server.pem'
	cat >"$ROOT/etc/postfix/main.cf" <<-END
	compatibility_level = 3.6
	queue_directory = /var/spool/postfix
	command_directory = /usr/sbin
	daemon_directory = /usr/lib/postfix/sbin
	data_directory = /var/lib/postfix
	shlib_directory = /usr/lib/postfix
	mail_owner = postfix
	setgid_group = postdrop
	maillog_file = /var/log/postfix.log
	inet_interfaces = 127.0.0.2
	inet_protocols = ipv4
	myhostname = mail.test
	mydestination =
	mynetworks =
	alias_maps =
	alias_database =
	smtpd_tls_security_level = encrypt
	smtpd_tls_chain_files = /etc/postfix/server.pem
	smtpd_tls_received_header = yes
	smtpd_sasl_auth_enable = yes
	smtpd_sasl_path = smtpd
	cyrus_sasl_config_path = /etc/postfix/sasl
	smtpd_sasl_local_domain = mail.test
	smtpd_sasl_authenticated_header = yes
	smtpd_relay_restrictions = permit_sasl_authenticated, reject
	smtpd_recipient_restrictions = permit_sasl_authenticated, reject
	virtual_mailbox_domains = static:all
	virtual_mailbox_maps = static:inbox/
	virtual_mailbox_base = /var/vmail
	virtual_uid_maps = static:102
	virtual_gid_maps = static:102
	END
	cat >"$ROOT/etc/postfix/master.cf" <<-END
	127.0.0.2:587 inet n - n - - smtpd
	cleanup unix n - n - 0 cleanup
	qmgr unix n - n 300 1 qmgr
	tlsmgr unix - - n 1000? 1 tlsmgr
	rewrite unix - - n - - trivial-rewrite
	bounce unix - - n - 0 bounce
	defer unix - - n - 0 bounce
	trace unix - - n - 0 bounce
	proxymap unix - - n - - proxymap
	error unix - - n - - error
	retry unix - - n - - error
	virtual unix - n n - - virtual
	anvil unix - - n - 1 anvil
	postlog unix-dgram n - n - 1 postlogd
	END
	mkdir -p "$ROOT/etc/postfix/sasl" "$ROOT/var/lib/postfix"
	: >"$ROOT/etc/postfix/dynamicmaps.cf"
	printf 'pwcheck_method: auxprop\nauxprop_plugin: sasldb\nmech_list: %s\n' "${1:-SCRAM-SHA-256 CRAM-MD5 PLAIN LOGIN}" \
		>"$ROOT/etc/postfix/sasl/smtpd.conf"
	echo 'right password' | in_root saslpasswd2 -p -c -u mail.test cacti1
	chgrp 101 "$ROOT/etc/sasldb2" && chmod 640 "$ROOT/etc/sasldb2"
	chown 101 "$ROOT/var/lib/postfix"
	in_root /usr/sbin/postfix set-permissions >"$ROOM/postfix.out" 2>&1
	in_root /usr/sbin/postfix check >>"$ROOM/postfix.out" 2>&1
}

postfix_listens() { in_root busybox nc -w 2 127.0.0.2 587 </dev/null | grep -q '^220'; }

postfix_start() {
	in_root /usr/sbin/postfix start >>"$ROOM/postfix.out" 2>&1
	wait_for postfix_listens
}

# Ends Postfix's master by the number in its pid file, and with it its children.
postfix_stop() {
	master=$(tr -dc 0-9 <"$ROOT/var/spool/postfix/pid/master.pid")
	in_root /usr/sbin/postfix stop >>"$ROOM/postfix.out" 2>&1
	wait_for not_running "$master"
}

# postfix_set KEY=VALUE...: restarts it with that
postfix_set() {
	in_root postconf -e "$@"
	postfix_stop
	postfix_start
}

# A zombie (this shell collects them now and then) does not run either.
not_running() { ! grep -q '^State:.[^ZX]' "/proc/$1/status" 2>/dev/null; }

postfix_log() { cat "$ROOT/var/log/postfix.log" 2>/dev/null; }

connections() { postfix_log | grep -c 'smtpd.*: connect from'; }

# --- firsthop ------------------------------------------------------------------------------------------------------

firsthop_make() { env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s DESTDIR="$ROOT" "$@" >>"$ROOM/install.log" 2>&1; }

firsthop_install() {
	firsthop_make install && firsthop_make install-rights && firsthop_make install-links || {
		sed 's/^/# /' "$ROOM/install.log"
		return 1
	}
	echo 'right password' >"$ROOT/etc/firsthop/secret"
	cp "$ROOT/etc/ca/ca.pem" "$ROOT/etc/firsthop/ca.pem"
	firsthop_make install-rights
	firsthop_config
}

# firsthop_config [KEY=VALUE...]: those replace keys of the smarthost, or come in addition
firsthop_config() {
	{
		printf '[host]\nname = mon1.example.org\n\n[smarthost main]\n'
		for line in host=mail.test port=587 tls=verify tls_ca_file=/etc/firsthop/ca.pem login=cacti1 \
			password_file=secret; do
			case " $*" in *" ${line%%=*}="*) ;; *) echo "${line%%=*} = ${line#*=}" ;; esac
		done
		for line in "$@"; do echo "${line%%=*} = ${line#*=}"; done
	} >"$ROOT/etc/firsthop/firsthop.conf.new"
	mv "$ROOT/etc/firsthop/firsthop.conf.new" "$ROOT/etc/firsthop/firsthop.conf"
	[ ! -s "$ROOT/run/firsthop/runner.pid" ] || kill -HUP "$(runner_pid)" 2>/dev/null || :
}

runner_pid() { tr -dc 0-9 <"$ROOT/run/firsthop/runner.pid" 2>/dev/null; }

runner_alive() {
	runner=$(runner_pid)
	[ -n "$runner" ] && ! not_running "$runner" && [ "$(cat "/proc/$runner/comm" 2>/dev/null)" = runner ]
}

runner_start() {
	in_root /usr/sbin/sendmail -bd -q1m
	wait_for runner_alive
}

runner_stop() {
	runner=$(runner_pid)
	kill "$runner" && wait_for not_running "$runner"
}

# Numbers of all running processes of one program of firsthop.
firsthop_pids() {
	for process in /proc/[0-9]*; do
		case $(readlink "$process/exe" 2>/dev/null) in
		*"$LIBEXEC/$1") not_running "${process#/proc/}" || echo "${process#/proc/}" ;;
		esac
	done
}

syslog() { cat "$ROOT/var/log/syslog"; }

queue_count() { as nagios mailq 2>/dev/null | sed -n 's/^[[:space:]]*Total requests: //p'; }

# --- what arrived --------------------------------------------------------------------------------------------------

arrived_count() { ls "$ROOT$INBOX" 2>/dev/null | wc -l | tr -d ' '; }

arrived_find() { found=$(grep -l -E -r -- "$1" "$ROOT$INBOX" 2>/dev/null | head -n 1) && [ -n "$found" ]; }

# arrived PATTERN: waits up to 10 s for a message with such a line; sets found to its file
arrived() {
	wait_for arrived_find "$1" && return 0
	echo "# nothing that matches: $1"
	echo "# log:"; syslog | tail -n 15 | sed 's/^/#   /'
	echo "# Postfix:"; postfix_log | tail -n 10 | sed 's/^/#   /'
	found=/dev/null
	return 1
}

header_of() { sed '/^$/q' "$1"; }
body_of() { sed '1,/^$/d' "$1"; }

# same_body FILE NAME: the found message's body is that file, byte for byte
same_body() {
	body_of "$found" >"$ROOM/body"
	cmp "$1" "$ROOM/body" >"$ROOM/cmp" 2>&1
	result $? "$2" "$(cat "$ROOM/cmp"; od -c "$ROOM/body" | head -n 12)"
}

# has_line LINE NAME: the found message's header has exactly this line
has_line() { header_of "$found" | grep -F -x -q -- "$1"; result $? "$2" "wanted: $1
$(header_of "$found")"; }
