# The sentences that can be translated, one a line: FILE:LINE: SENTENCE, as they stand in the C source, but joined; a macro between
# two parts is ${MACRO}.  In the tables of reasons and remedies these are all strings with a blank; elsewhere those within TR(),
# TR_LATER(), and the arguments that functions translate themselves: which ones of which functions is said in BEGIN.
# With -v others=1 the rest: FILE:LINE: FUNCTION: STRING for each string of words that cannot be translated (FUNCTION: whose argument it
# is; "" in a table).  tests/source/languages.t knows which of them no person reads.
BEGIN {
	translates["finding"] = " 2 3 "; translates["complaint_say"] = " 1 "; translates["usage_wrong"] = " 2 "
	translates["import_note"] = " 4 "; translates["pairs_note"] = " 3 "; translates["pairs_note_rest"] = " 2 "; translates["note"] = " 2 3 "
	translates["adopt_drop"] = " 1 "; translates["adopt_leave"] = " 3 "
}
function flush(known) {
	known = marked || (text ~ / / && (table || (found && index(places, " " argument " ") && letters(text))))
	if (text != "" && known && !others) print name ":" at ": " text
	if (text ~ / / && letters(text) && !known && others) print name ":" at ": " callee[depth] ": " text
	text = ""
}
function letters(words) { gsub(/%[-.*0-9$]*[a-z]*/, "", words); return words ~ /[A-Za-z][A-Za-z]/ }
FNR == 1 { flush(); comment = 0; name = FILENAME; table = name ~ /\/(catalogue|remedy)_[a-z]+\.[ch]$/; depth = marked = found = 0; word = "" }
/^[ \t]*#/ { next }
{
	line = $0
	while (line != "") {
		if (comment) { i = index(line, "*/"); if (!i) { line = ""; break } line = substr(line, i + 2); comment = 0; continue }
		if (match(line, /^\/\*/)) { comment = 1; line = substr(line, 3); continue }
		if (match(line, /^'(\\.|[^'\\])*'/)) { flush(); word = ""; line = substr(line, RLENGTH + 1); continue }
		if (match(line, /^"(\\.|[^"\\])*"/)) {
			if (text == "") at = FNR
			text = text substr(line, 2, RLENGTH - 2); line = substr(line, RLENGTH + 1); word = ""; continue
		}
		if (match(line, /^[ \t]+/)) { line = substr(line, RLENGTH + 1); continue }
		if (match(line, /^[A-Za-z_][A-Za-z_0-9]*/)) {
			word = substr(line, 1, RLENGTH); line = substr(line, RLENGTH + 1)
			if (word ~ /^COMPAT_[A-Z_]+$/) { if (text == "") at = FNR; text = text "${" word "}" }
			else flush()
			continue
		}
		c = substr(line, 1, 1); line = substr(line, 2)
		flush()
		if (c == "(") {
			callee[++depth] = word
			if (!marked && (word == "TR" || word == "TR_LATER")) marked = depth
			else if (!found && word in translates) { found = depth; argument = 0; places = translates[word] }
		} else if (c == "," && found == depth) {
			argument++
		} else if (c == ")") {
			if (marked == depth) marked = 0
			if (found == depth) found = 0
			depth--
		}
		word = ""
	}
}
END { flush() }
