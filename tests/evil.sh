# To be sourced behind lib.sh: a spool whose path "evil" is served by a relay that was taken over (tests/fake/evilrelay.c), and "main" by a true one.
# Mail for evil.example goes the evil way.
evil_setup() {
	own_libexec
	mv "$work/libexec/relay" "$work/libexec/relay.real"
	cp "$TOOLS/evilrelay" "$work/libexec/relay"
}
# evil_config [LINES]: behind the smarthost main
evil_config() {
	config "
[smarthost evil]
host = 127.0.0.1
port = 1
tls = off
default = no
[route evil.example]
via = evil
${1:-}"
}
# evil WORD: what it does from now on
evil() { echo "$1" >"$work/libexec/evil"; rm -f "$work/libexec/evil.got"; }
