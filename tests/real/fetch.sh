#!/bin/sh
# fetch.sh [LAYER]: makes build/real/root: a small Debian of its own with a real Postfix, SASL, PHP, cron and at, for the tests to
# chroot into.  Packages are downloaded once into build/real/debs and only unpacked, never installed: no maintainer
# script runs and the machine stays as it is.  A second run finds the mark and does nothing.
# A layer is one more mail server, which would overwrite files of the others: build/real/LAYER has what it adds.
# Run from the source tree, as root.  Prints nothing when all is well; the reason and exit 1 when not.
set -eu
umask 022
. tests/real/offline.sh

# t64 LIBRARY: its name in this Debian; on 32-bit machines the time of some grew to 64 bits
t64() { if apt-cache show "$1t64" >/dev/null 2>&1; then echo "$1t64"; else echo "$1"; fi; }

packages="postfix libsasl2-modules libsasl2-modules-db sasl2-bin php-cli cron at busybox bash coreutils dash sed grep
	libc-bin tzdata openssl dnsmasq-base nsd libbsd0 libidn2-0 libinih1 $(t64 libssl3) passwd libpam-runtime libpam-modules"
# Needed by maintainer scripts only, or large and unused here.
unwanted="^(perl|perl-base|perl-modules.*|libperl5.*|libgdbm.*|dpkg|debconf|usrmerge|ucf|e2fsprogs|adduser|cpio|libfile-find.*)\$"

base=$PWD/build/real
debs=$base/debs
root=$base/root

complain() {
	echo "fetch.sh: $*" >&2
	if offline "$base/apt.log"; then
		echo "fetch.sh: there is no network to fetch it from" >&2
		exit 69
	fi
	exit 1
}

# apt with its own idea of what is installed and what was downloaded before (nothing), so that every dependency is named.
apt_bare() {
	mkdir -p "$base/archives/partial"
	apt-get -qq -y --no-install-recommends -o APT::Sandbox::User=root \
		-o Dir::State::status="$base/status" -o Dir::Cache::archives="$base/archives" -o Debug::NoLocking=true "$@"
}

# known PACKAGE...: ends here when this Debian has one of them no more
known() {
	for name in "$@"; do
		apt-cache show "$name" >/dev/null 2>&1 || { echo "fetch.sh: this Debian has no package $name" >&2; exit 69; }
	done
}

# package_names PACKAGE...: with all that they need
package_names() {
	apt_bare --print-uris install "$@" |
		sed -n "s/^'[^']*' \([^ _]*\)_.*/\1/p" | grep -Ev "$unwanted" | sort -u
}

# download FOLDER PACKAGE...: into the folder, without what lies in $debs already
download() {
	folder=$1
	shift
	mkdir -p "$folder"
	: >"$base/status"
	names=$(package_names "$@" 2>"$base/apt.log") || names=
	if [ -z "$names" ]; then
		apt-get -qq update >>"$base/apt.log" 2>&1 || :
		names=$(package_names "$@" 2>>"$base/apt.log") || names=
	fi
	[ -n "$names" ] || complain "apt does not know the packages: $(tail -n 1 "$base/apt.log")"
	if ! fetch "$folder" $names; then
		# An old list names versions that are gone from the mirror.
		apt-get -qq update >>"$base/apt.log" 2>&1 || :
		rm -f "$folder"/*.deb
		fetch "$folder" $(package_names "$@") || complain "the download failed: $(tail -n 1 "$base/apt.log")"
	fi
}

fetch() {
	into=$1
	shift
	missing=
	for name in "$@"; do
		[ "$into" != "$debs" ] && ls "$debs/${name}_"*.deb >/dev/null 2>&1 || missing="$missing $name"
	done
	(cd "$into" && apt_bare download $missing) >>"$base/apt.log" 2>&1
}

# once NAME WANTED COMMAND...: unless it was done for the same
once() {
	mark=$1 wanted=$2
	shift 2
	[ "$(cat "$base/$mark.made" 2>/dev/null)" = "$wanted" ] && return 0
	rm -f "$base/$mark.made"
	"$@"
	echo "$wanted" >"$base/$mark.made"
}

# add_layer NAME PACKAGE... [-- PACKAGE...]: those behind -- without what they need
add_layer() {
	layer=$1
	shift
	rm -rf "$base/$layer" "$base/$layer.debs"
	complete=
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		complete="$complete $1"
		shift
	done
	mkdir -p "$base/$layer.debs"
	[ -z "$complete" ] || download "$base/$layer.debs" $complete
	if [ $# -gt 1 ]; then
		shift
		fetch "$base/$layer.debs" "$@" || complain "the download failed: $(tail -n 1 "$base/apt.log")"
	fi
	mkdir -p "$base/$layer/usr"
	for d in bin sbin lib lib32 lib64; do
		mkdir "$base/$layer/usr/$d"
		ln -s "usr/$d" "$base/$layer/$d"
	done
	for deb in "$base/$layer.debs"/*.deb; do
		dpkg-deb --fsys-tarfile "$deb" | tar -x -p --keep-directory-symlink -C "$base/$layer" -f - || complain "cannot unpack $deb"
	done
	rm -rf "$base/$layer/usr/share/doc" "$base/$layer/usr/share/man" "$base/$layer/usr/share/locale"
}

unpack() {
	rm -rf "$root"
	mkdir -p "$root/usr"
	for d in bin sbin lib lib32 lib64; do
		mkdir "$root/usr/$d"
		ln -s "usr/$d" "$root/$d"
	done
	for deb in "$debs"/*.deb; do
		dpkg-deb --fsys-tarfile "$deb" | tar -x -p --keep-directory-symlink -C "$root" -f - ||
			complain "cannot unpack $deb"
	done
	rm -rf "$root/usr/share/doc" "$root/usr/share/man" "$root/usr/share/locale"
}

# What the maintainer scripts would have done, as far as the tests need it.
furnish() {
	mkdir -p "$root/proc" "$root/dev" "$root/tmp" "$root/run" "$root/root" "$root/var/log" "$root/var/tmp" \
		"$root/var/vmail" "$root/home/www" "$root/etc/pam.d"
	chmod 1777 "$root/tmp" "$root/var/tmp"
	rm -rf "$root/var/run"
	ln -s ../run "$root/var/run"
	cat >"$root/etc/passwd" <<-END
	root:x:0:0:root:/root:/bin/sh
	daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
	www-data:x:33:33:www-data:/home/www:/usr/sbin/nologin
	nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
	postfix:x:101:101::/var/spool/postfix:/usr/sbin/nologin
	vmail:x:102:102::/var/vmail:/usr/sbin/nologin
	nagios:x:103:103::/nonexistent:/usr/sbin/nologin
	alice:x:1000:1000:Alice:/home/www:/bin/sh
	END
	cat >"$root/etc/group" <<-END
	root:x:0:
	daemon:x:1:
	tty:x:5:
	mail:x:8:
	www-data:x:33:
	crontab:x:110:
	sasl:x:45:postfix
	nogroup:x:65534:
	postfix:x:101:
	postdrop:x:104:
	vmail:x:102:
	nagios:x:103:
	alice:x:1000:
	END
	sed 's/:.*/:*:19000:0:99999:7:::/' "$root/etc/passwd" >"$root/etc/shadow"
	sed 's/:.*/:*::/' "$root/etc/group" >"$root/etc/gshadow"
	chmod 640 "$root/etc/shadow" "$root/etc/gshadow"
	# The submitters of the outage test: user1 to user8.
	for n in 1 2 3 4 5 6 7 8; do
		echo "user$n:x:200$n:200$n:User $n:/tmp:/bin/sh" >>"$root/etc/passwd"
		echo "user$n:x:200$n:" >>"$root/etc/group"
		echo "user$n:*:19000:0:99999:7:::" >>"$root/etc/shadow"
		echo "user$n:*::" >>"$root/etc/gshadow"
	done
	printf '127.0.0.1\tlocalhost\n127.0.1.1\tmon1.example.org mon1\n' >"$root/etc/hosts"
	echo mon1 >"$root/etc/hostname"
	echo 'nameserver 127.0.0.1' >"$root/etc/resolv.conf"
	printf 'passwd: files\ngroup: files\nshadow: files\nhosts: files dns\nservices: files\n' >"$root/etc/nsswitch.conf"
	for part in account auth password session session-noninteractive; do
		echo "${part%-noninteractive} required pam_permit.so" >"$root/etc/pam.d/common-$part"
	done
	# A program in Perl, which is not here: it copies files for a Postfix that is chrooted.
	[ ! -e "$root/usr/lib/postfix/syncfiles.pl" ] || printf '#!/bin/sh\n' >"$root/usr/lib/postfix/syncfiles.pl"
	[ -e "$root/bin/sh" ] || ln -s dash "$root/bin/sh"
	[ -e "$root/usr/bin/php" ] || ln -s "$(basename "$(echo "$root"/usr/bin/php8*)")" "$root/usr/bin/php"
	chown 102:102 "$root/var/vmail"
	chown 33:33 "$root/home/www"
	# Owners and set-id bits that Debian gives in its scripts.
	chgrp 110 "$root/var/spool/cron/crontabs"
	chmod 1730 "$root/var/spool/cron/crontabs"
	mkdir -p "$root/var/spool/cron/atjobs" "$root/var/spool/cron/atspool"
	chown 1:1 "$root/var/spool/cron/atjobs" "$root/var/spool/cron/atspool" "$root/usr/bin/at"
	chmod 1770 "$root/var/spool/cron/atjobs" "$root/var/spool/cron/atspool"
	chmod 6755 "$root/usr/bin/at"
	[ -e "$root/var/spool/cron/atjobs/.SEQ" ] || : >"$root/var/spool/cron/atjobs/.SEQ"
	chown 1:1 "$root/var/spool/cron/atjobs/.SEQ"
	chroot "$root" /sbin/ldconfig
}

command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || complain "needs Debian's apt-get and dpkg-deb"
mkdir -p "$base"
exec 9>"$base/lock"
flock 9
make_root() {
	unpack
	furnish
}
make_debs() {
	rm -rf "$debs"
	download "$debs" $packages
}
once debs "$(echo $packages)" make_debs
once root "$(cksum <"$0")" make_root
case ${1:-} in
courier) set -- courier courier-mta courier-authdaemon courier-authlib-userdb perl-base ;;
exim) set -- exim exim4-daemon-light ;;
opensmtpd) set -- opensmtpd opensmtpd ;;
dovecot) set -- dovecot dovecot-core dovecot-submissiond ;;
formers) set -- formers -- dma nullmailer $(t64 libssl3) $(t64 libgnutls30) ;;
imports) set -- imports msmtp -- dma nullmailer ssmtp $(t64 libgnutls30) $(t64 libgnutls-openssl27) ;;
callers) set -- callers perl git git-email mutt bsd-mailx s-nail mailutils swaks smartmontools sudo logwatch pflogsumm \
	libemail-sender-perl libmime-lite-perl libmailtools-perl libphp-phpmailer php-symfony-mailer php-mbstring nodejs node-nodemailer \
	-- cacti monitoring-plugins-standard monitoring-plugins-common munin-plugins-core mdadm libudev1 ;;
agents) set -- agents nmh emacs-nox python3 -- fail2ban wordpress libphp-phpmailer ;;
filters) set -- filters perl spamd spamc python3 python3-dkim ;;
milters) set -- milters opendkim opendkim-tools clamav-milter clamav-daemon rspamd ;;
sendmail) set -- sendmail sendmail-bin sendmail-cf m4 ;;
watching) set -- watching python3-minimal python3-prometheus-client prometheus-node-exporter jq rsyslog ;;
dnssec) set -- dnssec unbound ldnsutils ;;
clients) set -- clients perl swaks libphp-phpmailer php-mbstring nodejs node-nodemailer curl libmail-java msmtp ;;
monitors) set -- monitors mariadb-server-core mariadb-client-core php-mysql php-xml php-mbstring php-gd php-gmp php-snmp php-ldap php-bcmath -- cacti zabbix-frontend-php zabbix-server-mysql prometheus ;;
databases) set -- databases db5.3-util gdbmtool $(t64 libgdbm6) ;;
*) exit 0 ;;
esac
# Unwanted in the root, and needed by a layer.
case $1 in
courier) unwanted=$(echo "$unwanted" | sed 's/|perl-base|/|/; s/|libgdbm\.\*//') ;;
databases) unwanted=$(echo "$unwanted" | sed 's/|libgdbm\.\*//') ;;
callers | filters | dovecot | clients) unwanted="^(dpkg|debconf|usrmerge|ucf|e2fsprogs|adduser|cpio|exim4.*|gnupg.*|gpg.*|udev|tar)\$" ;;
esac
layer_packages=$(shift; echo "$*" | sed 's/-- //')
known $layer_packages
once "$1" "$*" add_layer "$@"
