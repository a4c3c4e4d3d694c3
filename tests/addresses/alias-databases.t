#!/bin/sh
# newaliases --from-db: what the tools of old alias databases print, good, odd and damaged; the tools are stand-ins that print a file.
. tests/lib.sh
new_spool
mkdir "$work/tools"
from_db() { out=$(PATH="$work/tools:/usr/bin:/bin" timeout $((60 * ${PATIENCE:-1})) "$BIN/newaliases" --from-db "$@" 2>"$work/err"); code=$?; }
# tool NAME [EXIT]: prints what comes on standard input, and notes its arguments
tool() {
	cat >"$work/$1.out"
	printf '#!/bin/sh\nprintf "%%s|" "$@" >>"%s/%s.args"\ncat "%s/%s.out"\nexit %d\n' "$work" "$1" "$work" "$1" "${2:-0}" >"$work/tools/$1"
	chmod 755 "$work/tools/$1"
}
no_tools() { rm -f "$work"/tools/* "$work"/*.args; }
# db_of KEY VALUE...: as db_dump -p prints it
db_of() { printf 'VERSION=3\nformat=print\ntype=hash\nHEADER=END\n'; printf ' %s\n' "$@"; echo DATA=END; }
gdbm_of() { printf '# GDBM dump file\n#:version=1.1\n#:format=standard\n# End of header\n'; for w; do printf '#:len=%d\n' ${#w}; printf "$w" | base64 -w 20; done; printf '#:count=%d\n# End of data\n' $#; }
printf '\0\0\0\0\0\0\0\0\0\0\0\0\141\025\006\0rest' >"$work/aliases.db"
printf '\316\232\127\023rest' >"$work/aliases.dat"
as_text() { printf '%s\n' "$out" >"$work/text"; "$BIN/newaliases" --dump "$work/text" 2>&1; }

from_db "$work/aliases.db"; is "$code" 69 "without a tool: exit 69"
like "$(cat "$work/err")" 'no tool here reads it: install db5.3-util' "and what to install"

db_of 'root\00' 'ops@example.org, "Joe D." <joe@example.org>\00' '@\00' '@\00' 'YP_LAST_MODIFIED' '1700000000' 'odd name' 'x@y.test' 'j\c3\bcrgen' 'j@y.test' 'back\\slash' 'b@y.test' | tool db_dump
from_db "$work/aliases.db"; is "$code" 0 "db_dump: exit 0"
is "$out" 'root: ops@example.org, "Joe D." <joe@example.org>
"odd name": x@y.test
jürgen: j@y.test
back\slash: b@y.test' "NULs, quotes, bytes and marks as they were meant"
like "$(as_text)" '^odd name: x@y.test$|^"odd name": x@y.test$' "it can be read as aliases"
is "$(cat "$work/db_dump.args")" "-p|$work/aliases.db|" "with the database as its argument"

# Names of files are no options, and no words of a shell.
rm "$work"/*.args
cp "$work/aliases.db" "$work/-d x;\$(id).db"
(cd "$work" && from_db '-d x;$(id).db'; [ "$code" -eq 0 ]); result $? "a name that looks like an option"
is "$(cat "$work/db_dump.args")" '-p|./-d x;$(id).db|' "is none"

# What a name or a right side holds makes no entry of its own.
db_of 'a\0aroot: evil' 'x@y.test\0aroot: evil@y.test' 'esc' '\1b[2Jx@y.test' | tool db_dump
from_db "$work/aliases.db"
is "$out" '"a root: evil": x@y.test root: evil@y.test
esc:  [2Jx@y.test' "line ends and escapes are blanks"
db_of 'a"b' 'x@y.test' 'good' 'g@y.test' | tool db_dump
from_db "$work/aliases.db"; is "$code $out" '65 good: g@y.test' "a name with a quote in it is left out"
like "$(cat "$work/err")" 'an entry is left out, because its name has a quote in it: a"b' "and told"
long=$(head -c 300000 /dev/zero | tr '\0' 'x')
db_of big "$long@y.test" "$long" 'x@y.test' good 'g@y.test' | tool db_dump
from_db "$work/aliases.db"; is "$code $(printf '%s' "$out" | bytes)" "0 $((5 + 300007 + 1 + 300000 + 10 + 1 + 14))" "fields of 300,000 bytes are whole"

# Damaged ones.
db_of root 'ops@example.org' cut | tool db_dump
from_db "$work/aliases.db"; is "$code $out" '65 root: ops@example.org' "a name without a right side: what is before it, exit 65"
like "$(cat "$work/err")" 'breaks off' "and that it breaks off"
db_of root 'ops@example.org' | sed '$d' | tool db_dump
from_db "$work/aliases.db"; is "$code" 65 "an output without its end"
printf 'no header\n root\n x\n' | tool db_dump
from_db "$work/aliases.db"; is "$code $out" '65 ' "an output without its header"
head -c 5000 /dev/urandom | tool db_dump
from_db "$work/aliases.db"; is "$code $out" '65 ' "noise"
db_of root 'ops@example.org' | tool db_dump 1
from_db "$work/aliases.db"; is "$code $out" '65 ' "a tool that fails: nothing of what it said is taken"
like "$(cat "$work/err")" 'cannot be read by db_dump: it is damaged, or was made by another version' "and it is not said that none is installed"
printf 'postmaster:\troot\nbad\n\nroot: ops@example.org \n' | tool postalias
rm -f "$work"/*.args
from_db "$work/aliases.db"; is "$code $out" '0 postmaster: root
root: ops@example.org' "the next tool is asked then"
is "$(cat "$work/postalias.args")" "-s|hash:$work/aliases|" "in its own way"
: | tool postalias 1
from_db "$work/aliases.db"; like "$(cat "$work/err")" 'cannot be read by db_dump and postalias: ' "all that were asked are named, once"
no_tools
printf '#!/bin/sh\nexec yes " x"\n' >"$work/tools/db_dump"; chmod 755 "$work/tools/db_dump"
from_db "$work/aliases.db"; is "$code $out" '65 ' "an output without end is not waited for"
printf '#!/bin/sh\nkill -SEGV $$\n' >"$work/tools/db_dump"
from_db "$work/aliases.db"; is "$code" 65 "a tool that crashes"
no_tools

# GDBM, as Courier writes it.
gdbm_of root 'ops@example.org\njoe@example.org\n' 'sales@shop.test' 'sell@example.org' | tool gdbm_dump
from_db "$work/aliases.dat"; is "$code $out" '0 root: ops@example.org,joe@example.org
sales@shop.test: sell@example.org' "gdbm_dump: an address on each line"
gdbm_of 'a\nroot: evil' x@y.test 'nul\0key' 'v@y.test\0rest' | tool gdbm_dump
from_db "$work/aliases.dat"; is "$out" '"a root: evil": x@y.test
nul: v@y.test' "line ends in a name are blanks, and a NUL ends it"
gdbm_of root ops@example.org | sed '/^# End of data/d' | tool gdbm_dump
from_db "$work/aliases.dat"; is "$code" 65 "cut"
printf '#:len=4\n!!!!\n#:len=99999999999999999999\n====\n# End of data\n' | tool gdbm_dump
from_db "$work/aliases.dat"; is "$code $out" '0 ' "no base64, and lengths that are not so"

# Files that are none.
ln -s aliases.dat "$work/link"; ln -s nowhere "$work/dangling"; mkfifo "$work/fifo"; : >"$work/empty"; printf 'ab' >"$work/short"; printf 'root: x@y.test\n' >"$work/plain"
gdbm_of root ops@example.org | tool gdbm_dump
from_db "$work/link"; is "$code $out" '0 root: ops@example.org' "a symbolic link leads to its file"
for file in dangling missing fifo .; do from_db "$work/$file"; is "$code" 66 "$file: exit 66"; done
for file in empty short plain; do from_db "$work/$file"; is "$code" 65 "$file: exit 65"; done
like "$(cat "$work/err")" 'neither a Berkeley DB \(hash, btree\) nor a GDBM file' "and why"
finish
