#!/bin/sh
# The smarthost is down: 200 messages from 8 submitters wait, and then each arrives once, over few connections.
. tests/real/stage.sh
install_firsthop
setup_postfix
ok "the runner starts" start_runner
submitters=
for user in 1 2 3 4 5 6 7 8; do
	(for n in $(seq 25); do
		printf 'Subject: message %s-%s\n\nbody\n' "$user" "$n" | as 200$user:200$user /usr/sbin/sendmail -i ops@example.org || echo "message $user-$n: exit $?" >>"$work/refused"
	done) &
	submitters="$submitters $!"
done
wait $submitters
ok "every submission was accepted" test ! -e "$work/refused"
is "$(mailq_count)" 200 "mailq counts 200"
like "$(in_stage /usr/bin/mailq 2>/dev/null)" 'smarthost main, mail.test\[127.0.0.2\]:587: connect: Connection refused' "with the reason"
tries=$(log | grep -c 'key=connect-refused')
ok "few of them asked the dead smarthost ($tries)" test "$tries" -le 10
ok "Postfix comes up" start_postfix
in_stage /usr/sbin/sendmail -q; is $? 0 "sendmail -q makes a pass"
ok "all arrive" wait_for mails_are 200
sleep 1
is "$(mails)" 200 "and none twice"
is "$(cat "$S"/var/vmail/all/new/* | grep '^Subject: message ' | sort -u | wc -l)" 200 "each of them"
is "$(mailq_count)" 0 "the queue is empty"
connections=$(grep -c 'smtpd\[.*: connect from' "$S/var/log/postfix.log")
ok "over a few connections ($connections)" test "$connections" -ge 1 -a "$connections" -le 8
is "$(grep 'X-Original-To\|Return-Path' -h "$S"/var/vmail/all/new/* | sort | uniq -c | grep -c Return-Path)" 8 "from eight senders"
finish
