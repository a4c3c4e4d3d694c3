#!/bin/sh
# What breaks the rules of the wire is made legal, and decodes to what was given, byte by byte: decoded by another program (python3).
. tests/lib.sh
new_spool
command -v python3 >/dev/null 2>&1 || skip_all "needs python3"
mkdir "$work/in"
python3 tests/relay/content.py make "$work/in"
wanted=$(ls "$work/in" | sort | sed 's/$/ ok/')
for bits in 8 7; do
	[ $bits = 7 ] && smarthost -7 || smarthost
	config
	for file in "$work"/in/*; do "$BIN/sendmail" -i -f s@example.org "${file##*/}@example.net" <"$file"; done
	runner_once
	is "$(python3 tests/relay/content.py check "$work/in" "$work/delivered" $bits | sort)" "$wanted" "a server that takes $bits bits"
	grep -l 'To: <signed@' "$work"/delivered/*.eml | xargs sed '1,/^$/d' >"$work/signed.$bits"
	sed '1,/^$/d' "$work/in/signed" | cmp -s - "$work/signed.$bits"; result $? "signed text is as it was"
	like "$(grep -l 'To: <latin1@' "$work"/delivered/*.eml | xargs cat)" 'charset=iso-8859-1' "text that is not UTF-8 is labelled"
	like "$(grep -l 'To: <utf8@' "$work"/delivered/*.eml | xargs cat)" 'Content-Type: text/plain; charset=utf-8' "text that is UTF-8 is labelled"
	rm -f "$work"/delivered/*
	stop "$smarthost_pid"
done

smarthost -8 -D
config
{ printf 'From: J\303\274rgen M\303\274ller <jm@example.org>\nSubject: Gr\303\274\303\237e an =?UTF-8?Q?alle?= da\nX-Long:'; head -c 3000 /dev/zero | sed 's/\o0/ word/g'
printf '\nContent-Type: text/plain; name="\303\274 x.txt"\nTo: '; for i in $(seq 200); do printf 'user%s, ' "$i"; done; printf 'last\n\nx\n'; } >"$work/message"
"$BIN/sendmail" -i -f s a@example.net <"$work/message"; runner_once
got=$(cat "$work"/delivered/*.eml)
like "$(python3 -c 'import email, email.policy, sys
m = email.message_from_binary_file(sys.stdin.buffer, policy=email.policy.default)
print(m["Subject"], "|", m["From"], "|", m.get_filename() or m.get_param("name"), "|", len(m["To"].addresses), m["To"].addresses[200].addr_spec, "|", m["X-Long"].count("word"))' <"$(ls "$work"/delivered/*.eml)")" \
	'^Grüße an alle da \| Jürgen Müller <jm@example.org> \| .*x.txt.* \| 201 last@mon1.example.org \| 3000$' "a header with raw UTF-8 and long lines means the same"
is "$(printf '%s\n' "$got" | LC_ALL=C grep -c '[^ -~	]')" 0 "and is ASCII"
is "$(printf '%s\n' "$got" | awk 'length($0) > 998' | lines)" 0 "in short lines"
unlike "$(cat "$work/sessions")" 'SMTPUTF8' "SMTPUTF8 is not asked for without need"
rm -f "$work"/delivered/*
printf 'Subject: x\n\nx\n' | "$BIN/sendmail" -i -f s@example.org 'jürgen@example.net' plain@example.net; runner_once
like "$(cat "$work/sessions")" '^MAIL FROM:<s@example.org> .*SMTPUTF8$' "an address that is not ASCII: SMTPUTF8"
like "$(cat "$work/sessions")" '^RCPT TO:<jürgen@example.net>' "and it is sent as it is"
is "$(delivered)" 2 "in a transaction of its own"
stop "$smarthost_pid"; rm -f "$work"/delivered/*; : >"$work/log"
smarthost; config
printf 'Subject: x\n\nx\n' | "$BIN/sendmail" -i -f s@example.org 'jürgen@example.net' plain@example.net; runner_once
like "$(cat "$work/log")" 'to=<plain@example.net>.*status=sent' "without SMTPUTF8 the others get it"
like "$(cat "$work/log")" 'dsn=5.6.7, status=bounced .* stage=MAIL key=smtputf8-missing' "and the sender is told why that one does not"

# An address that is not ASCII only in the header: shown where it is only read, refused where it would be answered, never sent raw.
again() { rm -f "$work"/delivered/*; : >"$work/log"; }
from_s() { printf "$1\nSubject: x\n\nx\n" | "$BIN/sendmail" -i -f "${3:-s@example.org}" "${2:-plain@example.net}"; runner_once; }
again; from_s 'From: s@example.org\nTo: "J. M\303\274ller" <j\303\274rgen@ex\303\244mple.org>, plain@example.net, <\303\244@example.org> (note)\nCc: j\303\274rgen@example.org'
like "$(cat "$work/log")" 'to=<plain@example.net>.*status=sent' "non-ASCII in To and Cc, no SMTPUTF8: it goes"
got=$(cat "$work"/delivered/*.eml)
is "$(printf '%s\n' "$got" | LC_ALL=C grep -c '[^ -~	]')" 0 "as ASCII"
is "$(python3 -c 'import email, email.header, sys
m = email.message_from_binary_file(sys.stdin.buffer)
for h in ("To", "Cc"): print("".join(str(email.header.make_header(email.header.decode_header(m[h]))).split("\n")))' <"$(ls "$work"/delivered/*.eml)")" \
	"J. Müller <jürgen@exämple.org> :;, plain@example.net, ä@example.org :; (note)
jürgen@example.org :;" "and says the same: empty groups with the address in their names (RFC 6857)"
decoded() { python3 -c 'import email, email.header, sys
m = email.message_from_binary_file(sys.stdin.buffer)
print("".join(str(email.header.make_header(email.header.decode_header(m[sys.argv[1]]))).split("\n")))' "$1" <"$(ls "$work"/delivered/*.eml)"; }
for field in From Sender Reply-To; do
	again; from_s "$field: J\\303\\266rg <j\\303\\274rgen@example.org>"
	is "$(decoded $field)" "Jörg <jürgen@example.org> <s@example.org>" "in $field: it goes, with the sender's address and that one in the name"
	like "$(cat "$work/log")" "repaired $field .*does not offer SMTPUTF8; the sender's was put there" "which the log says"
done
again; from_s 'From: j\303\274rgen@example.org, b@example.org, \303\244@example.org'
is "$(decoded From)" "jürgen@example.org <s@example.org>, b@example.org" "an address stands there once"
again; from_s 'To: team: J <j\303\274rgen@example.org>, b@example.org, c@@d;, e@example.org'
is "$(decoded To)" "team: b@example.org;, J <jürgen@example.org> :;, \"c@@d\":;, e@example.org" "within a group, which can hold no other one: behind it"
again; from_s 'To: plain@example.net' plain@example.net "$(printf 'm\303\274ller@ex\303\244mple.org')"
like "$(cat "$work/log")" "repaired the sender <müller@xn--exmple-cua.org> is not ASCII, and the server does not offer SMTPUTF8; it goes as <$(id -un)@mon1.example.org>" "the sender: it goes in the name of its submitter"
like "$(cat "$work"/delivered/*.eml)" "^X-Envelope-From: <$(id -un)@mon1.example.org>" "in the envelope"
like "$(cat "$work"/delivered/*.eml)" "^From: .*$(id -un)@mon1.example.org" "and in the From field that it gets"
again; printf 'Subject: x\n\nx\n' | "$BIN/sendmail" -i -O smtputf8=yes -f "$(printf 'm\303\274ller@example.org')" plain@example.net; runner_once
like "$(cat "$work/log")" 'the sender <müller@example.org> is not ASCII.* key=smtputf8-missing' "but not when its sender asked for SMTPUTF8"
runner_once
like "$(cat "$work/log")" "bounce=.* to=<$(id -un)@mon1.example.org>" "the report cannot reach that address, and goes to who handed in the mail"
report=$(cat "$work"/delivered/*.eml)
like "$report" "^X-Envelope-To: <$(id -un)@mon1.example.org>" "and arrives"
like "$report" '^The report "Mail not delivered" of ' "calls itself what it is"
like "$report" '<plain@example.net> was$|to <plain@example.net>' "and has the first one whole"
again; printf 'Subject: x\n\nx\n' | "$BIN/sendmail" -i -f s@example.org "$(printf '\303\244@example.net')"; runner_once
like "$(cat "$work/log")" 'bounce=.* to=<s@example.org>' "a sender in ASCII gets their report themselves"
again; from_s 'To: info@ex\303\244mple.org\nFrom: s@ex\303\244mple.org' "$(printf 'info@EX\303\204MPLE.org')" "$(printf 'another@ex\303\244mple.org')"
like "$(cat "$work/log")" 'to=<info@xn--exmple-cua.org>, .*status=sent .*from=<another@xn--exmple-cua.org>' "a domain alone: it goes in its ASCII form"
is "$(cat "$work"/delivered/*.eml | grep -E '^(From|To):')" 'To: info@xn--exmple-cua.org
From: s@xn--exmple-cua.org' "in the header, too"
again; from_s 'To: x' "$(printf 'info@a\342\200\223b.org')" another@example.org
like "$(cat "$work/log")" 'dsn=5.6.7, .*key=smtputf8-domain' "one that IDNA does not allow: it fails, and says why"
again; printf 'Subject: x\n\nx\n' | "$BIN/sendmail" -i -O smtputf8=yes plain@example.net; runner_once
like "$(cat "$work/log")" 'key=smtputf8-wanted' "-O smtputf8=yes: it fails where it is not offered"
stop "$smarthost_pid"; smarthost -8 -D; config
again; from_s 'From: s@example.org\nTo: j\303\274rgen@example.org'
like "$(cat "$work"/delivered/*.eml)" '^To: jürgen@example.org$' "a server with SMTPUTF8 gets the address as it is"
like "$(cat "$work/sessions")" '^MAIL FROM:<s@example.org> .*SMTPUTF8$' "with SMTPUTF8"
again; printf 'Subject: x\n\nx\n' | "$BIN/sendmail" -i -O smtputf8=yes plain@example.net; runner_once
like "$(cat "$work/log")" 'to=<plain@example.net>.*status=sent' "-O smtputf8=yes is honoured there"
is "$("$BIN/sendmail" -O smtputf8=maybe a@example.org </dev/null 2>&1 | grep -c 'smtputf8 must be yes, no or auto')" 1 "another value is refused"
again; stop "$smarthost_pid"; printf 'x\n' | "$BIN/sendmail" -i -f s@example.org "$(printf 'info@b\303\274cher.example')"
like "$("$BIN/mailq" 2>/dev/null)" 'info@xn--bcher-kva.example.*\(info@bücher.example\)' "mailq shows both forms before the first attempt"
runner_once
id=$(grep -l '^recipient: info@b' "$work"/spool/mqueue/????????.???????? | tail -n 1); id=${id##*/}
like "$("$BIN/mailq" 2>/dev/null)" 'info@xn--bcher-kva.example> \(info@bücher.example\)' "and behind it"
like "$("$BIN/mailq" --format=postfix 2>/dev/null)" ' info@xn--bcher-kva.example \(info@bücher.example\)' "in Postfix's layout"
like "$("$BIN/mailq" why "$id" 2>/dev/null)" 'to <info@xn--bcher-kva.example> \(info@bücher.example\)' "mailq why, too"
like "$("$BIN/mailq" --json 2>/dev/null)" '"address": "info@xn--bcher-kva.example", "address_unicode": "info@bücher.example"' "and JSON"
printf '[host]\nname = mon1.b\303\274cher.example.\n[smarthost main]\nhost = 127.0.0.1\n[route b\303\274cher.example]\nvia = direct\n' >"$work/firsthop.conf"
like "$("$BIN/relayconf" route "$(printf 'x@b\303\274cher.example')" 2>&1)" 'rule .*route xn--bcher-kva.example' "a route to such a domain fits"

# Raw text of other charsets in the header, part headers, and encodings that are none.
[ -z "$smarthost_pid" ] || stop "$smarthost_pid" 2>/dev/null
smarthost -7; config
read_back() { python3 -c 'import email, email.header, email.policy, sys
m = email.message_from_binary_file(sys.stdin.buffer, policy=email.policy.default)
h = email.header
print(m["Subject"], "|", str(h.make_header(h.decode_header(sys.argv[1]))).replace(" <s@example.org>", ""))' "$(sed -n '/^From:/,/^[^ ]/p' "$work"/delivered/*.eml | grep -v '^[A-EG-Z]' | sed 's/^From: //')" <"$(ls "$work"/delivered/*.eml)"; }
rm -f "$work"/spool/mqueue/[0-9a-f]*
for charset in EUC-JP Shift_JIS ISO-2022-JP GB18030 Big5 EUC-KR koi8-r windows-1251 iso-8859-2; do
	case $charset in *JP | *JIS) text=日本語の件名がとても長くて一行には収まらないときにも正しく読めること ;; GB* | Big5) text=中文主旨很長的時候也應該能夠正確地顯示 ;;
	*KR) text=한국어 ;; iso*) text=Příliš ;; *) text=Проверка ;; esac
	again; CHARSET=$charset TEXT=$text python3 -c 'import os, sys
c = os.environ["CHARSET"]; t = os.environ["TEXT"].encode(c)
sys.stdout.buffer.write(b"From: " + t[:0] + os.environ["TEXT"].encode(c) + b" <s@example.org>\nSubject: " + t + b"\nContent-Type: text/plain; charset=" + c.encode() + b"\n\n" + t + b"\n")' >"$work/in.msg"
	"$BIN/sendmail" -i -f s@example.org plain@example.net <"$work/in.msg"; runner_once
	is "$(read_back)" "$text | $text" "$charset: subject and name are labelled rightly"
	is "$(sed '/^$/q' "$work"/delivered/*.eml | LC_ALL=C grep -c '[^ -~	]')" 0 "$charset: in ASCII"
done
for bits in 7 8; do
	stop "$smarthost_pid"; [ $bits = 7 ] && smarthost -7 || smarthost; config
	again; printf 'From: s@example.org\nSubject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\nContent-Description: Gr\303\274\303\237e\nContent-Transfer-Encoding: 8-bit\n\n\303\274\n--b\nContent-Type: text/plain; name="\303\244.txt"\nContent-Transfer-Encoding: 7-bit\n\nplain\n--b--\n' |
		"$BIN/sendmail" -i -f s@example.org plain@example.net; runner_once
	is "$(python3 -c 'import email, email.policy, sys
m = email.message_from_binary_file(sys.stdin.buffer, policy=email.policy.default)
a, b = m.iter_parts()
print(str(a["Content-Description"]), a.get_content().strip(), a["Content-Transfer-Encoding"], b.get_filename(), b.get_content().strip(), b["Content-Transfer-Encoding"])' <"$(ls "$work"/delivered/*.eml)")" \
		"Grüße ü $([ $bits = 7 ] && echo quoted-printable || echo 8bit) ä.txt plain 7bit" "$bits bits: part headers are legal, encodings that are none are put right"
	again; printf 'From: s@example.org\nSubject: x\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 7-bit\n\n\303\274\n' | "$BIN/sendmail" -i -f s@example.org plain@example.net; runner_once
	is "$(grep -c '^Content-Transfer-Encoding: ' "$work"/delivered/*.eml) $(sed -n 's/^Content-Transfer-Encoding: //p' "$work"/delivered/*.eml)" "1 $([ $bits = 7 ] && echo quoted-printable || echo 8bit)" "$bits bits: and in the message's own header"
done
# A report quotes the subject as its reader sees it.
stop "$smarthost_pid"; smarthost -r 'gone=550 5.1.1 no'; config
again; printf 'Subject: =?UTF-8?B?R3LDvMOfZQ==?= =?utf-8?q?_an_alle?=\n\nx\n' | "$BIN/sendmail" -i -f s1@example.org gone@example.net; for i in 1 2 3; do runner_once; done
like "$(cat "$work"/delivered/*.eml)" '^Your message "Grüße an alle" of' "a report quotes the subject decoded"
again; printf 'Subject: \306\374\313\334\nContent-Type: text/plain; charset=EUC-JP\n\nx\n' | "$BIN/sendmail" -i -f s2@example.org gone@example.net; for i in 1 2 3; do runner_once; done
like "$(cat "$work"/delivered/*.eml)" '^Your message "日本" of' "and a raw one from its charset"
finish
