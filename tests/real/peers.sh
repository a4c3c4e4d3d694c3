# firsthop, dma, nullmailer and Postfix side by side on one stage (LAYER=formers), each with the smarthost other.test:25 and a spool of its own.
# SYSTEM_submit COMMAND..., SYSTEM_deliver COMMAND...: COMMAND is put before theirs.  Source stage.sh first.

ok "firsthop is installed" install_firsthop
plain_config other.test 25
runner='/usr/local/libexec/firsthop/runner --once --foreground'
firsthop_submit() { "$@" chroot --userspec=2001:2001 "$S" /usr/sbin/sendmail -i -f watch@example.org ops@elsewhere.example; }
firsthop_deliver() { "$@" chroot "$S" $runner; }
firsthop_left() { in_stage /usr/bin/mailq --json 2>/dev/null | grep -c queue_id; }

mkdir -p "$S/etc/dma" "$S/var/spool/dma"
printf 'SMARTHOST other.test\nDEFER\n' >"$S/etc/dma/dma.conf"
echo 'mail:x:8:8::/var/mail:/usr/sbin/nologin' >>"$S/etc/passwd"
chgrp 8 "$S/var/spool/dma" && chmod 2775 "$S/var/spool/dma"
dma_submit() { "$@" chroot --userspec=2001:2001 "$S" /usr/sbin/dma -i -f watch@example.org ops@elsewhere.example; }
dma_deliver() { "$@" chroot "$S" /usr/sbin/dma -D -q; }
dma_left() { find "$S/var/spool/dma" -name 'Q*' | wc -l; }

spool=$S/var/spool/nullmailer
mkdir -p "$spool/queue" "$spool/tmp" "$spool/failed" "$S/etc/nullmailer"
mkfifo "$spool/trigger"
in_stage /usr/bin/chown -R mail:mail /var/spool/nullmailer
echo mon1.example.org >"$S/etc/mailname"
echo 'other.test smtp' >"$S/etc/nullmailer/remotes"
nullmailer_submit() { "$@" chroot --userspec=8:8 "$S" /usr/bin/nullmailer-inject -f watch@example.org ops@elsewhere.example; }
nullmailer_left() { find "$spool/queue" -type f | wc -l; }
# It has no single pass.
nullmailer_start() { chroot --userspec=8:8 "$S" /usr/sbin/nullmailer-send >"$work/nullmailer.log" 2>&1 & sender=$!; }
nullmailer_deliver() {
	nullmailer_start
	wait_for none_left nullmailer
	kill $sender
	wait $sender
}

setup_postfix
printf 'relayhost = [127.0.0.3]:25\n' >>"$S/etc/postfix/main.cf"
cp -a "$BUILD/real/root/usr/sbin/sendmail" "$S/usr/sbin/postfix-sendmail"
# Its package does this after it was unpacked.
postdrop_gid=$(awk -F: '$1 == "postdrop" { print $3 }' "$S/etc/group")
mkdir -p "$S/var/spool/postfix/maildrop" "$S/var/spool/postfix/public"
chgrp "$postdrop_gid" "$S/usr/sbin/postdrop" "$S/var/spool/postfix/maildrop" "$S/var/spool/postfix/public"
chown 101 "$S/var/spool/postfix/maildrop" "$S/var/spool/postfix/public"
chmod 2755 "$S/usr/sbin/postdrop" && chmod 1730 "$S/var/spool/postfix/maildrop" && chmod 2710 "$S/var/spool/postfix/public"
ok "Postfix is up" start_postfix
postfix_submit() { "$@" chroot --userspec=2001:2001 "$S" /usr/sbin/postfix-sendmail -i -f watch@example.org ops@elsewhere.example; }
postfix_deliver() { in_stage /usr/sbin/postqueue -f; wait_tries=60 wait_for none_left postfix; }
postfix_left() { find "$S/var/spool/postfix/maildrop" "$S/var/spool/postfix/incoming" "$S/var/spool/postfix/active" "$S/var/spool/postfix/deferred" -type f | wc -l; }
# But for what faults have left behind for good.
none_left() { [ "$(${1}_left)" -le "$(cat "$work/litter.$1" 2>/dev/null || echo 0)" ]; }
