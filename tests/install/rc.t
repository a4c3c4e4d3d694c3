#!/bin/sh
# FreeBSD's ways in: the service script under a stand-in for rc.subr, the names of mailer.conf through a stand-in for mailwrapper(8), and what
# periodic(8) asks every day.  The scripts are those of the port, with this test's places in them.
. tests/lib.sh
new_spool
port=relayconf/system/freebsd
mkdir -p "$work/stubs" "$work/rc" "$work/names"
RC_CONF=$work/rc.conf MAILER_CONF=$work/mailer.conf
export RC_CONF MAILER_CONF
# place SCRIPT: with the test's places; an ordinary user cannot give files away, so what would be given is written down
place() {
	sed -e "s,%%PREFIX%%/libexec/firsthop,$BIN,g; s,%%PREFIX%%/sbin,$BIN,g; s,%%RUNDIR%%,$work/run,g; s,%%SPOOLDIR%%,$work/spool,g" \
		-e "s,/etc/rc.subr,$PWD/tests/freebsd/rc.subr,; s,/etc/defaults/periodic.conf,$work/periodic.defaults,g" "$port/files/$1.in"
}
place firsthop >"$work/rc/firsthop"; place 450.status-firsthop >"$work/rc/450"; place mailer.conf >"$MAILER_CONF"
cat >"$work/stubs/install" <<'END'
#!/bin/sh
echo "install $*" >>"$GIVEN"
[ "$1 $2 $3 $4 $5" = "-d -o firsthop -g firsthop" ] || exit 1
shift 5
exec /usr/bin/env -i PATH=/usr/bin:/bin install -d "$@"
END
printf '#!/bin/sh\necho "chown $*" >>"$GIVEN"\n' >"$work/stubs/chown"
chmod 755 "$work/stubs/install" "$work/stubs/chown"
export GIVEN="$work/given"
service() { out=$(PATH="$work/stubs:$PATH" $shell "$work/rc/firsthop" "$@" 2>&1); code=$?; }
pid() { cat "$work/run/runner.pid" 2>/dev/null; }
lives() { kill -0 "$1" 2>/dev/null; }
gone() { ! kill -0 "$1" 2>/dev/null || ps -o stat= -p "$1" 2>/dev/null | grep -q Z; }
waits_for_later() { "$BIN/mailq" -v | grep -q "$1"; }
has_delivered() { [ "$(delivered)" -ge "$1" ]; }
submit() { printf 'Subject: %s\n\nx\n' "$1" | "$BIN/sendmail" ops@example.org; }

try_service() {
	shell=$1 base=$(delivered)
	: >"$RC_CONF"
	service start
	is "$code" 0 "$shell: disabled: start does nothing, and that is no failure"
	like "$out" "Cannot 'start' firsthop. Set firsthop_enable to YES" "$shell: which is said"
	is "$(pid)" "" "$shell: nothing was started"
	service status; is "$code: $out" "1: firsthop is not running." "$shell: status"
	service rcvar; like "$out" '^firsthop_enable="NO"$' "$shell: rcvar"
	echo 'firsthop_enable="YES"' >"$RC_CONF"

	# A message whose next try is far away, as after a night without the smarthost: the start tries it at once.
	good=$port
	port=1 config; submit "waits $shell"; "$BIN/runner" --once --foreground 2>>"$work/log"
	port=$good config
	ok "$shell: a message waits for a later try" waits_for_later 'refused'
	rm -rf "$work/run"; rm "$work/spool/trigger"; : >"$GIVEN"
	service start
	is "$code: $out" "0: Starting firsthop." "$shell: start"
	ok "$shell: the queue run at start delivers it" wait_for has_delivered $((base + 1))
	is "$(cat "$GIVEN")" "install -d -o firsthop -g firsthop -m 0755 $work/run
chown firsthop:fhdrop $work/spool/trigger" "$shell: folder of the pid file and trigger are made for their user"
	ok "$shell: trigger is a FIFO" test -p "$work/spool/trigger"
	first=$(pid)
	service status; is "$code: $out" "0: firsthop is running as pid $first." "$shell: status"
	service start; like "$code: $out" "^1: .*already running" "$shell: a second start is refused"
	submit "at once"; ok "$shell: mail goes" wait_for has_delivered $((base + 2))
	service configtest; is "$code: $out" "0: " "$shell: configtest"
	service reload; is "$code" 0 "$shell: reload"
	submit "after reload"; ok "$shell: mail goes after it" wait_for has_delivered $((base + 3))
	is "$(pid)" "$first" "$shell: it is the same process"
	service restart
	is "$code" 0 "$shell: restart"
	second=$(pid)
	ok "$shell: another process lives" test "$second" != "$first"
	ok "$shell: the first is gone" gone "$first"

	# A broken configuration.
	cp "$work/firsthop.conf" "$work/kept"; printf 'port = many\n' >>"$work/firsthop.conf"
	for word in configtest reload restart; do
		service $word
		is "$code" 1 "$shell: $word with a broken configuration"
		like "$out" 'firsthop.conf:[0-9]+: ' "$shell: $word names file and line"
	done
	is "$(pid)" "$second" "$shell: the runner was left alone"
	ok "$shell: and lives" lives "$second"
	service stop
	is "$code: $out" "0: Stopping firsthop." "$shell: stop"
	ok "$shell: it has waited for the end" gone "$second"
	service stop; like "$code: $out" '^1: firsthop not running' "$shell: stop when nothing runs"
	submit "broken"
	service start
	is "$code" 0 "$shell: start with a broken configuration"
	like "$out" 'firsthop.conf:[0-9]+: .*' "$shell: file and line are told"
	like "$out" 'WARNING: mail is taken, and waits until that is repaired' "$shell: and what it means"
	third=$(pid)
	ok "$shell: the runner lives" lives "$third"
	cp "$work/kept" "$work/firsthop.conf"
	service reload
	ok "$shell: once it is repaired, mail goes" wait_for has_delivered $((base + 4))
	service onestop; is "$code" 0 "$shell: onestop"

	# Without the queue run, later is later.
	port=1 config; submit "later $shell"; "$BIN/runner" --once --foreground 2>>"$work/log"
	port=$good config
	echo 'firsthop_queuerun="NO"' >>"$RC_CONF"
	echo $$ >"$work/run/runner.pid"
	service status; is "$code: $out" "1: firsthop is not running." "$shell: a stale pid file counts for nothing"
	service start; is "$code" 0 "$shell: nor for start"
	sleep 0.5
	ok "$shell: what is due later is not tried" waits_for_later 'refused'
	service queuerun; is "$code" 0 "$shell: queuerun"
	ok "$shell: tries it" wait_for has_delivered $((base + 5))
	service stop
	service nonsense; like "$code: $out" "^1: .*unknown directive 'nonsense'" "$shell: an unknown word"
}

smarthost
config
try_service sh
command -v dash >/dev/null 2>&1 && [ "$(readlink -f "$(command -v sh)")" != "$(readlink -f "$(command -v dash)")" ] && try_service dash
command -v bash >/dev/null 2>&1 && "$(command -v bash)" -n "$work/rc/firsthop"

# --- mailwrapper
for name in sendmail mailq newaliases hoststat purgestat send-mail rmail; do ln -s "$TOOLS/mailwrapper" "$work/names/$name"; done
named() { name=$1; shift; out=$("$work/names/$name" "$@" 2>&1 </dev/null); code=$?; }
mails=$(delivered)
printf 'To: ops@example.org\nSubject: cron\n\nx\n' | "$work/names/sendmail" -FCronDaemon -odi -oem -oi -t; is $? 0 "as cron calls it through mailwrapper"
"$BIN/runner" --once --foreground 2>>"$work/log"
is "$(delivered)" $((mails + 1)) "the message goes"
named mailq; like "$code: $out" '^0: .*mqueue is empty$' "mailq"
named mailq -Ac; is "$code: $out" "0: $(printf '\t\t')Total requests: 0" "mailq -Ac, as periodic asks"
named newaliases; is $code 0 "newaliases"
named hoststat; is "$code: $out" "0: " "hoststat has nothing to say"
named purgestat; is "$code: $out" "0: " "nor purgestat"
named send-mail --version; is $code 0 "send-mail, as old programs call it"
named rmail; like "$code: $out" '^78: mailwrapper: no mapping' "a name that is not in the file: exit 78"

# --- what the daily scripts of the base system do with these names
PATH="$work/names:$PATH"
daily_150() { rc=2; out=$(hoststat 2>&1); [ -z "$out" ] || { purgestat && rc=0 || rc=1; }; }
# 440 COMMAND EMPTY-PATTERN: what is left of the list counts
daily_440() { left=$($1 2>/dev/null | grep -Ev "($2|Total requests)" | lines); }
shortened() { mailq 2>/dev/null | grep -E '^[[:space:]]+[^[:space:]]+@' | sort | uniq -c | sort -nr | awk '$1 >= 1 {print $1, $2}'; }
daily_150; is $rc 2 "150.clean-hoststat: nothing to report"
daily_440 mailq '(Mail |m)queue is empty'; is "$left" 0 "440.status-mailq: an empty queue counts no line"
daily_440 'mailq -Ac' 'mqueue is empty'; is "$left" 0 "nor does the submission queue"
is "$(sh "$work/rc/450" 2>/dev/null)" "
firsthop:
$("$BIN/mailq" health | sed 's/ |.*//')
$("$BIN/mailq" 2>/dev/null)" "450.status-firsthop, with an empty queue"
good=$port; port=1 config
submit one; submit two; printf 'Subject: three\n\nx\n' | "$BIN/sendmail" root@example.org
"$BIN/runner" --once --foreground 2>>"$work/log"
daily_440 mailq '(Mail |m)queue is empty'; ok "440: mail that waits does" test "$left" -gt 3
is "$(shortened | tr '\n' ',')" "2 <ops@example.org>,1 <root@example.org>," "440, shortened: how many for whom"
out=$(sh "$work/rc/450" 2>&1); code=$?
like "$out" '3 messages wait' "450.status-firsthop: how many"
like "$out" 'refused' "and why"
ok "and that it is worth a look" test $code -ne 0 -a $code -ne 2
printf 'source_periodic_confs() { daily_status_firsthop_enable=NO; }\n' >"$work/periodic.defaults"
is "$(sh "$work/rc/450")" "" "switched off in periodic.conf"
printf 'source_periodic_confs() { daily_status_firsthop_lines=2; }\n' >"$work/periodic.defaults"
is "$(sh "$work/rc/450" 2>/dev/null | lines)" 5 "or made short"
port=$good config
mails=$(delivered)
sendmail -q >/dev/null 2>&1 & a=$!
sendmail -q -Ac >/dev/null 2>&1 & b=$!
wait $a; is $? 0 "500.queuerun: sendmail -q"
wait $b; is $? 0 "and sendmail -q -Ac at the same time"
is "$(delivered)" $((mails + 3)) "each message went, once"
finish
