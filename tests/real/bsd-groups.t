#!/bin/sh
# The same with files that get the group of their folder, as FreeBSD gives them: submitting, delivering, holding, removing, local mailboxes.
. tests/lib.sh
if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" != 0 ] || ! unshare -m -n -p -f true 2>/dev/null; then
	echo "1..1"; echo "ok 1 - $0 # skip needs root and namespaces (unshare) on Debian"; exit 0
fi
fetched "the real programs" sh tests/real/fetch.sh
export BSD_GROUPS=yes
for test in users-mailboxes two-users; do
	told=$(sh tests/real/$test.t 2>&1)
	is "$(echo "$told" | grep -A 5 '^not ok'; echo "$told" | grep -c '^ok')" "$(echo "$told" | sed -n 's/^1\.\.//p')" "each check of $test"
	unlike "$told" '# skip' "$test: none is left out"
done
finish
