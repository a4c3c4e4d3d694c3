# A catalogue's source as lines MSGID TAB MSGSTR, as they stand between the quotes; long strings are joined.  Comments and the head,
# whose msgid is empty, are left out.
function end() { if (id != "") print id "\t" str; id = str = "" }
/^#/ || /^[ \t]*$/ { next }
/^msgid / { end(); at = "id" }
/^msgstr / { at = "str" }
{
	if (!match($0, /"(\\.|[^"\\])*"[ \t]*$/)) { print FILENAME ":" FNR ": this is no string" >"/dev/stderr"; exit 1 }
	words = substr($0, RSTART + 1, RLENGTH - 1); sub(/"[ \t]*$/, "", words)
	if (at == "id") id = id words; else str = str words
}
END { end() }
