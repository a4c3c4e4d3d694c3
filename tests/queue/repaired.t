#!/bin/sh
# What an administrator puts right outside the configuration wakes the mail that waits for it: within seconds, without a signal.
. tests/lib.sh
new_spool
start() { "$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!; pids="$pids $runner"; wait_for test -s "$work/run/runner.pid"; }
end() { kill -TERM $runner; wait $runner 2>/dev/null; rm -f "$work"/spool/mqueue/[0-9a-f]*.*; }
send() { printf 'x\n' | "$BIN/sendmail" -i -f me@example.org "$1@example.org"; }
waits_for() { grep " to=<$1@" "$work/log" | grep -q " key=$2 "; }
has_gone() { grep " to=<$1@" "$work/log" | grep -q 'status=sent'; }
# mended NAME KEY WORDS COMMAND...: mail waits for KEY, then goes because of COMMAND
mended() {
	whom=$1 key=$2 words=$3
	shift 3
	send "$whom"
	ok "$words: mail waits ($key)" wait_for waits_for "$whom" "$key"
	sleep 1.1
	"$@"
	ok "put right: it goes" wait_for has_gone "$whom"
}

sh tests/fake/certs.sh "$work/certs" localhost >/dev/null 2>&1
smarthost -t "$work/certs/good.pem" -k "$work/certs/good.key" -a joe:geheim
tls=verify
config "tls_name = localhost
tls_ca_file = $work/ca.pem
login = joe
password_file = $work/secret"
cp "$work/certs/ca.pem" "$work/ca.pem"
echo geheim >"$work/secret"; chmod 644 "$work/secret"
start
mended open secret-open-to-all "a password file that all can read" chmod 600 "$work/secret"
kill -TERM $runner; wait $runner 2>/dev/null
mv "$work/secret" "$work/elsewhere"; start
mended missing secret-missing "a password file that is missing" mv "$work/elsewhere" "$work/secret"
kill -TERM $runner; wait $runner 2>/dev/null
cp "$work/certs/other.pem" "$work/ca.pem" 2>/dev/null || openssl req -x509 -newkey rsa:2048 -nodes -keyout /dev/null -out "$work/ca.pem" -subj /CN=other -days 5 2>/dev/null
start
mended authority '[a-z-]*' "an authority that did not sign the certificate" cp "$work/certs/ca.pem" "$work/ca.pem"
like "$(cat "$work/log")" 'a password file, the trusted certificates, /etc/hosts or /etc/resolv.conf was changed: mail that waits for a server is tried again' "and the log says what it was"
end

# A name in /etc/hosts.
if unshare -m true 2>/dev/null; then
	printf '127.0.0.9 mail.test\n' >"$work/hosts"
	edit 's/^host = .*/host = mail.test/' "$work/firsthop.conf"
	unshare -m sh -c 'mount --bind "$0/hosts" /etc/hosts && exec "$1" --stay --foreground 2>>"$0/log"' "$work" "$BIN/runner" & pids="$pids $!"
	runner=$!
	wait_for test -s "$work/run/runner.pid"
	right() { printf '127.0.0.1 mail.test\n' >"$work/hosts"; }
	mended name connect-self "a name that leads to the wrong address" right
	end
else
	skip "a name in /etc/hosts" "needs root and namespaces (unshare)"
fi
finish
