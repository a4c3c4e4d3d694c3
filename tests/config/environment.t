#!/bin/sh
# relayconf environment: firsthop.conf, its secrets and aliases from a container's variables.
. tests/lib.sh
new_spool
sh tests/fake/certs.sh "$work/certs" localhost >/dev/null 2>&1
smarthost -a app:'ge heim;#' -t "$work/certs/good.pem" -k "$work/certs/good.key"
mkdir "$work/etc"
conf=$work/etc/firsthop.conf
printf 'ge heim;#\n' >"$work/pw"
# environment VARIABLE=VALUE...
environment() { env "$@" "$BIN/relayconf" -C "$conf" environment >"$work/out" 2>"$work/err"; code=$?; out=$(cat "$work/out"); err=$(cat "$work/err"); }
get() { "$BIN/relayconf" -C "$conf" get "$1"; }
unset FIRSTHOP_CONFIG

environment A=b
is "$code $out" "0 no variable holds a setting; $conf stays as it is" "without variables nothing is done"
ok "and no file is made" test ! -e "$conf"
set -- FIRSTHOP_HOST_NAME=app.example.org FIRSTHOP_SMARTHOST_HOST=localhost FIRSTHOP_SMARTHOST_PORT="$port" FIRSTHOP_SMARTHOST_TLS_CA_FILE="$work/certs/ca.pem" \
	FIRSTHOP_SMARTHOST_LOGIN=app FIRSTHOP_SMARTHOST_PASSWORD_FILE="$work/pw" \
	FIRSTHOP_SMARTHOST_BACK_UP_HOST=b.example.org FIRSTHOP_SMARTHOST_BACK_UP_TLS_CA_FILE=/etc/passwd FIRSTHOP_QUEUE_WAITS_MIN='1 2' \
	FIRSTHOP_SENDER_ENVELOPE_FROM= FIRSTHOP_ALIASES='root: ops@example.org' FIRSTHOP_CONF='[route example.net]
via = back_up'
environment "$@"
is "$code $err" "0 " "a whole configuration"
is "$(get host.name) $(get smarthost.main.port) $(get smarthost.back_up.host) $(get queue.retry_min) $(get route.example.net.via)" \
	"app.example.org $port b.example.org 1 2 back_up" "each variable is its key, FIRSTHOP_CONF whole lines"
is "$(get smarthost.back_up.tls_ca_file)" /etc/passwd "a key that ends in _file is that key"
is "$(grep -n '^\[' "$conf" | cut -d: -f 2 | tr '\n' ' ')" "[host] [queue] [smarthost main] [smarthost back_up] [route example.net] " "main comes before other smarthosts"
is "$(cat "$work/etc/main.secret")" 'ge heim;#' "the password is the file's text"
unlike "$(cat "$conf")$out" 'ge heim' "which is in no other file"
case $(file_mode "$work/etc/main.secret") in 600 | 640) result 0 "for the runner only" ;; *) result 1 "for the runner only" ;; esac
is "$(cat "$work/etc/aliases") $(get host.aliases)" "root: ops@example.org $work/etc/aliases" "aliases"
FIRSTHOP_CONFIG=$conf; export FIRSTHOP_CONFIG
echo x | "$BIN/sendmail" -f app@example.org root
"$BIN/runner" --once --foreground >"$work/log" 2>&1
[ "$(delivered)" = 1 ]; result $? "mail goes by it, with the login" "$(cat "$work/log")"
unset FIRSTHOP_CONFIG
cp "$conf" "$work/first"
environment "$@"
ok "the next start writes the same" cmp -s "$conf" "$work/first"
environment "$@" FIRSTHOP_SMARTHOST_PASSWORD=other; is $code 64 "a password and a file of one"
like "$err" 'FIRSTHOP_SMARTHOST_PASSWORD.* are the same setting: keep one' "which is meant?"

# --- files, as other systems and hands write them; and what is none of ours
printf '\357\273\277ge heim;#\r\n\r\n' >"$work/pw2"
printf '[route example.net]\r\nvia = back_up\r\n' >"$work/lines"
printf 'root: ops@example.org\r\nbob: b@example.org\r\n' >"$work/names"
mv "$conf" "$work/kept"; rm "$work/etc/main.secret"
environment FIRSTHOP_SMARTHOST_HOST=localhost FIRSTHOP_SMARTHOST_LOGIN=app FIRSTHOP_SMARTHOST_PASSWORD_FILE="$work/pw2" FIRSTHOP_SMARTHOST_BACK_UP_HOST=b.example.org \
	FIRSTHOP_CONF_FILE="$work/lines" FIRSTHOP_ALIASES_FILE="$work/names" FIRSTHOP_SMARTHOST_PASSWORD= \
	FIRSTHOP_PORT=tcp://10.0.0.1:25 FIRSTHOP_PORT_25_TCP=tcp://10.0.0.1:25 FIRSTHOP_PORT_25_TCP_ADDR=10.0.0.1 FIRSTHOP_SERVICE_HOST=10.0.0.1 \
	FIRSTHOP_SERVICE_PORT=25 FIRSTHOP_SERVICE_PORT_SMTP=25
is "$code $err" "0 " "lines and aliases from files; what an orchestrator says of a service called firsthop is passed over"
is "$(cat "$work/etc/main.secret")" 'ge heim;#' "a password's file may begin with a byte order mark and end in CRLF"
is "$(get route.example.net.via)" back_up "so may lines of the configuration"
like "$("$BIN/relayconf" -C "$conf" route bob)" "recipient  <b@example\.org>" "and aliases"
environment FIRSTHOP_CONF_FILE="$work/lines" FIRSTHOP_CONF=x
like "$err" 'FIRSTHOP_CONF and FIRSTHOP_CONF_FILE are the same setting: keep one' "an environment has no order"
environment FIRSTHOP_CONF=x FIRSTHOP_CONF_FILE="$work/lines"; is $code 64 "lines, and a file of them"
like "$err" 'FIRSTHOP_CONF and FIRSTHOP_CONF_FILE are the same setting: keep one' "which ones are meant?"
mv "$work/kept" "$conf"

# --- what cannot be used: the variable is named, nothing is changed
# refused CODE PATTERN VARIABLE=VALUE...
refused() {
	wanted=$1 pattern=$2
	shift 2
	environment "$@"
	is "$code" "$wanted" "$(echo "$1" | head -n 1): exit $wanted"
	like "$err" "$pattern" "and says $pattern"
	ok "the file is as it was" cmp -s "$conf" "$work/first"
}
refused 64 'FIRSTHOP_SMARTHOST_HOTS is no setting: did you mean FIRSTHOP_SMARTHOST_HOST' FIRSTHOP_SMARTHOST_HOTS=x
refused 64 'FIRSTHOP_ROUTE_X_VIA is no setting' FIRSTHOP_ROUTE_X_VIA=main
refused 64 'FIRSTHOP_ is no setting' FIRSTHOP_=1
refused 64 'FIRSTHOP_SMARTHOST__HOST is no setting' FIRSTHOP_SMARTHOST__HOST=x
refused 65 'FIRSTHOP_HOST_NAME: a value is one line' "FIRSTHOP_HOST_NAME=a
[log]"
refused 65 'FIRSTHOP_SMARTHOST_PASSWORD: a value is one line of text$' "FIRSTHOP_SMARTHOST_PASSWORD=a
b"
refused 66 'FIRSTHOP_SMARTHOST_LOGIN_FILE=/nonexistent: No such file' FIRSTHOP_SMARTHOST_LOGIN_FILE=/nonexistent
refused 66 'FIRSTHOP_SMARTHOST_PASSWORD_FILE=/dev/null: the file is empty' FIRSTHOP_SMARTHOST_PASSWORD_FILE=/dev/null
refused 78 'relayconf: \[listen\] "172.17.0.1:25": this is no loopback address' FIRSTHOP_LISTEN_SMTP=172.17.0.1:25 FIRSTHOP_LISTEN_CLIENTS=172.17.0.0/16
refused 66 'File too large' FIRSTHOP_SMARTHOST_LOGIN_FILE=/dev/zero
refused 78 'FIRSTHOP_SMARTHOST_PORT: port: "99999" is not a number from 1 to 65535' FIRSTHOP_SMARTHOST_HOST=x FIRSTHOP_SMARTHOST_PORT=99999
refused 78 'FIRSTHOP_CONF: section .nonsense. is not known' FIRSTHOP_HOST_NAME=app.example.org FIRSTHOP_CONF='[nonsense]'
printf '[host]\nname = mine.example.org\n' >"$conf"
cp "$conf" "$work/first"
refused 73 'has settings that no variable holds, and is unchanged' FIRSTHOP_HOST_NAME=app.example.org
printf '# as installed\n[host]\n#name = x\n' >"$conf"
environment FIRSTHOP_HOST_NAME=app.example.org
is "$code $(get host.name)" "0 app.example.org" "a sample without a setting is replaced"
finish
