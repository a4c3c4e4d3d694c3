# For tests/score.sh: errors of the configuration, as relayconf check finds them.  Deed: refused (the configuration is not used), problem or note.
# configured DEED CAUSE REMEDY: with the configuration in $work/firsthop.conf
configured() {
	out=$("$BIN/relayconf" check --json 2>/dev/null)
	grade=problem
	[ "$1" != note ] || grade=note
	line=$(printf '%s\n' "$out" | grep -E "\"grade\": \"$grade\"" | grep -E -- "$2" | head -n 1)
	does=nothing
	case $line in
	*'"rule": "config"'*) does=refused ;;
	*'"grade": "problem"'*) does=problem ;;
	*'"grade": "note"'*) does=note ;;
	esac
	[ -n "$line" ] || line=$(printf '%s\n' "$out" | grep -E '"grade": "problem"' | head -n 1)
	score "configuration: $(tail -n +4 "$work/firsthop.conf" | tr '\n' ' ')" "$does" "$1" "$line" "$2" "$line" "$3"
}
while IFS=$tab read -r lines deed cause remedy; do
	case $lines in '#'* | '') continue ;; esac
	{ printf '[host]\nname = mon1.example.org\naliases = %s/aliases\n' "$work"; printf '%b\n' "$lines" | sed "s,WORK,$work,g"; } >"$work/firsthop.conf"
	configured "$deed" "$cause" "$remedy"
done <tests/score/configurations.table
