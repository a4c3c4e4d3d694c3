#!/bin/sh
# Every stage of a session times every way to go wrong.  Each cell is a server of its own, made from the table below; what is said (verdict, stage, key)
# and what is done is compared: a second smarthost that works gets the mail, or it waits, or goes back.  The policy table (sendmail/lib/diagnosis/deed.c) in deeds.
. tests/lib.sh
new_spool
PARALLEL=16

# stage, kind: what the log says with this server alone: verdict, stage, key; with a second server: sent (by that one), waits, returned
cat >"$work/table" <<'END'
banner   4xx     deferred banner   server-busy       sent
banner   5xx     deferred banner   client-refused       sent
banner   silence deferred banner   reply-timeout     sent
banner   reset   deferred (banner|connect) no-greeting|connect-reset sent
banner   garbage deferred banner   reply-bad         sent
EHLO     4xx     deferred EHLO     server-busy       sent
EHLO     5xx     deferred EHLO     helo-refused      sent
EHLO     silence deferred EHLO     reply-timeout     sent
EHLO     reset   deferred EHLO     connect-reset     sent
EHLO     garbage deferred EHLO     reply-bad         sent
STARTTLS 4xx     deferred STARTTLS starttls-refused  sent
STARTTLS 5xx     deferred STARTTLS starttls-refused  sent
STARTTLS silence deferred STARTTLS reply-timeout     sent
STARTTLS reset   deferred STARTTLS connect-reset     sent
STARTTLS garbage deferred STARTTLS reply-bad         sent
TLS      silence deferred TLS      tls-timeout       sent
TLS      reset   deferred TLS      tls-closed        sent
TLS      garbage deferred TLS      tls-handshake     sent
AUTH     4xx     deferred AUTH     auth-unavailable  sent
AUTH     5xx     deferred AUTH     auth-refused      sent
AUTH     silence deferred AUTH     reply-timeout     sent
AUTH     reset   deferred AUTH     connect-reset     sent
AUTH     garbage deferred AUTH     reply-bad         sent
MAIL     4xx     deferred MAIL     reply-4xx         sent
MAIL     5xx     bounced  MAIL     sender-refused    returned
MAIL     silence deferred MAIL     reply-timeout     sent
MAIL     reset   deferred MAIL     connect-reset     sent
MAIL     garbage deferred MAIL     reply-bad         sent
RCPT     4xx     deferred RCPT     reply-4xx         sent
RCPT     5xx     bounced  RCPT     recipient-unknown returned
RCPT     silence deferred RCPT     reply-timeout     sent
RCPT     reset   deferred RCPT     connect-reset     sent
RCPT     garbage deferred RCPT     reply-bad         sent
DATA     4xx     deferred DATA     reply-4xx         waits
DATA     5xx     bounced  DATA     reply-5xx         returned
DATA     silence deferred DATA     reply-timeout     sent
DATA     reset   deferred DATA     connect-reset     sent
DATA     garbage deferred DATA     reply-bad         sent
body     reset   deferred body     connect-reset|peer-closed   sent
dot      4xx     deferred end-of-data reply-4xx         waits
dot      5xx     bounced  end-of-data content-refused   returned
dot      silence deferred end-of-data outcome-unknown   waits
dot      reset   deferred end-of-data outcome-unknown   waits
dot      garbage deferred end-of-data outcome-unknown   waits
END

# wrong KIND: the lines of the server at the stage where it goes wrong
wrong() {
	case $1 in
	4xx) echo "send 451 not now" ;;
	5xx) echo "send 55${2:-0} $3no" ;;
	silence) echo silence ;;
	reset) echo reset ;;
	garbage) printf '%s\n' 'send-raw \x00\xff\x16 <html> no number here\r\n' ;;
	esac
	echo silence
}

# script STAGE KIND: a session that is right up to that stage
script() {
	stage=$1 kind=$2 tls='' auth=''
	[ "$stage" = banner ] && { wrong "$kind" 4 '5.3.2 '; return; }
	echo "send 220 odd.test ESMTP"; echo "expect EHLO"
	[ "$stage" = EHLO ] && { [ "$kind" != 5xx ] || { echo "send 550 no"; echo "expect HELO"; }; wrong "$kind"; return; }
	case $stage in STARTTLS | TLS) tls=STARTTLS ;; AUTH) auth='AUTH PLAIN' ;; esac
	printf '%s\n' "send-raw 250-odd.test\\r\\n250 ${tls:-${auth:-8BITMIME}}\\r\\n"
	[ -n "$tls" ] && { echo "expect STARTTLS"; [ "$stage" = STARTTLS ] && { wrong "$kind"; return; }; echo "send 220 go on"; echo "read 5"; wrong "$kind"; return; }
	[ -n "$auth" ] && { echo "expect AUTH"; [ "$kind" = 5xx ] && echo "send 535 5.7.8 no" && echo silence || wrong "$kind"; return; }
	for step in MAIL RCPT DATA; do
		echo "expect $step"
		[ "$stage" = $step ] && { [ $step = RCPT ] && wrong "$kind" 0 '5.1.1 ' || wrong "$kind"; return; }
		[ $step = DATA ] && echo "send 354 go on" || echo "send 250 2.0.0 ok"
	done
	[ "$stage" = body ] && { echo "read 20"; echo reset; return; }
	echo "read-data"
	wrong "$kind" 4 '5.7.1 '
}

said() { sed -n "s/.*to=<$1@example.org>.* status=\([a-z]*\) (.* stage=\([A-Za-z-]*\) key=\([a-z0-9-]*\) .*/\1 \2 \3/p" "$2" | head -n 1; }

# cell STAGE KIND: in a spool of its own; leaves "verdict stage key deed" in a file
cell() (
	name=$1-$2
	trap - EXIT
	own=$work/cells/$name
	mkdir -p "$own/spool/drop" "$own/spool/mqueue" "$own/run"
	mkfifo "$own/spool/trigger"
	export FIRSTHOP_SPOOL="$own/spool" FIRSTHOP_CONFIG="$own/firsthop.conf" FIRSTHOP_RUN="$own/run"
	script "$1" "$2" >"$own/script"
	"$TOOLS/smtpd" -P "$own/port" -T "$own/transcript" -w 60 "$own/script" 2>>"$own/log" &
	server=$!
	wait_for test -s "$own/port"
	tls=off; login=; data_end_s=3
	# The second server reads all of the large message before it answers: a slow machine needs seconds for that.
	[ "$1" != body ] || data_end_s=60
	case $1 in STARTTLS | TLS) tls=encrypt ;; AUTH) login="login = joe
password_file = $work/secret
auth_without_tls = yes" ;; esac
	for second in '' "[smarthost backup]
host = 127.0.0.1
port = $backup
tls = off"; do
		printf '[host]\nname = mon1.example.org\naliases = %s\n[smarthost main]\nhost = 127.0.0.1\nport = %s\ntls = %s\n%s\n%s\n[relay]\nconnect_s = 3\nreply_s = 3\ndata_s = 3\ndot_s = %s\n' \
			"$work/aliases" "$(cat "$own/port")" "$tls" "$login" "$second" "$data_end_s" >"$own/firsthop.conf"
		# What fails for good has gone back after the first pass.
		[ -n "$second" ] && [ "$(ls "$own/spool/mqueue" | grep -c '^[0-9a-f]\{8\}\.[0-9a-f]\{8\}$')" -eq 0 ] && break
		[ -n "$second" ] || { printf 'Subject: %s\n\nbody\n' "$name"; [ "$1" != body ] || cat "$work/large"; } | "$BIN/sendmail" -i -f sender@example.org "$name@example.org"
		timeout 100 "$BIN/runner" --once --foreground 2>>"$own/log"
	done
	kill "$server"
	deed=lost
	# What went back is gone from the queue; its report is another message.
	grep -ql "recipient: $name@example.org" "$own"/spool/mqueue/*[0-9a-f] 2>/dev/null && deed=waits
	grep -q "^[^ ]* [0-9a-f.]*: .* bounce=" "$own/log" && deed=returned
	grep -ql "^X-Envelope-To: <$name@example.org>" "$work"/delivered/*.eml 2>/dev/null && deed=$deed+sent
	echo "$(said "$name" "$own/log") $deed" | sed 's/lost+sent/sent/' >"$own/result"
)

echo secret >"$work/secret"; chmod 600 "$work/secret"
: >"$work/aliases"
# More than the buffers between two programs hold.
yes 'a line of a large message, which is not sent whole when the server goes away in the middle of it' | head -n 120000 >"$work/large"
smarthost; backup=$port
running=
while read -r stage kind rest; do
	cell "$stage" "$kind" &
	running="$running $!"
	set -- $running
	[ $# -lt $PARALLEL ] || { wait "$1"; shift; running="$*"; }
done <"$work/table"
for pid in $running; do wait "$pid"; done
while read -r stage kind verdict at key deed; do
	own=$work/cells/$stage-$kind
	got=$(cat "$own/result" 2>/dev/null)
	like "$got" "^$verdict $at ($key) $deed\$" "$stage, $kind: $verdict as $key, then $deed"
	echo "$got" | grep -Eq "^$verdict $at ($key) $deed\$" || { sed 's/^/# /' "$own/log"; tail -n 12 "$own/transcript" | sed 's/^/# /'; }
done <"$work/table"
finish
