#!/bin/sh
# The architecture as a test: which folder may include which, and what each program may link.
. tests/lib.sh

# may FOLDER ALLOWED...: every "folder/file.h" that FOLDER's files include is of ALLOWED
may() {
	folder=$1; shift
	allowed=$(echo "$folder $*" | tr ' ' '|')
	wrong=$(grep -HoE '^#include "[^"]+"' sendmail/"$folder"/*.[ch] | grep -vE "\"($allowed)/" || :)
	is "$wrong" "" "$folder includes only: $folder $*"
}
may base
may message base
may config base message
may spool base message
may smtp base message config
may submit base message spool
may mailq base message config spool
may newaliases base message config
may runner base message config spool
may jobs base message config
may mbox base message config jobs
may relay base message config smtp route jobs
wrong=$(grep -HoE '^#include "[^"]+"' sendmail/route/*.[ch] | grep -vE '"(route|base)/|"config/hop.h"' || :)
is "$wrong" "" "route includes only base, route and config/hop.h"
wrong=$(grep -HoE '^#include "[^"]+"' sendmail/smtp/*.[ch] | grep -E '"config/' | grep -v '"config/hop.h"' || :)
is "$wrong" "" "of config, smtp includes hop.h only"
wrong=$(grep -HoE '^#include "[^"]+"' mail/*.[ch] | grep -vE '"(mail|base)/' || :)
is "$wrong" "" "mail includes only base"
wrong=$(grep -HoE '^#include "[^"]+"' relayconf/*.[ch] relayconf/*/*.[ch] | grep -vE '"(relayconf|base|message|config)/' || :)
is "$wrong" "" "relayconf includes only base, message and config"

is "$(grep -lE 'getopt(_long)? *\([a-z]|getopt.h' sendmail/submit/*.c || :)" "" "submit does not use getopt"
is "$(grep -rlE '^#[[:space:]]*if.*(__linux__|__FreeBSD__)' sendmail mail relayconf --include='*.c' --include='*.h' | grep -vE 'base/(compat|sandbox)' || :)" "" \
	"system differences stand in compat and sandbox"
linux_only='(epoll|signalfd|eventfd|timerfd|inotify|fanotify)_?[a-z0-9]* *\(|(renameat2|prctl|sendfile|splice|fallocate|syscall) *\(|O_TMPFILE|SO_PEERCRED|SOCK_DIAG|<linux/|"/proc(/|")'
named() { grep -nE "$linux_only" "$@" | cut -c 1-120; }
is "$(printf 'open(d, O_TMPFILE);\nepoll_create1(0);\nrenameat2(a, b);\n' | named | wc -l | tr -d ' ')" 3 "a call that only Linux has would be seen"
is "$(named $(find sendmail mail relayconf -name '*.[ch]' | grep -vE 'base/(compat|sandbox_)') || :)" "" "what only Linux has stands in compat and sandbox"
if command -v readelf >/dev/null 2>&1; then
	for program in sendmail mailq newaliases runner mbox mailbox mail relayconf; do
		unlike "$(readelf -d "$BIN/$program")" 'lib(ssl|crypto)' "$program does not link OpenSSL"
	done
	like "$(readelf -d "$BIN/relay")" 'libssl' "relay links OpenSSL"
	unlike "$(readelf -d "$BIN/sendmail")" 'libinih|libresolv' "sendmail links neither inih nor the resolver"
	unlike "$(readelf -d "$BIN/mail")" 'libinih|libresolv' "mail links libc only"
else
	count=$((count + 1)); echo "ok $count - link lines # skip readelf is not installed"
fi
finish
