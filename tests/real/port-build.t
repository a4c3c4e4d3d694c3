#!/bin/sh
# The port from its own tarball, with the port's flags, as an ordinary user: built, stripped, staged; and what was staged works.
. tests/lib.sh
if ! command -v bmake >/dev/null 2>&1 || [ "$(id -u)" != 0 ] || [ "$BUILD" != build ]; then
	echo "1..1"; echo "ok 1 - $0 # skip needs bmake and root"; exit 0
fi
new_spool
mkdir -p "$work/ports/mail"
ok "the port in a tree" sh relayconf/system/freebsd/into-ports.sh -n "$work/ports"
(cd "$work" && gzip -dc ports/distfiles/*.tar.gz | tar -xf -)
cp -R tests/freebsd/mk "$work/mk"; mkdir "$work/stage"; chmod 755 "$work"
chown -R 65534:65534 "$work"/firsthop-* "$work/ports" "$work/stage"
# The flags that ports have by default.
cd "$work/ports/mail/firsthop" && nice setpriv --reuid 65534 --regid 65534 --clear-groups env CFLAGS="-O2 -pipe -fstack-protector-strong -fno-strict-aliasing" \
	LDFLAGS="-fstack-protector-strong" env -u MAKEFLAGS -u MFLAGS bmake -m "$work/mk" WRKDIR="$work/stage" WRKSRC="$(echo "$work"/firsthop-*)" GMAKE_ARGS="-s -j2" stage >"$work/log" 2>&1
result $? "make stage" "$(tail -n 20 "$work/log")"
unlike "$(cat "$work/log")" 'warning:' "without a warning"
staged=$work/stage/stage/usr/local
is "$(ls "$staged/libexec/firsthop" | tr '\n' ' ')" "$(echo "$PROGRAMS" | tr ' ' '\n' | grep -vx mail | sort | tr '\n' ' ')" "the programs"
export FIRSTHOP_LIBEXEC="$staged/libexec/firsthop"
smarthost
config
echo staged | "$staged/libexec/firsthop/sendmail" ops@example.org; is $? 0 "sendmail takes a message"
"$staged/libexec/firsthop/runner" --once --foreground 2>"$work/log"
is "$(delivered)" 1 "and the runner delivers it"
finish
