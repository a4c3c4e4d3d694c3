#!/bin/sh
# Aliases in every form that sendmail, Postfix, dma, msmtp and nullmailer have, and that people write: honoured, or named.
. tests/lib.sh
new_spool
smarthost
cat >"$work/firsthop.conf" <<END
[host]
name = mon1.example.org
domain = example.net
aliases = $work/aliases

[smarthost main]
host = 127.0.0.1
port = $port
tls = off
END
aliases() { printf "$1" >"$work/aliases"; told=$("$BIN/newaliases" 2>"$work/err"); code=$?; }
# becomes TEXT NAME WANTED: what newaliases tells of a name
becomes() { aliases "$1"; is "$code $(printf '%s\n' "$told" | sed -n "s/^$2://p")" "0 $3" "$4"; }
# named TEXT PATTERN: newaliases tells what is wrong, and where
named() { aliases "$1"; is "$code" 65 "$3: exit 65"; like "$(cat "$work/err")" "$2" "$3: named"; }
# to NAME...: the recipients that mail gets
to() { rm -rf "$work"/delivered/*; printf 'Subject: x\n\nbody\n' | "$BIN/sendmail" -i -f s@example.org "$@"; runner_once; cat "$work"/delivered/*.eml 2>/dev/null | sed -n 's/^X-Envelope-To: //p' | tr ',' '\n' | tr -d '<> ' | sort | xargs; }

# The rest: dma's star, msmtp's default.
aliases '*: ops@example.com\nroot: r@example.com, alice\nalice: \\alice\n@lists.test: l@example.com\n'
is "$code" 0 "*: all is well"; like "$told" '^\*: ops@example.com; also for each name of this machine that has no alias$' "and it is told what it is for"
is "$(to nobody)" "ops@example.com" "*: a name without an alias"
for name in nobody@localhost nobody@mon1 nobody@mon1.example.org; do is "$(to $name)" "ops@example.com" "*: $name"; done
is "$(to root)" "alice@example.net r@example.com" "*: a name with one keeps it, and what it leads to"
is "$(to bob@example.net a@lists.test)" "bob@example.net l@example.com" "*: an address of another domain is not touched"
aliases 'default: ops@example.com\nroot: bob\n'
like "$told" '^default: ops@example.com; also for each name' "default: told"; is "$(to nobody) $(to root)" "ops@example.com bob@example.net" "default:"
aliases '*: one@example.com\ndefault: two@example.com\n'; is "$(to nobody) $(to default)" "one@example.com two@example.com" "* counts before default"
aliases '*: a@example.com, :include:%s/team\n'; is "$code" 65 "* with a file that is not there is named"
aliases 'alice+*: all@example.com\nalice+x: x@example.com\nalice: a@example.com\n'; is "$(to alice+y@localhost) $(to alice+x) $(to alice)" "all@example.com x@example.com a@example.com" "alice+*"

# The text.
becomes '\357\273\277root: r@example.com\n' root ' r@example.com' "a byte order mark"
becomes 'root: r@example.com\r\nbob: b@example.com,\r\n\tc@example.com\r\n' bob ' b@example.com, c@example.com' "CRLF"
becomes 'root: a@example.com,\n  b@example.com\n' root ' a@example.com, b@example.com' "a line that begins with a blank"
becomes 'root: a@example.com, \\\nb@example.com\n' root ' a@example.com, b@example.com' "a backslash at the end of a line"
becomes 'root: a@example.com, \\\r\nb@example.com\r\n' root ' a@example.com, b@example.com' "and with CRLF"
becomes 'root: a@example.com,\n# no more\n b@example.com\n' root ' a@example.com, b@example.com' "a comment between"
becomes 'root: a@example.com # the admin, on duty\n' root ' a@example.com' "a comment behind"
becomes 'root: "a#b"@example.com, c#d@example.com\n' root ' a#b@example.com, c#d@example.com' "a sign that is no comment"
becomes 'root: a@example.com b@example.com\n' root ' a@example.com, b@example.com' "blanks between"
becomes 'root :a@example.com\n' root ' a@example.com' "a blank before the colon"
becomes 'root:\ta@example.com' root ' a@example.com' "no line end"
becomes 'ROOT: A@Example.COM\n' ROOT ' A@Example.COM' "capitals"
becomes 'root: Joe Admin <a@example.com>, b@example.com (Bob)\n' root ' a@example.com, b@example.com' "names and comments"
becomes '"two words": a@example.com\n' 'two words' ' a@example.com' "a name in quotes"
becomes '<root>: a@example.com\n' root ' a@example.com' "a name in angle brackets"
becomes 'root@localhost: a@example.com\n' root ' a@example.com' "a name at localhost"
becomes '*@lists.test: a@example.com\n' '@lists.test' ' a@example.com' "*@domain"
becomes 'root: \\root, a@example.com\n' root ' root@example.net, a@example.com' "a backslash before a name"
becomes 'bin: :blackhole:\n' bin ' nothing (/dev/null)' ":blackhole: is /dev/null"
printf 'one@example.com\n' >"$work/team"
becomes "team: :include:$work/team\n" team ' one@example.com' ":include:"
becomes "team: \":include:$work/team\"\n" team ' one@example.com' ":include: in quotes"
becomes "team: :include: \"$work/team\"\n" team ' one@example.com' ":include: with a quoted path"
printf '\357\273\277one@example.com\r\n\r\n# two\r\n' >"$work/team"
becomes "team: :include:$work/team\n" team ' one@example.com' "an included file with a byte order mark and CRLF"

# What cannot be: named, and the mail of others goes.
named 'p: |/usr/bin/prog\nroot: r@example.com\n' 'aliases:1: alias p: a pipe to a program' "a program"; is "$(to root)" r@example.com "and others get theirs"
named 'p: "|/usr/bin/prog a, b"\n' 'aliases:1: alias p: a pipe' "a program in quotes"
named 'p: |"/usr/bin/prog a, b"\n' 'aliases:1: alias p: a pipe' "a program with quotes behind the bar"
named 'p: /var/mail/x\n' 'aliases:1: alias p: a file as destination' "a file"
named 'p: "/var/mail/dir/"\n' 'aliases:1: alias p: a file as destination' "a maildir in quotes"
named 'p: :fail: no such user\n' 'aliases:1: alias p: this destination is one of another mail server' ":fail:"; unlike "$told" 'such@' "and its words are no addresses"
named 'p: error:5.1.1 gone\n' 'aliases:1: alias p: this destination' "error:"
named 'p: :include:relative\n' 'aliases:1: alias p: the path behind :include:' ":include: of a relative path"
named 'p:\n' 'aliases:1: alias p: there is no address' "nothing"
named 'a,b: c@example.com\n' 'aliases:1: alias a,b: an entry has one name' "two names"
named 'two words: c@example.com\n' 'aliases:1: alias two words: .*double quotes' "a name with blanks"
named 'root a@example.com\n' "aliases:1: the line has no ':'" "no colon"
named 'root: a@example.com\nroot: b@example.com\n' 'aliases:2: the name root is at' "a name twice"
# Other mailers' patterns would match nothing, silently.
for name in 'r*t' '/^ro/' 'joe@' 'r*@example.com'; do named "$name: a@example.com\n" 'a pattern is no name here' "$name"; done

# An entry is found by each way of writing its name.
aliases '"joe doe": a@example.com\n"j:k": b@example.com\n'
is "$(to '"joe doe"') $(to '"joe doe"@localhost') $(to '"j:k"@mon1')" "a@example.com a@example.com b@example.com" "a name in quotes gets its mail"
aliases 'root@mon1.example.org: a@example.com\nbob: b@example.com\nbob@mon1.example.org: c@example.com\n'
is "$(to root) $(to root@localhost) $(to root@mon1) $(to root@mon1.example.org)" "a@example.com a@example.com a@example.com a@example.com" "a name with the machine's own name"
is "$(to bob) $(to bob@mon1.example.org)" "b@example.com c@example.com" "the one that is written so counts first"
is "$(to root@example.org)" root@example.org "and no other domain"

# A domain beyond ASCII, in both of its forms on both sides.
printf 'info@b\303\274cher.example: a@example.net\nsales@xn--bcher-kva.example: b@example.net\n@stra\303\237e.example: c@example.net\n' >"$work/aliases"
leads() { "$BIN/sendmail" -bv "$1" 2>/dev/null | sed -n 's/^ *recipient *<\(.*\)>.*/\1/p'; }
is "$(leads info@xn--bcher-kva.example)" a@example.net "the entry has letters, the address xn--"
is "$(leads "sales@$(printf 'b\303\274cher').example")" b@example.net "the entry has xn--, the address letters"
is "$(leads "INFO@$(printf 'B\303\234CHER').example")" a@example.net "in capitals"
is "$(leads x@xn--strae-oqa.example)" c@example.net "all of a domain"
printf '\377\376r\0o\0o\0t\0' >"$work/aliases"; "$BIN/newaliases" >/dev/null 2>"$work/err"; is $? 65 "UTF-16: exit 65"; like "$(cat "$work/err")" 'is not text' "and named"
finish
