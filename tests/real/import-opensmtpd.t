#!/bin/sh
# relayconf import beside OpenSMTPD: the same mail by both.
LAYER=opensmtpd
. tests/real/stage.sh
. tests/real/outcome.sh
echo 'opensmtpd:x:107:107::/var/empty:/usr/sbin/nologin
opensmtpq:x:108:108::/var/empty:/usr/sbin/nologin' >>"$S/etc/passwd"
printf 'opensmtpd:x:107:\nopensmtpq:x:108:\n' >>"$S/etc/group"
mkdir -p "$S/var/empty" "$S/var/lib/opensmtpd/empty" "$S/run/opensmtpd" "$S/var/spool/smtpd" "$S/etc/mail"
chmod 711 "$S/var/spool/smtpd"
chgrp 108 "$S/usr/sbin/smtpctl" && chmod 2755 "$S/usr/sbin/smtpctl"
touch "$S/etc/aliases"
mkdir -p "$S/usr/libexec/old" && ln -s /usr/sbin/smtpctl "$S/usr/libexec/old/sendmail"
echo mon1.example.org >"$S/etc/mailname"
printf '# label user:password\nother no:no\nmain smtpd:a pass\n' >"$S/etc/secrets"
chmod 0640 "$S/etc/secrets"; chgrp 107 "$S/etc/secrets"
printf 'by-list.example\n*.by-list.example\n' >"$S/etc/domains"
cat >"$S/etc/smtpd.conf" <<'END'
# A macro, a line that goes on, tables of both kinds.
smart = "smtp+notls://127.0.0.3:2501"
table aliases file:/etc/aliases
table secrets file:/etc/secrets
table far file:/etc/domains
queue ttl 3d
listen on 127.0.0.1
action "local" mbox alias <aliases>
action "smart" relay host $smart
action "second" relay host "smtp+notls://127.0.0.3:2502"
action "third" \
	relay host smtp+notls://127.0.0.3:2503
match from local for local action "local"
match from local for domain "partner.example" action "second"
match from local for domain { "one.example", "two.example" } action "second"
match from local for domain <far> action "third"
match mail-from "cacti@example.org" for any action "third"
match from local for any action "smart"
END
chmod 0644 "$S/etc/smtpd.conf"
in_stage /usr/sbin/smtpd -n >"$work/out" 2>&1; result $? "OpenSMTPD can read it" "$(cat "$work/out")"
chroot "$S" /usr/sbin/smtpd -d >"$work/smtpd.out" 2>&1 </dev/null &
smtpd_pid=$!
ok "OpenSMTPD runs" wait_for test -S "$S/var/run/smtpd.sock"
sent() {
	recipient=$1 what=$2
	printf 'From: %s\nTo: %s\nSubject: x\n\ntext\n' "$from" "$recipient" >"$work/message"
	as 0:0 /usr/libexec/old/sendmail -i -f "$from" "$recipient" <"$work/message" >"$work/out" 2>&1
	theirs=$(noted)
	as 0:0 /usr/local/libexec/firsthop/sendmail -i -f "$from" "$recipient" <"$work/message" >>"$work/out" 2>&1
	in_stage /usr/local/libexec/firsthop/runner --once --foreground >>"$work/out" 2>&1
	ours=$(noted)
	like "$theirs" '^127' "$what: OpenSMTPD has sent it"
	[ -n "$theirs" ] || tail -n 5 "$work/out" "$work/smtpd.out" | sed 's/^/# /'
	is "$ours" "$theirs" "$what: the same server, login, envelope and From" "$(tail -n 3 "$work/out")"
}
imported opensmtpd
conf=$(cat "$S/etc/firsthop/firsthop.conf")
from=watch@example.org
sent ops@elsewhere.example "all mail"
sent ops@partner.example "a domain"
sent ops@two.example "a list of domains"
sent ops@by-list.example "a table of domains"
from=cacti@example.org
sent ops@elsewhere.example "a sender"
kill "$smtpd_pid"; wait "$smtpd_pid" 2>/dev/null
for line in 'expire_after_h = 72' 'aliases = /etc/aliases' 'name = mon1.example.org' 'tls = off' '[route .by-list.example]'; do
	printf '%s\n' "$conf" | grep -qxF "$line"; result $? "import: $line" "$conf"
done
like "$conf" '^#   /etc/smtpd.conf:[0-9]+: listen on 127.0.0.1 -- about mail from the network' "what listens is named"
like "$conf" '^#   /etc/smtpd.conf:[0-9]+: match from local for local action local -- no domain is local' "what was local is named"
is "$(ls "$S"/etc/firsthop/secret.* 2>/dev/null)" "" "a password that no server gets is not copied"

# A login, which OpenSMTPD gives over TLS only.
printf 'table secrets file:/etc/secrets\naction "out" relay host smtp+tls://main@127.0.0.3:2501 auth <secrets> tls mail-from "alarm@example.org" src 127.0.0.1\nmatch for any action "out"\n' >"$S/etc/smtpd.conf"
in_stage /usr/sbin/smtpd -n >"$work/out" 2>&1; result $? "OpenSMTPD can read the second" "$(cat "$work/out")"
imported opensmtpd
conf=$(cat "$S/etc/firsthop/firsthop.conf")
for line in 'tls = verify' 'login = smtpd' 'port = 2501' 'bind_address = 127.0.0.1' 'envelope_from = alarm@example.org' 'password_file = secret.main'; do
	printf '%s\n' "$conf" | grep -qxF "$line"; result $? "import: $line" "$conf"
done
is "$(cat "$S/etc/firsthop/secret.main")" "a pass" "its password, in its file alone"
unlike "$conf" 'a pass' "and nowhere else"
sed -i 's/smtp+tls/smtps/; s/ tls mail/ tls no-verify mail/; s/:2501//' "$S/etc/smtpd.conf"
imported opensmtpd
conf=$(cat "$S/etc/firsthop/firsthop.conf")
for line in 'tls = encrypt' 'implicit = yes' 'port = 465'; do
	printf '%s\n' "$conf" | grep -qxF "$line"; result $? "import, smtps: $line" "$conf"
done
finish
