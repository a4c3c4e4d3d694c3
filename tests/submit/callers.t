#!/bin/sh
# What callers write in haste: good recipients always get it, bad ones are named, and what leaves is legal and means what was meant.
. tests/lib.sh
new_spool
smarthost -r 'gone=550 5.1.1 no'
config
login=$(id -un)
clear() { rm -f "$work"/delivered/* "$work"/spool/mqueue/[0-9a-f]* "$work"/spool/mqueue/reports; : >"$work/sessions"; : >"$work/log"; }
# give HEADER OPTION...: hands a message over; code, $work/err
give() { head=$1; shift; printf "$head${head:+\\n}Subject: x\n\nx\n" | "$BIN/sendmail" -i "$@" >/dev/null 2>"$work/err"; code=$?; }
rcpts() { cat "$work"/delivered/*.eml 2>/dev/null | sed -n 's/^X-Envelope-To: <\(.*\)>$/\1/p' | sed 's/>,</\n/g' | sort -u | tr '\n' ' '; }
senders() { cat "$work"/delivered/*.eml 2>/dev/null | sed -n 's/^X-Envelope-From: <\(.*\)>$/\1/p' | sort -u | tr '\n' ' '; }
# field NAME: of the one message, unfolded
field() { sed '/^\r*$/q' "$work"/delivered/*.eml | sed -e ':a' -e 'N' -e '$!ba' -e 's/\n[ \t][ \t]*/ /g' | sed -n "s/^$1: //p"; }
# sent WANTED-RCPTS NAME HEADER OPTION...
sent() { clear; wanted=$1 name=$2; shift 2; give "$@"; runner_once; is "$code $(rcpts)" "$wanted" "$name"; }

# --- recipients ------------------------------------------------------------------------------------------------------
sent "64 a@x.org c@x.org " "one bad address of three, -t" 'To: a@x.org, b@@x.org, c@x.org' -t
like "$(cat "$work/err")" "^sendmail: [0-9a-f.]+ is queued for its other recipients, but not for 1: recipient <b@@x.org>: there is more than one '@'\$" "is named on standard error"
sent "64 a@x.org c@x.org " "the same as arguments" '' a@x.org b@@x.org c@x.org
sent "64 a@x.org me@x.org " "-oem: sent, and a report" 'To: a@x.org, b@' -t -oem -f me@x.org
like "$(cat "$work/err")" 'a report with its text was mailed to <me@x.org>' "which is told"
like "$(cat "$work"/delivered/*.eml)" '^Subject: Not sent to all' "and arrives"
sent "0 a@x.org " "-oee: exit 0" 'To: a@x.org, b@' -t -oee -f '<>'
sent "64 a@x.org " "-oeq: the exit code alone" 'To: a@x.org, b@' -t -oeq
is "$(cat "$work/err")" "" "without a word"
sent "64 " "none that can be used: 64" 'To: b@' -t
sent "0 a@x.org b@x.org " "blanks in place of commas" 'To: a@x.org b@x.org' -t
sent "0 a@x.org b@x.org c@x.org " "and both in one list" 'To: a@x.org, b@x.org c@x.org' -t
sent "0 a@x.org b@x.org " "blanks in an argument" '' 'a@x.org b@x.org'
sent "0 c@example.net " "a final dot" 'To: c@example.net.' -t
sent "0 a@x.org b@x.org " "an angle bracket that is not closed" 'To: Joe <a@x.org, b@x.org' -t
sent "0 a@x.org b@x.org " "a quote that is not closed" 'To: "Joe <a@x.org>, b@x.org' -t
sent "0 a@x.org b@x.org " "a comment that is not closed" 'To: a@x.org (oops, b@x.org' -t
sent "64 a@x.org " "a comment within: never another address" 'To: first(middle)last@x.org, a@x.org' -t
sent "64 a@x.org " "quotations glued: never another address" 'To: "a""b"@x.org, a@x.org' -t
sent "64 a@x.org " "neither file nor program" 'To: /etc/passwd, |cat, a@x.org' -t
sent '0 "a..b"@x.org ' "two dots: quoted" 'To: a..b@x.org' -t
sent "0 a@x.org b@x.org " "semicolons" 'To: a@x.org; b@x.org;' -t
sent "0 jm@x.org " "a name with a comma" 'To: M\303\274ller, J\303\266rg <jm@x.org>' -t
is "$(field To)" '=?UTF-8?B?TcO8bGxlciwgSsO2cmc=?= <jm@x.org>' "is encoded whole"
clear; give 'To: a@x.org, b@@x.org' -t; runner_once
is "$(field To)" 'a@x.org, "b@@x.org":;' "what is bad stays to be read, as an empty group"

sent "0 a@x.org b@x.org " "a whole address in quotes" "To: \"a@x.org\", <\"'b@x.org'\">" -t
sent "0 a@x.org b@x.org c@x.org " "in brackets of a template" 'To: [a@x.org], {b@x.org}; c@x.org' -t
sent "0 joe.doe@mon1.example.org " "a name in apostrophes" "To: 'joe.doe'" -t
sent '0 "=?utf-8?q?x?=b"@x.org ' "what is like an encoded word is quoted" 'To: "=?utf-8?q?x?=b"@x.org' -t
sent "64 c@x.org " "in several pairs: never another address" "To: ['a@x.org'], c@x.org" -t
sent '64 a@x.org b@x.org ' "the '@' of a Japanese keyboard" 'To: a\357\274\240x.org, b@x.org, c\357\274\240d@@x.org' -t
sent '0 "a b@x.org"@mon1.example.org "a@b"@mon1.example.org ' "what is none stays a name of this machine" 'To: "a b@x.org", "a@b"' -t
sent "0 a@x.org b@x.org " "a list in quotes" 'To: "a@x.org, b@x.org"' -t
sent "0 a@x.org b@x.org c@x.org " "quotes, commas and dots of other scripts" 'To: \342\200\234a@x.org\342\200\235, b@x\343\200\202org\357\274\214c@x.org' -t
is "$(field To)" "a@x.org, b@x.org, c@x.org" "are gone"
clear; printf 'To: a@x.org\rSubject: old\r\rtext\r' | "$BIN/sendmail" -t; runner_once
is "$? $(rcpts)$(field Subject)" "0 a@x.org old" "CR alone as line end"
sent "0 a@x.org " "a byte order mark" '\357\273\277To: a@x.org' -t
like "$(cat "$work"/delivered/*.eml)" '^To: a@x.org' "is gone"
sent "0 a@x.org " "blank lines before the header, -t" '\n\r\nTo: a@x.org' -t
sent "0 b@x.org " "with recipients on the command line they are the text" '\nTo: a@x.org' b@x.org
sent "0 a@x.org b@x.org " "blanks that cannot be seen" 'To: a@x.org\302\240, \357\273\277b@x.org\342\200\213' -t
is "$(field To)" "a@x.org, b@x.org" "are gone"
sent "0 a@x.org " "a name with a wide blank" 'To: \345\261\261\343\200\200\345\244\252 <a@x.org>' -t
is "$(field To)" "=?UTF-8?B?5bGx44CA5aSq?= <a@x.org>" "keeps it"
newline='
'
sent "0 a@x.org b@x.org " "a list as a file has it, one a line" '' "a@x.org${newline}b@x.org$newline"
sent "0 a@x.org b@x.org " "and with commas" '' "Joe <a@x.org>,$newline Bob <b@x.org>"
sent "65 " "what would be a line of the envelope is refused" '' "a@x.org${newline}DATA"
sent "65 " "so is half an address" '' "a$newline@x.org"

# --- senders ---------------------------------------------------------------------------------------------------------
for f in root@ 'not an address' @example.com a@@b; do
	sent "0 a@x.org " "-f $f: sent" '' -f "$f" a@x.org
	is "$(senders)" "$login@mon1.example.org " "-f $f: by the caller"
done
clear; printf 'x\n' | "$BIN/sendmail" -i -f root@ a@x.org 2>/dev/null
id=$(ls "$work/spool/drop" | grep -v trigger | head -n 1)
stop "$smarthost_pid"; runner_once
like "$("$BIN/mailq" why "$id")" "^repaired: the sender is the caller, because of option -f <root@>: there is nothing after the '@'\$" "mailq why says so"
smarthost -r 'gone=550 5.1.1 no'; config
sent "0 a@x.org " "-f with a line end behind it" '' -f "me@x.org$newline" a@x.org
is "$(senders)" "me@x.org " "is the address"
tab=$(printf '\t')
sent "0 a@x.org " "-f with a tab" '' -f "me@x.org${tab}joe" a@x.org
is "$(senders)" "me@x.org " "is the first address in it"
sent "0 a@x.org " "-f with a final dot" '' -f me@x.org. a@x.org
is "$(senders)" "me@x.org " "goes without it"

# --- From and the like -----------------------------------------------------------------------------------------------
from() { clear; give "$1" -f s@x.org ops@x.org; runner_once; is "$(field "${3:-From}")" "$2" "$1"; }
from 'From: root@' '"root@" <s@x.org>'
from 'From: Cacti System Monitor' 'Cacti System Monitor <s@x.org>'
from 'From: Foo <>' 'Foo <s@x.org>'
from 'From: (none)' 's@x.org (none)'
from 'From: \303\234berwachung' '=?UTF-8?B?w5xiZXJ3YWNodW5n?= <s@x.org>'
from 'From: M\303\274ller, J\303\266rg <jm@x.org>' '=?UTF-8?B?TcO8bGxlciwgSsO2cmc=?= <jm@x.org>'
from 'From: Doe, Joe <jm@x.org>' '"Doe, Joe" <jm@x.org>'
from 'From: J. Doe <jm@x.org>' '"J. Doe" <jm@x.org>'
from 'From: jm@x.org <jm@x.org>' '"jm@x.org" <jm@x.org>'
from 'From: Disk: full <jm@x.org>' '"Disk: full" <jm@x.org>'
from 'From: "jm@x.org"' 'jm@x.org'
from 'From: jm@x.org Joe' 'Joe <jm@x.org>'
from 'From: jm@x.org Disk watch' 'Disk watch <jm@x.org>'
from 'Reply-To: Joe [jm@x.org]' 'Joe <jm@x.org>' Reply-To
from 'From: Disk: full' '"Disk: full" <s@x.org>'
from 'From: root (Cron Daemon)' 'root@mon1.example.org (Cron Daemon)'
from 'From: "root" (Cron Daemon)' 'root@mon1.example.org (Cron Daemon)'
from 'From: a@x.org, b@x.org' 's@x.org' Sender
from 'Reply-To: \303\234berwachung' '=?UTF-8?B?w5xiZXJ3YWNodW5n?= <s@x.org>' Reply-To
unlike "$(cat "$work/sessions")" SMTPUTF8 "a name never asks for SMTPUTF8"
like "$(cat "$work/log")" 'repaired Reply-To "Überwachung": it has no address' "the log has it"
from 'From: =?utf-8?q?M=C3=BCller,_J?= <jm@x.org>' '=?utf-8?q?M=C3=BCller=2C_J?= <jm@x.org>'
clear; give '' -F '"Reminder Service"' -f s@x.org ops@x.org; runner_once; is "$(field From)" 'Reminder Service <s@x.org>' "-F with quotes of its own"
clear; give '' -F 'Doe, Joe' -f s@x.org ops@x.org; runner_once; is "$(field From)" '"Doe, Joe" <s@x.org>' "-F with a comma"

# --- dates and message IDs -------------------------------------------------------------------------------------------
# kept FIELD, remade FIELD: it leaves as it is, or made anew, and the old one is there under another name
kept() { from "$1" "${1#*: }" "${1%%: *}"; is "$(field "X-Original-${1%%: *}")" "" "$1: stays"; }
remade() {
	clear; give "From: jm@x.org\n$1" ops@x.org; runner_once
	like "$(field "${1%%: *}")" '^([A-Z][a-z]+, [0-9]+ [A-Z][a-z]+ [0-9]+ [0-9:]+ [+-][0-9]+|<[!-~]+@[!-~]+>)$' "$1: made anew"
	is "$(field "X-Original-${1%%: *}")" "${2:-${1#*: }}" "$1: the old one is kept"
}
for date in 'Mon, 30 Nov 2026 21:00:00 +0000' '30 Nov 2026 21:00 GMT' 'Mon,  3 Nov 26 21:00:00 -0500 (EST)'; do kept "Date: $date"; done
for date in yesterday '2026-11-30 21:00:00' '2026-11-30T21:00:00Z' 'Mon Nov 30 21:00:00 UTC 2026' '30 Nov 2026 21:00:00' '30 Foo 2026 21:00:00 +0000'; do remade "Date: $date"; done
for id in '<a@x.org>' '<a$b.c@[127.0.0.1]>' '<a..b@x.org>'; do kept "Message-ID: $id"; done
for id in foo a@x.org '<foo>' '<a b@x.org>' '<@x.org>' '<a@x.org> <b@x.org>'; do remade "Message-ID: $id"; done
remade 'Message-ID: <st\303\266rung@x.org>' '=?UTF-8?B?PHN0w7ZydW5nQHgu?= =?UTF-8?B?b3JnPg==?='
clear; give 'To: a@x.org,\n \n b@x.org\nSubject: one\n \t\n two' -t -f s@x.org; runner_once
is "$(sed '/^\r*$/q' "$work"/delivered/*.eml | tr -d '\r' | grep -c '^[[:blank:]][[:blank:]]*$') $(rcpts)$(field Subject)" "0 a@x.org b@x.org one two" "a fold has no blank lines"

# --- fields that are there twice -------------------------------------------------------------------------------------
clear; give 'To: a@x.org\nFrom: jm@x.org\nTo: b@x.org,\n c@x.org\nFrom: two@x.org\nSubject: first\nCc: d@x.org\ncc: e@x.org' -t -f s@x.org; runner_once
is "$(rcpts)" "a@x.org b@x.org c@x.org d@x.org e@x.org " "two To and two Cc: all of them get it"
is "$(field To)|$(field Cc)|$(field From)|$(field Subject)" "a@x.org, b@x.org, c@x.org|d@x.org, e@x.org|jm@x.org|first" "and the header has one of each"
is "$(field X-Original-From)|$(field X-Original-Subject)" "two@x.org|x" "what was there again is kept under another name"
for f in 'From: (none)' 'From: foo bar' 'From: a@x.org, b@x.org' 'From: root@'; do
	clear; config "$(printf '\n[sender]\nheader_from = mon@example.com')"; give "$f" -f s@x.org ops@x.org; runner_once
	like "$(field From)" '^[^,]*<?mon@example.com>?( \(none\))?$' "header_from, $f: one legal address"
done
clear; config "$(printf '\n[sender]\nheader_from = mon@example.com\nkeep_original = reply-to')"; give 'From: root (Cron Daemon)' ops@x.org; runner_once
is "$(field Reply-To)" 'root@mon1.example.org (Cron Daemon)' "keep_original: completed"

# --- names of this machine -------------------------------------------------------------------------------------------
printf 'root: admin@example.net\n' >"$work/aliases"
cat >"$work/firsthop.conf" <<END
[host]
name = example.com.au
aliases = $work/aliases
[smarthost main]
host = 127.0.0.1
port = $port
tls = off
END
sent "0 bob@example.com root@example.com " "example.com is not example.com.au" 'To: bob@example.com, root@example.com' -t
sent "0 admin@example.net bob@example.com.au joe@example.com.au " "its first label is" 'To: bob@example, root@localhost, joe@example.com.au' -t

# --- SMTP on standard input ------------------------------------------------------------------------------------------
config
bs() { clear; printf 'HELO x\nMAIL FROM%s\nRCPT TO%s\nDATA\nSubject: x\n\nx\n.\nQUIT\n' "$1" "$2" | "$BIN/sendmail" -bs >"$work/said"; runner_once; is "$(senders)$(rcpts)" "$3" "-bs: FROM$1 TO$2"; }
bs ':<s@x.org>' ':<a@x.org.>' "s@x.org a@x.org "
bs ': s@x.org' ': Joe Doe <a@x.org>' "s@x.org a@x.org "
bs ':Me <s@x.org>' ':a@x.org' "s@x.org a@x.org "
bs ' : < s@x.org >' ':<a..b@x.org>' 's@x.org "a..b"@x.org '
bs ':<s@x.org>' ':<a b@x.org>' ""
finish
