# String literals of C sources, one a line, with file and line; adjacent ones joined. Comments left out.
function flush() { if (text != "") print name ":" at ": " text; text = "" }
FNR == 1 { flush(); comment = 0; name = FILENAME }
/^[ \t]*#[ \t]*include/ { next }
{
	line = $0; seen = 0; other = 0
	while (line != "") {
		if (comment) { i = index(line, "*/"); if (!i) { line = ""; break } line = substr(line, i + 2); comment = 0; continue }
		if (match(line, /^\/\*/)) { comment = 1; line = substr(line, 3); continue }
		if (match(line, /^'(\\.|[^'\\])*'/)) { line = substr(line, RLENGTH + 1); flush(); continue }
		if (match(line, /^"(\\.|[^"\\])*"/)) {
			if (text == "") at = FNR
			text = text substr(line, 2, RLENGTH - 2); line = substr(line, RLENGTH + 1); continue
		}
		c = substr(line, 1, 1); line = substr(line, 2)
		if (c != " " && c != "\t") flush()
	}
}
END { flush() }
