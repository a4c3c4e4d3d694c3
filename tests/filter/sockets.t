#!/bin/sh
# [filter NAME] socket: a milter and spamd decide, change, and misbehave; what they say is done or told, and nothing is lost.
. tests/lib.sh
# What looks for leaks cannot look into a confined process, and ends it.
case $BUILD in *asan*) export ASAN_OPTIONS="detect_leaks=0:${ASAN_OPTIONS:-}" ;; esac
new_spool
chmod 755 "$work"
smarthost
mail() { printf 'From: s@example.org\nTo: a@example.org\nSubject: %s\n\n%s\n' "$1" "${2:-text}" | "$BIN/sendmail" -odq -i -f s@example.org ${3:-a@example.org}; }
pass() { : >"$work/log"; "$BIN/runner" --once --foreground 2>>"$work/log"; }
arrived() { grep -lrq "^Subject: $1" "$work/delivered" 2>/dev/null; }
text_of() { cat "$(grep -lr "^Subject: $1" "$work/delivered" | head -n 1)"; }
script() { cat >"$work/script"; }
heard() { cat "$work/heard"; }
log() { cat "$work/log"; }
listening() { test -s "$work/milter.port"; }
: >"$work/script"
"$TOOLS/milterd" -p "$work/milter.port" -T "$work/heard" "$work/script" & pids="$pids $!"
"$TOOLS/milterd" -S -u "$work/spamd.sock" "$work/script" & pids="$pids $!"
wait_for listening; wait_for test -S "$work/spamd.sock"
chmod 777 "$work/spamd.sock"
at=$(cat "$work/milter.port")
milter="[filter m]
socket = milter:inet:127.0.0.1:$at
timeout_s = $((3 * ${PATIENCE:-1}))"
spamd="[filter s]
socket = spamd:$work/spamd.sock
timeout_s = $((3 * ${PATIENCE:-1}))"

# --- milter: what it is told ---------------------------------------------------------------------------------------------
config "$milter"
script </dev/null
mail plain 'one
.
two' "a@example.org b@example.org"
pass
like "$(log)" 'filter m passed it$' "a milter that only goes on lets the message pass"
like "$(heard)" '^Clocalhost[|]4[|][|]127\.0\.0\.1[|]$' "it is told that the mail is from this machine"
like "$(heard)" '^Hmon1\.example\.org[|]$' "the name of this machine"
like "$(heard)" '^M<s@example\.org>[|]$' "the sender"
is "$(heard | grep '^R')" 'R<a@example.org>|
R<b@example.org>|' "each recipient"
like "$(heard)" '^DMi[|][0-9a-f.]*[|]\{mail_addr}[|]s@example\.org[|]\{mail_host}[|]example\.org[|]$' "macros, with the ID of the message"
like "$(heard)" '^DCj[|]mon1\.example\.org[|].*[|]v[|]firsthop [0-9.]*[|]_[|]localhost \[127\.0\.0\.1\][|]' "and who we are"
like "$(heard)" '^LSubject[|]plain[|]$' "each field"
like "$(heard)" '^LReceived[|].*mon1\.example\.org' "ours, too"
like "$(heard)" '^T$' "DATA"
is "$(heard | LC_ALL=C tr -d '\r' | LC_ALL=C sed -n '/^Bone/,/^$/p')" "Bone
.
two" "and the body"
is "$(heard | grep -c "$(printf 'two\r')")" 1 "with CRLF"
script <<'END'
O #2;#0x3f;#0
END
mail version2; : >"$work/heard"; pass
ok "a milter of version 2" arrived version2
unlike "$(heard)" '^T' "gets no DATA"
script <<'END'
O #6;#0x1ff;#0x3ff
E[version6] h|X-Only-End|yes|
END
mail version6; : >"$work/heard"; pass
is "$(heard | sed -n 's/^\([CHMRTLNBE]\).*/\1/p')" E "one that wants nothing but the end gets nothing else"
script <<'END'
O #6;#0x1ff;#0xff480
END
for letter in C H M R L T N B; do echo "$letter !none" >>"$work/script"; done
mail silent "$(awk 'BEGIN { for (i = 0; i < 4000; i++) print "a line that is long enough to need several pieces of the body" }')"; pass
ok "one that answers only at the end" arrived silent

# --- milter: verdicts ------------------------------------------------------------------------------------------------------
script <<'END'
E[|held|] qit looks odd|
M[never] r
E[|refused|] y550 5.7.1 no such thing|
L[|later|] y451 4.7.1 come back|
N[|tempfail|] t
E[|discarded|] d
B[|skipped|] s
E[|delrcpt|] -<a@example.org>|
E[|addrcpt|] +<evil@example.net>|
E[|chgfrom|] e<other@example.net>|
END
for subject in held refused later tempfail discarded skipped delrcpt addrcpt chgfrom; do mail $subject; done
pass
like "$(log)" 'is held: filter m: it looks odd; ' "QUARANTINE holds, with its reason"
like "$("$BIN/mailq")" 'QUARANTINE: held: filter m: it looks odd' "mailq shows it"
like "$(log)" 'status=bounced.*filter m: 550 5\.7\.1 no such thing' "a reply of 5 returns it"
like "$(log)" 'status=deferred.*filter m: 451 4\.7\.1 come back' "one of 4 puts it off"
like "$(log)" 'status=deferred.*filter m: the milter puts it off' "so does TEMPFAIL"
like "$(log)" 'key=filter-later' "and that is no failure of the filter"
like "$(log)" 'is held: filter m: the milter wants it discarded' "what it wants discarded is held: nothing is lost"
ok "SKIP: the rest of the body is not sent, and it passes" arrived skipped
like "$(log)" 'is held: filter m: <a@example\.org> should not get it .delrcpt.' "a message that somebody should not get is held"
like "$(log)" 'filter m passed it: <evil@example\.net> should get it, too, and does not .addrcpt.' "one that somebody else should get goes where it went, and that is said"
like "$(log)" 'filter m passed it: the sender should be <other@example\.net>, and is not .chgfrom.' "so with the sender"
ok "both left" sh -c "grep -rq 'Subject: addrcpt' '$work/delivered' && grep -rq 'Subject: chgfrom' '$work/delivered'"
ok "nobody else got it" sh -c "! grep -rq 'evil@example.net' '$work/delivered' '$work/sessions'"
config "$milter
when_down = pass"
pass
unlike "$(log)" 'unseen' "when_down = pass does not pass what a milter puts off"
"$BIN/mailq" remove all >/dev/null 2>&1
config "$milter
hold = reject
refuse = discard
pass = quarantine delrcpt"
for subject in held refused discarded delrcpt; do mail $subject; done
pass
like "$(log)" 'is held: filter m: 550 5\.7\.1 no such thing' "hold = reject: held"
like "$(log)" 'status=bounced.*filter m: the milter wants it discarded' "refuse = discard: returned"
like "$(log)" 'filter m passed it: it looks odd' "pass = quarantine: it leaves, and the reason is said"
like "$(log)" 'filter m passed it: <a@example\.org> should not get it' "so with delrcpt"
"$BIN/mailq" remove all >/dev/null 2>&1
script <<'END'
R[<b@example.org>] y550 5.1.1 b is not wanted|
END
config "$milter"
mail several text "a@example.org b@example.org c@example.org"; mail single text b@example.org
pass
like "$(log)" 'is held: filter m: b@example\.org: 550 5\.1\.1 b is not wanted' "one recipient of several that is refused: held, and returned to nobody"
like "$(log)" 'to=<b@example\.org>.*status=bounced.*550 5\.1\.1 b is not wanted' "a single one is returned"
"$BIN/mailq" remove all >/dev/null 2>&1
# What it wants is so already, and a reply as libmilter sends it.
script <<'END'
E[|as it is|] -<nobody@example.org>|
E[|as it is|] +<A@Example.org>|
E[|as it is|] 2a@example.org|NOTIFY=NEVER|
E[|as it is|] e<s@example.org>|
E[|percent|] y550 5.7.1 100%25%25 sure, 5%25 not|
E[|lines|] y550-5.7.1 not from here%0D%0A550-5.7.1 ask 24 hours a day%0D%0A550 5.7.1 http://x.example/|
E[|bare|] y550|
END
mail 'as it is'; mail percent; mail lines; mail bare
pass
ok "a change of the envelope that changes nothing is none" arrived 'as it is'
like "$(log)" 'filter m passed it$' "and nothing is said about it"
like "$(log)" 'status=bounced .filter m: 550 5\.7\.1 100% sure, 5% not. ' "a % comes doubled, and is one"
like "$(log)" 'status=bounced .filter m: 550 5\.7\.1 not from here ask 24 hours a day http://x\.example/. ' "several lines of a reply are one sentence"
like "$(log)" 'status=bounced .filter m: 550 ?. ' "a code without words will do"
like "$(text_of 'Mail not delivered')" '^ +servers: filter m' "the report calls the filter by its name"
"$BIN/mailq" remove all >/dev/null 2>&1

# --- milter: changes ---------------------------------------------------------------------------------------------------------
script <<'END'
E hX-Added|by the milter|
E p
E i#0;X-First|one%0A two|
E i#2;X-Third|three|
E m#1;Subject|another subject|
E m#1;X-Gone||
E m#3;X-New|new|
E hX-Inject|a%0D%0A%0D%0Anot a body%0D%0AX-Inner: yes|
END
printf 'From: s@example.org\nTo: a@example.org\nSubject: first\nX-Gone: yes\nX-Stays: yes\n\nGrüße\n.\nFrom here\n' | "$BIN/sendmail" -odq -i -f s@example.org a@example.org
pass
like "$(log)" 'filter m changed it$' "a changed header is said"
changed=$(text_of 'another subject')
like "$changed" '^X-Added: by the milter' "ADDHEADER"
is "$(echo "$changed" | tr -d '\r' | sed -n '/^X-First/,/two/p')" "X-First: one
 two" "INSHEADER, folded"
ok "at the top" sh -c 'echo "$1" | grep -n ^X-First | grep -Eq "^[1-3]:"' sh "$changed"
like "$changed" '^X-Third: three' "at a place"
unlike "$changed" '^(X-Gone|Subject: first)' "CHGHEADER removes and replaces"
like "$changed" '^X-New: new' "and adds what was not there"
like "$changed" '^X-Stays: yes' "what was not touched stays"
like "$changed" '^	X-Inner: yes' "a value cannot end the header, or begin another field"
like "$changed" '^Gr=C3=BC=C3=9Fe' "the body is as it was"
is "$(echo "$changed" | grep -c '^Received:.*firsthop')" 1 "with one Received field of ours"
script <<'END'
E[|twice] bnew body%0D%0A
E[|twice] b.second line%0D%0A
E[|empty|] b
END
mail twice old; mail empty old; pass
is "$(text_of twice | tr -d '\r' | sed '1,/^$/d' | grep .)" "new body
.second line" "REPLBODY replaces the body"
unlike "$(text_of empty)" '^old' "also by none"
long=X-$(awk 'BEGIN { while (i++ < 300) printf "n" }')
script <<END
E b.one%0D
E b%0Atwo%0D
E b%0Athree
E h$long|yes|
E i#0xffffffff;X-Last|yes|
E m#0;X-Zero|yes|
END
mail pieces old; pass
is "$(text_of pieces | tr -d '\r' | sed '1,/^$/d' | grep . | tr '\n' ' ')" ".one two three " "REPLBODY: a line end may lie between two pieces, and be missing at the end"
like "$(text_of pieces)" "^$long: yes" "a field's name may be long"
like "$(text_of pieces)" '^X-Last: yes' "INSHEADER beyond the end adds it there"
like "$(text_of pieces)" '^X-Zero: yes' "CHGHEADER of the field before the first adds one"
config "$milter
changes = no"
mail twice-no old; pass
like "$(log)" 'filter m passed it: it wanted to change the body .changes = no.' "changes = no: nothing is changed, and that is said"
like "$(text_of twice-no)" '^old' "the body stays"

# --- spamd -------------------------------------------------------------------------------------------------------------------
config "$spamd"
answer='SPAMD/1.1 0 EX_OK%0D%0A'
script <<END
S[pills] raw ${answer}Content-length: 22%0D%0ASpam: True ; 12.3 / 5.0%0D%0A%0D%0AGTUBE,NO_RELAYS,OTHER%0A
S[busy] raw SPAMD/1.5 75 EX_TEMPFAIL%0D%0A%0D%0A
S[short] raw ${answer}Content-length: 500%0D%0ASpam: False ; 0 / 5.0%0D%0A%0D%0Aabc
S[noise] raw HTTP/1.1 200 OK%0D%0A%0D%0A
END
mail pills; mail alert; mail busy; mail short; mail noise; mail large "$(awk 'BEGIN { for (i = 0; i < 10000; i++) print "a line that is long enough to make it more than 500 kB after all" }')"
pass
like "$(log)" 'is held: filter s: spam, 12\.3 / 5\.0: GTUBE,NO_RELAYS,OTHER; ' "spam is held, with score and rules"
ok "the alert beside it leaves" arrived alert
like "$(log)" 'status=deferred.*filter s: spamd says: 75 EX_TEMPFAIL' "an error of spamd"
like "$(log)" 'status=deferred.*filter s: the answer of spamd is cut short' "an answer that is cut"
like "$(log)" 'status=deferred.*filter s: what answers there is not spamd' "what is no spamd"
like "$(log)" 'passes filter s unseen .longer than max_size_kb' "a long message passes without it"
ok "and leaves" arrived large
"$BIN/mailq" remove all >/dev/null 2>&1
config "$spamd
pass = spam
changes = yes"
script <<END
S[PROCESS] raw ${answer}Content-length: 62%0D%0ASpam: True ; 12.3 / 5.0%0D%0A%0D%0AX-Spam-Flag: YES%0D%0AFrom: s@example.org%0D%0ASubject: marked%0D%0A%0D%0Atext%0D%0A
END
mail marked; pass
like "$(log)" 'filter s changed it: spam, 12\.3 / 5\.0' "pass = spam, changes = yes: marked"
like "$(text_of marked)" '^X-Spam-Flag: YES' "by spamd's own fields"

# --- who misbehaves, and who is not there -----------------------------------------------------------------------------------
config "$milter"
script <<'END'
E[Subject|flood|] !flood p
L[Subject|headers|] !flood hX-More|yes|
E[Subject|edits|] !flood hX-More|yes|
E[Subject|silence|] !silence
B[Subject|half|] !half
E[Subject|long|] !long
E[Subject|slow|] !slow
N[Subject|close|] !close
E[Subject|odd|] z
E[Subject|cut|] hX-Cut
E[Subject|name|] hX Cut: yes|value|
E[Subject|code|] y999 hello|
END
for subject in flood headers edits silence half long slow close odd cut name code; do
	mail $subject; mail "good-after-$subject"
	pass
	like "$(log)" 'status=deferred.*filter m: ' "hostile ($subject): the message waits"
	ok "other mail is not held up by it ($subject)" arrived "good-after-$subject"
	echo "# $(sed -n 's/.*(\(filter m: [^)]*\)).*/\1/p' "$work/log" | head -n 1)"
	"$BIN/mailq" remove all >/dev/null 2>&1
	rm -rf "$work/spool/mqueue/servers"
done
is "$(find "$work/spool/mqueue" -name 't.*' | grep -c .)" 0 "nothing is left behind"
config "[filter gone]
socket = milter:unix:$work/nothing.sock"
mail waits; pass
like "$(log)" "filter gone does not work; its mail waits; next try in [0-9]* s: .*$work/nothing.sock: No such file" "a milter that is not there: mail waits, and the place is named"
config "[filter gone]
socket = milter:unix:$work/nothing.sock
when_down = pass"
pass
like "$(log)" 'passes filter gone unseen .when_down = pass: filter gone: .*nothing\.sock: No such file' "when_down = pass: it leaves, and that is said"
ok "it is delivered" arrived waits

# --- relayconf check -----------------------------------------------------------------------------------------------------------
config "$milter"
script </dev/null
like "$("$BIN/relayconf" check -v 2>&1)" "m: a milter .version 6. answers at milter:inet:127.0.0.1:$at" "relayconf check: it answers"
config "$spamd"
script <<'END'
S[PING] raw SPAMD/1.5 0 PONG%0D%0A
END
like "$("$BIN/relayconf" check -v 2>&1)" "s: spamd answers at spamd:$work/spamd.sock" "so does spamd"
config "[filter gone]
socket = milter:unix:$work/nothing.sock"
like "$("$BIN/relayconf" check 2>&1)" 'gone: .*nothing\.sock: No such file' "or it does not"
while IFS='|' read -r lines words; do
	config "[filter f]
$(echo "$lines" | tr ';' '\n')"
	like "$("$BIN/relayconf" check 2>&1)" "firsthop.conf:[0-9]*: .*$words" "refused: $lines"
done <<'END'
socket = inet:localhost:8891|begins with its protocol
socket = milter:inet:mail.example.org:8891|names are not looked up
socket = milter:inet:127.0.0.1|an address and a port
socket = milter:unix:run/x.sock|whole path
socket = milter:127.0.0.1:99999|an address and a port
socket = milter:inet6:127.0.0.1:25|IPv4
socket = milter:/run/x.sock;command = /bin/cat|a command and a socket
socket = milter:/run/x.sock;hold = spam|a word that is none
socket = spamd:/run/x.sock;hold = 1|a word that is none
socket = milter:/run/x.sock;hold = reject;pass = reject|decide for one
socket = spamd:/run/x.sock;max_size_kb = 0|from 1 to
END
finish
