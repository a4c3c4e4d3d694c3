# A server that offers ways to log in and then plays a dialogue, for tests of the login.  After lib.sh and new_spool.
# serve MECHANISMS LINE...: the same in each session; sets port and server_pid
serve() {
	rm -f "$work/port"
	{
		printf '%s\n' 'send 220 mail.example.org ESMTP' 'expect EHLO'
		printf '%s\n' "send-raw 250-mail.example.org\\r\\n250 AUTH $1\\r\\n"
		shift
		printf '%s\n' "$@"
	} >"$work/script"
	"$TOOLS/smtpd" -P "$work/port" -T "$work/transcript" -w 20 "$work/script" 2>>"$work/log" &
	server_pid=$!
	pids="$pids $server_pid"
	wait_for test -s "$work/port"
	port=$(cat "$work/port")
}

# What is said after the login when one message is accepted.
accepts='expect MAIL FROM:
send 250 ok
expect RCPT TO:
send 250 ok
expect DATA
send 354 go on
read-data
send 250 ok
expect QUIT
send 221 bye
close'
