# For the tests of filters with real servers: sourced behind stage.sh and callers.sh.  The stage is up, and its configuration is $conf.
start_stage
chmod 1777 "$S/tmp"
conf=$S/etc/firsthop/firsthop.conf
cp "$conf" "$work/conf"
reads() { log | grep -c 'configuration read again'; }
read_again() { [ "$(reads)" -gt "$before" ]; }
# configured: the stage's configuration, and the sections on standard input
configured() { { cat "$work/conf"; echo; cat; } >"$conf"; }
# filter: the same; the runner has read them when it comes back
filter() {
	before=$(reads)
	configured
	kill -HUP "$(cat "$S"/run/firsthop/runner.pid)"
	wait_for read_again
}
said() { wait_for logged "$1"; like "$(log)" "$1" "$2"; }
mail_as() { printf 'From: www@example.org\nTo: ops@example.org\nSubject: %s\n\n%s\n' "$2" "${3:-text}" | as "$1" /usr/sbin/sendmail -i -f www@example.org ops@example.org; }
arrived() { grep -lrq "^Subject: $1" "$S/var/vmail/all/new"; }
spam='XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X'
