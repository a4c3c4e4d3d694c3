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

# is_made_of PART...: its leaves, "TYPE FILE TEXT" with | for line ends, or "TYPE FILE md5:SUM" of what is no text
is_made_of() {
	is "$(python3 -c '
import email, email.policy, hashlib, sys
m = email.message_from_binary_file(sys.stdin.buffer, policy=email.policy.default)
for p in m.walk():
    if p.is_multipart(): continue
    b = p.get_payload(decode=True)
    t = b.decode(p.get_content_charset() or "utf-8").replace("\r", "").rstrip("\n").replace("\n", "|") if p.get_content_maintype() == "text" else "md5:" + hashlib.md5(b).hexdigest()
    print(p.get_content_type(), p.get_filename() or "-", t)' <"$mail" 2>&1 | sed 's/cid:[0-9]*_/cid:N_/')" "$(printf '%s\n' "$@")" "$name: its parts, decoded"
}
