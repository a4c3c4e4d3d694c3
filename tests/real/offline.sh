# For the scripts that fetch something.  69 is their exit status when it cannot be had: no network, or this Debian has no such package.
# offline LOG: the program that wrote it had no network, or none that it trusts (a proxy whose certificate is not known here)
offline() {
	grep -qiE 'temporary failure|could( not|n.t) (resolve|connect)|network is unreachable|no route to host|connection (refused|timed out|failed)|failed to establish a new connection|failed to (connect|resolve)|unable to connect|name or service not known|certificate verify failed|ssl certificate problem|self.signed certificate' "$1" 2>/dev/null
}
