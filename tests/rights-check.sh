# The table of rights, looked for on an installed tree, whatever put it there: make, a package, or the port.  After lib.sh.
# rights_number IMAGE NAME passwd|group: of the image; root's group has other names elsewhere
rights_number() { case $2 in root) echo 0 ;; *) awk -F: -v name="$2" '$1 == name { print $3 }' "$1/etc/$3" ;; esac; }

# rights_as_in_table IMAGE PREFIX SYSCONFDIR WHEN: a line for each place that has not what relayconf/system/rights.table says
rights_as_in_table() {
	sed 's/^#.*//' relayconf/system/rights.table | while read -r kind place owner group mode when; do
		case "$kind" in program | folder | fifo | file) ;; *) continue ;; esac
		case " always $4 " in *" $when "*) ;; *) continue ;; esac
		place=$1$(echo "$place" | sed "s,^LIBEXEC,$2/libexec/firsthop,; s,^PREFIX,$2,; s,^SPOOLDIR,/var/spool/firsthop,; s,^SYSCONFDIR,$3,")
		# Debian's mail(1) is one of several.
		[ ! -L "$place" ] || place=$place.firsthop
		[ "$kind" != file ] || [ -e "$place" ] || continue
		case $kind in folder) test -d "$place" ;; fifo) test -p "$place" ;; *) test -f "$place" ;; esac || echo "$place is no $kind"
		now="$(file_mode "$place") $(file_owner "$place")"
		# Whether root may write to its own does not matter: ports have 0555.
		case "$kind $now" in "program 555 "*) now="755 ${now#555 }" ;; esac
		[ "$now" = "${mode#0} $(rights_number "$1" "$owner" passwd):$(rights_number "$1" "$group" group)" ] || echo "$place: $now, the table has $mode $owner:$group"
	done
}

# rights_beside_table IMAGE PREFIX SYSCONFDIR: what no table can allow: a line for each
rights_beside_table() {
	ours="$1$2/libexec/firsthop $(ls -d "$1$2"/sbin/relayconf "$1$2"/bin/mail "$1$2"/bin/mail.firsthop "$1$2"/share/firsthop "$1$3"/firsthop "$1$2"/lib/systemd/system/firsthop* "$1$2"/etc/rc.d/firsthop "$1$2"/etc/periodic 2>/dev/null)"
	find $ours ! -type l ! -user 0 | sed 's/$/ belongs to somebody beside root/'
	find $ours ! -type l -perm -020 | sed 's/$/ may be written by a group/'
	find $ours ! -type l -perm -002 | sed 's/$/ may be written by everyone/'
	find $ours -type f -perm -4000 | sed 's/$/ is set-user-id/'
	find $ours -type f -perm -2000 | sed 's,.*/,,' | grep -v -x -e sendmail -e mailq | sed 's/$/ is set-group-id/'
	for name in firsthop fhnet; do
		find "$1" -xdev -user "$(rights_number "$1" $name passwd)" ! -path "$1/var/spool/firsthop/*" ! -path "$1/run/firsthop*" ! -path "$1/var/run/firsthop*" | sed "s/\$/ belongs to $name/"
	done
	find "$1" -xdev \( -user "$(rights_number "$1" fhnet passwd)" -o -group "$(rights_number "$1" fhnet group)" \) | sed 's/$/ is of fhnet, who has nothing/'
	# Whoever can write a folder above a program can put another one there.
	for place in "$2/libexec/firsthop" "$2/sbin" "$2/bin" "$3/firsthop" /var/spool/firsthop/empty; do
		while [ -n "$place" ]; do
			[ "$(file_owner "$1$place" | cut -d: -f1)" = 0 ] || echo "$place, above what is root's, is not"
			[ -z "$(find "$1$place" -prune -perm -002 ! -perm -1000)" ] || echo "$place, above what is root's, may be written by everyone"
			place=${place%/*}
		done
	done
}
