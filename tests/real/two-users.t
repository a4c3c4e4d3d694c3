#!/bin/sh
# Two real users and the queue: each has rights on his own mail only.
. tests/real/stage.sh
install_firsthop
in_stage /usr/local/sbin/relayconf set smarthost.main.host other.test
start_runner
wait_for test -S "$S/var/spool/firsthop/mqueue/control"
said() { log | grep -q 'is the domain of this machine'; }
wait_for said
like "$(log)" "example.org is the domain of this machine, mon1.example.org: its mail goes to the smarthost like any other; none of it is treated as local" \
	"a domain that holds the own name is said loudly"
printf 'Subject: secret\n\nof alice\n' | as 1000:1000 /usr/sbin/sendmail -i -f alice@example.org ops@example.org
waits() { [ "$(mailq_count)" = "$1" ]; }
adopted() { ls "$S"/var/spool/firsthop/mqueue | grep -q '^[0-9a-f]*\.[0-9a-f]*$'; }
wait_for adopted
id=$(in_stage /usr/bin/mailq --json 2>/dev/null | sed 's/.*"queue_id": "\([^"]*\)".*/\1/')
tried() { log | grep -q "$id: to=.*status=deferred"; }
ok "the first attempt is over" wait_for tried
like "$(as 1000:1000 /usr/bin/mailq cat "$id")" '^of alice$' "the sender reads her message"
out=$(as 33:33 /usr/bin/mailq cat "$id" 2>&1); is $? 77 "another user may not read it"
unlike "$out" 'of alice' "and sees nothing of it"
for verb in hold release retry remove; do
	out=$(as 33:33 /usr/bin/mailq $verb "$id" 2>&1); is $? 69 "another user may not $verb it"
	like "$out" 'only root' "and is told so"
done
like "$(as 1000:1000 /usr/bin/mailq retry "$id" 2>&1)" 'only root and the user firsthop' "its sender may not have it tried"
like "$(as 1000:1000 /usr/bin/mailq hold "$id")" 'held' "its sender may hold it"
like "$(as 33:33 /usr/bin/mailq 2>/dev/null)" 'held by uid 1000' "everyone sees that"
like "$(as 33:33 /usr/bin/mailq release "$id" 2>&1)" 'only root' "another user may not release it"
as 33:33 /bin/busybox nc local:/var/spool/firsthop/mqueue/control >/dev/null 2>&1 </dev/null; is $? 1 "nor reach the socket by himself"
ok "the mail is still there" waits 1
like "$(as 1000:1000 /usr/bin/mailq remove "$id")" 'removed' "its sender may remove it"
ok "and it is gone" waits 0
like "$(log)" "$id is removed by uid 1000: from=<alice@example.org> to=<ops@example.org>" "the log says who did it"
# A bad address from cron: its user is told by mail, though sendmail has no rights left but the group of drop/.
out=$(printf 'Subject: job\n\noutput of the job\n' | as 1000:1000 /usr/sbin/sendmail -FCronDaemon -i -oem 'a@@b' 2>&1); is $? 64 "cron with a bad MAILTO: exit 64"
like "$out" 'a report with its text was mailed to <[a-z]+>$' "mailed back"
wait_for adopted
like "$(as 1000:1000 /usr/bin/mailq cat all 2>/dev/null)" '^output of the job$' "with the output, as mail of that user"
in_stage /usr/bin/mailq remove all >/dev/null
# Watching: own mail only.
printf 'Subject: secret\n\nof alice\n' | as 1000:1000 /usr/sbin/sendmail -v -i ops@example.org >"$S/tmp/out" 2>&1; is $? 0 "sendmail -v"
like "$(cat "$S/tmp/out")" 'connect: Connection refused' "shows its sender why it waits"
id=$(sed -n '1s/ is queued.*//p' "$S/tmp/out")
(printf 'id %s\ngo known\n' "$id"; sleep 3) | as 33:33 /usr/bin/mailq --watch >"$S/tmp/out" 2>&1
unlike "$(cat "$S/tmp/out")" 'attempt|servers:|decision' "another user may not watch it"
in_stage /usr/bin/mailq remove all >/dev/null
printf 'Subject: secret\n\nof alice\n' | as 1000:1000 /usr/sbin/sendmail -i ops@example.org
wait_for adopted
like "$(in_stage /usr/bin/mailq remove all)" 'removed' "root may remove it"
finish
