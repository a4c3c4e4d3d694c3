#!/bin/sh
# Programs that have more rights than their caller, and those who start other programs, with limits, signals, descriptors and lists of words as the worst
# caller would choose them: they do what was asked, or say why not, with an exit code that tells; nothing half done stays, and nobody sees more than before.
. tests/real/stage.sh
install_firsthop
plain_config 127.0.0.1 1 '[queue]
list = owner'
cp "$TOOLS/hostile" "$S/tmp/hostile"
spool=$S/var/spool/firsthop libexec=/usr/local/libexec/firsthop
mkdir -p "$S/home/two"; chown 2002:2002 "$S/home/two"; sed -i 's,^\(user2:[^:]*:[^:]*:[^:]*:[^:]*\):[^:]*:,\1:/home/two:,' "$S/etc/passwd"
printf 'Subject: s\n\nuser1 has a secret\n' | as 2001:2001 /usr/sbin/sendmail -f one@example.org to1@example.org; is $? 0 "user1's mail lies in drop/"
in_drop() { ls "$spool/drop" | grep -c "$1"; }
# start HOW PROGRAM ARGS...: as user2; sets code and out
start() { out=$(echo text | as 2002:2002 timeout 60 /tmp/hostile "$@" 2>&1); code=$?; }
# ways HOW:CODES ...: sendmail takes a message, or says that it does not
for way in files-1:127 files-3:127 files-4:73 files-5:73 files-6:0 files-8:0 processes:0 children:0 alarm:0 umask:0 open-mask:0 words:65 variables:0 folder:74 no-input:74 full:0 gone:0 stack:0 closed:0,74; do
	how=${way%:*} before=$(in_drop '^[0-9a-f]*\.[0-9a-f]*$')
	start "$how" $libexec/sendmail -f two@example.org to2@example.org
	case ",${way#*:}," in *",$code,"*) good=0 ;; *) good=1 ;; esac
	[ $(($(in_drop '^[0-9a-f]*\.[0-9a-f]*$') - before)) = "$([ $code = 0 ] && echo 1 || echo 0)" ] && [ "$(in_drop '^t\.')" = 0 ] || good=1
	result $good "sendmail, $how: exit $code, and a message exactly when that is 0" "$out"
done
# Each limit at nothing, each descriptor closed, a first word as no shell gives one: no program waits for ever, and none crashes (which a limit on
# memory or stack does before the program begins).
for way in no-arguments empty-name name closed-0 closed-1 closed-2 closed-01 closed-12 closed-02 limit-1-0 limit-4-0 limit-6-0 limit-7-0 limit-8-0 limit-10-0 limit-11-0 limit-12-0 limit-15-1 environment signals; do
	wrong=
	for program in mailq newaliases runner relay mbox mailbox filters filter smtpd; do
		start $way $libexec/$program
		case $code in 124 | 13[4-9] | 0) [ "$code" = 0 ] && case $program in mailq | newaliases) true ;; *) false ;; esac || wrong="$wrong $program: $code" ;; esac
		case $out in *one@example.org* | *"a secret"* | *"$(printf '\033')"*) wrong="$wrong $program: $out" ;; esac
	done
	is "$wrong" "" "each program, $way: it ends, and says no more than it should"
done
is "$(grep -l 'sendmail: \|mailq: ' "$spool"/drop/* | wc -l)" 0 "no file of the queue got what was meant for a closed descriptor"
is "$(find "$spool/drop" -name '????????.????????' ! -perm 640)" "" "all of them have the same mode"
n=$(as 2002:2002 /usr/bin/mailq -bP)
# The list: whole, or it says that it is not.
for way in files-4:77 files-5:0 files-6:0 files-8:0 processes:0 children:0 alarm:0 umask:0 words:64 variables:0 folder:0 no-input:0 gone:0 stack:0 memory:127 core:0 signals:0 environment:0; do
	how=${way%:*}
	start "$how" $libexec/mailq
	case $code:$out in
	0:*"could not be listed"*) good=0; case $how in files-* | processes | memory) ;; *) good=1 ;; esac ;;
	0:*"Total requests: $n"*) good=0 ;;
	0:*) good=1 ;;
	*) [ "$code" = "${way#*:}" ]; good=$? ;;
	esac
	case $out in *one@example.org* | *"a secret"*) good=1 ;; esac
	result $good "mailq, $how: exit $code, the whole list of his own mail or a word that it is not" "$out"
done
for how in full closed; do start $how $libexec/mailq; is "$code" 74 "mailq, $how: what cannot be written is an error"; done
start full $libexec/newaliases; is "$code" 74 "so it is for newaliases"
start processes $libexec/mailq health; like "$code $out" '^[12] .*what waits in drop/ could not be listed' "mailq health does not say OK of what it could not see"
# A caller who ignores the end of his children: exit codes of what is started are known all the same.
start children $libexec/sendmail -oem -f two@example.org 'to@@example.org'
like "$code $out" '^64 .*a report with its text was mailed to <two@example.org>$' "children ignored: -oem says that the report was mailed"
start children /usr/local/sbin/relayconf probe; is "$code" 75 "relayconf probe: its answer is that of the session"
start children $libexec/sendmail -v -f two@example.org to2@example.org; like "$code $out" '^0 .*is queued in' "sendmail -v"
start children /usr/local/bin/mail -s x to2@example.org; is "$code" 0 "mail(1)"
start processes $libexec/sendmail -oem -f two@example.org 'to@@example.org'; like "$code $out" '^64 .*the text of the message is lost: there was no process to keep it' "no process to keep the text: that is said"
is "$(find "$S/tmp" -newer "$S/tmp/hostile" -name 'evil*' -user 0 -o -name 'evil*' -group "$(awk -F: '$1 == "fhdrop" { print $3 }' "$S/etc/group")")" "" "no file was made for a variable of the environment with rights that are not his"
# The runner, on a machine that has no process left for it: it says so, waits a moment, and goes on when there is one.
if command -v prlimit >/dev/null 2>&1; then
	firsthop=$(awk -F: '$1 == "firsthop" { print $3 ":" $4 }' "$S/etc/passwd") drop_group=$(awk -F: '$1 == "fhdrop" { print $3 }' "$S/etc/group")
	error=$(prlimit --nproc=1 chroot --userspec="$firsthop" --groups="$drop_group" "$S" $libexec/runner --once --foreground 2>&1); is $? 0 "a single pass without a process for a relay comes to its end"
	is "$(echo "$error" | grep -c 'no process for a relay')" 1 "and says once what is missing"
	like "$error" 'the mail waits for the next one' "and that the mail waits"
	prlimit --nproc=1:100 chroot --userspec="$firsthop" --groups="$drop_group" "$S" $libexec/runner --stay --foreground 2>"$work/runner.log" & runner=$!
	ok "one that stays: it says so" wait_for grep -q 'no process for a relay' "$work/runner.log"
	sleep 2
	used=$(awk '{ print $14 + $15 }' "/proc/$runner/stat")
	is "$(grep -c 'no process for a relay' "$work/runner.log")" 1 "it does not try again at once"
	ok "and uses no time ($used hundredths of a second)" test "$used" -lt 100
	chroot --userspec="$firsthop" / prlimit --pid "$runner" --nproc=100
	wait_tries=800
	ok "with a process it goes on" wait_for grep -q 'status=deferred.*Connection refused' "$work/runner.log"
	kill "$runner"; wait "$runner" 2>/dev/null
else
	count=$((count + 1)); echo "ok $count - no process # skip prlimit is not installed"
fi
finish
