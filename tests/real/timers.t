#!/bin/sh
# Programs that run for themselves, and what they mail: cron with several recipients, at, mdadm; FreeBSD's cron to the letter of its call.
LAYER=callers
. tests/real/stage.sh
. tests/real/callers.sh
start_stage

# Debian's cron: MAILTO with two addresses is one word of its argument list; the job runs as www-data, so does sendmail.
mkdir -p "$S/var/spool/cron/crontabs"
printf 'MAILTO=ops@example.org,two@example.net\nMAILFROM=jobs@example.org\n@reboot echo "Ausgabe: Grüße"; echo .; echo ..zwei; echo "From here"\n' >"$S/var/spool/cron/crontabs/www-data"
printf 'MAILTO=""\n@reboot echo nobody hears this; touch /tmp/silent\n' >"$S/var/spool/cron/crontabs/alice"
for user in www-data:33 alice:1000; do
	chown "${user#*:}:110" "$S/var/spool/cron/crontabs/${user%:*}"; chmod 0600 "$S/var/spool/cron/crontabs/${user%:*}"
done
run_cron() { in_stage /usr/sbin/cron -f >"$work/cron.out" 2>&1 & cron=$!; wait_for mails_are 2; wait_for test -e "$S/tmp/silent"; kill $cron; }
caller "Debian's cron, two recipients" 2 run_cron
envelope "<www-data@example.org>" "ops@example.org two@example.net"
field '^To: ops@example.org,.?two@example.net$' '^Subject: Cron <www-data@[^ ]*> echo' '^Content-Transfer-Encoding: 8bit$' '^Date: ' '^Message-ID: ' '^X-Cron-Env: <SHELL=/bin/sh>'
field '^From: .*(jobs|root)@example.org'
body "$(printf 'Ausgabe: Grüße\n.\n..zwei\nFrom here')"
like "$(log)" 'pickup.* uid=33 from=<www-data> login=www-data program=cron' "$name: the log names job owner and program"
is "$(mails)" 2 "MAILTO=\"\": nothing is sent"

# at, with its daemon: the job's owner is sender and recipient.
in_stage /usr/sbin/atd -f >"$work/atd.out" 2>&1 & atd=$!
run_at() { echo "$1" | as 1000:1000 /usr/bin/env -i HOME=/home/alice USER=alice LOGNAME=alice PATH=/usr/bin:/bin LANG=C.UTF-8 /usr/bin/at $2 now; }
caller "at" 1 run_at 'printf "Ausgabe: Grüße\n.\n..zwei\nEnde\n"' ""
envelope "<alice@example.org>" "alice@example.org"
field '^Subject: Output from your job +[0-9]+$' '^To: alice@example.org$' '^From: Alice <alice@example.org>$' '^Date: ' '^Message-ID: '
body "$(printf 'Ausgabe: Grüße\n.\n..zwei\nEnde')"
caller "at -m, without output" 1 run_at true -m
body ""
kill $atd

# mdadm tells of a test for each array that it watches, whether it can be opened or not.
printf 'MAILADDR ops@example.org\nMAILFROM raid@example.org\n' >"$S/etc/mdadm/mdadm.conf"
caller "mdadm --monitor --test" 1 in_stage /sbin/mdadm --monitor --test --oneshot /dev/md127
envelope "<root@example.org>" "ops@example.org"
field '^From: raid@example.org$' '^To: ops@example.org$' '^Subject: TestMessage event on /dev/md127:'
like "$(mail_body "$mail" | tr '\n' '|')" '^This is an automatically generated mail message from mdadm[|].*A TestMessage event had been detected on md device /dev/md127[.][|][|]Faithfully yours, etc[.]' "$name: the body"
: >"$S/etc/mdadm/mdadm.conf"
caller "mdadm --mail" 1 in_stage /sbin/mdadm --monitor --test --oneshot --mail=root /dev/md127
envelope "<root@example.org>" "root@example.org"
field '^From: mdadm monitoring <root@'

# FreeBSD's cron: its argument list, its header fields, its environment of the job.
freebsd_cron() {
	printf '%s\n' "From: $1 (Cron Daemon)" "To: $2" "Subject: Cron <alice@mon1> /usr/libexec/job" 'X-Cron-Env: <SHELL=/bin/sh>' 'X-Cron-Env: <HOME=/home/alice>' \
		'X-Cron-Env: <PATH=/usr/bin:/bin>' 'X-Cron-Env: <LOGNAME=alice>' '' 'output' '.' '..two' 'From here' |
		as 1000:1000 /usr/bin/env -i PATH=/usr/bin:/bin /usr/sbin/sendmail -FCronDaemon -odi -oem -oi -t
}
caller "FreeBSD's cron" 1 freebsd_cron alice alice
envelope "<alice@example.org>" "alice@example.org"
field '^From: alice@example.org \(Cron Daemon\)$' '^To: alice@example.org$' '^Subject: Cron <alice@mon1> /usr/libexec/job$' '^X-Cron-Env: <LOGNAME=alice>$' '^Date: ' '^Message-ID: '
body "$(printf 'output\n.\n..two\nFrom here')"
caller "FreeBSD's cron, MAILTO with two addresses" 2 freebsd_cron alice 'ops@example.org, two@example.net'
envelope "<alice@example.org>" "ops@example.org two@example.net"
is "$(mailq_count)" 0 "nothing is left in the queue"
finish
