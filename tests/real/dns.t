#!/bin/sh
# Each thing that DNS can say, by a real name server: what is told, and what is done.
. tests/real/stage.sh
. tests/real/nsd.sh
install_firsthop
for address in 127.0.0.6 127.0.0.7 127.0.0.8; do in_stage /bin/busybox ip address add $address/8 dev lo 2>/dev/null; done

# The server: one zone, one whose file is broken, one that it points elsewhere for.
nsd_begin 127.0.0.5 '' '# the file that nobody remembers' '127.0.0.3 filed.test old'
nsd_zone test test.zone
nsd_zone broken.example broken.zone
echo 'this is no zone' >"$S/etc/nsd/broken.zone"
cat >"$S/etc/nsd/test.zone" <<END
\$ORIGIN test.
\$TTL 60
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 127.0.0.5
a A 127.0.0.2
b A 127.0.0.3
two MX 20 b
two MX 10 a
null MX 0 .
cnamed MX 10 alias
alias CNAME a
literal MX 10 127.0.0.2.
ghost MX 10 nowhere
half MX 10 nowhere
half MX 20 a
nomx A 127.0.0.2
six AAAA 2001:db8::1
both A 127.0.0.2
both AAAA ::1
txt TXT "no address here"
_submission._tcp.srv SRV 10 0 587 a
_submissions._tcp.srv SRV 10 0 465 b
_submissions._tcp.tlsonly SRV 10 0 465 b
mail A 127.0.0.9
mail.corp A 127.0.0.2
_submission._tcp.nosrv SRV 0 0 0 .
near AAAA ::1
even MX 10 a
even MX 10 b
away NS ns.elsewhere.example.
loop CNAME loop2
loop2 CNAME loop
me MX 10 a
filed A 127.0.0.9
dom A 127.0.0.2
dom MX 10 b
END
n=0
while [ $n -lt 39 ]; do
	n=$((n + 1))
	echo "forty MX $((n + 100)) a$n" >>"$S/etc/nsd/test.zone"
	echo "a$n A 127.0.0.2" >>"$S/etc/nsd/test.zone"
done
echo "forty MX 1 b" >>"$S/etc/nsd/test.zone"
# An answer that does not fit into a datagram.
n=0
while [ $n -lt 31 ]; do
	n=$((n + 1))
	echo "many MX $n a-rather-long-name-of-a-mail-exchanger-number-$n.many" >>"$S/etc/nsd/test.zone"
done
echo "a-rather-long-name-of-a-mail-exchanger-number-1.many A 127.0.0.2" >>"$S/etc/nsd/test.zone"
in_stage /usr/sbin/nsd -c /etc/nsd/nsd.conf -d >"$work/nsd.log" 2>&1 &
pids="$pids $!"
name_server_answers() { in_stage /bin/busybox nslookup -type=a a.test 127.0.0.5; }
ok "the name server runs" wait_for name_server_answers
# One that is silent: it reads, and says nothing.
in_stage /usr/bin/php -n -r '$s = stream_socket_server("udp://127.0.0.6:53", $no, $why, STREAM_SERVER_BIND); sleep(100);' >/dev/null 2>&1 </dev/null &
pids="$pids $!"

# One that passes questions on by UDP, and has no TCP.
in_stage /usr/bin/php -n -r '$s = stream_socket_server("udp://127.0.0.8:53", $no, $why, STREAM_SERVER_BIND);
while (true) { $q = stream_socket_recvfrom($s, 4096, 0, $from); $u = stream_socket_client("udp://127.0.0.5:53"); fwrite($u, $q); stream_socket_sendto($s, fread($u, 4096), 0, $from); fclose($u); }' \
	>/dev/null 2>&1 </dev/null &
pids="$pids $!"

setting() { in_stage /usr/local/sbin/relayconf set "$1" "$2"; }
# told HOST LOOKUP PATTERN NAME [PATTERN NAME]...: the trace of "relayconf route"
told() {
	setting smarthost.main.host "$1"; setting smarthost.main.lookup "$2"
	trace=$(in_stage /usr/local/sbin/relayconf route ops@example.net 2>&1); code=$?
	shift 2
	while [ $# -gt 0 ]; do like "$trace" "$1" "$2"; shift 2; done
}
asked='asked 127.0.0.5, [0-9]+ ms'
told two.test mx "MX two.test = (10 a.test, 20 b.test|20 b.test, 10 a.test) \\($asked\\)" "MX: the records, the server, the time" \
	"A a.test = 127.0.0.2 \\($asked\\)" "MX: the address" '1  a.test\[127.0.0.2\]' "MX: the most preferred first" '2  b.test\[127.0.0.3\]' "MX: then the other"
is $code 0 "exit 0 when there is something to try"
told null.test mx 'null MX: the domain says that it accepts no mail' "null MX"
is $code 68 "exit 68: DNS says that there is nothing to try"
told cnamed.test mx "A alias.test, by another name \\(CNAME\\) a.test, = 127.0.0.2" "MX to a CNAME: followed" 'an MX should not lead to another name' "and said"
told literal.test mx '127.0.0.2 is an address where RFC 1035 wants a name; it is used' "MX to an address" '1  127.0.0.2' "is used"
told ghost.test mx "A nowhere.test: no such name \\($asked\\)" "MX to a name that does not exist" 'meaning   DNS names a server for the domain in host .*does not exist' "has its meaning"
told half.test mx "A nowhere.test: no such name" "one MX of two without a name" '1  a.test\[127.0.0.2\]' "the other is used"
told nomx.test mx "MX nomx.test: no records of this type \\($asked\\)" "no MX" 'nomx.test has no MX: its own address is used' "but an address"
told six.test host 'six.test = 2001:db8::1: skipped, this machine has no route for it over IPv6' "only AAAA, no IPv6 here" \
	'remedy .*give this machine IPv6' "has its remedy"
told both.test host '1  both.test\[::1\]' "both families: IPv6 first" '2  both.test\[127.0.0.2\]' "and IPv4 between"
told txt.test host "A txt.test: no records of this type \\($asked\\)" "a name without addresses" \
	'The smarthost.s name exists in DNS, but it has no address' "is not an unknown name"
told nothing.test host "A nothing.test: no such name \\($asked\\)" "NXDOMAIN"
told x.broken.example host 'A x.broken.example: server failure \(127.0.0.5: server failure \([0-9]+ ms\)\)' "SERVFAIL: said, with the server"
is $code 75 "exit 75 when that may be otherwise later"
told www.elsewhere.example host 'does not look up names for this machine' "a server that refuses" 'remedy    Put a DNS server .* into /etc/resolv.conf' "has its remedy"
told x.away.test host 'does not look up names for this machine' "a server that only points elsewhere"
told loop.test host 'A loop.test, by another name \(CNAME\)' "a CNAME loop comes to an end"
told many.test mx 'MX many.test = .*asked 127.0.0.5 by UDP and, because that answer was cut, by TCP' "a cut answer: asked again by TCP" \
	'1  a-rather-long' "and complete"
told srv.test srv "SRV _submission._tcp.srv.test = 10 a.test:587 \\($asked\\)" "SRV" 'a.test\[127.0.0.2\] port 587' "SRV: with its port"
told nosrv.test srv 'the domain says that it does not offer the service' "SRV: the service is not offered"
told nothing.test srv "SRV _submission._tcp.nothing.test: no such name" "SRV: no such name" 'meaning   The domain in host has no SRV record' "has its meaning"
told tlsonly.test srv 'b.test\[127.0.0.3\] port 465, TLS verify from the first byte' "SRV: only _submissions exists (RFC 8314)"
told srv.test srv '1  b.test\[127.0.0.3\] port 465, TLS verify from the first byte' "SRV: both exist, TLS from the first byte is preferred" \
	'2  a.test\[127.0.0.2\] port 587, TLS verify, login' "and STARTTLS comes behind it"
told forty.test mx 'MX forty.test has 40 records: the 32 most preferred are used' "40 MX: cut by preference, and said" '1  b.test' "the most preferred is there, though it comes last"
told x.broken.example host 'meaning   The DNS server could not look up the name' "SERVFAIL, and the resolver knows nothing else"
told near.test host '1  near.test\[::1\]' "only AAAA, with a route"
told even.test mx '[12]  a.test' "equal preference: one" '[12]  b.test' "and the other"
told 127.0.0.9 host '127.0.0.9 is an address: nothing to look up' "an address literal"
setting smarthost.main.implicit yes
told srv.test srv "SRV _submissions._tcp.srv.test = 10 b.test:465" "SRV of submissions, when TLS comes first"
setting smarthost.main.implicit no
told filed.test host 'address of filed.test = 127.0.0.3 \(hosts file /etc/hosts:5\)' "the hosts file, with its line" \
	'filed.test = 127.0.0.3 is this very machine' "and that it is this machine"
like "$trace" '/etc/hosts:5 has 127.0.0.3 for filed.test, but DNS has 127.0.0.9. If the server has moved, remove that line' "and that DNS has another address"
printf 'x\n' | in_stage /usr/sbin/sendmail -f me@example.org ops@example.net; in_stage /usr/local/libexec/firsthop/runner --once --foreground 2>/dev/null
first=$(in_stage /usr/bin/mailq -bpi | head -n 1)
like "$(in_stage /usr/bin/mailq why "$first" 2>&1 | tr -s ' \n' ' ')" '1\. Check the address: /etc/hosts:5 has 127.0.0.3 for filed.test, but DNS has 127.0.0.9 2\. If the server has moved, remove that line' \
	"mailq why begins its remedy with that"
in_stage /usr/bin/mailq remove "$first" >/dev/null
like "$(in_stage /usr/local/sbin/relayconf check 2>&1)" 'note +moved +main: /etc/hosts:5 has 127.0.0.3 for filed.test' "check notes it"
told dom.test host 'dom.test has the address 127.0.0.2, but its mail server in DNS \(MX\) is b.test, 127.0.0.3. If that is the smarthost, set lookup = mx' \
	"a domain whose mail server is elsewhere"
told dom.test mx '1  b.test' "lookup = mx goes there"
told old mx 'the name stands in the hosts file /etc/hosts:5, where no MX can stand|does not look up names' "an MX of a name that only the hosts file knows"
told mon1 host 'address of mon1 = 127.0.1.1 \(hosts file /etc/hosts:2\)' "this machine's own name" \
	'is this very machine: it is asked like any other, and no mail is local for that' "is said loudly"
printf 'nameserver 127.0.0.6\noptions timeout:1 attempts:1\n' >"$S/etc/resolv.conf"
told a.test host 'A a.test: no answer \(127.0.0.6: no answer \(10[0-9][0-9] ms\)\)' "a silent name server, with the time" \
	'meaning   The DNS servers of this machine do not answer' "has its meaning"
printf 'nameserver 127.0.0.7\noptions timeout:1 attempts:1\n' >"$S/etc/resolv.conf"
told a.test host '127.0.0.7: no DNS server runs there' "no name server at that address"
printf 'nameserver 127.0.0.7\nnameserver 127.0.0.6\nnameserver 127.0.0.5\noptions timeout:1\n' >"$S/etc/resolv.conf"
told a.test host "A a.test = 127.0.0.2 \\($asked\\)" "the third of three name servers answers"

# The search list, as resolv.conf(5) says; what it has and is not used is named by check.
printf 'nameserver 127.0.0.5\nsearch corp.test\noptions ndots:5\n' >"$S/etc/resolv.conf"
told mail host "A mail.corp.test = 127.0.0.2 \\($asked\\)" "a name without dots: completed first"
told mail.test host "A mail.test.corp.test: no such name \\($asked\\)" "ndots:5: completed first, too" 'A mail.test = 127.0.0.9' "and then as it is"
told mail.test. host 'A mail.test = 127.0.0.9' "with a dot at its end it is complete"
unlike "$trace" 'corp' "and nothing else is asked"
printf 'nameserver 127.0.0.5\nsearch corp.test\n' >"$S/etc/resolv.conf"
told mail.test host 'A mail.test = 127.0.0.9' "with ndots as it is by itself: as it is"
unlike "$trace" 'mail.test.corp' "and nothing else is asked"
echo 'nameserver 127.0.0.8' >"$S/etc/resolv.conf"
told a.test host "A a.test = 127.0.0.2 \\(asked 127.0.0.8, [0-9]+ ms\\)" "a name server without TCP: short answers come"
told many.test mx 'the answer was cut, and there is none over TCP' "long ones are cut, and that is said"

# relayconf check says the same beforehand.
checked() { trace=$(in_stage /usr/local/sbin/relayconf check -v 2>&1); code=$?; like "$trace" "$1" "$2"; }
setting smarthost.main.lookup host; setting smarthost.main.host a.test
checked 'note +dns +name server 127.0.0.8 answers in [0-9]+ ms, but not over TCP \(Connection refused\)' "check: a resolver without TCP"
printf 'nameserver 127.0.0.7\nnameserver 127.0.0.6\nnameserver 127.0.0.5\noptions timeout:1 attempts:1 marvel\nsortlist 127.0.0.2\n' >"$S/etc/resolv.conf"
checked 'ok +dns +name server 127.0.0.5 answers in [0-9]+ ms, over TCP in [0-9]+ ms' "check: each name server, with its time"
like "$trace" 'note +dns +firsthop does not use these words of /etc/resolv.conf: marvel sortlist' "check: what is not heeded of resolv.conf"
like "$trace" 'note +dns +name server 127.0.0.7, asked for a.test: no answer, Connection refused \([0-9]+ ms\)' "check: one that is not there"
like "$trace" 'note +dns +name server 127.0.0.6, asked for a.test: no answer, Connection timed out \(10[0-9][0-9] ms\)' "check: one that is silent"
like "$trace" 'note +self +main leads to 127.0.0.2, which is this machine itself' "check: a smarthost that is this very machine"
like "$trace" "note +own-name +example.org is the domain of this machine" "check: a domain that holds the own name"
echo 'nameserver 127.0.0.5' >"$S/etc/resolv.conf"
setting smarthost.main.host six.test
checked 'problem +ipv6 +main has the address 2001:db8::1, and this machine has no route for IPv6' "check: unroutable IPv6"
setting smarthost.main.host nothing.test
checked 'problem +lookup +main: .*nothing.test: no such name' "check: a name that does not exist"
is $code 78 "check: exit 78"
setting smarthost.main.lookup mx

# What is done: mail waits whatever DNS says, goes out when DNS is right, and its story holds the trace.
echo 'nameserver 127.0.0.5' >"$S/etc/resolv.conf"
setup_postfix
start_postfix
setting smarthost.main.lookup mx
for host in ghost.test null.test x.broken.example nothing.test; do
	setting smarthost.main.host $host
	printf 'Subject: %s\n\nx\n' $host | as 33:33 /usr/sbin/sendmail -i ops@example.org
	in_stage /usr/sbin/sendmail -q
	[ $host != ghost.test ] || id=$(ls "$S"/var/spool/firsthop/mqueue/*.log | sed 's|.*/||; s/\.log$//')
	[ $host != ghost.test ] || story=$(in_stage /usr/bin/mailq why "$id")
done
is "$(mailq_count)" 4 "mail waits, whatever is wrong with DNS"
unlike "$(log)" 'bounce=|status=bounced' "and none is returned"
like "$(log)" 'key=dns-mx-missing' "a name that does not exist is shouted in the log"
like "$story" "MX ghost.test = 10 nowhere.test \\($asked\\)" "mailq why holds each question"
like "$story" 'remedy +(1\. )?Ask the owner of that domain to correct the MX or SRV record' "and the remedy, for the one who can do it"
setting smarthost.main.tls_name mail.test
setting smarthost.main.host half.test
in_stage /usr/sbin/sendmail -q
ok "once the name is right, all of it goes out" wait_for mails_are 4
is "$(mailq_count)" 0 "and nothing is left"
# Both families, and the one that comes first is silent: a short limit, then the other.
in_stage /usr/bin/php -n -r '$c = stream_context_create(["socket" => ["backlog" => 0]]);
$s = stream_socket_server("tcp://[::1]:587", $no, $why, STREAM_SERVER_BIND | STREAM_SERVER_LISTEN, $c);
for ($i = 0; $i < 4; $i++) $k[] = @stream_socket_client("tcp://[::1]:587", $no, $why, 0.3);
touch("/tmp/full"); sleep(200);' >/dev/null 2>&1 </dev/null &
silent=$!
pids="$pids $silent"
wait_for test -e "$S/tmp/full"
setting smarthost.main.lookup host; setting smarthost.main.host both.test
printf 'Subject: families\n\nx\n' | as 33:33 /usr/sbin/sendmail -i ops@example.org
before=$(date +%s)
in_stage /usr/sbin/sendmail -q
took=$(($(date +%s) - before))
ok "IPv6 is silent: it goes out over IPv4" wait_for mails_are 5
[ $took -ge 8 ] && [ $took -le 25 ]; result $? "after a short limit (10 s), and not the whole of connect_s (30 s): $took s"
kill $silent
# A smarthost that is this very machine, with nothing behind it: said in the log, in the story, and beforehand.
setting smarthost.main.host b.test
printf 'Subject: self\n\nx\n' | as 33:33 /usr/sbin/sendmail -i ops@example.org
in_stage /usr/sbin/sendmail -q
like "$(log)" 'refused by this very machine: b.test leads to it.* key=connect-self ' "a smarthost that is this very machine: said in the log"
id=$(ls "$S"/var/spool/firsthop/mqueue | sed -n 's/^\([0-9a-f.]*\)\.log$/\1/p' | head -n 1)
story=$(in_stage /usr/bin/mailq why "$id")
like "$story" 'b.test = 127.0.0.3 is this very machine: it is asked like any other, and no mail is local for that' "in mailq why"
like "$story" 'example.org is the domain of this machine, mon1.example.org: its mail goes to the smarthost like any other' "with the domain that holds the own name"
told b.test host '127.0.0.3 is this very machine' "and by relayconf route"
in_stage /usr/bin/mailq >/dev/null 2>&1
rm -f "$S"/var/spool/firsthop/mqueue/[0-9a-f]*.*
# The domain's own MX is this very machine: not a local delivery, and no loop.
setting fallback.direct_mx yes
setting smarthost.main.host nothing.test
printf 'Subject: myself\n\nx\n' | as 33:33 /usr/sbin/sendmail -i joe@me.test
in_stage /usr/sbin/sendmail -q
like "$(log)" 'the MX of me.test: this very machine.* key=dns-self ' "a domain whose MX is this very machine: never taken for local, and no loop"
is "$(mailq_count)" 1 "the mail waits"
# Recipients' domains: what does not exist, or takes no mail, goes back at once; what may be repaired waits, and is named.
rm -f "$S"/var/spool/firsthop/mqueue/[0-9a-f]*.*
# sent_to ADDRESS: as root's mail, so that its report is read from the queue
sent_to() {
	marked=$(log | lines)
	printf 'Subject: to %s\n\nx\n' "$1" | as 33:33 /usr/sbin/sendmail -i "$1"
	in_stage /usr/sbin/sendmail -q
	wait_for logged_to "$1"
	new=$(log | tail -n +$((marked + 1)))
}
# The log daemon writes when it likes.
logged_to() { log | tail -n +$((marked + 1)) | grep -q "to=<$1>, .*status="; }
sent_to joe@nodomain.test
like "$new" 'to=<joe@nodomain.test>, .*status=deferred .*key=domain-missing ' "a smarthost may know domains that DNS does not: with one, even if it is down, nothing is returned"
rm -f "$S"/var/spool/firsthop/mqueue/[0-9a-f]*.*
printf '[host]\nname = mon1.example.org\n\n[fallback]\ndirect_mx = yes\n' >"$S/etc/firsthop/firsthop.conf"
sent_to joe@nodomain.test
like "$new" 'to=<joe@nodomain.test>, .*dsn=5.1.2, status=bounced .* stage=lookup key=domain-missing ' "a recipient's domain that does not exist: returned at once"
like "$new" "the recipient's domain nodomain.test: no such name" "with whose domain it is"
sent_to joe@null.test
like "$new" 'to=<joe@null.test>, .*dsn=5.1.10, status=bounced .* stage=lookup key=domain-null-mx ' "null MX: returned at once (RFC 7505)"
sent_to joe@txt.test
like "$new" 'to=<joe@txt.test>, .*dsn=5.1.2, status=bounced .* stage=lookup key=domain-no-server ' "a domain without any server: returned at once"
sent_to joe@ghost.test
like "$new" 'to=<joe@ghost.test>, .*status=deferred .* stage=lookup .*key=domain-target-missing ' "an MX without an address: it waits"
like "$new" 'the address of nowhere.test, which the MX of the recipient.s domain ghost.test names: no such name' "and both are named"
sent_to joe@b.test
like "$new" 'to=<joe@b.test>, .*status=deferred .*key=(connect-self|domain-unreachable|dns-self) ' "a server that does not listen: it waits"
sent_to joe@x.elsewhere.example
like "$new" 'to=<joe@x.elsewhere.example>, .*status=deferred ' "a resolver that refuses: it waits"
# A resolver that denies every name, without naming a zone: nothing is returned.
in_stage /usr/bin/php -n -r '$s = stream_socket_server("udp://127.0.0.10:53", $no, $why, STREAM_SERVER_BIND);
while (true) { $q = stream_socket_recvfrom($s, 4096, 0, $from); stream_socket_sendto($s, substr($q, 0, 2) . "\x81\x83" . substr($q, 4), 0, $from); }' >/dev/null 2>&1 </dev/null &
pids="$pids $!"
in_stage /bin/busybox ip address add 127.0.0.10/8 dev lo 2>/dev/null
echo 'nameserver 127.0.0.10' >"$S/etc/resolv.conf"
sent_to joe@nodomain.test
like "$new" 'to=<joe@nodomain.test>, .*status=deferred .*key=domain-doubtful ' "a resolver that denies every name is not believed: it waits"
echo 'nameserver 127.0.0.5' >"$S/etc/resolv.conf"
# A domain as long as one may be is named whole.
label=$(printf '%060d' 0 | tr 0 l)
long=$label.$label.$label.nothing.test
sent_to "joe@$long"
like "$(echo "$new" | grep "to=<joe@$long>")" "smarthost=@$long " "the log names a long domain whole"
like "$new" "the recipient's domain $long: no such name" "and says whose it is"
stop_postfix
finish
