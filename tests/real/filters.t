#!/bin/sh
# [filter NAME] with real users and real programs: whose rights a filter has; SpamAssassin (spamd and spamc) holds what is spam; dkimsign signs, and the signature is right behind a real Postfix.
LAYER=filters
. tests/real/stage.sh
. tests/real/callers.sh
. tests/real/filtering.sh
# --- whose rights -----------------------------------------------------------------------------------------------------
cat >"$S/usr/local/bin/who" <<'END'
#!/bin/sh
{ id; pwd; env | sort; ulimit -c; ls -l /proc/self/fd | sed -n 's/.* \([0-9]*\) -> .*/fd \1/p'; cat /etc/firsthop/secret; ls /var/spool/firsthop/mqueue; } >/tmp/who 2>&1
mv /tmp/who /tmp/who.whole
END
chmod 755 "$S/usr/local/bin/who"
filter <<'END'
[filter f]
command = /usr/local/bin/who
END
mail_as 33:33 who
wait_for arrived who
who=$(cat "$S/tmp/who.whole")
like "$who" '^uid=65534\(nobody\) gid=65534\(nogroup\) groups=65534\(nogroup\)$' "a filter is its user, with its groups, and nothing else"
like "$who" '^SENDER=www@example\.org$' "it knows the sender"
unlike "$who" 'FIRSTHOP|^USER=root' "and has no environment of ours"
like "$who" '^/$' "its folder is /"
is "$(echo "$who" | grep -c '^fd [3-9]')" "$(echo "$who" | grep -c '^fd 3')" "no descriptor of ours is open in it"
like "$who" 'secret: Permission denied' "it cannot read the password"
like "$who" 'mqueue.*: Permission denied' "nor the queue"
for user in root firsthop fhnet; do
	lines=$(printf '[filter f]\ncommand = /usr/local/bin/who\nuser = %s' $user)
	case $user in
	root) echo "$lines" | configured
		like "$(in_stage /usr/local/sbin/relayconf check 2>&1)" 'a filter reads what strangers wrote and is never root' "user = root is an error" ;;
	*) echo "$lines" | filter
		rm -f "$S/tmp/who.whole"
		mail_as 33:33 "as $user"
		said "filter f does not work.*no filter may be the user $user" "user = $user: nothing is started"
		ok "nothing was started ($user)" test ! -e "$S/tmp/who.whole" ;;
	esac
done
chmod 664 "$conf"; chgrp 33 "$conf"
filter <<'END'
[filter f]
command = /usr/local/bin/who
END
mail_as 33:33 writable
said 'no filter is started: others than root may write this file' "a configuration that others may write starts nothing"
like "$(in_stage /usr/local/sbin/relayconf check 2>&1)" 'can be written by others than root: no filter is started' "and relayconf check says so"
chmod 644 "$conf"; chgrp 0 "$conf"
printf 'f\ns\n1.1\n0\nSubject: x\n\nx\n' | as 33:33 /usr/local/libexec/firsthop/filter >"$work/out" 2>&1
like "$(id_of() { cat "$S/tmp/who.whole" 2>/dev/null; }; id_of; cat "$work/out")" 'uid=33|^$' "started by another user, the program is that user"
in_stage /usr/bin/mailq retry all >/dev/null 2>&1
wait_for arrived writable
said "filter f works again, after [0-9]+ failure" "the filter is heard of when it works again"

# --- SpamAssassin -------------------------------------------------------------------------------------------------------
if [ -x "$S/usr/sbin/spamd" ]; then
	mkdir -p "$S/var/lib/spamassassin" "$S/home/www"; chown 65534:65534 "$S/var/lib/spamassassin"
	in_stage /usr/sbin/spamd --local --nouser-config --listen 127.0.0.1:783 --max-children 2 --username nobody --syslog /tmp/spamd.log >"$work/spamd" 2>&1 & spamd=$!
	wait_tries=600 wait_for grep -qs 'spamd: server started' "$S/tmp/spamd.log"
	ok "spamd is up" grep -q 'spamd: server started' "$S/tmp/spamd.log"
	filter <<-END
	[filter f]
	command = /usr/bin/spamc -x -c
	hold = 1
	END
	mail_as 33:33 pills "$spam"
	mail_as 33:33 alert 'disk full on mon1'
	wait_for arrived alert
	ok "the alert leaves" arrived alert
	said 'is held: filter f: [0-9.]*/5\.0; ' "the spam is held, with its score"
	ok "it did not leave" sh -c "! grep -lrq '^Subject: pills' '$S/var/vmail/all/new'"
	like "$(in_stage /usr/bin/mailq)" 'QUARANTINE: held: filter f: [0-9.]*/5\.0' "mailq shows it"
	pid=$(cat "$S/run/spamd.pid" 2>/dev/null || echo "$spamd")
	kill "$spamd"; wait "$spamd" 2>/dev/null
	mail_as 33:33 later 'disk is fine'
	said 'to=<ops@example.org>.*status=deferred.*filter f: |filter f does not work' "without spamd the mail waits"
	ok "and does not leave unseen" sh -c "! grep -lrq '^Subject: later' '$S/var/vmail/all/new'"
else
	skip "SpamAssassin" "this Debian has none"
fi

# --- DKIM --------------------------------------------------------------------------------------------------------------
if [ -x "$S/usr/bin/dkimsign" ]; then
	in_stage /usr/bin/openssl genrsa -traditional -out /etc/dkim.key 2048 >/dev/null 2>&1
	chgrp 65534 "$S/etc/dkim.key"; chmod 640 "$S/etc/dkim.key"
	public=$(in_stage /usr/bin/openssl rsa -in /etc/dkim.key -pubout 2>/dev/null | grep -v -- ----- | tr -d '\n')
	filter <<-END
	[filter f]
	command = /usr/bin/dkimsign s1 example.org /etc/dkim.key
	changes = yes
	timeout_s = 120
	END
	printf 'From: Wächter <www@example.org>\nTo: ops@example.org\nSubject: signed\n\nGrüße vom Wächter\n.\n..zwei\nFrom here\n' | as 33:33 /usr/sbin/sendmail -i -f www@example.org ops@example.org
	wait_tries=600 wait_for arrived signed
	signed=$(grep -lr '^Subject: signed' "$S/var/vmail/all/new" | head -n 1)
	ok "the message arrives" test -n "$signed"
	said 'filter f changed it' "changed by the filter"
	# What Postfix wrote on top at delivery is not part of it.
	like "$(in_stage /usr/bin/python3 -c '
import sys, dkim
raw = sys.stdin.buffer.read()
d = dkim.DKIM(raw[raw.index(b"Received:"):])
print("right" if d.verify(dnsfunc=lambda *a, **k: b"v=DKIM1; k=rsa; p='"$public"'") else "wrong")' <"$signed" 2>&1)" '^right$' "and its signature is right at the other end"
	is "$(grep -c '^Received:.*firsthop' "$signed")" 1 "with one Received field of ours"
else
	skip "DKIM" "this Debian has no dkimsign"
fi
finish
