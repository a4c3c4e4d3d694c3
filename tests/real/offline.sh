# For the scripts that fetch something.  69 is their exit status when it cannot be had: no network, or this Debian has no such package.
# offline LOG: the program that wrote it had no network
offline() {
	grep -qiE 'temporary failure|could( not|n.t) (resolve|connect)|network is unreachable|no route to host|connection (refused|timed out|failed)|failed to establish a new connection|failed to connect|unable to connect' "$1" 2>/dev/null
}
