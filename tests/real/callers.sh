# For the tests of real callers: firsthop relays to a real Postfix, which keeps a file for each recipient with the envelope on top.
# Sourced behind stage.sh.

start_stage() {
	ok "firsthop is installed" install_firsthop
	setup_postfix
	ok "Postfix is up" start_postfix
	ok "the runner starts" start_runner
}

# caller NAME COUNT COMMAND...: the command ends with 0, and COUNT copies arrive.  Then $mail is the file of one of them, $sender and
# $rcpts are the envelope, as the server saw it.
caller() {
	name=$1 wanted=$2
	shift 2
	rm -f "$S"/var/vmail/all/new/*
	"$@" >"$work/out" 2>&1; result $? "$name: exit 0" "$(head -n 12 "$work/out")"
	wait_for mails_are "$wanted"
	is "$(mails)" "$wanted" "$name: it arrives for each recipient"
	mail=$(find "$S/var/vmail/all/new" -type f | head -n 1)
	[ -n "$mail" ] || mail=/dev/null
	sender=$(sed -n 's/^Return-Path: //p' "$mail")
	rcpts=$(find "$S/var/vmail/all/new" -type f -exec sed -n 's/^X-Original-To: //p' {} \; | sort | tr '\n' ' ')
	rcpts=${rcpts% }
}

# envelope SENDER RCPTS: of what the caller sent last
envelope() { is "from $sender to $rcpts" "from $1 to $2" "$name: the envelope"; }

# field PATTERN...: header fields of it, unfolded; -n: not there
field() {
	head=$(sed '/^$/q' "$mail" | grep -v '^X-Original-To:\|^Delivered-To:' | sed -e ':a' -e 'N' -e '$!ba' -e 's/\n[ \t][ \t]*/ /g')
	if [ "$1" = -n ]; then
		unlike "$head" "$2" "$name: no $2"
	else
		for pattern in "$@"; do like "$head" "$pattern" "$name: $pattern"; done
	fi
}

# body TEXT: what is below its header, less the last line ends
body() { is "$(mail_body "$mail")" "$1" "$name: the body"; }
