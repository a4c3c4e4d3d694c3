#!/bin/sh
# From a real sendmail to firsthop, with the commands of firsthop(7): its smarthost, tables and login, and the mail that lies in both of its queues.
LAYER=sendmail
. tests/real/stage.sh
. tests/real/callers.sh
text=$(printf 'Grüße vom Wächter\n.\n..zwei Punkte\nRno recipient\nEnde')
message() { printf 'From: watch@example.org\nTo: ops@example.org\nSubject: %s\nX-Long: one\n two\n\tthree\n\n%s\n' "$1" "$text"; }
old=/usr/libexec/sendmail/sendmail

# --- sendmail as an administrator had it, its daemon gone ------------------------------------------------------------------
rm -f "$S/etc/postfix/main.cf"
printf 'smmsp:x:125:125::/var/spool/clientmqueue:/usr/sbin/nologin\n' >>"$S/etc/passwd"; echo 'smmsp:x:125:' >>"$S/etc/group"
mkdir -p "$S/var/spool/clientmqueue" "$S/var/spool/mqueue" "$S/etc/mail"
chown 125:125 "$S/var/spool/clientmqueue"; chmod 0770 "$S/var/spool/clientmqueue"; chmod 0700 "$S/var/spool/mqueue"
chgrp 125 "$S$old"; chmod 2755 "$S$old"
cat >"$S/etc/mail/mon1.mc" <<'MC'
OSTYPE(`linux')dnl
define(`SMART_HOST', `relay:[mail.test]')dnl
define(`RELAY_MAILER_ARGS', `TCP $h 587')dnl
define(`confTO_QUEUERETURN', `3d')dnl
MASQUERADE_AS(`example.org')dnl
FEATURE(`mailertable', `hash -o /etc/mail/mailertable')dnl
FEATURE(`genericstable', `hash -o /etc/mail/genericstable')dnl
FEATURE(`access_db')dnl
MAILER(`local')dnl
MAILER(`smtp')dnl
LOCAL_CONFIG
Cwmon1.example.org
MC
made() { in_stage /bin/sh -c "cd /usr/share/sendmail/cf/cf && m4 -D_CF_DIR_=/usr/share/sendmail/cf/ ../m4/cf.m4 $1 >/etc/mail/$2"; }
ok "m4 makes sendmail.cf" made /etc/mail/mon1.mc sendmail.cf
ok "and submit.cf" made submit.mc submit.cf
printf 'partner.example\tesmtp:[127.0.0.3]\nold.example\tlocal:\n' >"$S/etc/mail/mailertable"
printf 'root\troot-mon1@example.org\n' >"$S/etc/mail/genericstable"
printf 'AuthInfo:mail.test "U:cacti1@mail.test" "P:geheim"\n' >"$S/etc/mail/authinfo"; chmod 0600 "$S/etc/mail/authinfo"
touch "$S/etc/mail/local-host-names" "$S/etc/mail/aliases"
for map in mailertable genericstable access; do touch "$S/etc/mail/$map"; in_stage /bin/sh -c "/usr/libexec/sendmail/makemap hash /etc/mail/$map </etc/mail/$map" 2>>"$work/sendmail.out"; done
in_stage /bin/sh -c 'ln -sf sendmail /usr/libexec/sendmail/newaliases; newaliases() { /usr/libexec/sendmail/newaliases; }; newaliases' >>"$work/sendmail.out" 2>&1

# --- mail that it took and never delivered --------------------------------------------------------------------------------
message "of a user" | as 33:33 $old -Ac -i -f watch@example.org ops@example.org two@example.net >"$work/out" 2>&1
is "$(ls "$S/var/spool/clientmqueue" | grep -c '^qf')" 1 "a user's message is in clientmqueue"
message "of root" | in_stage $old -Am -odq -i -B8BITMIME -f watch@example.org -- ops@example.org >>"$work/out" 2>&1
message "a report" | in_stage $old -Am -odq -i -f '<>' ops@example.org >>"$work/out" 2>&1
printf "Subject: no body\n\n" | in_stage $old -Am -odq -i -f watch@example.org ops@example.org >>"$work/out" 2>&1
message "held back" | in_stage $old -Am -odq -i -f watch@example.org ops@example.org >>"$work/out" 2>&1
held=$(grep -l 'held back' "$S"/var/spool/mqueue/qf* | head -n 1); held=${held##*/qf}
in_stage $old -Am -qI"$held" -Qby-hand >>"$work/out" 2>&1
is "$(ls "$S/var/spool/mqueue" | grep -c '^[qh]f')" 4 "four are in mqueue, one of them quarantined"

# --- firsthop takes its place -------------------------------------------------------------------------------------------------
ok "firsthop is installed" install_firsthop
rm -f "$S/etc/firsthop/secret" "$S/etc/firsthop/firsthop.conf"
ln -s /etc/firsthop "$S/usr/local/etc/firsthop" 2>/dev/null || { mkdir -p "$S/usr/local/etc"; ln -s /etc/firsthop "$S/usr/local/etc/firsthop"; }
is "$(in_stage /usr/local/sbin/relayconf adopt 2>/dev/null | grep -c '^sendmail ')" 4 "adopt shows what it can take"
unshare -u sh -c 'hostname mon1.example.org && exec chroot "$@"' sh "$S" /usr/bin/env PATH=/usr/local/sbin:/usr/bin:/bin /bin/sh -c "$(recipe move)" >"$work/out" 2>&1; code=$?
is $code 75 "the commands of firsthop(7), to the end: something was left" "$(cat "$work/out")"
like "$(cat "$work/out")" '^4 of 4 moved here' "four are taken over"
like "$(cat "$work/out")" 'hf[0-9A-Za-z]* is left alone: it was quarantined' "and the quarantined one is left, and named"
is "$(find "$S/var/spool/clientmqueue" "$S/var/spool/mqueue" -maxdepth 1 -type f | grep -c '/[qd]f')" 1 "in the old queues only its body and envelope stay" "$(find "$S/var/spool/mqueue")"
unlike "$(in_stage /usr/local/sbin/relayconf check)" "holds [0-9]* message.* of sendmail" "the check knows that nothing is left to take over"
is "$(find "$S/var/spool/clientmqueue/adopted" "$S/var/spool/mqueue/adopted" -type f | wc -l)" 8 "the others are kept beside them"
conf=$(cat "$S/etc/firsthop/firsthop.conf")
for line in 'host = mail.test' 'port = 587' 'login = cacti1@mail.test' 'password_file = secret.main' 'domain = example.org' 'expire_after_h = 72' '[route partner.example]' 'via = 127-0-0-3' 'file = /etc/mail/genericstable'; do
	printf '%s\n' "$conf" | grep -qxF "$line"; result $? "import: $line" "$conf"
done
like "$conf" '^#   /etc/mail/mailertable:2: old.example local: -- ' "a comment for the table's line that cannot be"
like "$conf" '^#   /etc/mail/sendmail.cf:[0-9]+: Cw.*mon1.example.org -- .*no domain is local' "for the names that were local"
like "$conf" '^#   /etc/mail/sendmail.cf:[0-9]+: O DaemonPortOptions.* -- ' "for what listened"
like "$conf" '^#   /etc/mail/sendmail.cf:[0-9]+: Kaccess .* -- ' "for a map"
# Every line of settings, and no other, is told or carried over; the rules are told together.
is "$(grep -cE '^(O |K)' "$S/etc/mail/sendmail.cf")" "$(($(printf '%s\n' "$conf" | grep -cE 'sendmail.cf:[0-9]+: (O|K)') + 5))" "each option and map, but the five that were carried over"
like "$conf" '^#   /etc/mail/sendmail.cf:[0-9]+: [0-9]+ lines of rules' "its rules, in one line"
in_stage /usr/local/sbin/relayconf set smarthost.main.tls_ca_file ca.pem
setup_postfix
start_postfix
ok "the runner starts" start_runner
ok "each arrives for each of its recipients" wait_for mails_are 5
is "$(mails)" 5 "and no more than that"
for subject in "of a user" "of root" "a report"; do
	mail=$(mail_with "Subject: $subject")
	is "$(mail_body "$mail")" "$text" "$subject: the body"
	like "$(sed '/^$/q' "$mail" | tr '\n' '|')" 'X-Long: one[|] two[|]	three[|]' "$subject: the header"
done
like "$(cat "$(mail_with 'Subject: a report')")" '^Return-Path: <>' "the null sender stays"
like "$(cat "$(mail_with 'Subject: no body')")" '^Return-Path: <watch@example.org>' "a message without a body"

# A sendmail that lives has its lock on what it works on: that is not taken from it.
printf 'Subject: in hand\n\nx\n' | in_stage $old -Am -odq -i -f watch@example.org ops@example.org >>"$work/out" 2>&1
file=$(ls "$S"/var/spool/mqueue/qf*)
flock "$file" sleep 60 & locker=$!
is_locked() { ! flock -n "$file" true; }
wait_for is_locked
out=$(in_stage /usr/local/sbin/relayconf adopt --yes 2>&1); is $? 75 "a file that is locked: exit 75"
like "$out" 'left alone: the old program has it in hand' "it is named"
ok "and stays" test -f "$file"
kill "$locker"; kill "$(runner_pid)"; stop_postfix
finish
