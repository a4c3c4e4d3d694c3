#!/bin/sh
# The architecture as a test: which folder may include which, and what each program may link.
. tests/lib.sh
new_spool

judged=
# may FOLDER ALLOWED...: every "FOLDER/file.h" that the folder's files include is of ALLOWED.
may() {
	folder=$1; shift
	allowed=$(echo $folder "$@" | sed 's,sendmail/lib/,,g; s,sendmail/,,g' | tr ' ' '|')
	judged="$judged$folder "
	wrong=$(grep -HE '^#include "' "$folder"/*.[ch] | grep -vE "#include \"($allowed)/[a-z_0-9]+\.h\"" || :)
	is "$wrong" "" "$folder includes only: $*"
}
# The layers, each above those that it names.
may sendmail/lib/base
may sendmail/lib/diagnosis base
may sendmail/lib/message base diagnosis
may sendmail/lib/config base diagnosis message
may sendmail/lib/spool base diagnosis message
may sendmail/lib/dialogue base diagnosis message
may sendmail/lib/jobs base diagnosis message config
# The programs: what the GNUmakefile links them with.
may sendmail/submit base diagnosis message spool dialogue
may sendmail/mailq base diagnosis message config spool
may sendmail/newaliases base diagnosis message config
# The rooms of the runner: what is below knows nothing of what is above.
runner="base diagnosis message config spool jobs"
may sendmail/runner/queue $runner
may sendmail/runner/attempt $runner runner/queue
may sendmail/runner/notify $runner runner/queue runner/attempt
may sendmail/runner/disposition $runner runner/queue runner/attempt runner/notify
may sendmail/runner/session $runner runner/queue runner/attempt runner/disposition
may sendmail/runner/listen $runner runner/queue
may sendmail/runner/service $runner runner/queue
may sendmail/runner/delivery $runner runner/queue runner/attempt runner/notify runner/disposition runner/session runner/listen
may sendmail/runner $runner $(find sendmail/runner -mindepth 1 -type d)
is "$(find sendmail/runner -mindepth 1 -type d | sort | tr '\n' ' ')" "$(printf 'sendmail/runner/%s ' attempt delivery disposition listen notify queue service session)" \
	"each room of the runner is one of these"
may sendmail/mbox base diagnosis message config jobs
may sendmail/mailbox base
may sendmail/smtpd base diagnosis message config spool dialogue
may sendmail/filters base diagnosis message config spool jobs
may sendmail/filter base diagnosis message config
may sendmail/relay base diagnosis message config jobs relay/smtp relay/route
may sendmail/relay/smtp base diagnosis message config
may sendmail/relay/route base diagnosis config
wrong=$(grep -HE '^#include "config/' sendmail/relay/smtp/*.[ch] sendmail/relay/route/*.[ch] | grep -v '"config/smarthost.h"' || :)
is "$wrong" "" "of config, smtp and route include smarthost.h only"
may mail/format base message
may mail/mailbox base mail/format
may mail/session base mail/format mail/mailbox
may mail/compose base mail/format mail/mailbox mail/session
may mail/command base mail/format mail/mailbox mail/session mail/compose
may mail base mail/format mail/mailbox mail/session mail/compose mail/command
rooms="relayconf relayconf/import relayconf/adopt relayconf/setup relayconf/environment"
for folder in $rooms; do may $folder base diagnosis message config $rooms; done
is "$(echo $judged | tr ' ' '\n' | sort)" "$(find sendmail mail relayconf -name '*.[ch]' | sed 's,/[^/]*$,,' | sort -u)" "each folder of the programs has a line \"may\" above"

# What a program has beside its folder (man/HACKING, 6).
lacks() {
	for program in "$@"; do
		grep -qE "^program +[A-Z]+(/s?bin)?/$program " relayconf/system/rights.table || echo "$program: relayconf/system/rights.table"
		grep -qE "^(%%MAILCMD%%)?(libexec/firsthop|s?bin)/$program\$" relayconf/system/freebsd/pkg-plist.in || echo "$program: relayconf/system/freebsd/pkg-plist.in"
		sed -n '/^1\. /,/^2\. /p' man/ARCHITECTURE | grep -qE "^    $program " || echo "$program: man/ARCHITECTURE, 1"
	done
}
is "$(lacks nothing | lines)" 3 "a program that is nowhere would be seen"
is "$(lacks $PROGRAMS)" "" "each program has its rights, its place in the port, and its row in ARCHITECTURE"
is "$(find sendmail/* mail relayconf -maxdepth 0 -type d | grep -vx sendmail/lib | sed 's,.*/,,; s,^submit$,sendmail,' | sort)" "$(echo $PROGRAMS | tr ' ' '\n' | sort)" "each folder is a program"
for room in $(find sendmail/*/* mail/* relayconf/* -maxdepth 0 -type d | sed 's,.*/,,'); do
	sed -n '/^2\. /,/^3\. /p' man/ARCHITECTURE | grep -qw "$room" || echo "$room"
done >"$work/rooms"
is "$(cat "$work/rooms")" "" "and each folder in one is named in ARCHITECTURE, 2"

# In an editor, a stack trace or a talk a file's name alone says which one is meant.
twice() { sed 's,.*/,,; s,\.[ch]$,,' | sort | uniq -d | grep -vx main || :; }
is "$(printf 'a/x.c\nb/y.c\nb/x.c\na/main.c\nb/main.c\n' | twice)" x "a name that occurs twice would be seen"
is "$({ find sendmail mail relayconf -name '*.c'; find sendmail mail relayconf -name '*.h' | while read -r h; do test -e "${h%.h}.c" || echo "$h"; done; } | twice)" "" "no file name occurs twice but main"

sources=$(find sendmail mail relayconf -name '*.[ch]')
is "$(grep -lE '(getopt(_long)?|setproctitle|pidfile_open|res_n[a-z]+) *\([a-z]|<(getopt|resolv|libutil|bsd/[a-z]*)\.h>' $(echo "$sources" | grep -v base/compat_) || :)" "" \
	"no program uses getopt, setproctitle, pidfile or libresolv, which differ from system to system"
is "$(grep -lE '_GNU_SOURCE' $sources | sort | tr '\n' ' ')" "sendmail/lib/base/compat.c sendmail/lib/base/sandbox_linux.c " "only these ask for what glibc alone shows"
is "$(grep -lE '"/bin/sh"|_PATH_BSHELL|\<(popen|system|wordexp) *\(' $(echo "$sources" | grep '^sendmail/') | tr '\n' ' ')" "sendmail/lib/config/secret.c " \
	"of those who carry mail, a shell is started where the configuration names a command, and nowhere else"
is "$(grep -rlE '^#[[:space:]]*if.*(__linux__|__FreeBSD__)' sendmail mail relayconf --include='*.c' --include='*.h' | grep -vE 'base/(compat|sandbox)' || :)" "" \
	"system differences stand in compat and sandbox"
is "$(grep -lwE 'AF_(INET6?|UNIX|UNSPEC)' $sources $(find tests -name '*.[ch]') | xargs grep -L '<sys/socket\.h>')" "" \
	"who names an address family includes <sys/socket.h>: <arpa/inet.h> has them on Linux only"
linux_calls='(epoll|signalfd|eventfd|timerfd|inotify|fanotify|io_uring|landlock)_?[a-z0-9_]*|\<(renameat2|prctl|sendfile|splice|tee|fallocate|syscall|getauxval|unshare|setns|gettid|sysinfo|memfd_create|statx|syncfs|clone)'
gnu_calls='strchrnul|mempcpy|rawmemchr|canonicalize_file_name|get_current_dir_name|secure_getenv|fgetpwent|error_at_line|euidaccess|execvpe|strverscmp|argz_[a-z_]*|TEMP_FAILURE_RETRY'
linux_names='\<(O_TMPFILE|O_PATH|SO_PEERCRED|SO_BINDTODEVICE|SOCK_DIAG|AF_NETLINK|AF_PACKET|TCP_CORK|TCP_USER_TIMEOUT|MSG_MORE|F_OFD_[A-Z]*|RENAME_NOREPLACE|program_invocation_[a-z_]*|CLONE_[A-Z]*)\>'
linux_headers='<(linux/|asm/|error\.h|endian\.h|features\.h|sys/(sysinfo|prctl|vfs|inotify|epoll|signalfd|fsuid|syscall|auxv|sendfile|xattr)\.h)'
linux_only="($linux_calls|\\<($gnu_calls)) *\\(|$linux_names|$linux_headers|\"/(proc|sys)(/|\")"
named() { grep -nE "$linux_only" "$@" | cut -c 1-120; }
is "$(printf 'open(d, O_TMPFILE);\nepoll_create1(0);\nrenameat2(a, b);\nstrchrnul(s, 1);\n#include <sys/prctl.h>\nopen("/proc/self/x");\nx = SO_PEERCRED;\ngettid();\nput_error(1);\nmy_prctl(1);\n' | named | lines)" 8 \
	"a call that only Linux has would be seen, and no other"
is "$(named $(echo "$sources" | grep -vE 'base/(compat|sandbox_)') || :)" "" "what only Linux has stands in compat and sandbox"
if command -v readelf >/dev/null 2>&1; then
	for program in $PROGRAMS; do
		case $program in
		relay | smtpd) like "$(readelf -d "$BIN/$program")" 'libssl' "$program links OpenSSL" ;;
		*) unlike "$(readelf -d "$BIN/$program")" 'lib(ssl|crypto)' "$program does not link OpenSSL" ;;
		esac
	done
	unlike "$(readelf -d "$BIN/sendmail")" 'libinih|libresolv|libidn' "sendmail links neither inih nor the resolver nor IDNA"
	unlike "$(readelf -d "$BIN/mail")" 'libinih|libresolv|libidn' "mail links libc only"
else
	count=$((count + 1)); echo "ok $count - link lines # skip readelf is not installed"
fi
# The accounts that installing creates are named in one place.
is "$(grep -lE 'get(pw|gr)nam\("(firsthop|fhnet)"|"fhnet"' $sources)" "sendmail/lib/base/accounts.h" "the names of our own accounts are in accounts.h"

finish
