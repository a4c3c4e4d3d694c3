# A strict reader of OpenMetrics text, as far as gauges, counters and histograms go: prints what is wrong, and exits 1.
function wrong(what) { print NR ": " what ": " $0; bad = 1 }
function ends(word, tail) { return length(word) > length(tail) && substr(word, length(word) - length(tail) + 1) == tail }
# The family of a sample's name, by the type that was declared.
function family_of(name) {
	if (type[family] == "counter" && name == family "_total") return family
	if (type[family] == "histogram" && (name == family "_bucket" || name == family "_sum" || name == family "_count")) return family
	if (type[family] == "gauge" && name == family) return family
	return ""
}
ended { wrong("behind # EOF") }
/^# EOF$/ { ended = 1; next }
/^# (TYPE|UNIT|HELP) / {
	if ($3 !~ /^[a-zA-Z_:][a-zA-Z0-9_:]*$/) wrong("name")
	if ($2 == "TYPE") {
		if ($3 in type) wrong("declared twice")
		if ($4 !~ /^(gauge|counter|histogram)$/ || NF != 4) wrong("type")
		if ($4 == "counter" && ends($3, "_total")) wrong("a counter's family is named without _total")
		family = $3; type[family] = $4; samples[family] = 0
	} else if ($3 != family || samples[family] > 0) {
		wrong("out of its family's place")
	}
	if ($2 == "UNIT" && !ends($3, "_" $4)) wrong("the name does not end in its unit")
	if ($2 == "HELP") { helped[$3]++; if (NF < 4) wrong("no words") }
	next
}
{
	if ($0 !~ /^[a-zA-Z_:][a-zA-Z0-9_:]*(\{[a-z_]+="([^"\\]|\\[\\"n])*"(,[a-z_]+="([^"\\]|\\[\\"n])*")*\})? (0|[1-9][0-9]*)$/) { wrong("no sample"); next }
	name = $0; sub(/[{ ].*/, "", name)
	series = $0; sub(/ [0-9]+$/, "", series)
	if (family_of(name) == "") wrong("not of the family at hand")
	if (series in seen) wrong("twice")
	seen[series] = 1; samples[family]++
	if (name == family "_bucket") {
		if ($NF + 0 < last + 0) wrong("a bucket is less than the one before")
		last = $NF; top = series
	}
	if (name == family "_count" && (top !~ /le="\+Inf"/ || last != $NF)) wrong("the count is not that of the last bucket")
}
END {
	if (!ended) { print "no # EOF"; bad = 1 }
	for (f in type) if (helped[f] != 1) { print "no HELP: " f; bad = 1 }
	exit bad
}
