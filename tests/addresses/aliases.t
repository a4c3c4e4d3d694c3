#!/bin/sh
# Aliases, unknown names and maps of addresses, as an administrator meets them.
. tests/lib.sh
new_spool
smarthost
cat >"$work/firsthop.conf" <<END
[host]
name = mon1.example.org
domain = example.net
aliases = $work/aliases
unknown = postmaster

[smarthost main]
host = 127.0.0.1
port = $port
tls = off

[sender]
keep_original = reply-to

[rewrite senders]
www@mon1.example.org = web@example.com
file = $work/generic

[rewrite recipients]
@old.test = @new.test
END
printf '# genericstable\ncacti\tgraphs@example.com\n@mon1.example.org\t@example.com\n' >"$work/generic"
mkdir "$work/aliases"
printf 'team: :include:%s/team\nprogs: "|/usr/bin/prog a, b", ok@example.net\na: b\nb: a\n' "$work" >"$work/aliases/local"
printf 'root: ops@example.net,\n  \\root\npostmaster: root\nbin: /dev/null\nBoss@example.org: root\n@lists.test: team\n' >"$work/aliases/system"
printf 'x: |this is no text\n' >"$work/aliases/system~"
printf '# the team\none@example.net, Two <two@example.net>\n\nthree@old.test\n' >"$work/team"
envelope() { rm -rf "$work"/delivered/*; runner_once; cat "$work"/delivered/*.eml 2>/dev/null | sed -n 's/^X-Envelope-[TF][a-z]*: //p' | tr ',' '\n' | sort | tr '\n' ' '; }
send() { printf '%s\n\nbody\n' "${subject:-Subject: x}" | "$BIN/sendmail" -i -f "$@"; }

out=$("$BIN/newaliases" 2>"$work/err"); is $? 65 "newaliases: something is wrong"
like "$out" '^root: ops@example.net, root@example.net$' "it tells what a name becomes"
like "$out" '^progs: \(waits: \|/usr/bin/prog a, b\), ok@example.net$' "and what waits"
like "$out" '^bin: nothing \(/dev/null\)$' "and what goes nowhere"
like "$(cat "$work/err")" 'aliases/local:2: alias progs: a pipe to a program is not possible here.*mail for it waits, nothing is lost' "a pipe is named with its line"
like "$(cat "$work/err")" 'aliases/local:3: these aliases lead back to each other and to no mailbox: a \(.*/local:3\) -> b \(.*/local:4\) -> a;' "a loop is named"
is "$(grep -c 'lead back' "$work/err")" 1 "once"
"$BIN/newaliases" --dump >"$work/dump" 2>/dev/null
like "$(cat "$work/dump")" '^team: one@example.net, two@example.net, three@old.test$' "--dump: with what was included"
"$BIN/newaliases" --dump "$work/dump" 2>/dev/null | cmp -s - "$work/dump"; result $? "the dump is read as what it says"

send s@example.org root; is "$(envelope)" '<ops@example.net> <root@example.net> <s@example.org> ' "root"
for name in root@localhost ROOT@mon1 root@mon1.example.org postmaster Boss@example.ORG; do
	send s@example.org "$name"; is "$(envelope)" '<ops@example.net> <root@example.net> <s@example.org> ' "$name is root"
done
send s@example.org nobodyhome; is "$(envelope)" '<ops@example.net> <root@example.net> <s@example.org> ' "an unknown name goes where [host] unknown says"
send s@example.org any@lists.test two@EXAMPLE.net; is "$(envelope)" '<one@example.net> <s@example.org> <three@new.test> <two@example.net> ' "a domain's catch-all, a list, no duplicates, a map for recipients"
send s@example.org bin; is "$(envelope)" '' "/dev/null: nothing goes out"
like "$(cat "$work/log")" 'thrown away for bin, because alias bin is /dev/null \(.*/system:[0-9]' "and the log says so"
is "$(ls "$work/spool/mqueue" | grep -c '^[0-9a-f]*[.][0-9a-f]*$')" 0 "and nothing is left"

send s@example.org progs a; is "$(envelope)" '<ok@example.net> <s@example.org> ' "what can be served is served"
list=$("$BIN/mailq" 2>/dev/null)
like "$list" 'local:2: alias progs: a pipe to a program' "mailq names the line that holds up the rest"
like "$list" 'lead back to each other' "and the loop"
like "$("$BIN/mailq" why "$(ls "$work/spool/mqueue" | grep -E '^[0-9a-f]{8}\.[0-9a-f]{8}$')")" 'remedy .*Replace the program by an address' "mailq why tells the remedy"
is "$(envelope)" '' "another pass sends nothing twice"
printf 'progs: fixed@example.net\na: a@example.net\n' >"$work/aliases/local"
is "$(envelope)" '<a@example.net> <fixed@example.net> <s@example.org> ' "repaired, it goes out, and only to those who have not got it"
is "$(ls "$work/spool/mqueue" | grep -c '^[0-9a-f]*[.][0-9a-f]*$')" 0 "and is done"
"$BIN/newaliases" >/dev/null; is $? 0 "newaliases: all is well"

subject='From: Joe <joe@localhost>
To: Old Friends <all@old.test>
Subject: y'
send www@mon1.example.org x@y.test; is "$(envelope)" '<web@example.com> <x@y.test> ' "an envelope sender is rewritten"
like "$(cat "$work"/delivered/*.eml)" '^From: Joe <joe@example.net>' "From at localhost is completed"
like "$(cat "$work"/delivered/*.eml)" '^To: Old Friends <all@new.test>' "To is rewritten, the name stays"
subject='From: Cacti <cacti@mon1.example.org>'
send cacti x@y.test; is "$(envelope)" '<graphs@example.com> <x@y.test> ' "a bare name of the file"
like "$(cat "$work"/delivered/*.eml)" '^From: Cacti <graphs@example.com>' "From by the file"
like "$(cat "$work"/delivered/*.eml)" '^Reply-To: Cacti <cacti@mon1.example.org>' "the original is kept as Reply-To"
send joe@mon1.example.org x@y.test; is "$(envelope)" '<joe@example.com> <x@y.test> ' "a domain for a domain"
out=$("$BIN/relayconf" route -f www@mon1.example.org all@old.test)
like "$out" '^  sender     goes out as <web@example.com> \(\[rewrite senders\] www@mon1.example.org = web@example.com, line [0-9]+\)$' "route shows the sender before and after"
like "$out" '^  From field goes out as <web@example.com>' "and the From field"
like "$out" '^  rewritten  <all@old.test> becomes <all@new.test> ' "and the recipient"
mkdir "$work/many"
awk -v folder="$work/many" 'BEGIN { for (i = 0; i <= 1000; i++) { f = folder "/" i; print "n" i ": a@example.org" >f; close(f) } }'
edit "s|^aliases = .*|aliases = $work/many|" "$work/firsthop.conf"
"$BIN/newaliases" >/dev/null 2>"$work/err"; is "$?" 65 "a folder of 1001 files is refused"
like "$(cat "$work/err")" "many: the folder holds 1001 files, and at most 1000 are read: join some of them" "with its reason"
finish
