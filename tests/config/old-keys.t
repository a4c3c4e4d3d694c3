#!/bin/sh
# A key's old name is accepted, and the new one is told: by check, show, get, set, the log, and for a container's variables.
. tests/lib.sh
new_spool
smarthost
config '[relay]
dot_s = 77'
line=$(awk '/^dot_s/ { print NR }' "$FIRSTHOP_CONFIG")
is "$("$BIN/relayconf" get relay.data_end_s) $("$BIN/relayconf" get relay.dot_s)" "77 77" "get knows both names"
like "$("$BIN/relayconf" show)" "^relay.data_end_s +77 .*:$line, by its old name dot_s" "show has the new one, and where the old one is"
like "$("$BIN/relayconf" check 2>&1)" "note +key-names .*:$line: key dot_s of \[relay\] is named data_end_s now; the old name still works" "check tells the new one"

echo x | "$BIN/sendmail" -f me@example.org you@example.org
runner_once
is "$(delivered)" 1 "mail goes"
is "$(grep -c 'key dot_s of \[relay\] is named data_end_s now; the old name still works' "$work/log")" 1 "and the log says so once"

out=$("$BIN/relayconf" set relay.dot_s 1 relay.data_end_s 2 2>&1); code=$?
is "$code" 64 "set by both names is refused: $out"
"$BIN/relayconf" set relay.dot_s 88
is "$(grep -c dot_s "$FIRSTHOP_CONFIG") $(sed -n "${line}p" "$FIRSTHOP_CONFIG")" "0 data_end_s = 88" "set writes the new one in that line"
unlike "$("$BIN/relayconf" check -v 2>&1)" 'note +key-names' "check has nothing to tell then"
like "$("$BIN/relayconf" check -v 2>&1)" 'ok +key-names +each key has the name of this version' "and says so with -v"

printf '[host]\nname = a.example.org\n[relay]\ndot_s = 1\ndata_end_s = 2\n' >"$work/both"
like "$("$BIN/relayconf" -C "$work/both" get relay.reply_s 2>&1)" ':5: key data_end_s is set a second time' "both in one file: named with its line"
like "$("$BIN/relayconf" -C "$work/both" get relay.dots_s 2>&1)" 'relay.dots_s is no key' "other names are none"

printf '[host]\nname = a.example.org\n[queue]\nwaits_min = 3 4\nbatch_messages = 7\n[bounce]\nmerge_min = 8\n[relay]\nbatch_s = 99\n' >"$work/all"
is "$(for key in queue.retry_min queue.messages_per_session bounce.merge_interval_min relay.session_s; do "$BIN/relayconf" -C "$work/all" get $key; done | tr '\n' ' ')" \
	"3 4 7 8 99 " "each of the others has its new name, too"

FIRSTHOP_SMARTHOST_HOST=mx.example.org FIRSTHOP_RELAY_DOT_S=99 "$BIN/relayconf" -C "$work/made" environment >/dev/null 2>&1
is "$("$BIN/relayconf" -C "$work/made" get relay.data_end_s)" 99 "a container's variable with the old name"
finish
