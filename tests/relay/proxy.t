#!/bin/sh
# A smarthost behind a proxy: SOCKS5 and HTTP CONNECT, with and without a login; and what can go wrong, which names the proxy.
. tests/lib.sh
new_spool
smarthost
proxy() { # KIND OPTIONS...: starts one; sets proxy_port
	[ -z "${proxy_pid:-}" ] || stop "$proxy_pid"
	rm -f "$work/proxy_port" "$work/asked"
	"$TOOLS/proxy" -P "$work/proxy_port" -t "$port" -o "$work/asked" -k "$@" &
	proxy_pid=$!
	pids="$pids $proxy_pid"
	wait_for test -s "$work/proxy_port" || echo "the proxy does not start" >&2
	proxy_port=$(cat "$work/proxy_port")
}
by() { # KEYS...: the configuration; the server's name is known to nobody here
	printf '[host]\nname = mon1.example.org\naliases = %s/aliases\n\n[smarthost main]\nhost = mail.invalid\nport = 2587\ntls = off\n' "$work" >"$work/firsthop.conf"
	printf '%s\n' "$@" >>"$work/firsthop.conf"
	: >>"$work/aliases"
}
send() { : >"$work/log"; rm -f "$work"/spool/mqueue/[0-9a-f]* "$work"/delivered/*; echo x | "$BIN/sendmail" -f a@example.org b@example.net; runner_once; }
fails() { send; like "$(cat "$work/log")" "status=deferred \(.*the proxy $1://127.0.0.1:$proxy_port $2.* key=$3 " "$4"; }
printf 'secret word\n' >"$work/password"; printf 'wrong\n' >"$work/wrong"; chmod 600 "$work/password" "$work/wrong"

for kind in socks5 http; do
	proxy $kind
	by "proxy = $kind://127.0.0.1:$proxy_port"
	send
	like "$(cat "$work/log")" 'relay=mail.invalid.*:2587,.* status=sent' "$kind: the mail goes through it, the log names the server"
	is "$(cat "$work/asked" 2>/dev/null) $(delivered)" "mail.invalid:2587 1" "$kind: the proxy is given the name, to look it up"
	like "$("$BIN/relayconf" route b@example.net)" "the proxy $kind://127.0.0.1:$proxy_port looks up mail.invalid" "$kind: relayconf route says so"
	like "$("$BIN/relayconf" probe --to b@example.net)" 'session ready' "$kind: relayconf probe goes through it"
	proxy $kind -u 'joe:secret word'
	by "proxy = $kind://127.0.0.1:$proxy_port"
	fails $kind 'wants a login.* no proxy_login is configured' proxy-login "$kind: a proxy that wants a login, and there is none"
	by "proxy = $kind://127.0.0.1:$proxy_port" 'proxy_login = joe' "proxy_password_file = $work/password"
	send; like "$(cat "$work/log")" 'status=sent' "$kind: with login and password"
	by "proxy = $kind://127.0.0.1:$proxy_port" 'proxy_login = joe' "proxy_password_file = $work/wrong"
	fails $kind 'refuses the login of proxy_login' proxy-login "$kind: a wrong password"
	proxy $kind -r $([ $kind = http ] && echo 403 || echo 2)
	by "proxy = $kind://127.0.0.1:$proxy_port"
	fails $kind 'does not allow this connection' proxy-refused "$kind: a server that its rules forbid"
	proxy $kind -r $([ $kind = http ] && echo 502 || echo 4)
	by "proxy = $kind://127.0.0.1:$proxy_port"
	fails $kind 'could not connect to the server' proxy-failed "$kind: a server that it does not reach"
	other=$([ $kind = http ] && echo socks5 || echo http)
	proxy $other
	by "proxy = $kind://127.0.0.1:$proxy_port"
	if [ $kind = http ]; then
		fails http 'ended the connection' proxy-bad "http: a proxy of another kind"
	else
		by "proxy = socks5://127.0.0.1:$proxy_port" '[relay]' 'connect_s = 2'
		fails socks5 'did not answer in time' proxy-unreachable "socks5: an HTTP proxy, which waits for a request"
	fi
	by "proxy = $kind://127.0.0.1:$port"
	proxy_port=$port
	fails $kind '(does not speak|ended the connection)' proxy-bad "$kind: a mail server in the place of the proxy"
done
stop "$proxy_pid"; proxy_pid=
proxy socks5; stop "$proxy_pid"; proxy_pid=
by "proxy = socks5://127.0.0.1:$proxy_port"
fails socks5 'cannot be reached: Connection refused' proxy-unreachable "no proxy there"
like "$("$BIN/mailq" why "$(ls "$work/spool/mqueue" | sed -n 's/\.log$//p' | head -n 1)" 2>&1 | tr '\n' ' ')" 'The proxy that leads to the server cannot be reached' "mailq why says what it means"
by "proxy = socks5://nobody.invalid"
send; like "$(cat "$work/log")" 'the proxy socks5://nobody.invalid cannot be reached.* key=proxy-unreachable ' "a proxy whose name is not known"

# An address is an address there, too; TLS goes through, for the server's name.
proxy socks5; by "proxy = socks5://127.0.0.1:$proxy_port"; edit 's/^host = .*/host = 192.0.2.25/' "$work/firsthop.conf"
send; is "$(cat "$work/asked")" "192.0.2.25:2587" "an address is given as one"
stop "$smarthost_pid"
sh tests/fake/certs.sh "$work/certs" mail.invalid >/dev/null 2>&1
smarthost -t "$work/certs/good.pem" -k "$work/certs/good.key" -i
for kind in socks5 http; do
	proxy $kind
	by "proxy = $kind://127.0.0.1:$proxy_port" 'implicit = yes' "tls_ca_file = $work/certs/ca.pem"; edit '/^tls = off/d' "$work/firsthop.conf"
	send; like "$(cat "$work/log")" 'status=sent' "$kind: TLS from the first byte, verified for the server's name"
done

bad() { by "$1" ${3:+"$3"}; like "$("$BIN/relayconf" check 2>&1)" "$2" "refused: $1"; }
bad 'proxy = socks4://h:1' 'write socks5://HOST:PORT or http://HOST:PORT'
bad 'proxy = http://joe:x@h:1' 'a login has keys of its own: proxy_login and proxy_password_file'
bad 'proxy = http://h:99999' 'a number from 1 to 65535'
bad 'proxy = http://h:1' 'lookup has to be host' 'lookup = mx'
bad 'proxy_login = joe' 'a proxy_login and no proxy'
finish
