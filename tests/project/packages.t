#!/bin/sh
# tests/packages.sh on FreeBSD, played here: what is there is not asked for, what is missing comes by pkg(8), and where it cannot come it is named.
. tests/lib.sh
work=$(mktemp -d "${TMPDIR:-/tmp}/firsthop.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/bin" "$work/local/include" "$work/local/bin"
printf '#!/bin/sh\necho FreeBSD\n' >"$work/bin/uname"; chmod 755 "$work/bin/uname"
ln -s "$(command -v sh)" "$work/bin/sh"
packages() { out=$(env PATH="$work/bin" LOCALBASE="$work/local" PKG_SAYS="$work/pkg" sh tests/packages.sh "$1" 2>&1); code=$?; }
packages build; is $code 1 "no pkg: exit 1"
like "$out" 'install them as root: pkg install inih libidn2$' "and what is missing is named"
printf '#!/bin/sh\necho "$*" >>"$PKG_SAYS"\n[ -n "$ASSUME_ALWAYS_YES" ]\n' >"$work/bin/pkg"; chmod 755 "$work/bin/pkg"
packages build; is "$code $(cat "$work/pkg")" "0 install -y inih libidn2" "pkg installs it, without a question"
rm "$work/pkg"; : >"$work/local/include/ini.h"; : >"$work/local/include/idn2.h"
packages build; is "$code$out" 0 "what is there is not asked for, whoever put it there"
packages check; is "$(cat "$work/pkg" | tr '\n' ' ')" "install -y cmocka install -y tmux python3 curl " "the tests' own"
: >"$work/local/include/cmocka.h"; printf '#!/bin/sh\nexit 1\n' >"$work/bin/pkg"
packages check; is $code 0 "what single tests need may be missing"
like "$out" 'the tests that need them are skipped: tmux python3 curl$' "and is named"
finish
