# The runner of this machine, for the scripts beside this file: ended and replaced by what started it, systemd, rc.d, or root by hand.
# Needs LIBEXEC and RUNDIR.

# The process of a resident runner of this LIBEXEC, or nothing; the number in the file counts only while it is one.
runner_pid() {
	pid=$(cat "$RUNDIR/runner.pid" 2>/dev/null || :)
	case $pid in '' | *[!0-9]*) return 0 ;; esac
	kill -0 "$pid" 2>/dev/null || return 0
	if [ -d "/proc/$pid" ]; then
		place=$(cd -P "$LIBEXEC" 2>/dev/null && pwd)/runner
		case $(readlink "/proc/$pid/exe" || :) in "$place" | "$place (deleted)") ;; *) return 0 ;; esac
		tr '\0' ' ' <"/proc/$pid/cmdline" | grep -q -e --stay || return 0
	else
		ps -o args= -p "$pid" | grep -q -e 'runner --stay' || return 0
	fi
	echo "$pid"
}

# What install-boot puts in place, for periodic(8) too.
boot_units="firsthop.service firsthop-relay.socket firsthop-relay.service firsthop-local.socket firsthop-local.service firsthop-filter.socket firsthop-filter.service firsthop-smtpd.socket firsthop-smtpd.service"
boot_files() {
	for file in "$PREFIX/etc/rc.d/firsthop" "$PREFIX/etc/periodic/daily/450.status-firsthop"; do echo "$file"; done
	for unit in $boot_units; do echo "$PREFIX/lib/systemd/system/$unit"; echo "/etc/systemd/system/$unit"; done
}
is_ours_at_boot() { grep -qsF "$LIBEXEC/" $(boot_files); }

# Who started it: systemd, rc, hand, or nobody.
service_kind() {
	if [ -d /run/systemd/system ] && systemctl -q is-active firsthop.service 2>/dev/null; then
		echo systemd
	elif [ -z "$(runner_pid)" ]; then
		echo nobody
	elif [ "$(uname -s)" = FreeBSD ] && service firsthop onestatus >/dev/null 2>&1; then
		echo rc
	else
		echo hand
	fi
}

# Its sessions come to a safe point first; it ends them itself after 10 s.
stop_by_hand() {
	pid=$(runner_pid)
	[ -n "$pid" ] || return 0
	kill "$pid"
	tries=0
	while [ -n "$(runner_pid)" ]; do
		tries=$((tries + 1))
		[ $tries -lt 600 ] || kill -KILL "$pid"
		[ $tries -lt 650 ] || { echo "firsthop: the runner (process $pid) does not end" >&2; return 1; }
		sleep 0.1
	done
}

service_stop() {
	case $(service_kind) in
	systemd) systemctl stop firsthop.service ;;
	rc) service firsthop onestop ;;
	hand) stop_by_hand ;;
	nobody) return 0 ;;
	esac
	echo "firsthop: the runner has ended"
}

# The new program takes over at once; mail that is submitted meanwhile waits for it.  Where none runs, none is started.
service_replace() {
	case $(service_kind) in
	systemd) systemctl daemon-reload && systemctl restart firsthop.service ;;
	rc) service firsthop onerestart ;;
	hand) stop_by_hand && "$LIBEXEC/runner" --stay ;;
	nobody) echo "firsthop: no runner was running, so none was started"; return 0 ;;
	esac
	echo "firsthop: the runner was replaced"
}
