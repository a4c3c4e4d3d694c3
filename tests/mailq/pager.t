#!/bin/sh
# Long output goes through a pager on a terminal, and only there; the pager gets no right of the program's.
. tests/lib.sh
new_spool
if ! command -v tmux >/dev/null 2>&1; then
	count=1; echo "ok 1 - pager # skip tmux is not installed"; finish; exit
fi
unset TMUX COLUMNS
terminal() { tmux -S "$work/tmux" "$@"; }
trap 'terminal kill-server 2>/dev/null; cleanup' EXIT
# Without one that stays, tmux ends between two sessions, and the next may find it ending.
terminal -f /dev/null new-session -d -s stays 'sleep 600'
port=1; config
for n in 1 2 3 4 5 6 7 8 9 10 11 12; do printf 'x\n' | "$BIN/sendmail" -f cacti@example.org "user$n@example.net"; done
# What stands in the place of less: it says that it was called, and how wide it was thought to be.
cat >"$work/page" <<'END'
#!/bin/sh
{ echo "called $*"; id -g; cat; } >"$PAGED"
cat "$PAGED"
END
chmod 755 "$work/page"
# shown COMMAND...: on a terminal of 80 columns and 24 lines; what was on it is in $work/shown
shown() {
	rm -f "$work/code" "$work/paged"
	terminal -f /dev/null new-session -d -x 80 -y 24 -s w "env PAGED=$work/paged sh -c '$1; echo \$? >$work/code; sleep 60'"
	wait_for test -s "$work/code"
	terminal capture-pane -p -t w >"$work/shown"
	terminal kill-session -t w 2>/dev/null
}
shown "PAGER=\"$work/page -x 1\" $BIN/mailq 2>/dev/null"
is "$(cat "$work/code")" 0 "mailq ends well behind a pager"
is "$(sed -n 1p "$work/paged")" "called -x 1" "PAGER is called, with its words"
is "$(sed -n 2p "$work/paged")" "$(id -g)" "as the caller's group"
is "$(grep -c 'user[0-9]*@example.net' "$work/paged")" 12 "and gets the whole list"
shown "PAGER=false FIRSTHOP_PAGER=$work/page $BIN/mailq 2>/dev/null"
is "$(sed -n 1p "$work/paged")" "called " "FIRSTHOP_PAGER is stronger"
shown "TERM=dumb PAGER=$work/page $BIN/mailq 2>/dev/null"
ok "none on a terminal that cannot move its cursor" test ! -e "$work/paged"
shown "TERM=screen PAGER=$work/page $BIN/relayconf check -v 2>/dev/null"
like "$(cat "$work/paged")" '^ {24}fix: ' "relayconf check is laid out for the terminal"
like "$(cat "$work/paged")" "$(printf '\033')\\[31mproblem" "with its colours"
is "$(awk 'length($0) > 95' "$work/paged")" "" "and its width"
for none in "PAGER=" "PAGER=cat" "PAGER=/nonexistent/less"; do
	shown "$none $BIN/mailq 2>/dev/null"
	is "$(cat "$work/code") $(test -e "$work/paged" && echo paged)" "0 " "$none: none"
done
PAGED=$work/paged PAGER=$work/page "$BIN/mailq" >"$work/piped" 2>/dev/null
ok "in a pipe: none" test ! -e "$work/paged"
is "$(grep -c example.net "$work/piped")" 12 "and the list as it is"
shown "PAGER=$work/page $BIN/mailq health"
ok "one line: none" test ! -e "$work/paged"
# Somebody who has seen enough.
shown "PAGER=true $BIN/mailq why all 2>/dev/null; PAGER=true $BIN/relayconf show"
ok "a pager that reads nothing ends it" test -s "$work/code"
if command -v less >/dev/null 2>&1; then
	for options in -S -SR --raw-control-chars; do
		terminal -f /dev/null new-session -d -x 80 -y 24 -s w "sh -c 'TERM=screen LESS=$options PAGER=less $BIN/relayconf check -v 2>/dev/null; sleep 60'"
		wait_for sh -c "tmux -S $work/tmux capture-pane -p -t w | grep '^problem\|ESC'"
		unlike "$(terminal capture-pane -p -t w)" 'ESC' "LESS=$options: no codes of colours are shown as letters"
		terminal kill-session -t w 2>/dev/null
	done
	terminal -f /dev/null new-session -d -x 80 -y 24 -s w "sh -c 'unset LESS PAGER; $BIN/mailq 2>$work/notes; echo ended; sleep 60'"
	ok "less shows a page" wait_for sh -c "tmux -S $work/tmux capture-pane -p -t w | grep '^:\|(END)'"
	ok "remarks wait until it has ended" test ! -s "$work/notes"
	terminal send-keys -t w q
	ok "and q ends it" wait_for sh -c "tmux -S $work/tmux capture-pane -p -t w | grep '^ended'"
	terminal kill-session -t w 2>/dev/null
	terminal -f /dev/null new-session -d -x 80 -y 100 -s w "sh -c 'unset LESS PAGER; $BIN/mailq 2>/dev/null; echo ended; sleep 60'"
	ok "what fits on the screen is just there" wait_for sh -c "tmux -S $work/tmux capture-pane -p -t w | grep '^ended'"
	terminal kill-session -t w 2>/dev/null
fi

# sendmail -q on a terminal: what is left, and a sentence at the end; elsewhere silent as ever.
"$BIN/mailq" remove all >/dev/null 2>&1
smarthost -q slow -S 3; config
printf 'x\n' | "$BIN/sendmail" -odq -f cacti@example.org slow@example.net
terminal -f /dev/null new-session -d -x 80 -y 24 -s w "sh -c '$BIN/sendmail -q; echo ended \$?; sleep 60'"
ok "sendmail -q shows what is left" wait_for sh -c "tmux -S $work/tmux capture-pane -p -t w | grep '^1 message left, [0-9]* s'"
ok "and how it ended" wait_for sh -c "tmux -S $work/tmux capture-pane -p -t w | grep '^The queue is empty'"
ok "with its exit code" wait_for sh -c "tmux -S $work/tmux capture-pane -p -t w | grep '^ended 0'"
is "$("$BIN/sendmail" -q 2>&1)" "" "without a terminal it is silent"
finish
