# nsd.sh: a real name server for the stage, at 127.0.0.5.  Needs stage.sh.
# nsd_begin NAME_SERVER HOSTS_LINE...: /etc/hosts, nsswitch.conf and resolv.conf that ask NAME_SERVER, and an nsd.conf without zones
nsd_begin() {
	in_stage /bin/busybox ip address add 127.0.0.5/8 dev lo 2>/dev/null
	echo "nameserver $1" >"$S/etc/resolv.conf"
	shift
	printf '%s\n' '127.0.0.1 localhost' '127.0.1.1 mon1.example.org mon1' "$@" >"$S/etc/hosts"
	printf 'passwd: files\ngroup: files\nshadow: files\nhosts: files dns\nservices: files\n' >"$S/etc/nsswitch.conf"
	mkdir -p "$S/etc/nsd" "$S/var/lib/nsd" "$S/run/nsd"
	cat >"$S/etc/nsd/nsd.conf" <<-END
	server:
		ip-address: 127.0.0.5
		username: ""
		database: ""
		zonesdir: /etc/nsd
		pidfile: /run/nsd/nsd.pid
		xfrdfile: /var/lib/nsd/xfrd.state
		server-count: 1
	remote-control:
		control-enable: no
	END
}
# nsd_zone NAME FILE: one more zone
nsd_zone() { printf 'zone:\n\tname: %s\n\tzonefile: %s\n' "$1" "$2" >>"$S/etc/nsd/nsd.conf"; }
