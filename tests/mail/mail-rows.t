#!/bin/sh
# mail: the rows of commands, escapes, variables and options that no other test shows; each does what its name says.
. tests/lib.sh
new_spool
M="$BIN/mail"
export HOME="$work" FIRSTHOP_MAILRC=/dev/null FIRSTHOP_LIBEXEC="$work/libexec" MAIL="$work/inbox" LOGNAME= USER=
unset DEAD MAILRC REPLYTO MBOX PAGER LISTER EDITOR VISUAL CDPATH
cd "$work" || exit 1
mkdir libexec
printf '#!/bin/sh\nfor word; do printf "[%%s]" "$word"; done >"$HOME/argv"\ncat >"$HOME/stdin"\n' >libexec/sendmail
chmod +x libexec/sendmail
fill() {
	printf 'From joe@example.org Tue Nov 24 20:01:00 2026\nFrom: joe@example.org\nTo: ops@example.org\nCc: boss@example.org\nReceived: by x\nSubject: first\n\nhello one\n\n' >inbox
	printf 'From ann@example.org Tue Nov 24 20:02:00 2026\nFrom: ann@example.org\nSubject: second\n\nhello two\n\n' >>inbox
	rm -f mbox
}
run() { commands=$1; shift; printf "$commands\n" | "$M" -N "$@" 2>&1; }
fill
for name in page more type; do like "$(run "$name 1\nx")" '^hello one$' "$name shows a message"; done
for name in Page More Type; do like "$(run "$name 1\nx")" '^Received: by x$' "$name shows all of its header"; done
for name in dp dt; do like "$(run "$name\nx")" '^hello two$' "$name deletes, and shows the next"; done
run 'preserve 1\n1\nq' >/dev/null; is "$(grep -c '^From ' inbox)" 2 "preserve keeps a message that was read"
fill; run '1\nq' >/dev/null; is "$(grep -c '^From ' inbox) $(grep -c '^From ' mbox)" "1 1" "without it, it moves to mbox"
fill; is "$(run '1\nUnread 1\nf :u\nx' | grep -c '"first"')" 1 "Unread"
is "$(run 'Copy 1\nx' | grep -c '"joe" \[New file\]') $(grep -c 'hello one' joe)" "1 1" "Copy: a file named after the author"
like "$(run "chdir /\n!pwd\nx")" '^/$' "chdir"
is "$(run 'd1\nxit'; grep -c '^From ' inbox)" 2 "xit changes nothing"
unlike "$(run 'discard subject\n1\nx')" '^Subject' "discard"
run 'savediscard received\nsave 1 kept\nx' >/dev/null; is "$(grep -c '^Received' kept) $(grep -c '^Cc' kept)" "0 1" "savediscard"
rm -f kept; run 'saveretain subject\nsave 1 kept\nx' >/dev/null; is "$(grep -cE '^(Received|Cc)' kept) $(grep -c '^Subject' kept)" "0 1" "saveretain"
fill; for command in 'pipe 1 "grep -c hello"' "| 'grep -c hello'" 'pipe 1 grep -c hello' '|grep -c "hello one"'; do is "$(run "$command\nx")" 1 "$command"; done
is "$(run 'top 1\nx' | sed 1,2d | cut -d: -f1 | xargs -n 9) $(run 'set toplines=1 quiet\ntop 1\nx' | sed 1d)" "From To Cc Subject From: joe@example.org" "top: five lines behind the line From, or toplines"
is "$(run 'i r\necho reads\nelse\necho no\nendif\nx')" reads "i is if"
is "$("$M" </dev/null | xargs)" "$work/inbox: 2 messages 2 new >N 1 joe@example.org Tue Nov 24 20:01 7/104 first N 2 ann@example.org Tue Nov 24 20:02 4/49 second Held 2 messages in $work/inbox" "the list is there although nobody types"
fill; is "$("$M" -N </dev/null)" "Held 2 messages in $work/inbox" "and with -N it is not"
fill; is "$(run 'n\nq' | tail -n 2 | xargs)" "Saved 1 message in $work/mbox Held 1 message in $work/inbox" "quit says where they are"
printf '#!/bin/sh\nsed s/hello/changed/ "$1" >edited; cat edited >"$1"\n' >editor; chmod +x editor
fill; like "$(with VISUAL="$work/editor" run 'visual 1\n1\nx')" '^changed one$' "visual"
printf 'respond 1\nhi\n~.\nx\n' | "$M" -N -I >/dev/null 2>&1; like "$(cat argv)" 'joe.*boss' "respond answers all"
printf 'Respond 1\nhi\n~.\nx\n' | "$M" -N -I >/dev/null 2>&1; unlike "$(cat argv)" boss "Respond the sender"
printf 'fwd 1 ops@example.org\n~.\nx\n' | "$M" -N -I >/dev/null 2>&1; like "$(cat argv)$(cat stdin)" '^Subject: Fwd: first' "fwd"
for letter in F M; do
	rm -f stdin; printf 'mail a@x\nsubject\n~%s 1\n~.\nx\n' "$letter" | "$M" -N -I >/dev/null 2>&1
	like "$(cat stdin)" '^[	]?Received: by x$' "~$letter has all of the header"
done
rm -f stdin; printf '~_ set note=seen\n~i note\n~.\n' | "$M" -I -s x a@x >/dev/null 2>&1; like "$(cat stdin)" '^seen$' "~_ runs a command"
printf 'text\n.\n' | "$M" -I -S noasksub a@x >out 2>&1; unlike "$(cat out)" 'Subject' "noasksub does not ask"
fill; { sleep 1; printf 'From new@example.org Tue Nov 24 20:03:00 2026\nSubject: third\n\nx\n\n' >>inbox; echo h; echo x; } | "$M" -I -S autoinc >out 2>&1
like "$(cat out)" 'New mail has arrived: 1 message' "autoinc"
fill; is "$(run 'set cmd="grep -c hello"\npipe 1\nx')" 1 "cmd is what pipe runs"
is "$(run 'set page\npipe 1 cat\nx' | tail -c 1 | od -An -tx1 | tr -d ' ')" 0c "page puts a form feed behind each"
unlike "$(run 'set quiet\n1\nx')" '^Message 1' "quiet"
printf 'one\n.\ntwo\n' | "$M" -I -S nodot -s x a@x >out 2>&1; is "$(sed '1,/^$/d' stdin | xargs)" "one . two" "nodot: a dot alone is text"
mkdir -p letters; touch letters/one; is "$(with LISTER='echo listed' run "set folder=$work/letters\nfolders\nx" | grep -c '^listed')" 1 "LISTER lists the folder"
echo x >file.txt
echo text | "$M" --subject='a b' --from=me@example.org --header='X-A: 1' -C 'X-B: 2' --content-type=text/html ops@example.org
like "$(cat stdin)" '^Subject: a b$' "--subject"
like "$(cat argv)" '\[-f\]?.*me@example.org' "--from is the envelope's sender, too"
is "$(grep -cE '^(X-A: 1|X-B: 2)$' stdin)" 2 "--header and -C"
like "$(cat stdin)" '^Content-Type: text/html' "--content-type"
echo text | "$M" -M text/calendar --attach=file.txt -s x ops@example.org
like "$(cat stdin)" 'text/calendar' "-M"; like "$(cat stdin)" 'filename="?file.txt' "--attach"
printf 'J\303\274rgen\n' | iconv -f UTF-8 -t ISO-8859-15 | "$M" --charset=ISO-8859-15 -s x ops@example.org
like "$(cat stdin)" 'charset="?ISO-8859-15' "--charset"
# The locks of other programs, of both kinds, are waited for; then their mail is there, too.
for lock in lockf flock; do
	command -v python3 >/dev/null || { skip "mail waits for a lock by $lock" "python3 is not installed"; continue; }
	fill; rm -f held
	python3 -c 'import fcntl, sys, time
f = open("inbox", "r+"); getattr(fcntl, sys.argv[1])(f, fcntl.LOCK_EX); open("held", "w"); time.sleep(2)
f.seek(0, 2); f.write("From c@example.org Tue Nov 24 20:03:00 2026\nSubject: third\n\nx\n\n"); f.flush()' $lock &
	wait_for test -e held
	is "$(run 'f *\nx' | grep -c 'Nov 24')" 3 "mail waits for a lock by $lock"
	wait $!
done
fill; "$M" --exist; is $? 0 "--exist"; "$M" --exist --file=none; is $? 1 "--file=, --exist"
is "$("$M" --headers --nosum --file inbox | grep -c 'Nov 24') $("$M" --headers --file=inbox | grep -c 'Nov 24')" "2 2" "--headers, --file"
printf 'To: to@example.org\nSubject: y\n\nx\n' | "$M" --to --byname --norc --ignore; is "$? $(cat argv)" "0 [-i][--][to@example.org]" "--to, --norc, --ignore"; ok "--byname" test -s to
for option in p T R q m X Y L D B '#' :; do
	"$M" "-$option" x </dev/null >/dev/null 2>err; is "$? $(grep -c "option -$option" err)" "64 1" "-$option is refused, and named"
done
finish
