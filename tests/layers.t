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
may runner base message config spool jobs
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

sources=$(find sendmail mail relayconf -name '*.[ch]')
is "$(grep -lE '(getopt(_long)?|setproctitle|pidfile_open|res_n[a-z]+) *\([a-z]|<(getopt|resolv|libutil|bsd/[a-z]*)\.h>' $(echo "$sources" | grep -v base/compat_) || :)" "" \
	"no program uses getopt, setproctitle, pidfile or libresolv, which differ from system to system"
is "$(grep -lE '_GNU_SOURCE' $sources | sort | tr '\n' ' ')" "sendmail/base/compat.c sendmail/base/sandbox_linux.c " "only these ask for what glibc alone shows"
is "$(grep -lE '"/bin/sh"|_PATH_BSHELL|\<(popen|system|wordexp) *\(' $(echo "$sources" | grep '^sendmail/') | tr '\n' ' ')" "sendmail/config/secret.c " \
	"of those who carry mail, a shell is started where the configuration names a command, and nowhere else"
is "$(grep -rlE '^#[[:space:]]*if.*(__linux__|__FreeBSD__)' sendmail mail relayconf --include='*.c' --include='*.h' | grep -vE 'base/(compat|sandbox)' || :)" "" \
	"system differences stand in compat and sandbox"
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
	for program in sendmail mailq newaliases runner mbox mailbox mail relayconf; do
		unlike "$(readelf -d "$BIN/$program")" 'lib(ssl|crypto)' "$program does not link OpenSSL"
	done
	like "$(readelf -d "$BIN/relay")" 'libssl' "relay links OpenSSL"
	unlike "$(readelf -d "$BIN/sendmail")" 'libinih|libresolv|libidn' "sendmail links neither inih nor the resolver nor IDNA"
	unlike "$(readelf -d "$BIN/mail")" 'libinih|libresolv|libidn' "mail links libc only"
else
	count=$((count + 1)); echo "ok $count - link lines # skip readelf is not installed"
fi
finish
