#!/bin/sh
# Every script in tests/fake/scripts: an odd server.  Its lines "# outcome: VERDICT..." say what may become of the mail (one line for
# each recipient, in order), "# logged: PATTERN" what the log says of it; "# recipients: N", "# config: LINE", "# relay: LINE" and "# login: NAME" (with the password that
# nobody may see in the clear) prepare the case.  Whatever the server does: the pass ends, no
# sanitizer speaks, no control byte reaches the log, and mail that was not sent or returned is still there.
. tests/lib.sh
new_spool
echo secret >"$work/password"; chmod 600 "$work/password"
field() { sed -n "s/^# $1: //p" "$script"; }

# odd_server: serves $script; sets port
odd_server() {
	rm -f "$work/port" "$work/transcript"
	"$TOOLS/smtpd" -P "$work/port" -T "$work/transcript" -w 20 "$script" 2>>"$work/log" &
	smtpd_pid=$!
	pids="$pids $smtpd_pid"
	wait_for test -s "$work/port"
	port=$(cat "$work/port")
}

# verdict_of N: the first outcome of recipient N in the log
verdict_of() { sed -n "s/.*to=<ops$1@example.org>.* status=\([a-z]*\) .*/\1/p" "$work/log" | head -n 1; }

for script in tests/fake/scripts/*.smtp; do
	name=$(basename "$script" .smtp)
	rm -rf "$work"/spool/mqueue/* "$work"/spool/drop/*; : >"$work/log"
	odd_server
	lines=$(field config); tls=off
	case $lines in
	"tls = "*) tls=${lines#tls = }; lines= ;;
	"login = "*) lines="$lines
password_file = $work/password
auth_without_tls = yes" ;;
	esac
	[ -z "$(field login)" ] || lines="login = $(field login)
password_file = $work/password"
	config "$lines
[relay]
$(field relay)
connect_s = 3
reply_s = 3
data_s = 3
data_end_s = 3"
	recipients= n=$(field recipients)
	for i in $(seq 1 "${n:-1}"); do recipients="$recipients ops$i@example.org"; done
	printf 'Subject: odd\n\nbody\n' | "$BIN/sendmail" -i -f '' $recipients || echo "submission failed" >>"$work/log"
	timeout 60 "$BIN/runner" --once --foreground 2>>"$work/log"
	code=$?
	stop "$smtpd_pid"
	i=0
	problem=
	[ "$code" -eq 0 ] || problem="runner: exit $code"
	[ -s "$work/transcript" ] || problem="$problem; no connection was made"
	field outcome >"$work/outcomes"
	while read -r allowed; do
		i=$((i + 1))
		got=$(verdict_of $i)
		case " $allowed " in *" ${got:-none} "*) ;; *) problem="$problem; ops$i: ${got:-no verdict}, wanted $allowed" ;; esac
		[ "$got" != deferred ] || "$BIN/mailq" 2>/dev/null | grep -q "ops$i@" || problem="$problem; ops$i waits, but mailq does not know"
	done <"$work/outcomes"
	[ "$(LC_ALL=C tr -d '\n\t[:print:]\200-\377' <"$work/log" | bytes)" -eq 0 ] || problem="$problem; control bytes in the log"
	field logged | { while read -r pattern; do grep -aEq -- "$pattern" "$work/log" || exit 1; done; } || problem="$problem; the log has not: $(field logged)"
	[ -z "$(field login)" ] || ! grep -aq '^[C!].*AUTH' "$work/transcript" || problem="$problem; the password was sent"
	! grep -q 'ERROR: AddressSanitizer\|runtime error' "$work/log" || problem="$problem; the sanitizer spoke"
	[ -z "$problem" ]
	result $? "$name: $(sed -n '1s/^# //p' "$script")" "$problem
$(cat "$work/log")
$(tail -n 20 "$work/transcript" 2>/dev/null)"
done
finish
