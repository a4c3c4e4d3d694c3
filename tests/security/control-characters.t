#!/bin/sh
# Whatever comes in by any channel, no control character gets out to a terminal, a log, a report or a program that reads JSON: C0, DEL, C1 (in UTF-8
# and as lone bytes), and what turns the direction of writing.
. tests/lib.sh
. tests/evil.sh
new_spool
evil_setup
ESC=$(printf '\033') C1=$(printf '\302\233') LONE=$(printf '\233') DEL=$(printf '\177') BIDI=$(printf '\342\200\256') ISOLATE=$(printf '\342\201\246')
all="$ESC[31m$C1$LONE$DEL$BIDI$ISOLATE"
# none_in NAME TEXT: bytes are looked at, whatever the locale
none_in() {
	printf '%s\n' "$2" >"$work/seen"
	bad=$(LC_ALL=C tr -d '\n\t\040-\176\240-\377' <"$work/seen" | LC_ALL=C od -An -c | head -n 3)
	# Bytes from 0200 on belong to characters or not: those that do not, and those that command.
	lone=$(iconv -f UTF-8 -t UTF-8 "$work/seen" 2>/dev/null | LC_ALL=C grep -c "$(printf '\302[\200-\237]\|\330\234\|\342\200[\216\217\250-\256]\|\342\201[\246-\251]')")
	c0=$(LC_ALL=C tr -d '\n\t\040-\176\200-\377' <"$work/seen" | LC_ALL=C od -An -c | head -n 3)
	iconv -f UTF-8 -t UTF-8 "$work/seen" >/dev/null 2>&1; utf8=$?
	[ -z "$c0" ] && [ "$lone" = 0 ] && { [ $utf8 -eq 0 ] || ! LC_ALL=C grep -q "$(printf '[\200-\237]')" "$work/seen"; }
	result $? "no control character in $1" "c0: $c0; others: $lone; utf8: $utf8; $(head -c 600 "$work/seen" | LC_ALL=C od -c | head -n 20)"
}

# --- a relay that was taken over: text=, peer=, hop=, ip=, status=, key=, tls=, step= -------------------------------------
smarthost
evil_config "[queue]
warn_after_h = 0"
evil escape
for i in 1 2 3 4; do printf 'Subject: evil %s\n\nx\n' $i | "$BIN/sendmail" -i -f a@example.org "b$i@evil.example"; done
runner_once
: >"$work/jsonlog"
printf '[log]\nformat = json\n' >>"$work/firsthop.conf"
"$BIN/mailq" retry all >/dev/null 2>&1
"$BIN/runner" --once --foreground 2>>"$work/jsonlog"
ok "the evil relay had mail" test -s "$work/libexec/evil.got"
like "$("$BIN/mailq" 2>&1)" 'b1@evil.example' "its mail waits"
outputs() {
	none_in "the log ($1)" "$(cat "$work/log")"
	none_in "the log in JSON ($1)" "$(cat "$work/jsonlog")"
	for form in '' -v --json '--format postfix' --hoststat 'health' 'health --openmetrics' 'dead' 'dead --json'; do
		none_in "mailq $form ($1)" "$("$BIN/mailq" $form 2>&1)"
	done
	for id in $(ls "$work/spool/mqueue" | sed -n 's/^\([0-9a-f.]\{17\}\)\(.dead\)\{0,1\}$/\1/p' | sort -u); do
		none_in "mailq why ($1)" "$("$BIN/mailq" why "$id" 2>&1)"
		none_in "mailq why of what is set aside ($1)" "$("$BIN/mailq" dead why "$id" 2>&1)"
	done
	none_in "relayconf check ($1)" "$("$BIN/relayconf" check 2>&1; "$BIN/relayconf" check --json 2>&1)"
	none_in "relayconf show ($1)" "$("$BIN/relayconf" show 2>&1; "$BIN/relayconf" show --json 2>&1)"
	for report in "$work"/spool/mqueue/????????.???????? "$work"/spool/mqueue/*.dead; do
		[ ! -f "$report" ] || none_in "a file of the queue, the report among them ($1)" "$(cat "$report")"
	done
}
outputs "an evil relay"

# --- journals and reasons that somebody wrote ----------------------------------------------------------------------------
id=$(ls "$work"/spool/mqueue/*.log | head -n 1 | sed 's|.*/||; s/\.log$//')
{
	printf '100 attempt n=7\n100 step text="%s"\n' "$all"
	printf '100 rcpt address="b%s@evil.example" next=0 verdict=deferred stage=RCPT hop="%s" peer="%s" ip="%s" tls="%s" key="%s" status="%s" text="%s"\n' "$all" "$all" "$all" "$all" "$all" "$all" "$all" "$all"
	printf '100 rcpt address="b1@evil.example" next=0 verdict=deferred stage=RCPT hop="\\x1b" peer="\\x1b[2J" key="\\x9b" text="\\x1b[2J\\xc2\\x9b\\xe2\\x80\\xae"\n'
	printf '100 %s x="%s"\n' "$all" "$all"
} >>"$work/spool/mqueue/$id.log"
outputs "a journal"

# --- envelope, header, names of programs and files -----------------------------------------------------------------------
rm -f "$work"/spool/mqueue/*
evil failed
"$BIN/sendmail" -i -f "a$BIDI$C1@example.org" -F "name $all" "b$BIDI$LONE@evil.example" 2>"$work/err" <<END
Subject: $all subject
X-Odd: $all
To: =?utf-8?B?$(printf '%s' "$all" | base64 | tr -d '\n')?=

$all
END
none_in "what sendmail says" "$(cat "$work/err")"
printf 'Subject: %s =?utf-8?B?%s?=\n\nx\n' "$all" "$(printf '%s' "$all" | base64 | tr -d '\n')" | "$BIN/sendmail" -i -f a@example.org b@evil.example
printf 'x\n' | "$BIN/sendmail" -i -f a@example.org "$all@example.org" 2>"$work/err"
none_in "what sendmail says of an address" "$(cat "$work/err")"
printf 'x\n' | "$BIN/sendmail" -i -o"$all" "-X$work/none/$all" -f a@example.org b@example.org 2>"$work/err" >&2
"$BIN/sendmail" "-b$all" "--$all" 2>>"$work/err" >&2; "$BIN/mailq" "--$all" 2>>"$work/err" >&2; "$BIN/mailq" why "$all" 2>>"$work/err" >&2
"$BIN/mailq" "--format=$all" 2>>"$work/err" >&2; "$BIN/mailq" hold "$all" 2>>"$work/err" >&2; "$BIN/relayconf" "$all" 2>>"$work/err" >&2
"$BIN/relayconf" explain "550 $all" 2>>"$work/err" >&2; "$BIN/relayconf" explain "$all" 2>>"$work/err" >&2; "$BIN/relayconf" get "$all" 2>>"$work/err" >&2
"$BIN/relayconf" route "$all@example.org" 2>>"$work/err" >&2; "$BIN/relayconf" -C "/none/$all" show 2>>"$work/err" >&2; "$BIN/relayconf" probe --to "$all@x" 2>>"$work/err" >&2
"$BIN/newaliases" "-$all" 2>>"$work/err" >&2
none_in "what all programs say of arguments" "$(cat "$work/err")"
"$BIN/mailq" >/dev/null; before=$(ls "$work/spool/mqueue" "$work/spool/drop" | lines)
for f in '' -v --json '--format postfix'; do none_in "mailq $f, before the runner has it" "$("$BIN/mailq" $f 2>&1)"; done
: >"$work/log"; edit '/^\[log\]/,$d' "$work/firsthop.conf"; runner_once
none_in "the log of what was submitted and failed" "$(cat "$work/log")"
for f in '' -v --json '--format postfix'; do none_in "mailq $f" "$("$BIN/mailq" $f 2>&1)"; done

# --- configuration and aliases -----------------------------------------------------------------------------------------
cp "$work/firsthop.conf" "$work/good.conf"
for line in "[host]
domain = x$all.example" "[smarthost $all]
host = x" "[route $all]
via = main" "[$all]
x = y" "[host]
$all = y" "[sender]
envelope_from = $all@example.org" "[bounce]
postmaster = $all" "[smarthost c]
host = h$BIDI$C1.example
login = $all
password_file = $all"; do
	printf '%s\n' "$line" | cat "$work/good.conf" - >"$work/firsthop.conf"
	for command in show 'show --json' check diff "get host.domain" "route a@example.org" "probe c --to a@example.org"; do
		none_in "relayconf $command of $(printf '%s' "$line" | LC_ALL=C tr -d '\000-\037\177-\377')" "$("$BIN/relayconf" $command 2>&1)"
	done
	: >"$work/log"; runner_once; none_in "the log of it" "$(cat "$work/log")"
	none_in "mailq of it" "$("$BIN/mailq" 2>&1; "$BIN/mailq" -v 2>&1; "$BIN/mailq" --hoststat 2>&1; "$BIN/mailq" health 2>&1)"
done
cp "$work/good.conf" "$work/firsthop.conf"
printf 'a: %s@example.org\n%s: b@example.org\nc: :include:%s/%s\nd: "|%s"\n' "$all" "$all" "$work" "$all" "$all" >"$work/aliases"
none_in "newaliases" "$("$BIN/newaliases" 2>&1)"
none_in "relayconf route by aliases" "$("$BIN/relayconf" route a b c d 2>&1)"
none_in "relayconf check of aliases" "$("$BIN/relayconf" check 2>&1)"
for name in a c d; do echo x | "$BIN/sendmail" -i -f a@example.org $name; done
: >"$work/log"; runner_once; none_in "the log of aliases" "$(cat "$work/log")"
for f in '' -v --json '--format postfix' health; do none_in "mailq $f of aliases" "$("$BIN/mailq" $f 2>&1)"; done

# --- a log that every user may write, with logger(1) -------------------------------------------------------------------------
forged="0123abcd.01234567"
{
	for bytes in "$all" '\x1b[31m\xc2\x9b\n\r' '\033]0;x\007'; do
		printf 'Nov 30 14:12:20 mon1 firsthop/smtp[7]: %s: to=<b%s@x.org>, relay=m%s[1]:25, delay=3, delays=0/0/1/2, dsn=2.0.0, status=sent (250 %s) from=<a%s@x.org> smarthost=%s try=1 stage=%s key=%s\n' \
			"$forged" "$bytes" "$bytes" "$bytes" "$bytes" "$bytes" "$bytes" "$bytes"
		printf 'Nov 30 14:12:21 mon1 firsthop[7]: %s from=a%s to=b%s status=deferred key=%s text="%s"\n' "$forged" "$bytes" "$bytes" "$bytes" "$bytes"
		printf '2026-11-30T14:12:22+01:00 mon1 firsthop: {"event": "delivery", "id": "%s", "to": "b%s", "from": "%s", "relay": "%s", "status": "bounced", "key": "%s", "text": "%s"}\n' "$forged" "$bytes" "$bytes" "$bytes" "$bytes" "$bytes"
		printf '<22>1 2026-11-30T14:12:23Z mon1 firsthop 12 - - %s: %s\n' "$forged" "$bytes"
		printf '<22>1 2026-11-30T14:12:23Z mon1 firsthop'"$bytes"'-'
		printf '\nNov 30 14:12:20 mon1 firsthop[7]: %s: removed by uid 0: %s\n' "$forged" "$bytes"
	done
	printf 'Nov 30 mon1 firsthop-'
} >"$work/forged"
like "$("$BIN/mailq" log --file "$work/forged" all 2>&1)" "$forged" "a forged log has its message"
none_in "mailq log" "$("$BIN/mailq" log --file "$work/forged" all 2>&1; "$BIN/mailq" log --file "$work/forged" status=sent 2>&1)"
none_in "mailq log --json" "$("$BIN/mailq" log --json --file "$work/forged" all 2>&1)"
none_in "mailq day" "$("$BIN/mailq" day --file "$work/forged" 2>&1)"
none_in "mailq summary" "$("$BIN/mailq" summary --all 2>&1)"
none_in "mailq top" "$("$BIN/mailq" top -n 1 2>&1 </dev/null)"

# --- a server ------------------------------------------------------------------------------------------------------------
rm -f "$work"/spool/mqueue/* "$work/aliases"; : >"$work/log"
for reply in "550 $all" "450 4.$all $all"; do
	smarthost -r "b@=$reply"
	config
	echo x | "$BIN/sendmail" -i -f '' b@example.org; runner_once
	none_in "the log of a server's words" "$(cat "$work/log")"
	none_in "the queue" "$("$BIN/mailq" 2>&1; "$BIN/mailq" -v; "$BIN/mailq" --json; "$BIN/mailq" --format postfix; "$BIN/mailq" health; "$BIN/mailq" --hoststat)"
	none_in "relayconf probe" "$("$BIN/relayconf" probe --to b@example.org 2>&1; "$BIN/relayconf" probe --json --to b@example.org 2>&1)"
	none_in "sendmail -v" "$(echo x | "$BIN/sendmail" -v -i -f '' b@example.org 2>&1)"
	stop "$smarthost_pid"
done
# On a screen, the text of a message does not command it either; a program gets it as it is.
rm -f "$work"/spool/mqueue/* "$work"/spool/drop/????????.????????
printf 'Subject: x\n\n%s\n' "$all" | "$BIN/sendmail" -i -f a@example.org b@evil.example
id=$(ls "$work/spool/drop" | head -n 1); evil silent-end; runner_once
if has_terminals; then
	none_in "mailq cat on a screen" "$(with TERM=dumb on_terminal "$BIN/mailq cat $id" 2>/dev/null </dev/null | tr -d '\r')"
	like "$(with TERM=dumb on_terminal "$BIN/mailq cat $id" 2>/dev/null </dev/null)" '^Subject: x' "with what there is to see"
else
	skip "mailq cat on a screen" "needs script(1)"
fi
like "$("$BIN/mailq" cat "$id" | LC_ALL=C od -An -c | tr -d ' \n')" '033\[31m' "mailq cat into a pipe: byte for byte"
finish
