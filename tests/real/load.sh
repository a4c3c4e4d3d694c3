# load.sh: later versions of a package, and users who submit all the while; for tests that upgrade a machine in use.  Needs lib.sh and $work.

# later_versions DEB COUNT FOLDER: the package as next1.deb, next2.deb ...; every program in them is another file, as in a real upgrade
later_versions() {
	dpkg-deb -R "$1" "$work/next"
	version=$(dpkg-deb -f "$1" Version)
	round=0
	while [ $round -lt "$2" ]; do
		round=$((round + 1))
		for program in "$work"/next/usr/libexec/firsthop/* "$work"/next/usr/sbin/relayconf "$work"/next/usr/bin/mail.firsthop; do
			[ "$(head -c 4 "$program" | tail -c 3)" != ELF ] || echo x >>"$program"
		done
		edit "s/^Version:.*/Version: $version+$round/" "$work/next/DEBIAN/control"
		dpkg-deb --root-owner-group -Znone -b "$work/next" "$3/next$round.deb" >/dev/null
	done
}

# submit NUMBER COMMAND...: messages of one user by that command, until $work/stop is there; each is written down with what came of it
submit() {
	user=$1 count=0
	shift
	while [ ! -e "$work/stop" ]; do
		count=$((count + 1))
		printf 'Subject: s\n\ntag %s.%s.\n' "$user" $count | "$@" >>"$work/said.$user" 2>&1
		code=$?
		echo "$user.$count" >>"$work/$([ $code = 0 ] && echo taken || echo refused.$code).$user"
	done
}
taken() { cat "$work"/taken.* 2>/dev/null | lines; }
# At least so many were taken: an upgrade begins and ends while mail is handed in.
more_taken() { [ "$(taken)" -ge "$1" ]; }

tags() { cat "$work"/delivered/*.eml | tr -d '\r' | sed -n 's/^tag \(.*\)\.$/\1/p'; }
all_tags() { [ "$(tags | lines)" -ge "$1" ]; }
# each_arrived: after the stop
each_arrived() {
	is "$(cat "$work"/refused.* 2>/dev/null | lines; cat "$work"/said.* | sort | uniq -c | head)" 0 "nothing was refused"
	wait_tries=1200 wait_for all_tags "$(taken)"
	cat "$work"/taken.* | sort >"$work/wanted"
	tags | sort >"$work/got"
	is "$(comm -23 "$work/wanted" "$work/got" | lines) lost, $(uniq -d "$work/got" | lines) doubled" "0 lost, 0 doubled" "none is lost or doubled"
	ok "each that was taken is delivered, once" cmp -s "$work/wanted" "$work/got"
}
