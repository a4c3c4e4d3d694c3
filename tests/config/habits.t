#!/bin/sh
# What people write by the habit of other programs, and values that could never fit anything: refused with their line, and the message has the cure.
. tests/lib.sh
new_spool

# says LINES PATTERN NAME: the configuration with these lines is refused, and so it is said
says() {
	printf "[host]\nname = mon1.example.org\n[smarthost main]\nhost = 192.0.2.9\n$1\n" >"$work/firsthop.conf"
	"$BIN/relayconf" show >/dev/null 2>"$work/err"; is $? 78 "$3: refused"
	like "$(cat "$work/err")" "conf:$2" "and the cure is said"
}
good() { printf "[host]\nname = mon1.example.org\n[smarthost main]\nhost = 192.0.2.9\n$1\n" >"$work/firsthop.conf"; "$BIN/relayconf" show >"$work/out" 2>"$work/err"; is "$? $(cat "$work/err")" "0 " "$2"; }
# A server's name.
while IFS='|' read -r host words; do
	printf '[host]\nname = mon1.example.org\n[smarthost main]\nhost = %s\n' "$host" >"$work/firsthop.conf"
	"$BIN/relayconf" show >/dev/null 2>"$work/err"; is $? 78 "host = $host: refused"
	like "$(cat "$work/err")" "conf:4: host: .*$words" "and the cure is said"
done <<END
ssl://mail.example.org|port = 465
smtps+auth://me@mail.example.org|port = 465
smtp+notls://mail.example.org|tls = off
submission://mail.example.org|port = 587
mail.example.org::465|port = NUMBER
mail.example.org:submission|port = NUMBER
esmtp:mail.example.org|write the name alone
me@mail.example.org|login and password_file
'mail.example.org'|without quotes
"mail.example.org"|without quotes
\${SMARTHOST}|variables are not replaced
a.example.org, b.example.org|a further server
mail..example.org|a dot too many
.example.org|a dot too many
*.example.org|nothing else
192.0.2.300|looks like an IPv4 address
192.0.2|looks like an IPv4 address
010.0.2.1|looks like an IPv4 address
fe80::1%eth0|one link only
END
for host in mail.example.org. mail_1.example.org localhost 'b\303\274cher.example' 2001:db8::1 '[2001:db8::1]' '[192.0.2.1]'; do good "[smarthost b]\nhost = $host" "host = $host is right"; done

# Numbers with units, words, keys.
says '[queue]\nexpire_after_h = 5d' '6: expire_after_h: .*it is in hours, without a unit: write 120' "5d"
says '[queue]\nretry_min = 1 1h' '6: retry_min: .*it is in minutes, without a unit: write 60' "1h"
says '[relay]\nconnect_s = 500ms' '6: connect_s: .*it is in seconds, without a unit$' "what is not whole"
says '[submit *]\nmax_waiting_mb = 2 GB' '6: max_waiting_mb: .*it is in megabytes, without a unit: write 2048' "2 GB"
says '[storm]\nmax_digest_kb = 2M' '6: max_digest_kb: .*it is in kilobytes, without a unit: write 2048' "2M"
says 'port = smtps' '5: port: "smtps" .*; write 465' "a port by its name"
says 'implicit = true' '5: implicit: .*did you mean yes' "true"
says '[local]\nforward = 0' '6: forward: .*did you mean no' "0"
says 'tls = starttls' '5: tls: .*did you mean verify' "starttls"
says 'tls = none' '5: tls: .*did you mean off' "none"
says 'user = me' '5: key "user" .*did you mean login' "user"
says 'password = secret' '5: key "password" .*did you mean password_file' "password"
says 'ssl = yes' '5: key "ssl" .*did you mean tls' "ssl"
says 'from = a@example.org' '5: key "from" .*\[sender\] envelope_from' "from"
says '[SmartHost b]\nhost = b.example.org' '5: section .*did you mean \[smarthost b\]' "capitals of a section"

# What would never fit.
says '[host]\ndomain = .example.org' '6: domain: .*a dot too many' "an empty part of a domain"
says '[host]\ndomain = @example.org' "6: domain: .*without the '@'" "a domain with @"
says '[local]\ndeliver = mbox\ndomains = mon1.example.org, @example.org' "7: domains: \"@example.org\": .*without the '@'" "a domain of [local]"
says '[local]\ndeliver = mbox\ndomains = mon1.example.org.' '7: domains: .*leave out the .\..' "a dot at its end"
says '[route example..org]\nvia = main' '5: "example..org": .*a dot too many' "a route"
says '[route from:me@example.org.]\nvia = main' '5: .*leave out the .\..' "a route of a sender"
says '[submit *]\nfrom = self, me@@example.org' "6: from: .*more than one '@'" "a sender of [submit]"
says '[bounce]\npostmaster = me@@example.org' "6: postmaster: .*more than one '@'" "the postmaster"
good '[local]\ndeliver = mbox\ndomains = mon1.example.org, localhost\n[submit *]\nfrom = self @example.org, me@example.net\n[route .example.org]\nvia = main\n[route @example.net]\nvia = main\n[route from:me@example.org]\nvia = main\n[bounce]\npostmaster = me' "and what is right"

# relayconf check looks at what a file alone does not say.
printf '[host]\nname = mon1.example.org\n[smarthost main]\nhost = 192.0.2.9\npassword_file = secret\n[submit nobody-here]\nfrom = self\n[submit %%no-group]\nfrom = self\n[submit *]\nfrom = self\n' >"$work/firsthop.conf"
out=$("$BIN/relayconf" check)
like "$out" 'problem  password .*there is a password and no login' "a password without a login"
like "$out" 'problem  route-users .*\[submit nobody-here\]: this machine has no user nobody-here' "a user of [submit] that is not there"
like "$out" 'problem  route-users .*\[submit %no-group\]: this machine has no group no-group' "a group"
unlike "$out" '\[submit \*\]' "and no more"

# Where a value comes from, also in a file that begins with a byte order mark, and behind brackets.
printf '\357\273\277[host]\r\nname = mon1.example.org\r\n[smarthost\tmain]\r\nhost = 192.0.2.9\r\n' >"$work/firsthop.conf"
like "$("$BIN/relayconf" show)" 'host.name +mon1.example.org +.*conf:2' "show knows the line"
"$BIN/relayconf" set host.domain example.org smarthost.main.port 25; is $? 0 "set finds both sections"
is "$("$BIN/relayconf" get host.domain) $("$BIN/relayconf" get smarthost.main.port) $(grep -c '^.*\[' "$work/firsthop.conf")" "example.org 25 2" "and adds to them"
finish
