#!/bin/sh
# smtpd and containers: networks, logins over TLS, and what no configuration opens.  In a namespace of the network, with a second one as container.
if [ -z "${FIRSTHOP_STAGE:-}" ]; then
	if [ "$(id -u)" != 0 ] || ! unshare -m -n -p -f true 2>/dev/null || ! command -v ip >/dev/null 2>&1 || ! command -v openssl >/dev/null 2>&1 ||
		! command -v python3 >/dev/null 2>&1; then
		echo "1..1"; echo "ok 1 - $0 # skip needs root, namespaces (unshare), ip, openssl and python3"; exit 0
	fi
	FIRSTHOP_STAGE=1 exec unshare -m -n -p -f --mount-proc sh "$0"
fi
. tests/lib.sh
new_spool
ip link set lo up
unshare -n sleep 600 &
container=$!
pids="$pids $container"
sleep 0.3
ip link add bridge0 type veth peer name eth0 netns "$container" && ip addr add 172.30.0.1/24 dev bridge0 && ip link set bridge0 up
inside() { nsenter -t "$container" -n "$@"; }
inside ip link set lo up; inside ip addr add 172.30.0.9/24 dev eth0; inside ip link set eth0 up
smarthost
conf() { config "
[listen]
smtp = 127.0.0.1:2525 172.30.0.1:2525
$*"; }

# What does not say it twice is not used.
problem() { "$BIN/relayconf" show 2>&1 | head -n 1; }
conf ""; like "$(problem)" '172.30.0.1:2525.*no loopback address: name the networks' "an address of a bridge alone"
conf "clients = 172.30.0.0/24"; like "$(problem)" 'say how its clients log in' "with networks, and no word on logins"
conf "without_login = yes"; like "$(problem)" 'name the networks' "without logins, and no networks"
for network in 0.0.0.0/0 ::/0 8.0.0.0/8 172.0.0.0/8 203.0.113.7; do
	conf "clients = 172.30.0.0/24 $network
without_login = yes"
	like "$(problem)" 'private networks only' "without logins for $network"
done
conf "clients = 172.30.0.0/33
without_login = yes"; like "$(problem)" '172.30.0.0/33.*write a network' "a network that is none"
conf "clients = 172.30.0.0/24
logins = $work/logins"; like "$(problem)" 'over TLS only: add tls_cert_file' "logins without TLS"
for place in localhost:25 25 127.0.0.1 127.0.0.1:0 '*:25' '[::1:25'; do
	config "
[listen]
smtp = $place"
	like "$(problem)" "firsthop.conf:[0-9]+: \[listen\] " "$place is no place"
done

# Without a login, from a private network that is named.
config ""
ok "the recipe of the guide" sh -e -c "PATH=$BIN:\$PATH; $(recipe listen-containers | sed 's/172.17.0.0/172.30.0.0/; s/172.17.0.1/172.30.0.1/; s/:25/:2525/g')"
is "$(for key in smtp clients without_login; do "$BIN/relayconf" get listen.$key; done | tr '\n' ' ')" "127.0.0.1:2525 172.30.0.1:2525 172.30.0.0/16 yes " "sets it"
conf "clients = 172.30.0.9
without_login = yes
user = daemon"
"$BIN/runner" --stay --foreground 2>>"$work/log" &
runner=$!; pids="$pids $runner"
listens() { ss -Hltn 2>/dev/null | grep -q ":2525" || grep -q 'smtpd started' "$work/log"; }
ok "it listens" wait_for listens
cat >"$work/send.py" <<'END'
import smtplib, ssl, sys
host, subject, login = sys.argv[1], sys.argv[2], sys.argv[3:5]
source = (sys.argv[5], 0) if len(sys.argv) > 5 else None
try:
    s = smtplib.SMTP(host, 2525, timeout=20, source_address=source)
    if login:
        s.starttls(context=ssl._create_unverified_context())
        s.login(*login)
    s.sendmail('app@example.org', ['ops@example.org'], 'Subject: %s\n\nx\n' % subject)
    s.quit()
    print('sent')
except smtplib.SMTPResponseException as e:
    print(e.smtp_code, e.smtp_error.decode())
except smtplib.SMTPServerDisconnected as e:
    print('closed')
except smtplib.SMTPException as e:
    print(e)
END
is "$(inside python3 "$work/send.py" 172.30.0.1 one)" sent "a container sends"
like "$(cat "$work/log")" "pickup: .* uid=$(id -u daemon) from=<app@example.org> login=daemon program=smtp via=smtp\[172.30.0.9\]" "as the user that is configured, with its address"
is "$(python3 "$work/send.py" 172.30.0.1 two)" sent "a program of this machine may use the address of the bridge"
like "$(cat "$work/log")" "pickup: .* uid=$(id -u) from=<app@example.org> login=$(id -un) program=smtp via=smtp$" "and is known as what it is"
inside ip addr del 172.30.0.9/24 dev eth0; inside ip addr add 172.30.0.10/24 dev eth0
like "$(inside python3 "$work/send.py" 172.30.0.1 three)" '^554 5.7.1 this address is in none of the networks' "another address is refused"
is "$(inside python3 -c "import socket; s = socket.socket(); s.settimeout(2); s.connect(('127.0.0.1', 2525))" 2>&1 | tail -n 1 | cut -d: -f1)" "ConnectionRefusedError" "loopback is not reached from there"
stop "$runner"

# With a login, over TLS.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/key.pem" -out "$work/cert.pem" -days 2 -subj /CN=mon1.example.org 2>/dev/null
{ echo "# logins"; echo "app:$(openssl passwd -6 sesame)"; echo "grafana:$(openssl passwd -6 'two words'):daemon"; echo "ghost:$(openssl passwd -6 sesame):no-such-user"; echo "open:"; echo "admin:$(openssl passwd -6 sesame):root"; } >"$work/logins"
conf "clients = 172.30.0.0/24
logins = $work/logins
tls_cert_file = $work/cert.pem
tls_key_file = $work/key.pem"
: >"$work/log"
"$BIN/runner" --stay --foreground 2>>"$work/log" &
runner=$!; pids="$pids $runner"
ok "it listens again" wait_for listens
like "$(inside python3 "$work/send.py" 172.30.0.1 none)" '^530 5.7.0|530.*a login is needed first' "without a login nothing is accepted"
is "$(inside python3 "$work/send.py" 172.30.0.1 app app sesame)" sent "with one"
like "$(cat "$work/log")" "uid=$(id -u nobody) .*via=smtp\[172.30.0.10\]/app" "the log has the login"
is "$(inside python3 "$work/send.py" 172.30.0.1 app grafana 'two words')" sent "another"
like "$(cat "$work/log")" "uid=$(id -u daemon) .*via=smtp\[172.30.0.10\]/grafana" "is the local user of its line"
for wrong in "app wrong" "nobody sesame" "ghost sesame" "admin sesame" "open " "# sesame" "app: sesame"; do
	like "$(inside python3 "$work/send.py" 172.30.0.1 wrong "${wrong% *}" "${wrong#* }")" '^535 5.7.8 name or password is wrong' "$wrong"
done
unlike "$(cat "$work/log")" 'sesame' "no password is in the log"
is "$(python3 "$work/send.py" 127.0.0.1 local)" sent "loopback needs no login"
# dialogue FILE: what comes back, over the plain connection
cat >"$work/raw.py" <<'END'
import socket, ssl, sys
s = socket.create_connection(('172.30.0.1', 2525)); s.settimeout(20)
s.recv(1000)
mode = sys.argv[1]
def say(line):
    s.sendall(line); return s.recv(4000).decode('latin-1').replace('\r', '')
try:
    if mode == 'inject':
        print(say(b'STARTTLS\r\nMAIL FROM:<evil@example.org>\r\n'), end=''); print(s.recv(100))
    elif mode == 'clear':
        print(say(b'EHLO x\r\n'), end=''); print(say(b'AUTH PLAIN AGFwcABzZXNhbWU=\r\n'), end='')
    elif mode == 'garbage':
        print(say(b'STARTTLS\r\n'), end=''); s.sendall(b'MAIL FROM:<evil@example.org>\r\nRCPT TO:<evil@example.org>\r\n'); print(len(s.recv(1000)) < 20)
    else:
        print(say(b'STARTTLS\r\n'), end='')
        s = ssl._create_unverified_context().wrap_socket(s)
        print(say(b'EHLO x\r\n'), end='')
        for line in (b'AUTH PLAIN !!!', b'AUTH PLAIN AAAA', b'AUTH PLAIN ' + b'A' * 1800, b'AUTH GSSAPI', b'AUTH LOGIN', b'*', b'AUTH PLAIN', b'AGFwcABzZXNhbWU=', b'AUTH PLAIN AGFwcABzZXNhbWU=', b'STARTTLS'):
            print(say(line + b'\r\n'), end='')
except OSError as e:
    print(type(e).__name__)
END
like "$(inside python3 "$work/raw.py" inject)" '^554 5.7.0 nothing may follow STARTTLS' "commands behind STARTTLS in the clear are not obeyed"
like "$(inside python3 "$work/raw.py" clear | tr '\n' ' ')" 'STARTTLS.*538 5.7.11' "AUTH in the clear: not offered, and refused"
unlike "$(inside python3 "$work/raw.py" clear)" '^250[- ]AUTH' "not offered"
like "$(inside python3 "$work/raw.py" garbage | tail -n 1)" 'True|Error' "garbage where TLS should begin ends the connection"
is "$(inside python3 "$work/raw.py" odd | cut -c1-3 | grep -v 250 | tr '\n' ' ')" "220 501 535 535 504 334 501 334 235 503 503 " "odd logins, and a right one"
unlike "$(cat "$work/log")" 'evil@' "nothing of it went on"

# Who guesses passwords, 40 at a time, takes neither the processor nor a turn from others.  (The hash of "sesame", slow.)
echo 'slow:$6$rounds=400000$abcdefgh$9Q6BPQCiOFWHUsARspD3xDxhbDLBWJvEq5q.Fsd1HfSv1NGPOW9hhNCQ7YrAQiprpRIxlwA9Up81zKAPb3muw/' >>"$work/logins"
cat >"$work/guess.py" <<'END'
import socket, ssl, sys, threading, time
end = time.time() + float(sys.argv[1])
def guess():
    while time.time() < end:
        try:
            s = socket.create_connection(('172.30.0.1', 2525), 20, ('172.30.0.10', 0))
            s.recv(1000); s.sendall(b'STARTTLS\r\n'); s.recv(1000)
            s = ssl._create_unverified_context().wrap_socket(s)
            s.sendall(b'EHLO x\r\n'); s.recv(4000)
            while time.time() < end and s.send(b'AUTH PLAIN AHNsb3cAd3Jvbmc=\r\n'):
                if not s.recv(4000).startswith(b'535'): break
        except OSError:
            pass
threads = [threading.Thread(target=guess, daemon=True) for i in range(40)]
for t in threads: t.start()
time.sleep(max(0, end - time.time()))
END
inside ip addr add 172.30.0.11/24 dev eth0
login_ms() { before=$(milliseconds); said=$(inside python3 "$work/send.py" 172.30.0.1 slow slow sesame 172.30.0.11); took=$(($(milliseconds) - before)); }
login_ms; alone=$took
inside python3 "$work/guess.py" $((12 * ${PATIENCE:-1})) & guesses=$!; pids="$pids $guesses"
sleep 4
login_ms
is "$said" sent "beside 40 that guess, a right login from another address"
ok "is answered within 5 s ($took ms; alone $alone ms)" test "$took" -le $((5000 + 4 * alone))
like "$(cat "$work/log")" 'reject: AUTH from .*: 535 5.7.8 wrong password; login=<slow>' "and the guesses are told"
stop "$guesses"

# Who has a network of addresses leaves room for programs of this machine.
cat >"$work/many.py" <<'END'
import socket, time
held = [socket.create_connection(('172.30.0.1', 2525), 20, ('172.30.0.%d' % n, 0)) for n in range(20, 200)]
greeted = [s for s in held if s.recv(100).startswith(b'220')]
print(len(greeted), flush=True)
time.sleep(60)
END
for n in $(seq 20 199); do echo "addr add 172.30.0.$n/24 dev eth0"; done >"$work/addresses"
inside ip -batch "$work/addresses"
inside python3 "$work/many.py" >"$work/many" & many=$!; pids="$pids $many"
wait_for test -s "$work/many"
ok "180 addresses have $(cat "$work/many") sessions" test "$(cat "$work/many")" -ge 50
is "$(python3 "$work/send.py" 127.0.0.1 local)" sent "and a program of this machine gets one"
stop "$many"
finish
