# The sentences that can be translated, one a line: FILE:LINE: SENTENCE, as they stand in the C source, but joined; a macro between
# two parts is ${MACRO}.  In the tables of reasons and remedies these are all strings with a blank; elsewhere those within TR(),
# TR_LATER() and finding().
function flush() {
	if (text != "" && (marked || (text ~ / / && (table || (found && letters(text)))))) print name ":" at ": " text
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
			depth++
			if (!marked && (word == "TR" || word == "TR_LATER")) marked = depth
			else if (!found && word == "finding") found = depth
		} else if (c == ")") {
			if (marked == depth) marked = 0
			if (found == depth) found = 0
			depth--
		}
		word = ""
	}
}
END { flush() }
