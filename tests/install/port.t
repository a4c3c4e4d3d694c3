#!/bin/sh
# The port for FreeBSD: its rules of form, its Makefile read by BSD make, staging as an ordinary user exactly as pkg-plist has it, and the recipe
# that puts it into a ports tree.  The framework is a stand-in (tests/freebsd/mk).
. tests/lib.sh
. tests/rights-check.sh
new_spool
port=relayconf/system/freebsd
bmake=$(command -v bmake) || { [ "$(uname -s)" = FreeBSD ] && bmake=make; }

# --- rules of form, and that each breach is seen
mkdir -p "$work/form/mail"; sh $port/into-ports.sh -n "$work/form" >/dev/null
ok "the rules of ports" sh tests/freebsd/portlint.sh "$work/form/mail/firsthop"
# breach FILE SED-EXPRESSION COMPLAINT
breach() {
	rm -rf "$work/port"; cp -R "$work/form/mail/firsthop" "$work/port"
	edit "$2" "$work/port/$1"
	like "$(sh tests/freebsd/portlint.sh "$work/port")" "$3" "seen: $3"
}
tab=$(printf '\t')
breach Makefile 's/^CATEGORIES=.*/& /' 'blanks at the end'
breach Makefile "s/^CATEGORIES=$tab/CATEGORIES= /" 'CATEGORIES: a tab follows'
breach Makefile 's/^COMMENT=.*/COMMENT=	A sendmail./' 'no article'
breach Makefile 's/^COMMENT=.*/COMMENT=	Sendmail./' 'without a period'
breach Makefile 's/^COMMENT=.*/&, and does many other things besides/' 'more than 70'
breach Makefile '/^WWW=/d' 'WWW is missing'
breach Makefile 's,^\(MASTER_SITES=.*\)/$,\1,' 'ends in a slash'
breach Makefile '/^CATEGORIES=/{h;d;};/^MASTER_SITES=/G' 'CATEGORIES: order of the block'
breach Makefile '/^LICENSE_FILE=/{h;d;};/^USERS=/G' 'LICENSE_FILE: has to come earlier'
breach Makefile 's,dns/libidn2,libidn2,' 'libNAME.so:category/port'
breach Makefile '/^DAEMONLESS_DESC/d' 'DAEMONLESS has no description'
breach Makefile 's/{MV}/(MV)/' 'write \$\{VARIABLE\}'
breach Makefile 's/${RM}/rm/' 'bare command'
breach Makefile 's/^post-install:/install:/' 'framework is redefined'
breach Makefile 's/pkg-message syslog.conf$/& gone/' 'files/gone.in: named in Makefile, and missing'
breach pkg-descr 's/^firsthop is.*/& and now this line grows far beyond what any terminal shows/' 'longer than 80'
breach pkg-plist 's/firsthop.7.gz/firsthop.7/' 'listed as .gz'
breach pkg-plist 's,^sbin,/usr/local/sbin,' 'a full path'
breach pkg-plist 's/^@postexec/@exec/' 'not known'
breach files/pkg-message.in 's/type: upgrade/type: update/' 'not understood'
breach files/firsthop.in '/^# PROVIDE/d' 'no line # PROVIDE'
breach files/mailer.conf.in 's,%%PREFIX%%,/usr/local,' 'PREFIX or LOCALBASE'
breach files/crontab.in 's/SHELL/%%SHELL%%/' 'not in SUB_LIST'

# --- the recipe for distinfo
tree=$work/ports
mkdir -p "$tree/mail"
printf 'SUBDIR-comment\n    SUBDIR += exim\n    SUBDIR += mutt\n' >"$tree/mail/Makefile"
printf 'nobody:*:65534:\nother:*:999:\n' >"$tree/GIDs"
printf 'other:*:999:999::0:0:Other:/nonexistent:/usr/sbin/nologin\n' >"$tree/UIDs"
ok "into-ports.sh" sh $port/into-ports.sh "$tree"
ok "and again" sh $port/into-ports.sh "$tree"
version=$(sed -n 's/^VERSION *= *//p' GNUmakefile)
tarball=$tree/distfiles/firsthop-$version.tar.gz
is "$(sed -n "s/^SHA256 (firsthop-$version.tar.gz) = //p" "$tree/mail/firsthop/distinfo")" "$(sha256sum "$tarball" 2>/dev/null | cut -d ' ' -f 1 || sha256 -q "$tarball")" "distinfo has its checksum"
is "$(sed -n "s/^SIZE (firsthop-$version.tar.gz) = //p" "$tree/mail/firsthop/distinfo")" "$(($(bytes <"$tarball")))" "and its size"
is "$(cat "$tree/GIDs")" "nobody:*:65534:
other:*:999:
fhdrop:*:998:
fhlist:*:997:
fhnet:*:996:
fhsmtpd:*:995:
firsthop:*:994:" "groups that are free"
like "$(cat "$tree/UIDs")" '^firsthop:\*:994:994::0:0:[^:]*:/nonexistent:/usr/sbin/nologin$' "a user with the number of his group"
is "$(grep firsthop -A 1 "$tree/mail/Makefile")" "    SUBDIR += firsthop
    SUBDIR += mutt" "once, and in its place, in the category"
is "$(ls "$tree/mail/firsthop" | tr '\n' ' ')" "Makefile distinfo files pkg-descr pkg-plist " "what belongs into the tree, and nothing else"

# --- staging, as an ordinary user
if [ -z "$bmake" ]; then
	skip "staging" "needs bmake"
	finish; exit 0
fi
(cd "$work" && gzip -dc "$tarball" | tar -xf -)
source=$work/firsthop-$version
mkdir -p "$source/$BUILD" "$work/stages" && cp -R "$BUILD/bin" "$BUILD/languages" "$source/$BUILD/"
make=$(command -v gmake || command -v make)
cp -R tests/freebsd/mk "$work/mk" && chmod 755 "$work"
unprivileged=
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null 2>&1; then
	unprivileged="setpriv --reuid 65534 --regid 65534 --clear-groups"
	chown -R 65534:65534 "$source" "$work/stages" "$tree/mail/firsthop"
fi
# stage NAME [WITH= WITHOUT=]: the port's own Makefile, in the tree; the programs are those of this build
stage() {
	S=$work/stages/$1; shift
	$unprivileged mkdir "$S"
	(cd "$tree/mail/firsthop" && $unprivileged env -u MAKEFLAGS -u MFLAGS "$bmake" -m "$work/mk" WRKDIR="$S" WRKSRC="$source" GMAKE="$make" \
		GMAKE_ARGS="-s SYSTEM=FreeBSD BUILD=$BUILD -o all" "$@" stage) >"$work/stage.log" 2>&1 || { tail -n 5 "$work/stage.log"; return 1; }
}
listed() { grep -v '^@\(comment\|postexec\|preunexec\)' "$S/plist" | sed 's/^@[a-z]*\(([^)]*)\)* //; s,^\([^/]\),/usr/local/\1,' | sort; }
staged() { (cd "$S/stage" && { find . -type f -o -type l; find ./var -type d -path '*firsthop*'; }) | sed 's/^\.//' | sort; }
ok "make stage, as an ordinary user" stage plain
ok "who owns all of it" test -z "$(find "$S/stage" ! -user "$(file_owner "$S" | cut -d: -f1)")"
is "$(staged)" "$(listed)" "the stage is exactly the packing list"
is "$(cd "$S/stage" && find . -type f -perm /7022)" "" "nothing set-id, nothing that others may write"
is "$(cd "$S/stage" && find . -type f -perm -111 | sort)" "$(cd "$S/stage" && find . -path '*/libexec/firsthop/*' -type f -o -path '*/etc/rc.d/*' -o -path '*/periodic/daily/*' \
	-o -path '*/*bin/*' -o -path '*/share/firsthop/*.[sp]?' -type f | sort)" "programs and scripts can be run, and nothing else"
is "$(find "$S/stage" -type f -exec sed -n '1s/^#! *\([^ ]*\).*/\1/p' {} \; | LC_ALL=C sort -u | tr '\n' ' ')" "/bin/sh /usr/local/bin/perl " "no script names an interpreter that FreeBSD has elsewhere"
like "$(cd "$source" && env -u MAKEFLAGS -u MFLAGS "$bmake" -m /usr/share/mk demo 2>&1)" 'is built with GNU make: gmake demo ' "BSD make in the source says what to use"
ok "programs are stripped" sh -c "! readelf -S '$S/stage/usr/local/libexec/firsthop/relay' 2>/dev/null | grep -q debug_info"
is "$(grep -l '%%' "$S"/stage/usr/local/etc/rc.d/* "$S"/stage/usr/local/etc/periodic/daily/* "$S"/stage/usr/local/share/examples/firsthop/* "$S/pkg-message" "$S/plist")" "" "every %%NAME%% is filled in"
like "$(cat "$S/pkg-message")" 'install -m 0644 /usr/local/share/examples/firsthop/mailer.conf /usr/local/etc/mail/mailer.conf' "pkg-message names real places"
for name in sendmail mailq newaliases hoststat purgestat; do
	target=$(awk -v n=$name '$1 == n { print $2 }' "$S/stage/usr/local/share/examples/firsthop/mailer.conf")
	ok "mailer.conf: $name leads to a program of the package" test -x "$S/stage$target"
done
# wanted WHEN: places and rights of the table of rights, as they are here
wanted() {
	awk -v when="$1" '$1 ~ /^(program|folder)$/ && $6 ~ "^(always|" when ")$" && $2 !~ /^(SYSCONFDIR|PREFIX)/ && ($6 != "always" || $3 $4 $5 != "rootroot0755") {
		sub("LIBEXEC", "libexec/firsthop", $2); sub("SPOOLDIR", "/var/spool/firsthop", $2); if ($4 == "root") $4 = "wheel"; print $2, $3, $4, $5 }' relayconf/system/rights.table | sort
}
is "$(sed -n 's,^@[a-z]*(\([^,]*\)\,\([^,]*\)\,\([^)]*\)) \(.*\),\4 \1 \2 \3,p' "$S/plist" | sort)" "$(wanted resident)" "rights of the programs and of the queue: those of the table"

# What the package does besides files: the trigger, which a running runner has open, stays through an upgrade.
mkdir "$work/stubs" "$work/queue"; printf '#!/bin/sh\necho "$*" >>"%s"\n' "$work/given" >"$work/stubs/chown"; chmod 755 "$work/stubs/chown"
step() { sed -n "s,/var/spool/firsthop,$work/queue,g; s/^@$1 //p" "$S/plist" | PATH="$work/stubs:$PATH" sh; }
step postexec; ok "installing makes the trigger" test -p "$work/queue/trigger"
is "$(cat "$work/given")" "$(awk '$1 == "fifo" { print $3 ":" $4 }' relayconf/system/rights.table) $work/queue/trigger" "for its user and group"
is "$(file_mode "$work/queue/trigger")" "$(awk '$1 == "fifo" { sub("^0", "", $5); print $5 }' relayconf/system/rights.table)" "with its mode"
before=$(ls -i "$work/queue/trigger")
PKG_UPGRADE=true; export PKG_UPGRADE; step preunexec; step postexec; unset PKG_UPGRADE
is "$(ls -i "$work/queue/trigger")" "$before" "an upgrade leaves it"
like "$(cat $port/files/firsthop.in)" "mkfifo -m $(awk '$1 == "fifo" { print $5 }' relayconf/system/rights.table) .*trigger" "the service script makes it with the same mode"
like "$(cat $port/files/firsthop.in)" "chown $(awk '$1 == "fifo" { print $3 ":" $4 }' relayconf/system/rights.table) .*trigger" "and the same owner"
step preunexec; ok "removing the package removes it" test ! -e "$work/queue/trigger"

# The stage as pkg(8) installs it: all of it root's, but what the packing list says; with the port's users and groups.
if [ "$(id -u)" = 0 ]; then
	image=$work/image
	cp -R "$S/stage" "$image"
	chown -R 0:0 "$image"; chmod -R go-w "$image"
	mkdir -p "$image/etc"
	printf 'root:*:0:0::/root:/bin/sh\nfirsthop:*:995:995::/nonexistent:/bin/sh\nfhnet:*:996:996::/nonexistent:/bin/sh\nfhsmtpd:*:994:994::/nonexistent:/bin/sh\n' >"$image/etc/passwd"
	printf 'wheel:*:0:\nfhdrop:*:998:\nfhlist:*:997:\nfhnet:*:996:\nfhsmtpd:*:994:\nfirsthop:*:995:\n' >"$image/etc/group"
	in_list() { sed -n 's,^@[a-z]*(\([^,]*\)\,\([^,]*\)\,\([^)]*\)) \(.*\),\4 \1 \2 \3,p' "$S/plist"; }
	in_list | while read -r place owner group mode; do
		case $place in /*) ;; *) place=/usr/local/$place ;; esac
		chown "$(rights_number "$image" "${owner:-root}" passwd):$(rights_number "$image" "$(echo "${group:-root}" | sed 's/^wheel$/root/')" group)" "$image$place"
		[ -z "$mode" ] || chmod "$mode" "$image$place"
	done
	mkfifo "$image/var/spool/firsthop/trigger"
	awk '$1 == "fifo" { print $3, $4, $5 }' relayconf/system/rights.table | while read -r owner group mode; do
		chown "$(rights_number "$image" "$owner" passwd):$(rights_number "$image" "$group" group)" "$image/var/spool/firsthop/trigger"
		chmod "$mode" "$image/var/spool/firsthop/trigger"
	done
	is "$(rights_as_in_table "$image" /usr/local /usr/local/etc resident)" "" "installed, every place has the rights of the table"
	is "$(rights_beside_table "$image" /usr/local /usr/local/etc)" "" "and nothing beside it belongs to, or may be written by, anybody but root"
else
	for what in "the rights of the table" "nothing beside it"; do skip "$what" "only root gives files away"; done
fi

ok "the other options" stage other WITH=DAEMONLESS WITHOUT=MAILCMD
is "$(staged)" "$(listed)" "the stage is exactly the packing list, again"
is "$(sed -n 's,^@[a-z]*(\([^,]*\)\,\([^,]*\)\,\([^)]*\)) \(.*\),\4 \1 \2 \3,p' "$S/plist" | sort)" "$(wanted daemonless)" "DAEMONLESS gives its right"
unlike "$(staged)" 'bin/mail$|firsthop-mail\.1' "without MAILCMD no mail(1)"
conflicts() { (cd "$tree/mail/firsthop" && env -u MAKEFLAGS -u MFLAGS "$bmake" -m "$work/mk" WRKDIR="$S" "$@" -V '${CONFLICTS_INSTALL}'); }
is "$(conflicts),$(conflicts WITHOUT=MAILCMD)" "mailutils," "only bin/mail can be in another package's way"

finish
