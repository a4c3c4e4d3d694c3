#!/bin/sh
# sendmail's command line: every letter, every mode, one row each.
. tests/lib.sh
new_spool
S=$BIN/sendmail
port=1; config
printf 'root: ops@example.org, admin@example.net\n' >"$work/aliases"
stored() { cat "$work"/spool/drop/????????.???????? 2>/dev/null; }
facts() { stored | sed '/^$/,$d' | grep -E "^($1)" | tr '\n' ' ' | sed 's/ *$//'; }

# take KEYS WANTED ARGS...: the message is stored, and its envelope has the lines WANTED of these keys
take() {
	keys=$1 want=$2
	shift 2
	printf 'To: h@example.org\nSubject: x\n\none\n.\ntwo\n' | "$S" "$@" >"$work/out" 2>&1
	got="$? $(facts "$keys")"
	is "${got% }" "0${want:+ }$want" "sendmail $*"
	rm -f "$work"/spool/drop/*
}
# refuse CODE PATTERN ARGS...: nothing is stored, and the message has PATTERN
refuse() {
	code=$1 pattern=$2
	shift 2
	printf 'To: h@example.org\n\nx\n' | "$S" "$@" >"$work/out" 2>&1
	got="$? $(ls "$work/spool/drop" | lines)"
	like "$got $(cat "$work/out")" "^$code 0 .*($pattern)" "refused: sendmail $*"
	rm -f "$work"/spool/drop/*
}
A=a@example.org R='recipient: a@example.org' H='recipient: h@example.org'

# recipients and sender
take recip "$R" $A
take recip "$R" -- $A
take recip "$R" -i -- $A
take recip "recipient: -x@example.org" -- -x@example.org
take recip "$R recipient: b@example.org" $A,b@example.org
take recip "$R recipient: b@example.org" $A b@example.org
take recip "$H" -t
take recip "$H" -ti
take recip "$H" -t -t -i
take recip "$H $R" -t $A
take recip "$R recipient: root" "Name <$A>" 'root (a comment)'
take sender "sender: s@example.org" -f s@example.org $A
take sender "sender: s@example.org" -fs@example.org $A
take sender "sender: s@example.org" -r s@example.org $A
take sender "sender: s@example.org" -f one@example.org -fs@example.org $A
take sender "sender: s@example.org" -f "Name <s@example.org>" $A
take sender "sender: alice" -f alice -- $A
take sender "sender:" -f '' $A
take sender "sender:" -f '<>' $A
take sender "sender:" -f'<>' $A
take 'fullname|flags' "fullname: Cron Daemon flags: name-given" -F 'Cron Daemon' $A
take 'fullname|flags' "fullname: CronDaemon flags: name-given" -FCronDaemon -odi -oem -oi -t
take recip "$R recipient: -t" $A -t
printf 'Resent-To: r@example.org\nTo: h@example.org\n\nx\n' | "$S" -t; is "$? $(facts recip)" "0 recipient: r@example.org" "-t prefers Resent- fields"
rm -f "$work"/spool/drop/*

# what the message is
for dots in -i -oi -oitrue '-O IgnoreDots' '-OIgnoreDots=true' '-t -oi'; do
	printf 'To: h@example.org\n\none\n.\ntwo\n' | "$S" $dots $A; is "$? $(stored | tail -n 1)" "0 two" "a dot does not end the message: sendmail $dots"
	rm -f "$work"/spool/drop/*
done
for dots in '' -oifalse; do
	printf 'To: h@example.org\n\none\n.\ntwo\n' | "$S" $dots $A; is "$? $(stored | tail -n 1)" "0 one" "a dot ends the message: sendmail $dots"
	rm -f "$work"/spool/drop/*
done
take body: "body: 8BITMIME" -B8BITMIME $A
take body: "body: 8BITMIME" -B 8bitmime $A
take body: "body: 7BIT" -B7bit $A
take body: "" -B BINARY $A
take body: "body: 7BIT" -o7 $A
take body: "body: 8BITMIME" -o8 $A
take flags "flags: no-alias" -n $A
take flags "flags: utf8" -O smtputf8=yes $A
take tag "tag: job" -Ljob $A
take 'notify|ret|envid' "notify: failure,delay ret: HDRS envid: e1" -N failure,delay -R hdrs -V e1 $A
take 'notify|ret' "notify: never ret: FULL" -Nnever -Rfull $A

# modes that take a message; letters that mean nothing here
for words in -bm -ba -bq -odb -odi -odq -odd -oem -oep -oeq -oew -oee -em -ep -eq -ew -ee '-O DeliveryMode=b' '-OErrorMode=m' '-O Timeout.x=1' \
	-Am -Ac -c -E -J -m -s -T -x -G -U -h3 '-h 3' -pSMTP:host '-p ESMTP' -d0.1 -d -om -oo -os -oT1h -oQ/x '-C /etc/mail/sendmail.cf' '-C/etc/mail/submit.cf' '-O smtputf8=yes'; do
	take recip "$R" $words $A
done

# refusals
refuse 64 '-Z' -Z $A
refuse 64 '-Z' -iZ $A
refuse 64 '-f' -f
refuse 64 'no recipients'
refuse 64 '-X' -X "$work/x" $A
refuse 64 '-X' -XV $A
refuse 64 '-D' -D "$work/x" $A
refuse 64 '-S' -S x $A
refuse 64 'must be c or m' -Ax $A
# a value that means nothing costs nobody the mail
for words in '-N maybe' '-Nnever,failure' '-R half' -oez '-e x' -odz '-O ErrorMode=x' '-O DeliveryMode=x' "-V $(printf %0101d 0)"; do
	take recip "$R" $words $A
	like "$(cat "$work/out")" "^sendmail: option -[a-zA-Z]+: \"[a-z0-9,]+\" means nothing, and is passed over\$" "sendmail $words: is named"
done
for words in -N -R -V -e; do take recip "$R" "$words" '' $A; done
# what is not taken is told; quietly with q; submit/deadletter has the modes that keep its text
for mode in '' -oep -ep '-e p' '-O ErrorMode=p' '-oem -oep'; do
	refuse 64 '^sendmail: recipient <a@@b>|sendmail: .*a@@b' $mode a@@b
	refuse 64 'no recipients' $mode
done
for mode in -oeq -eq '-e q' -OErrorMode=q '-oep -oeq'; do
	for row in '64 a@@b' '64'; do
		refuse "${row%% *}" '$' $mode ${row#??}
		is "$(cat "$work/out")" "" "and without a word"
	done
done
for mode in -oem -oew -oee -oeq; do refuse 64 'option -Z is not known' $mode -Z $A; done
refuse 64 'requiretls must be yes or no' -O requiretls=maybe $A
refuse 64 '-C is refused' -C "$work/other.conf" $A
refuse 64 '-C is refused' -C "$work/other.conf" -q
refuse 64 '-bS' -bS
refuse 64 '-bd starts' -bl
refuse 64 'not known: -bz' -bz
refuse 64 'not known: -be' -be
refuse 64 'mailq remove ID' -Mrm x
refuse 64 'mailq remove ID' -Mg x
refuse 64 'mailq hold ID' -Mf x
refuse 64 'mailq release ID' -Mt x
refuse 64 'mailq why ID' -Mvl x
refuse 64 'mailq cat ID' -Mvh x
refuse 64 'mailq retry ID' -M x
refuse 64 'never changed' -Mar x
refuse 64 'mailq hold ID' -Qspam
refuse 64 '-q needs' -qZ
refuse 64 'a@b@' 'a@b@example.org'

# modes that do other work
says() { want=$1 pattern=$2 name=$3; shift 3; out=$("$S" "$@" 2>&1 </dev/null); like "$? $out" "^$want .*$pattern" "$name"; }
for mode in -bp -bpr -bpu -bpa '-bp -v'; do
	like "$("$S" $mode)" 'mqueue is empty|Total requests: 0' "sendmail $mode lists"
done
is "$("$S" -bP) $("$S" -bpc) $("$S" -bpi)" "0 0 " "-bP and -bpc count, -bpi lists identifiers"
says 0 'root: ' "-bi" -bi
says 0 'root: ' "-I" -I
printf 'other: x@example.org\n' >"$work/other-aliases"
for words in "-bi -oA$work/other-aliases" "-I -O AliasFile=$work/other-aliases"; do says 0 'other: ' "$words" $words; done
like "$("$BIN/newaliases" -v -oA "$work/other-aliases"; echo $?)" '^other: ' "newaliases -v -oA FILE"
says 0 'firsthop 0' "--version" --version
like "$("$S" -bV 2>&1)" '^(firsthop|ok)' "-bV: the version, and a check"
out=$("$S" -bv root 2>&1); code=$?
like "$out" '<ops@example.org>' "-bv applies aliases"
like "$code $(echo "$out" | tail -n 1)" '^0 .*127.0.0.1.* port 1' "-bv shows the way, exit 0"
"$S" -bv 'a b@@example.org' >/dev/null; is $? 67 "-bv with what is no address: 67"
# It reads addresses as a submission does: what is said here is what becomes of mail.
for list in 'a@x.org, b@y.org' "'a@x.org', 'b@y.org'" 'Joe <a@x.org>; b@y.org.' 'a@x.org b@y.org' 'mailto:a@x.org,"b@y.org"'; do
	is "$("$S" -bv "$list" | sed -n 's/^ *recipient *<\(.*\)>.*/\1/p' | xargs)" "a@x.org b@y.org" "-bv $list"
done
out=$("$S" -bv 'a@x.org.' 'c@@x.org' '|cat'); is $? 67 "-bv with good ones and bad ones: 67"
like "$out" 'given as *a@x.org. \(the dot' "what was repaired is said"; like "$out" "refused *there is more than one '@'" "and the reason of a submission"; like "$out" 'refused *mail goes to no program' "for each"
refuse 64 'needs addresses' -bv
out=$(printf 'root\nx@example.net\n' | "$S" -bt 2>&1); is "$? $(echo "$out" | grep -c recipient)" "0 3" "-bt takes addresses from standard input"
out=$("$S" -bt root 2>&1); is "$? $(echo "$out" | grep -c recipient)" "0 2" "-bt takes addresses as arguments"
sed 's/^port = 1$/port = 2/' "$FIRSTHOP_CONFIG" >"$work/other.conf"
like "$("$S" -C "$work/other.conf" -bv root)" 'port 2' "-bv with -C: another configuration"
for name in hoststat purgestat; do
	ln -sf "$S" "$work/$name"
	is "$("$work/$name" 2>&1)$?" 0 "$name is silent when nothing is wrong"
done
out=$("$S" -d0.1 -oem -f '' -- $A 2>&1 </dev/null); is "$? $(ls "$work/spool/drop" | lines)" "0 1" "-d0.1 takes the message"
rm -f "$work"/spool/drop/*
for line in "version +firsthop [0-9]" "spool +$work/spool" "caller +uid $(id -u) .*set-group-id right" 'does +accept a message' 'message +error mode m' 'sender +<> \(the null' "argument +$A"; do
	like "$out" "^sendmail: $line" "and tells: ${line%% *}"
done
like "$("$S" -d -bp 2>&1)" '^sendmail: does +list the queue' "-d with another mode"
is "$("$S" -bh 2>&1)$? $("$S" -bH 2>&1)$?" "0 0" "so are -bh and -bH"
ln -sf "$S" "$work/mailq"
is "$("$work/mailq" -Ac | grep -Ev '(mqueue is empty|Total requests)' | lines)" 0 "mailq -Ac: nothing that 440.status-mailq would report"
is "$("$S" -q -Ac 2>&1)$?" 0 "sendmail -q -Ac is silent"
like "$("$S" -q -v 2>&1; echo $?)" 'mqueue is empty|Total requests: 0' "-q -v lists what is left"
is "$("$S" -bp -qL 2>&1)" "		Total requests: 0" "nothing is ever lost: -bp -qL"
for words in -q -qf -qp -qGmain -qL; do
	is "$("$S" $words 2>&1)$?" 0 "sendmail $words with an empty queue"
done
echo x | "$S" $A; echo x | "$S" -f s@example.net b@example.org
"$S" -q 2>/dev/null & first=$!
"$S" -q 2>/dev/null & second=$!
wait $first; one=$?; wait $second; is "$one $?" "0 0" "two passes at once are safe"
is "$(ls "$work"/spool/mqueue | grep -c '^........\.........$')" 2 "both messages wait after them"
like "$("$S" -v -q 2>/dev/null)" 'Connection refused' "-v -q tells why they wait"
is "$("$S" -bp -qRb@example | grep -c '@example.org>$') $("$S" -bpc -q!Rb@example) $("$S" -bpc -qSs@ -qRb@) $("$S" -bpc -qSs@ -qRa@) $("$S" -bpc -qI"$("$S" -bpi | head -n 1)") $("$S" -bpc -qQ)" \
	"1 1 1 0 1 0" "-bp with -q[!]I, R, S, Q"
like "$("$S" -bh; echo $?)" 'main .*down for .*refused' "hoststat shows what is down"
"$S" -bD 2>"$work/log" & runner=$!
pids="$pids $runner"
wait_for test -S "$work/spool/mqueue/control"
like "$("$S" -qRb@example 2>&1; echo $?)" 'tried now' "-qR has some messages tried"
is "$("$S" -qRnobody@ 2>&1)$?" 0 "-qR that fits nothing is silent"
is "$("$S" -bH 2>&1)$?" 0 "purgestat has the runner forget"
like "$(cat "$work/log")" 'reset the state of all smarthosts' "and the log says so"
stop $runner
"$S" -q15m; code=$?
wait_for test -s "$work/run/runner.pid"
is "$code" 0 "-q15m starts the runner"
kill "$(cat "$work/run/runner.pid")"
gone() { [ ! -e "$work/run/runner.pid" ]; }
wait_for gone
"$S" -bd -q15m; is $? 0 "so does -bd -q15m"
wait_for test -s "$work/run/runner.pid"
kill "$(cat "$work/run/runner.pid")"
wait_for gone

# The words in front of standard input, as programs of ours give them.
packed() { printf '%s\n' "$1"; printf '%s' "$2" | tr '|' '\000'; printf 'Subject: packed\n\nx\n'; }
packed 25 '-i|-f|s@x.org|--|r@x.org|' | "$S" --words; is $? 0 "words in front of the message"
packed_file() { grep -l "Subject: packed" "$work"/spool/drop/????????.* "$work"/spool/mqueue/????????.* 2>/dev/null; }
like "$(tr '\n' ' ' <"$(packed_file)")" 's@x.org.*r@x.org.*Subject: packed' "are those of the command line"
rm -f "$(packed_file)"
for row in '0 ' '99999999999 ' 'x ' '-5 -i|' '4 -i|x' '5000 -i|'; do
	packed "${row%% *}" "${row#* }" | "$S" --words r@x.org >"$work/out" 2>&1; several=$?
	packed "${row%% *}" "${row#* }" | "$S" --words >"$work/out" 2>&1
	is "$several $?: $(cat "$work/out")" "64 74: sendmail: --words is for other programs: the words in front of the message are not whole, and nothing is queued" "words of this form are none: ${row%% *}"
done
is "$(packed_file)" "" "and nothing is taken"
finish
