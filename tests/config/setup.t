#!/bin/sh
# relayconf setup: from an empty configuration to a delivered test mail, by options and by typed answers.
. tests/lib.sh
new_spool
sh tests/fake/certs.sh "$work/certs" localhost >/dev/null 2>&1
smarthost -a joe:geheim -t "$work/certs/good.pem" -k "$work/certs/good.key" -r 'gone=550 5.1.1 no such user'
R=$BIN/relayconf ca=$work/certs/ca.pem
printf '# mine\n[host]\nname = mon1.example.org\naliases = %s\n' "$work/aliases" >"$work/empty"
cp "$work/empty" "$work/firsthop.conf"
echo '# people' >"$work/aliases"
echo geheim >"$work/pw"
setup() { "$R" setup "$@" >"$work/out" 2>"$work/err" </dev/null; code=$?; out=$(cat "$work/out"); err=$(cat "$work/err"); }
untouched() { cmp -s "$work/empty" "$work/firsthop.conf" && [ "$(cat "$work/aliases")" = '# people' ] && [ ! -e "$work/secret" ] && ! ls "$work"/*.try.* >/dev/null 2>&1 && [ ! -e "$work/ca.pem" ]; }
refused() { setup "$@"; is "$code" "$wanted" "$name: exit $wanted"; like "$err$out" "$pattern" "and says $pattern"; ok "and nothing is changed" untouched; }
name='no address, no terminal' wanted=64 pattern='your address is needed'; refused
name='no address at all' wanted=64 pattern='nonsense is no address'; refused --yes nonsense
name='another kind of TLS' wanted=64 pattern='--tls must be verify, encrypt or off'; refused --tls=some ops@example.org
name='no server' wanted=64 pattern='is no HOST or HOST:PORT'; refused ops@example.org --server 'a b'
name='nobody there' wanted=69 pattern='no server was found'; refused ops@example.org --server localhost:1
name='a certificate that is not trusted' wanted=69 pattern='the certificate of localhost cannot be verified. .*--ca-file FILE'; refused ops@example.org --server localhost:$port
name='a machine that trusts nobody' wanted=69
with SSL_CERT_FILE="$work/nobody" SSL_CERT_DIR="$work/nobody" "$R" setup ops@example.org --server localhost:$port >"$work/out" 2>"$work/err" </dev/null
code=$? out=$(tr -s ' \n' ' ' <"$work/out") err=$(tr -s ' \n' ' ' <"$work/err")
is "$code" "$wanted" "$name: exit $wanted"; like "$err$out" 'it was not asked: this machine has no certificates of trusted authorities' "nobody is said to be unverified"
like "$err" 'no server can be verified: (install or update the package ca-certificates|run certctl rehash, .*), then begin again' "the remedy is for this machine"; ok "and nothing is changed" untouched
name='no file of authorities' wanted=66 pattern='none.pem cannot be read: No such file'; refused ops@example.org --server localhost:$port --ca-file "$work/none.pem"
name='a folder of authorities' wanted=66 pattern='cannot be read: Is a directory'; refused ops@example.org --server localhost:$port --ca-file "$work"
name='a key for authorities' wanted=65 pattern='has no certificate in PEM form'; refused ops@example.org --server localhost:$port --ca-file "$work/certs/good.key"
name='a login without a password' wanted=64 pattern='needs --password-file'; refused ops@example.org --server localhost:$port --ca-file "$ca" --login joe
name='no login where one is needed' wanted=75 pattern='530 5.7.0'; refused ops@example.org --server localhost:$port --ca-file "$ca"
echo wrong >"$work/wrong"
name='a wrong password' wanted=75 pattern='535 5.7.8'; refused ops@example.org --server localhost:$port --ca-file "$ca" --login joe --password-file "$work/wrong"
unlike "$out$err" 'wrong|d3Jvbmc' "and the password is not shown"

# Odd machines: a configuration that is half written, a name that every machine has, no configuration at all.
printf '# mine\n[host]\nname = x\n[smarthost main\nhost' >"$work/empty"; cp "$work/empty" "$work/firsthop.conf"
name='a configuration that is half written' wanted=78 pattern='firsthop.conf:4: .*; correct that first, or move the file away'; refused ops@example.org --server localhost:$port --ca-file "$ca"
for local in localhost localhost.localdomain; do
	printf '# mine\n[host]\nname = %s\naliases = %s\n' $local "$work/aliases" >"$work/empty"; cp "$work/empty" "$work/firsthop.conf"
	name="a machine called $local" wanted=64 pattern='no name of its own: give it one with --name mon1.example.org'; refused --yes ops@example.org --server localhost:$port --ca-file "$ca"
done
for bad in .example.org mon1..example.org mon1. mon1; do
	setup --yes ops@example.org --server localhost:$port --name $bad; is "$code" 64 "--name $bad: exit 64"
done
printf '# mine\n[host]\nname = mon1.example.org\naliases = %s\n' "$work/aliases" >"$work/empty"
rm "$work/firsthop.conf"
(cd "$work/certs" && case $R in /*) ;; *) R=$OLDPWD/$R ;; esac && "$R" setup --yes ops@example.org --server localhost:$port --ca-file ca.pem --login joe --password-file "$work/pw" --no-alias --no-test) >"$work/out" 2>"$work/err" </dev/null
is "$? $(cat "$work/err")" "0 " "without a configuration, with a name of this folder: exit 0"
is "$("$R" get smarthost.main.tls_ca_file)" "$ca" "the file of authorities has its whole name"
unlike "$("$R" get host.name)" '^\.|\.\.' "and the machine's name is a whole one"
for pid in $(cat "$work/run/runner.pid" 2>/dev/null); do kill "$pid"; done
rm -f "$work/secret"; cp "$work/empty" "$work/firsthop.conf"

setup --yes ops@example.org --server localhost:$port --ca-file "$ca" --login joe --password-file "$work/pw" --root boss@example.org
is "$code $err" "0 " "all by options: exit 0"
like "$out" '^server   localhost:[0-9]+ \(as you say\): TLSv1.[23] verified, wants a login' "TLS and AUTH are seen"
like "$out" '^outcome  delivered: ' "the test mail is delivered"
is "$(delivered)" 1 "once"
mode=600; [ "$(id -u)" != 0 ] || ! grep -q '^firsthop:' /etc/group || mode=640
is "$(file_mode "$work/secret") $(cat "$work/secret")" "$mode geheim" "the password has its file, closed to all but root and the runner's group"
is "$(tail -n 1 "$work/aliases")" "root: boss@example.org" "root's mail has a reader"
is "$(head -n 1 "$work/firsthop.conf")" "# mine" "comments stay"
for pair in host:localhost port:$port tls:verify login:joe; do
	is "$("$R" get "smarthost.main.${pair%%:*}")" "${pair#*:}" "smarthost.main.${pair%%:*}"
done
cp "$work/firsthop.conf" "$work/first"; cp "$work/aliases" "$work/first.aliases"
inode=$(file_inode "$work/firsthop.conf")
setup --yes ops@example.org --no-test
is "$code $err" "0 " "once more, without the options: exit 0"
ok "what is right stays" cmp -s "$work/first" "$work/firsthop.conf"
is "$(file_inode "$work/firsthop.conf")" "$inode" "not even written again"
ok "and the aliases" cmp -s "$work/first.aliases" "$work/aliases"
is "$(delivered)" 1 "--no-test sends nothing"
setup --yes gone@example.org
is "$code" 69 "a test mail that the server refuses beforehand: exit 69"
ok "changes nothing" cmp -s "$work/first" "$work/firsthop.conf"

if command -v tmux >/dev/null 2>&1; then
	terminal() { tmux -S "$work/tmux" "$@"; }
	trap 'terminal kill-server 2>/dev/null; cleanup' EXIT
	screen() { terminal capture-pane -p -J -t m -S -; }
	shows() { screen | grep -q -- "$1"; }
	sees() { wait_for shows "$1"; result $? "$2" "$(screen)"; }
	line() { terminal send-keys -t m -l "$1"; terminal send-keys -t m Enter; }
	cp "$work/empty" "$work/firsthop.conf"; echo '# people' >"$work/aliases"; rm -f "$work/secret"
	terminal -f /dev/null new-session -d -s keep 'sleep 600'
	terminal -f /dev/null new-session -d -x 80 -y 50 -s m "sh -c '$R setup --ca-file $ca; echo \$? >$work/code; sleep 60'"
	sees 'Your mail address' "it asks for the address"
	terminal send-keys -t m C-d; sees 'there was no answer; nothing was changed' "the end of input is no answer"
	is "$(wait_for test -s "$work/code"; cat "$work/code")" 66 "exit 66"; rm "$work/code"; terminal kill-session -t m
	terminal -f /dev/null new-session -d -x 80 -y 50 -s m "sh -c '$R setup; echo \$? >$work/code; sleep 60'"
	sees 'Your mail address' "once more, without --ca-file"
	line 'me'; sees 'That is no address' "and again, when it is none"
	line 'ops@localhost'
	wait_tries=1200 sees 'The server that accepts your mail' "no server is found for it: it asks"
	line "localhost:$port"; sees 'File with the certificate of its authority' "which is tried, and not trusted"
	line "$work/none.pem"; sees 'none.pem cannot be read' "a wrong name is asked for again"
	line "$ca"; sees 'Use this server?' "with the authority it can be used"
	line ''; sees 'Login name there' "it wants a login"
	line 'joe'; sees 'Who reads the mail for root' "root's mail"
	line 'boss@example.org'; sees 'Password (not shown)' "the password"
	line 'wrong'; sees '535 5.7.8' "a wrong one is said"
	line 'geheim'; sees 'outcome *delivered' "a right one: the test mail is delivered"
	unlike "$(screen)" 'geheim|^wrong' "no password is on the screen"
	ok "it ends" wait_for test -s "$work/code"
	is "$(cat "$work/code") $("$R" get smarthost.main.login) $(cat "$work/secret")" "0 joe geheim" "exit 0, and all is written"
	terminal kill-session -t m 2>/dev/null
	# Interrupted at the password: the terminal shows again what is typed.
	terminal -f /dev/null new-session -d -x 80 -y 50 -s m "sh -c 'trap : INT; $R setup ops@example.org --server localhost:$port --ca-file $ca --login joe --root ops@example.org; stty -a | grep -o -e \"-*echo \" >$work/echo; sleep 60'"
	sees 'Password' "the password is asked for"
	terminal send-keys -t m C-c
	ok "an interrupt ends it" wait_for test -s "$work/echo"
	is "$(cat "$work/echo")" "echo " "and the terminal shows what is typed"
	ok "no file is left of it" test -z "$(find "$work" -name '*.try.*')"
else
	skip "typed answers" "tmux is not installed"
fi
finish
