#!/bin/sh
# What becomes of the text of a message that is not taken: error modes m, w and e keep it.
. tests/lib.sh
new_spool
S=$BIN/sendmail
mkdir "$work/home"
port=1; config
letter=$work/home/dead.letter
give() { printf 'Subject: s\n\nFrom here\n>From there\nto there\n.\nbehind\n' | "$S" "$@" >"$work/out" 2>"$work/err"; code=$?; err=$(cat "$work/err"); }
stored() { cat "$work"/spool/drop/????????.???????? 2>/dev/null; }
clear_spool() { rm -f "$work"/spool/drop/* "$letter"; }
login=$(id -un)

# Bad addresses: mailed back with the reason, in m, w and e; status 0 in e only.
for row in '-oem 64' '-em 64' '-oew 64' '-oee 0' '-e,e 0' '-OErrorMode=m 64'; do
	mode=${row% *}
	give $(echo "$mode" | tr ',' ' ') -i a@@b
	is "$code" "${row#* }" "$mode, a bad address: exit ${row#* }"
	like "$err" "^sendmail: recipient <a@@b>: .*; a report with its text was mailed to <$login>$" "$mode: told"
	is "$(stored | grep -E '^(sender|recipient): ?' | tr '\n' ' ')" "sender:  recipient: $login " "$mode: the report, from the null sender to the caller"
	is "$(stored | grep -c '^behind$') $(ls "$work/home")" "1 " "$mode: with the text"
	clear_spool
done
give -oem -f s@example.org -i a@@b
like "$(stored | sed '/^Subject: s/,$d')" '    recipient <a@@b>: ' "the reason stands in the report"
is "$(stored | grep '^recipient')" "recipient: s@example.org" "the address of -f gets it"
clear_spool
give -oem a@@b; is "$(stored | grep -c '^to there$') $(stored | grep -c '^behind$')" "1 0" "a dot ends the text without -i"
clear_spool
give -oem -t; is "$code $(stored | grep -c '^to there$')" "64 1" "no recipients: mailed back"
like "$err" 'no recipients: .*; a report' "and told"
clear_spool
give -oem -f 'x@@y' a@@b; is "$code $(stored | grep '^recipient')" "64 recipient: $login" "a bad sender: the caller gets it"
clear_spool
give -oem -f '<>' a@@b; is "$code $(stored)" "64 " "the null sender gets no report"
is "$(grep -c '^to there$' "$letter")" 1 "the text is in dead.letter"
clear_spool
for mode in '' -oep -oeq; do
	give $mode a@@b; is "$code $(stored)$(ls "$work/home")" "64 " "sendmail $mode: nothing is kept"
done
give -oem a@example.org; is "$code $(stored | grep -c '^recipient: a@example.org')" "0 1" "a message that is taken is taken once"
clear_spool

# Nowhere to store: dead.letter.
mv "$work/spool/drop" "$work/spool/gone"
for row in '-oem 73' '-oew 73' '-oee 73'; do
	give ${row% *} -i a@example.org
	is "$code" 73 "${row% *}, no spool: exit 73"
	like "$err" "^sendmail: .*No such file.*; its text was saved in $letter$" "${row% *}: told where"
done
is "$(grep -c '^From [^ ]* [A-Z]' "$letter") $(grep -c '^>From here$' "$letter") $(grep -c '^>>From there$' "$letter") $(grep -c '^behind$' "$letter")" "3 3 3 3" "dead.letter is a mailbox of all of them"
is "$(ls -l "$letter" | cut -c1-10)" "-rw-------" "its owner's alone"
rm -f "$letter"
give -i a@example.org; is "$code $(ls "$work/home")" "73 " "without an error mode nothing is kept"
seq 1 300000 >"$work/long"
"$S" -oem a@example.org <"$work/long" 2>/dev/null; is "$? $(tail -n 2 "$letter" | head -n 1)" "73 300000" "a long text is kept to its end"
rm -f "$letter"
echo mine >"$work/other"; ln -s "$work/other" "$letter"
give -oem a@example.org; like "$code $err" '^73 .*LOST' "a link is not followed"
rm -f "$letter"; ln "$work/other" "$letter"
give -oem a@example.org; like "$code $err" '^73 .*LOST' "nor is a second name"
rm -f "$letter"; mkfifo "$letter"
give -oem a@example.org; like "$code $err" '^73 .*LOST' "nor is a FIFO waited for"
rm -rf "$work/home"
give -oem a@example.org; like "$code $err" '^73 .*its text is LOST: there is no home folder' "no home: it is told that the text is lost"
is "$(cat "$work/other")" mine "nothing was written elsewhere"
if [ "$(id -u)" = 0 ]; then
	mkdir -m 0777 "$work/home"; chown 1 "$work/home"
	give -oem a@example.org; like "$code $err $(ls "$work/home")" '^73 .*LOST' "a home folder of another user's is not used"
fi
finish
