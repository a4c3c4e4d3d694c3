#!/bin/sh
# Message catalogues: no sentence of the programs lacks its translation, none is translated in vain, printf values agree; what the sources
# of the catalogues say is what programs print; a tool that fails to see a fault would be seen.
. tests/lib.sh
new_spool
for source in man/languages/*.po; do
	is "$(sh man/languages/check.sh "$source")" "" "$source: all sentences, and no others, with the same printf values (missing, orphaned: sh man/languages/update.sh $(basename "$source" .po); then translate)"
	cp -R man/languages "$work/copy"
	ok "the tool that updates it changes nothing" sh -c "sh $work/copy/update.sh $(basename "$source" .po) && cmp $source $work/copy/$(basename "$source")"
	rm -rf "$work/copy"
done
# The tools themselves, on a copy with one fault each.
fault() { sed "$1" man/languages/ja.po >"$work/xx.po"; sh man/languages/check.sh "$work/xx.po" | cut -c 1-200; }
like "$(fault '/^msgid "the runner is running"$/,/^$/d')" '^[^ ]*xx.po: missing \(relayconf/check.c:[0-9]*\): the runner is running$' "a sentence that is missing is found"
like "$(fault '/^msgid "the runner is running"$/{n;s/".*"/""/;}')" 'xx.po: not translated .*: the runner is running$' "an empty translation is found"
like "$(fault 's/^msgid "the runner is running"$/msgid "the runner runs"/')" 'xx.po: no program has this any more: the runner runs$' "one without a sentence is found"
like "$(fault '/^msgid "the clock says %s"$/{n;s/%s/%d/;}')" 'xx.po: other values in printf: the clock says %s$' "another printf value is found"
like "$(fault '/^msgid "the clock says %s"$/{n;s/%s//;}')" 'xx.po: other values in printf: the clock says %s$' "one that is left out is found"
# Every sentence that relayconf and mailq say can be translated.  Left out are what programs read (health, metrics, JSON, the layouts of other
# mail systems, completion, the configuration), what sendmail -v says, logs, and what is compared and not said.
others() {
	LC_ALL=C awk -v others=1 -f man/languages/messages.awk "$@" |
		grep -vE '/(layout_[a-z]*|health_check|trouble|metrics|watch_client|usage_complete|key_rows)\.c:' |
		grep -vE '^[^ ]* (fprintf|fputs|puts|printf|strstr|strn?cmp|strlen|text_starts|health_[a-z]*|log_line|cut|gauge|counter|metric): '
}
others $(find relayconf sendmail/mailq sendmail/lib/config sendmail/lib/base/usage*.c sendmail/lib/base/nearest.c -name '*.c') |
	sed 's/^[^ ]* [^ ]*: //' | grep -vxF -e "'%s/mailq' health 2>/dev/null" -e "'%s/mailq' --json 2>/dev/null" \
	-e 'install -d /usr/local/etc/mail; install -m 0644 ' -e ' /usr/local/etc/mail/mailer.conf' -e '${COMPAT_MAKE} install' \
	-e '${COMPAT_MAKE} install-rights' -e 'dpkg-reconfigure firsthop' -e 'pkg install -f firsthop' -e 'uid %lu' -e '%s by=%lu' \
	-e '# Written by \"relayconf environment\" from variables, and again at the next start.\n' -e 'set_from_header on' \
	-e 'relayconf: setup: %s' -e 'mailq: %s\n' -e 'SRV _submissions' -e 'SRV _submission' -e 'firsthop test from %.100s, ' -e 'this machine' \
	-e 'while it sends a message' -e 'banner EHLO STARTTLS AUTH MAIL RCPT DATA' -e 'verify encrypt off' -e 'dma ssmtp msmtp nullmailer sendmail postfix exim opensmtpd' \
	-e 'login|token|renew|status NAME' -e 'bash zsh fish tcsh' -e 'today yesterday' -e '[why|cat|retry|remove ...]' -e 'why cat retry remove' \
	-e 'sendmail postfix json long' -e '-h, --help' -e '[PROGRAM [FILE]]' -e '[-C FILE]' |
	grep -vE '^[][ A-Z.|]*$|^(%s)*\\?n?\[?[a-z_]+\]? ?(%s\] )?(= |always_bcc$|[[:space:]]*$)|^\[[a-z]+( %s)?\]|^\{|^\\nfile = |^root: %s|^To: %s|^[a-z_]+: %s' >"$work/others"
is "$(cat "$work/others")" "" "no sentence is said that cannot be translated"
printf 'int f(void)\n{\n\toutput_to(stderr, "relayconf: nobody can "\n\t    "translate this\\n");\n\treturn g(TR("but this"));\n}\n' >"$work/new.c"
is "$(others "$work/new.c" | sed 's/^[^:]*//')" ':3: output_to: relayconf: nobody can translate this\n' "a new one would be seen"
# Full-width brackets and marks only in pairs; no sentence ends in a blank that English does not have.
is "$(awk -f man/languages/pairs.awk man/languages/ja.po | awk -F '\t' '{ s = $2; if (gsub(/「/, "", s) != gsub(/」/, "", s)) print }')" "" "quotes are in pairs"

if ! command -v gencat >/dev/null 2>&1; then
	count=$((count + 1)); echo "ok $count - built # skip gencat is not installed"; finish; exit
fi
ok "the catalogue is built" sh man/languages/build.sh man/languages/ja.po "$work/ja.cat"
export FIRSTHOP_LANGUAGES="$work"
explain() { env LC_ALL= LANG= LC_MESSAGES= "$@" "$BIN/relayconf" explain recipient-unknown | sed -n 2p; }
english="meaning   The recipient's mailbox does not exist." japanese="意味      受信者のメールボックスが存在しません。"
is "$(explain LANG=ja_JP.UTF-8)" "$japanese" "LANG=ja_JP.UTF-8"
is "$(explain LANG=C.UTF-8 LC_MESSAGES=ja_JP.utf8)" "$japanese" "LC_MESSAGES is stronger than LANG"
is "$(explain LANG=en_US.UTF-8 LC_ALL=ja.UTF-8)" "$japanese" "LC_ALL is stronger than both; a language needs no country"
for none in LANG=C LANG=ja_JP LANG=ja_JP.eucJP LANG=C.UTF-8 LANG=en_US.UTF-8 LANG=de_DE.UTF-8 LANG=../ja.UTF-8 "LANG=ja_JP.UTF-8 LC_ALL=C" "LANG=ja_JP.UTF-8 LC_CTYPE=C"; do
	is "$(explain $none)" "$english" "$none: English"
done
echo nonsense >"$work/de.cat"
is "$(explain LANG=de_DE.UTF-8)" "$english" "a damaged catalogue: English"
# Each sentence with a blank is found under its number: what is printed for a key is what the source has.
awk -f man/languages/pairs.awk man/languages/ja.po >"$work/pairs"
for key in relay-denied address-blocked tls-not-yet-valid dns-self secret-missing forward-failed expired; do
	"$BIN/relayconf" explain $key >/dev/null 2>&1 || continue
	meaning=$(env LC_ALL=C "$BIN/relayconf" explain $key | sed -n 's/^meaning   //p')
	want=$(awk -F '\t' -v m="$meaning" '$1 == m { print $2 }' "$work/pairs")
	is "$(env LC_ALL=ja_JP.UTF-8 "$BIN/relayconf" explain $key | sed -n 's/^意味      //p')" "$want" "$key: as in ja.po"
done
finish
