#!/bin/sh
# Old alias databases, made by the programs that made them: Postfix's hash and btree, Courier's aliases.dat; read with each tool there is.
LAYER=courier
export LAYER
[ -n "${FIRSTHOP_STAGE:-}" ] || [ "$(id -u)" != 0 ] || sh tests/real/fetch.sh databases >&2
. tests/real/stage.sh
install_firsthop
in_stage /sbin/ldconfig
newaliases=/usr/local/libexec/firsthop/newaliases
read_db() { in_stage $newaliases --from-db "$1" 2>&1; }

printf 'root: ops@example.org, "Joe D." <joe@example.org>\npostmaster: root\n"odd name": x@y.test\nprog: "|/bin/prog a"\n' >"$S/etc/old"
echo 'compatibility_level = 3.6' >"$S/etc/postfix/main.cf"
for type in hash btree; do
	cp "$S/etc/old" "$S/etc/old-$type"
	in_stage /usr/sbin/postalias $type:/etc/old-$type 2>"$work/err"
	result $? "postalias makes a $type" "$(cat "$work/err")"
	out=$(read_db /etc/old-$type.db | sort)
	like "$out" '^postmaster: root$' "postalias reads the $type: a name"
	like "$out" '^root: ops@example.org, ' "a list"
	like "$out" '^"odd name": x@y.test$' "a name with a blank"
done

E=$S/etc/courier
: >"$S/etc/environment"
printf 'courier:x:105:105::/var/lib/courier:/usr/sbin/nologin\nbob:x:1001:1001:Bob:/home/bob:/bin/sh\n' >>"$S/etc/passwd"
echo 'courier:x:105:' >>"$S/etc/group"
chown -R 105:105 "$S/var/lib/courier" "$E"
[ -e "$S/usr/bin/makedat" ] || ln -s makedat.courier "$S/usr/bin/makedat"
echo mail.test >"$E/me"
mkdir -p "$E/aliases"
rm -f "$E/aliases"/*
printf 'root: ops@example.org, joe@example.org\npostmaster: root\n' >"$E/aliases/system"
printf 'sales@shop.test: sell@example.org\n' >"$E/aliases/shop"
in_stage /usr/sbin/makealiases >"$work/courier.out" 2>&1
result $? "Courier makes its aliases.dat" "$(cat "$work/courier.out")"
dat=$(cd "$S" && find etc/courier var/lib/courier -name 'aliases.dat' | head -n 1)
like "$(read_db "/$dat")" 'is a GDBM file, and no tool here reads it: install gdbmtool' "without a tool: what to install"
cp -a "$BUILD/real/databases/usr/." "$S/usr/"
in_stage /sbin/ldconfig
out=$(read_db "/$dat"); printf '%s\n' "$out" | sed 's/^/# /'
like "$out" '^root(@mail.test)?: ops@example.org,joe@example.org$' "gdbm_dump reads Courier's: root"
like "$out" '^"?sales@shop.test"?: .*sell@example.org' "and a full address"
printf '%s\n' "$out" >"$S/etc/from-courier"
in_stage $newaliases --dump /etc/from-courier >/dev/null 2>"$work/err"; result $? "what it prints can be read as aliases" "$(cat "$work/err")"
like "$(in_stage $newaliases --dump /etc/courier/aliases 2>&1)" 'shop is not read: it lies in a folder of uid 105' "a file of root's in the folder of Courier's user may be a link to anything: it is refused, by name"
# As the package has them: all of its configuration belongs to its user.
chown -R 105:105 "$E/aliases"
in_stage $newaliases --dump /etc/courier/aliases >"$work/out" 2>"$work/err"
like "$(cat "$work/out")" '^sales@shop.test: sell@example.org$' "Courier's folder of text files is read as it is"

# db_dump, now that it is there, comes before postalias and says the same.
for type in hash btree; do
	like "$(read_db /etc/old-$type.db)" '^prog: "?\|/bin/prog a"?$' "db_dump reads the $type"
done
finish
