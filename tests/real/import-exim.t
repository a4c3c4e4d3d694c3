#!/bin/sh
# relayconf import beside Exim: its own configuration, and Debian's answers; the same mail by both.
LAYER=exim
. tests/real/stage.sh
. tests/real/outcome.sh
mkdir -p "$S/etc/exim4" "$S/var/spool/exim4" "$S/var/log/exim4" "$S/var/lib/exim4"
echo 'Debian-exim:x:106:106::/var/spool/exim4:/usr/sbin/nologin' >>"$S/etc/passwd"
echo 'uucp:x:10:10::/var/spool/uucp:/usr/sbin/nologin' >>"$S/etc/passwd"
echo 'Debian-exim:x:106:' >>"$S/etc/group"
chown -R 106:106 "$S/var/spool/exim4" "$S/var/log/exim4"
chmod 4755 "$S/usr/sbin/exim4"
cat >"$S/etc/exim4/exim4.conf" <<'END'
# Macros, a list with its colons doubled, a line that goes on, a hidden option.
SMART = 127.0.0.3::2501
SECOND = 127.0.0.3
primary_hostname = mon1.example.org
qualify_domain = example.org
keep_environment =
hosts_connection_nolog = *
domainlist local_domains = mon1.example.org
acl_smtp_rcpt = rcpt
begin acl
rcpt:
  accept hosts = :
begin routers
aliases:
  driver = redirect
  domains = +local_domains
  data = ${lookup{$local_part}lsearch{/etc/aliases}}
partners:
  driver = manualroute
  route_list = partner.example SECOND byname ; \
               *.far.example "127.0.0.3::2503" byname
  transport = second
  self = send
smart:
  driver = manualroute
  domains = ! +local_domains
  route_list = * SMART byname
  transport = login
  self = send
  no_more
local:
  driver = accept
  transport = box
begin transports
login:
  driver = smtp
  hosts_require_auth = *
  hosts_avoid_tls = *
second:
  driver = smtp
  port = 2502
  hosts_avoid_tls = *
box:
  driver = appendfile
  file = /var/mail/$local_part
begin retry
* * F,2h,15m; G,16h,1h,1.5; F,3d,6h
begin rewrite
*@mon1.example.org $1@example.org Fs
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  hide client_send = ^exim user^the ^^ pass:: word
END
chmod 0640 "$S/etc/exim4/exim4.conf"
touch "$S/etc/aliases"
# to RECIPIENT NAME
sent() {
	recipient=$1 what=$2
	printf 'From: %s\nTo: %s\nSubject: x\n\ntext\n' "$from" "$recipient" >"$work/message"
	as 0:0 /usr/sbin/exim4 -odi -i -f "$from" "$recipient" <"$work/message" >"$work/out" 2>&1
	theirs=$(noted)
	as 0:0 /usr/local/libexec/firsthop/sendmail -i -f "$from" "$recipient" <"$work/message" >>"$work/out" 2>&1
	in_stage /usr/local/libexec/firsthop/runner --once --foreground >>"$work/out" 2>&1
	ours=$(noted)
	like "$theirs" '^127' "$what: Exim has sent it" "$(cat "$work/out" "$S/var/log/exim4/"*main* 2>/dev/null | tail -n 5)"
	is "$ours" "$theirs" "$what: the same server, login, envelope and From" "$(tail -n 3 "$work/out")"
}
imported exim
conf=$(cat "$S/etc/firsthop/firsthop.conf")
from=watch@example.org
sent ops@elsewhere.example "Exim, all mail"
sent ops@partner.example "Exim, a domain"
sent ops@host.far.example "Exim, what is below a domain"
for line in 'expire_after_h = 72' 'aliases = /etc/aliases' 'domain = example.org' '[route .far.example]' 'login = exim user' 'tls = off'; do
	printf '%s\n' "$conf" | grep -qxF "$line"; result $? "import: $line" "$conf"
done
is "$(cat "$S/etc/firsthop/secret.main")" "the ^ pass: word" "the password is in its file"
is "$(ls "$S"/etc/firsthop/secret.*)" "$S/etc/firsthop/secret.main" "and in no other"
unlike "$conf" 'pass: word|\^\^' "and nowhere else"
like "$conf" '^#   /etc/exim4/exim4.conf:[0-9]+: rule = \*@mon1.example.org .* -- \[rewrite senders\]' "a rewriting rule is named"
like "$conf" '^#   /etc/exim4/exim4.conf:[0-9]+: acl_smtp_rcpt = rcpt -- about mail from the network' "what was about the network is named"
like "$conf" '^#   /etc/exim4/exim4.conf:[0-9]+: local: driver = accept -- no domain is local' "a router that delivers here is named"

# --- Debian's answers --------------------------------------------------------------------------------------------------
rm "$S/etc/exim4/exim4.conf"
echo mon1.example.org >"$S/etc/mailname"
cat >"$S/etc/exim4/update-exim4.conf.conf" <<'END'
dc_eximconfig_configtype='satellite'
dc_other_hostnames=''
dc_local_interfaces='127.0.0.1'
dc_readhost='example.org'
dc_relay_domains=''
dc_minimaldns='false'
dc_relay_nets=''
dc_smarthost='127.0.0.3::2503'
CFILEMODE='644'
dc_use_split_config='false'
dc_hide_mailname='true'
dc_mailname_in_oh='true'
dc_localdelivery='mail_spool'
END
printf '# comment\nother.example:no:no\n*.0.0.3:deb:a pass:word\n' >"$S/etc/exim4/passwd.client"
printf 'cacti: graphs@example.net\n' >"$S/etc/email-addresses"
printf 'AUTH_CLIENT_ALLOW_NOTLS_PASSWORDS = 1\nMAIN_HARDCODE_PRIMARY_HOSTNAME = mon1.example.org\n' >"$S/etc/exim4/exim4.conf.localmacros"
chown 0:106 "$S/etc/exim4/passwd.client"; chmod 0640 "$S/etc/exim4/passwd.client"
for tool in getopt run-parts mktemp tempfile; do [ -e "$S/usr/bin/$tool" ] || ln -s /bin/busybox "$S/usr/bin/$tool"; done
in_stage /bin/sh /usr/sbin/update-exim4.conf --keepcomments >"$work/out" 2>&1; result $? "Debian makes Exim's configuration" "$(cat "$work/out")"
imported exim
conf=$(cat "$S/etc/firsthop/firsthop.conf")
from=watch@example.org
sent ops@elsewhere.example "Debian's Exim"
is "$(cat "$S/etc/firsthop/secret.main")" "a pass:word" "its password"
for line in 'domain = example.org' 'port = 2503' 'auth_without_tls = yes' 'cacti@mon1.example.org = graphs@example.net'; do
	printf '%s\n' "$conf" | grep -qxF "$line"; result $? "import: $line" "$conf"
done
like "$conf" '^#   /etc/exim4/passwd.client:2: other.example -- a login for a host that is not this smarthost' "another host's login is named, and not copied"
finish
