#!/bin/sh
# [filter NAME] socket with real servers: SpamAssassin's spamd holds the spam of a broken web form and lets the alert beside it go; OpenDKIM signs, and the signature is right behind a real Postfix; ClamAV's milter holds what its signature knows; Rspamd; what happens while they are down.
LAYER=milters
. tests/real/stage.sh
. tests/real/callers.sh
sh tests/real/fetch.sh filters
. tests/real/filtering.sh
check() { in_stage /usr/local/sbin/relayconf check -v 2>&1; }
account() { grep -q "^$1:" "$S/etc/passwd" || { echo "$1:x:$2:$2::/nonexistent:/usr/sbin/nologin" >>"$S/etc/passwd"; echo "$1:x:$2:" >>"$S/etc/group"; }; }
listens() { in_stage /bin/busybox netstat -lnt 2>/dev/null | grep -q ":$1 "; }
# chroot_python PROGRAM: beside python3-dkim
chroot_python() { unshare -m sh -c 'mount -t proc proc "$1/proc" 2>/dev/null; exec chroot "$1" /usr/bin/python3 -c "$2"' sh "$work/python" "$1"; }
mkdir -p "$work/python.upper" "$work/python.scratch" "$work/python"
mount -t overlay -o "lowerdir=$PWD/$BUILD/real/filters:$PWD/$BUILD/real/root,upperdir=$work/python.upper,workdir=$work/python.scratch" python "$work/python"
account opendkim 120
account clamav 121
account _rspamd 122

# --- SpamAssassin: a Debian of its own for Perl, beside the stage ---------------------------------------------------------------
mkdir -p "$work/spamd.upper" "$work/spamd.scratch" "$work/spamd"
if mount -t overlay -o "lowerdir=$PWD/$BUILD/real/filters:$PWD/$BUILD/real/root,upperdir=$work/spamd.upper,workdir=$work/spamd.scratch" spamd "$work/spamd" 2>/dev/null; then
	mount -t proc proc "$work/spamd/proc"
	mount --bind "$S/dev" "$work/spamd/dev"
	mkdir -p "$work/spamd/var/lib/spamassassin" "$S/run/spamd" "$work/spamd/run/spamd"
	mount --bind "$S/run/spamd" "$work/spamd/run/spamd"
	chown 65534:65534 "$work/spamd/var/lib/spamassassin"; chmod 1777 "$work/spamd/tmp"
	chroot "$work/spamd" /usr/sbin/spamd --local --nouser-config --socketpath=/run/spamd/spamd.sock --socketmode=0666 --max-children 2 --username nobody --syslog /tmp/spamd.log >"$work/spamd.out" 2>&1 & spamd=$!
	wait_tries=1200 wait_for grep -qs 'spamd: server started' "$work/spamd/tmp/spamd.log"
	ok "spamd is up" grep -q 'spamd: server started' "$work/spamd/tmp/spamd.log"
	filter <<-'END'
	[filter spam]
	socket = spamd:/run/spamd/spamd.sock
	END
	like "$(check)" 'spam: spamd answers at spamd:/run/spamd/spamd\.sock' "relayconf check: spamd answers"
	mail_as 33:33 pills "$spam"
	mail_as 33:33 alert 'disk full on mon1'
	wait_for arrived alert
	ok "the alert leaves" arrived alert
	said 'is held: filter spam: spam, [0-9.]+ / 5\.0: [A-Z_,]*GTUBE' "the spam of the web form is held, with score and rules"
	ok "it did not leave" sh -c "! grep -lrq '^Subject: pills' '$S/var/vmail/all/new'"
	like "$(in_stage /usr/bin/mailq)" 'QUARANTINE: held: filter spam: spam, [0-9.]* / 5\.0: .*GTUBE' "mailq says so"
	filter <<-'END'
	[filter spam]
	socket = spamd:/run/spamd/spamd.sock
	changes = yes
	pass = spam
	END
	mail_as 33:33 marked "$spam"
	said 'filter spam changed it: spam, [0-9.]+ / 5\.0' "pass = spam, changes = yes: it leaves"
	wait_for grep -rqs '^X-Spam-Flag: YES' "$S/var/vmail/all/new"
	ok "with spamd's fields" grep -rq '^X-Spam-Flag: YES' "$S/var/vmail/all/new"
	kill "$spamd"; wait "$spamd" 2>/dev/null; rm -f "$S/run/spamd/spamd.sock"
	filter <<-'END'
	[filter spam]
	socket = spamd:/run/spamd/spamd.sock
	END
	mail_as 33:33 later 'disk is fine'
	said 'filter spam does not work; its mail waits; .*/run/spamd/spamd\.sock: No such file' "without spamd the mail waits"
	like "$(check)" 'problem.*spam: the user nobody has no answer at spamd:' "and relayconf check says so"
	filter <<-'END'
	[filter spam]
	socket = spamd:/run/spamd/spamd.sock
	when_down = pass
	END
	in_stage /usr/bin/mailq retry all >/dev/null 2>&1
	said 'passes filter spam unseen .when_down = pass: ' "when_down = pass: it leaves, and that is said"
	wait_for arrived later
	ok "it arrives" arrived later
	umount -l "$work/spamd/run/spamd" "$work/spamd/dev" "$work/spamd/proc" "$work/spamd"
else
	skip "SpamAssassin" "there is no overlay file system"
fi

# --- OpenDKIM -------------------------------------------------------------------------------------------------------------------
if [ -x "$S/usr/sbin/opendkim" ]; then
	in_stage /usr/bin/openssl genrsa -traditional -out /etc/dkim.key 2048 >/dev/null 2>&1
	chown 120:120 "$S/etc/dkim.key"; chmod 600 "$S/etc/dkim.key"
	public=$(in_stage /usr/bin/openssl rsa -in /etc/dkim.key -pubout 2>/dev/null | grep -v -- ----- | tr -d '\n')
	mkdir -p "$S/run/opendkim"; chown 120:120 "$S/run/opendkim"; chmod 750 "$S/run/opendkim"
	cat >"$S/etc/opendkim.conf" <<-'END'
	Domain example.org
	Selector s1
	KeyFile /etc/dkim.key
	Mode s
	Canonicalization simple/simple
	Socket local:/run/opendkim/opendkim.sock
	Background no
	UMask 007
	Syslog yes
	OversignHeaders From
	END
	chroot --userspec=120:120 "$S" /usr/sbin/opendkim -f -x /etc/opendkim.conf >"$work/opendkim.out" 2>&1 & opendkim=$!
	wait_for test -S "$S/run/opendkim/opendkim.sock"
	ok "OpenDKIM is up" test -S "$S/run/opendkim/opendkim.sock" || cat "$work/opendkim.out"
	filter <<-'END'
	[filter sign]
	socket = milter:unix:/run/opendkim/opendkim.sock
	END
	like "$(check)" 'problem.*sign: the user nobody has no answer at milter:.*Permission denied' "relayconf check asks as the user of the section: it may not connect"
	filter <<-'END'
	[filter sign]
	socket = milter:unix:/run/opendkim/opendkim.sock
	user = opendkim
	END
	like "$(check)" 'sign: a milter .version [2-6]. answers at milter:unix:/run/opendkim/opendkim\.sock' "as the right one it may"
	printf 'From: Wächter <www@example.org>\nTo: ops@example.org\nSubject:signed  twice\n\nGrüße vom Wächter\n.\n..zwei\nFrom here \n\n\n' | as 33:33 /usr/sbin/sendmail -i -f www@example.org ops@example.org
	said 'filter sign changed it$' "OpenDKIM changes it"
	wait_for arrived signed
	signed=$(grep -lr '^Subject: *signed' "$S/var/vmail/all/new" | head -n 1)
	ok "the message arrives" test -n "$signed"
	is "$(grep -c '^DKIM-Signature:' "$signed")" 1 "signed"
	# What Postfix wrote on top at delivery is no part of it.
	like "$(chroot_python '
import sys, dkim
raw = sys.stdin.buffer.read()
d = dkim.DKIM(raw[raw.index(b"DKIM-Signature:"):])
print("right" if d.verify(dnsfunc=lambda *a, **k: b"v=DKIM1; k=rsa; p='"$public"'") else "wrong")' <"$signed" 2>&1)" '^right$' "and the signature, simple/simple, is right at the other end"
	is "$(grep -c '^Received:.*firsthop' "$signed")" 1 "with one Received field of ours"
	kill "$opendkim"; wait "$opendkim" 2>/dev/null
	mail_as 33:33 unsigned
	said 'filter sign does not work; its mail waits; .*opendkim\.sock: ' "without OpenDKIM the mail waits"
	ok "and does not leave unsigned" sh -c "! grep -lrq '^Subject: unsigned' '$S/var/vmail/all/new'"
	rm -f "$S/run/opendkim/opendkim.sock"
	chroot --userspec=120:120 "$S" /usr/sbin/opendkim -f -x /etc/opendkim.conf >"$work/opendkim.out" 2>&1 & opendkim=$!
	wait_for test -S "$S/run/opendkim/opendkim.sock"
	in_stage /usr/bin/mailq retry all >/dev/null 2>&1
	wait_for arrived unsigned
	ok "and leaves, signed, when it is back" sh -c "grep -q '^DKIM-Signature:' \$(grep -lr '^Subject: unsigned' '$S/var/vmail/all/new')"
	kill "$opendkim"; wait "$opendkim" 2>/dev/null
else
	skip "OpenDKIM" "this Debian has none"
fi

# --- ClamAV ---------------------------------------------------------------------------------------------------------------------
if [ -x "$S/usr/sbin/clamav-milter" ]; then
	mkdir -p "$S/var/lib/clamtest" "$S/run/clamav"; chown 121:121 "$S/run/clamav"
	printf 'Web.Form.Test:0:*:%s\n' "$(printf 'a line that only malware has' | od -An -tx1 | tr -d ' \n')" >"$S/var/lib/clamtest/test.ndb"
	printf 'DatabaseDirectory /var/lib/clamtest\nLocalSocket /run/clamav/clamd.sock\nForeground yes\nUser clamav\nLogSyslog no\n' >"$S/etc/clamd.test"
	printf 'ClamdSocket unix:/run/clamav/clamd.sock\nMilterSocket inet:7357@127.0.0.1\nForeground yes\nUser clamav\nOnInfected Quarantine\nOnFail Defer\nAddHeader Replace\nReportHostname mon1\n' >"$S/etc/clamav-milter.test"
	chroot "$S" /usr/sbin/clamd -c /etc/clamd.test >"$work/clamd.out" 2>&1 & clamd=$!
	wait_tries=600 wait_for test -S "$S/run/clamav/clamd.sock"
	chroot "$S" /usr/sbin/clamav-milter -c /etc/clamav-milter.test >"$work/clamav.out" 2>&1 & clam=$!
	wait_tries=600 wait_for listens 7357
	ok "clamd and clamav-milter are up" listens 7357 || tail "$work/clamd.out" "$work/clamav.out"
	filter <<-'END'
	[filter virus]
	socket = milter:inet:7357@127.0.0.1
	END
	mail_as 33:33 infected 'this is a line that only malware has'
	mail_as 33:33 healthy
	said 'is held: filter virus: .' "ClamAV's quarantine holds what it found"
	wait_for arrived healthy
	ok "the other one leaves" arrived healthy
	like "$(cat "$(grep -lr '^Subject: healthy' "$S/var/vmail/all/new")")" '^X-Virus-Status: Clean' "with the milter's field"
	kill "$clamd"; wait "$clamd" 2>/dev/null
	rm -f "$S/run/clamav/clamd.sock"
	mail_as 33:33 unseen
	said 'to=<ops@example.org>.*status=deferred.*filter virus: .*key=filter-later' "without clamd the milter puts the mail off, and it waits"
	ok "and does not leave unseen" sh -c "! grep -lrq '^Subject: unseen' '$S/var/vmail/all/new'"
	kill "$clam"; wait "$clam" 2>/dev/null
else
	skip "ClamAV" "this Debian has none"
fi

# --- Rspamd ---------------------------------------------------------------------------------------------------------------------
if [ -x "$S/usr/bin/rspamd" ]; then
	mkdir -p "$S/etc/rspamd/local.d" "$S/run/rspamd" "$S/var/lib/rspamd" "$S/var/log/rspamd"
	chown -R 122:122 "$S/run/rspamd" "$S/var/lib/rspamd" "$S/var/log/rspamd"
	printf 'milter = yes;\nbind_socket = "127.0.0.1:11332";\ntimeout = 20s;\nupstream "local" {\n  default = yes;\n  self_scan = yes;\n}\n' >"$S/etc/rspamd/local.d/worker-proxy.inc"
	printf 'filters = "";\ngtube_patterns = "all";\ndns { nameserver = ["127.0.0.1:53:1"]; timeout = 0.1s; retransmits = 1; }\n' >"$S/etc/rspamd/local.d/options.inc"
	for worker in worker-normal worker-controller worker-fuzzy; do printf 'enabled = false;\ncount = 0;\n' >"$S/etc/rspamd/local.d/$worker.inc"; done
	chroot "$S" /usr/bin/rspamd -f -u _rspamd -g _rspamd >"$work/rspamd.out" 2>&1 & rspamd=$!
	wait_tries=2400 wait_for listens 11332
	ok "Rspamd is up" listens 11332
	listens 11332 || sed "s,^,# ,; 20q" "$work/rspamd.out"
	filter <<-'END'
	[filter rspamd]
	socket = milter:127.0.0.1:11332
	hold = reject
	END
	mail_as 33:33 rpills "$spam"
	mail_as 33:33 ralert 'disk full on mon1'
	said 'is held: filter rspamd: 5[0-9][0-9] .*' "what Rspamd rejects is held (hold = reject)"
	wait_for arrived ralert
	ok "the alert leaves" arrived ralert
	kill "$rspamd"; wait "$rspamd" 2>/dev/null
else
	skip "Rspamd" "this Debian has none"
fi
finish
