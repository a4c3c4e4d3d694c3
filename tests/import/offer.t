#!/bin/sh
# What the package says to an administrator whose machine had another mail program: the command that brings its settings here.
. tests/lib.sh
new_spool
. relayconf/system/former.sh
root=$work/root conf=$work/new.conf
like "$(offer_import "$root" "$conf")" '^firsthop: to configure it: relayconf setup ' "an empty machine: setup"
mkdir -p "$root/etc/postfix" "$root/etc/dma" "$root/etc/nullmailer" "$root/etc/ssmtp" "$root/etc/mail"
: >"$root/etc/dma/dma.conf"
is "$(former_settings "$root")" "" "an empty file is none"
printf 'relayhost = [mail.example.org]:587\nmyhostname = mon1.example.org\n' >"$root/etc/postfix/main.cf"
printf 'mail.example.org smtp --port=587 --starttls\n' >"$root/etc/nullmailer/remotes"
printf 'SMARTHOST mail.example.org\nPORT 587\n' >"$root/etc/dma/dma.conf"
printf 'mailhub=mail.example.org:587\n' >"$root/etc/ssmtp/ssmtp.conf"
is "$(former_settings "$root" | cut -d' ' -f1 | tr '\n' ' ')" "dma ssmtp nullmailer postfix " "each that is there is named"
offer_import "$root" "$conf" >"$work/said"
unlike "$(cat "$work/said")" 'relayconf setup' "and then no other way"
for program in dma ssmtp nullmailer postfix; do
	command=$(sed -n "s/.*to use them: relayconf \(import .* $program\)\$/\1/p" "$work/said")
	ok "$program: a command" test -n "$command"
	rm -f "$conf"
	# As it stands there, but for the root of this test.
	"$BIN/relayconf" import -R "$root" ${command#import } >"$work/out" 2>&1; is $? 0 "that works" "$(cat "$work/out")"
	like "$(cat "$conf")" '^host = mail\.example\.org$' "and names the smarthost"
done
finish
