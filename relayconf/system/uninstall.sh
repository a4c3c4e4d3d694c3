#!/bin/sh
# Takes firsthop out again and restores what was there before.  Queued mail and the configuration stay.
set -eu
here=$(dirname "$0")
. "$here/rights.sh"
. "$here/links.sh"
. "$here/service.sh"

for file in "$root$mailer_conf" "$root/etc/mail/mailer.conf"; do # the second: where it was written once
	if grep -qsF "$LIBEXEC/" "$file"; then bring_back "$file"; fi
done
links | while read -r place target; do
	if same_place "$root$place" "$root$target"; then continue; fi
	if [ "$(readlink "$root$place" 2>/dev/null || :)" = "$target" ]; then bring_back "$root$place"; fi
done
# After the names: whoever sends mail from here on reaches the program of before.
if [ -z "$root" ]; then
	service_stop
	if is_ours_at_boot && [ -d /run/systemd/system ]; then systemctl -q disable firsthop.service || :; fi
fi

rights program | while read -r kind place owner group mode; do bring_back "$root$place"; done
rm -f "$root$LIBEXEC/relayconf"
for file in "$SYSCONFDIR/firsthop/firsthop.conf.sample" "$PREFIX/share/firsthop/munin.sh" "$PREFIX/share/firsthop/oauth.sh" "$PREFIX/share/firsthop/logwatch.pl" "$PREFIX/share/firsthop/logwatch.conf" "$PREFIX/share/firsthop/install-links.sh" "$PREFIX/share/firsthop/links.sh"; do
	bring_back "$root$file"
done
for folder in monitoring container; do
	for file in "$here/$folder"/*; do bring_back "$root$PREFIX/share/firsthop/$folder/${file##*/}"; done
done
completion_places | while read -r file place; do bring_back "$root$place"; done
pages | while read -r page place; do bring_back "$root$place"; done
for file in "$root$PREFIX"/share/firsthop/languages/*.cat; do bring_back "$file"; done
# A socket names no program: it goes with the service of its name.
for file in $(boot_files); do
	if grep -qsF "$LIBEXEC/" "$root$file"; then rm -f "$root$file" "$root${file%.service}.socket"; fi
done
if [ -z "$root" ] && [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
rmdir "$root$LIBEXEC" "$root$PREFIX/share/firsthop/monitoring" "$root$PREFIX/share/firsthop/container" "$root$PREFIX/share/firsthop/languages" "$root$PREFIX/share/firsthop/completion" "$root$PREFIX/share/firsthop" 2>/dev/null || :
waiting=$(find "$root$SPOOLDIR/drop" "$root$SPOOLDIR/mqueue" -type f -name '????????.????????' 2>/dev/null | wc -l)
echo "firsthop is removed; $root$SPOOLDIR stays with $((waiting)) messages, and $root$SYSCONFDIR/firsthop with the configuration"
