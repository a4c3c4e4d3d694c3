#!/bin/sh
# portlint.sh FOLDER: the rules of ports that can be looked at without a ports tree, as portlint(1) and the Porter's Handbook have them: order of
# variables, form of COMMENT and dependencies, tabs, line lengths, packing list, messages, rc script.  A line for each breach; exit 1 when there are any.
folder=$1
cd "$folder" || exit 64
said=$(mktemp)
trap 'rm -f "$said"' EXIT
say() { echo "$*" >>"$said"; }

for file in Makefile pkg-descr pkg-plist files/*.in; do
	[ -f "$file" ] || { say "$file: missing"; continue; }
	awk -v f="$file" '
		/[ \t]$/ { print f ":" NR ": blanks at the end" }
		/\r/ { print f ":" NR ": carriage return" }
		/[^\t -~]/ { print f ":" NR ": not ASCII" }
		/^$/ && empty { print f ":" NR ": two blank lines" }
		{ empty = $0 == "" }
		END { if (empty) print f ": blank line at the end" }' "$file" >>"$said"
	[ -z "$(tail -c 1 "$file")" ] || say "$file: the last line has no end"
done

# The variables of each block in their order, then blocks in theirs; a blank line between blocks.
awk '
function complain(text) { print "Makefile:" NR ": " text }
BEGIN {
	split("PORTNAME:1 PORTVERSION:1 DISTVERSIONPREFIX:1 DISTVERSION:1 PORTREVISION:1 PORTEPOCH:1 CATEGORIES:1 MASTER_SITES:1 DISTNAME:1 " \
		"MAINTAINER:2 COMMENT:2 WWW:2 LICENSE:3 LICENSE_FILE:3 BUILD_DEPENDS:4 LIB_DEPENDS:4 RUN_DEPENDS:4 TEST_DEPENDS:4 " \
		"USES:5 SHEBANG_FILES:5 USE_RC_SUBR:5 MAKEFILE:6 MAKE_ARGS:6 MAKE_ENV:6 CFLAGS:7 CPPFLAGS:7 LDFLAGS:7 CONFLICTS:8 CONFLICTS_INSTALL:8 SUB_FILES:9 SUB_LIST:9 " \
		"USERS:10 GROUPS:10 PLIST_SUB:11 PORTDOCS:11 PORTEXAMPLES:11 OPTIONS_DEFINE:12 OPTIONS_DEFAULT:12 OPTIONS_SUB:12", known, " ")
	for (i in known) { split(known[i], pair, ":"); block[pair[1]] = pair[2]; }
	n = split("PORTNAME DISTVERSION CATEGORIES MASTER_SITES MAINTAINER COMMENT WWW LICENSE LICENSE_FILE LIB_DEPENDS USES SHEBANG_FILES USE_RC_SUBR MAKEFILE MAKE_ARGS CPPFLAGS " \
		"LDFLAGS CONFLICTS_INSTALL SUB_FILES SUB_LIST USERS GROUPS PLIST_SUB OPTIONS_DEFINE OPTIONS_DEFAULT OPTIONS_SUB", order, " ")
	for (i = 1; i <= n; i++) place[order[i]] = i
}
{ whole = whole $0 "\n" }
/^$/ { fresh = 1; if (targets == 0) next }
/^#/ { next }
/\$\(/ { complain("$(VARIABLE): write ${VARIABLE}") }
/^ / { complain("begins with blanks") }
length($0) > 100 { complain("a long line") }
/^[^\t#]*(\/usr\/local|\/usr\/ports)/ { complain("an absolute path: PREFIX, LOCALBASE or PORTSDIR") }
/^\t@?(cp|mv|rm|mkdir|install|ln|sed|chmod|chown) / { complain("a bare command: ${CP}, ${MV} ...") }
/^(fetch|extract|patch|configure|build|install):/ { complain("a target of the framework is redefined") }
/^[a-z][A-Za-z_-]*:/ { targets = 1 }
/^\./ { last = $0; next }
/^[A-Z_][A-Za-z_0-9]*[+?]?=/ {
	last = $0
	name = $0; sub(/[+?]?=.*/, "", name)
	value = $0; sub(/^[^=]*=[ \t]*/, "", value)
	if ($0 !~ /=\t/) complain(name ": a tab follows the equals sign")
	if ($0 ~ /=\t+ /) complain(name ": tabs only before the value")
	if (targets) complain(name ": variables come before targets")
	seen[name] = value
	if (name in block) {
		if (block[name] + 0 < now + 0) complain(name ": has to come earlier")
		else if (block[name] != now && !fresh && now != "") complain(name ": a blank line comes before this block")
		else if (block[name] == now && fresh) complain(name ": belongs to the block above")
		if (name in place && place[name] < at) complain(name ": order of the block")
		if (name in place) at = place[name]
		now = block[name]
	}
	if (name ~ /_DESC$/) { option = name; sub(/_DESC$/, "", option); described[option] = value }
	fresh = 0
	next
}
/^\t/ { if (!targets && last !~ /\\$/ && previous !~ /\\$/) complain("a tab, but the line above does not go on") }
{ previous = $0; if (/\\$/) last = $0; last_line = $0 }
END {
	NR = 0
	m = split("PORTNAME DISTVERSION CATEGORIES MASTER_SITES MAINTAINER COMMENT WWW LICENSE LICENSE_FILE USES", must, " ")
	for (i = 1; i <= m; i++) if (!(must[i] in seen)) complain(must[i] " is missing")
	c = seen["COMMENT"]
	if (length(c) > 70) complain("COMMENT has more than 70 characters")
	if (c !~ /^[A-Z0-9]/) complain("COMMENT begins with a capital")
	if (c ~ /\.$/) complain("COMMENT ends without a period")
	if (c ~ /^(A|An|The) /) complain("COMMENT begins with no article")
	if (tolower(c) ~ "^" seen["PORTNAME"]) complain("COMMENT repeats the name")
	if (seen["WWW"] !~ /^https?:\/\/.+/) complain("WWW is no URL")
	if (seen["MASTER_SITES"] !~ /^[a-z]+:\/\/.*\/$/) complain("MASTER_SITES ends in a slash")
	if (seen["MAINTAINER"] !~ /^[^ ,<>()@]+@[A-Za-z0-9.-]+$/) complain("MAINTAINER is one bare address")
	if (seen["LIB_DEPENDS"] !~ /^lib[a-z0-9]+\.so:[a-z-]+\/[a-z0-9-]+([ \t]*\\)?$/) complain("LIB_DEPENDS: libNAME.so:category/port")
	o = split(seen["OPTIONS_DEFINE"], options, " ")
	for (i = 1; i <= o; i++) {
		if (!(options[i] in described)) complain("option " options[i] " has no description")
		else if (length(described[options[i]]) > 60) complain("the description of option " options[i] " is too long for the dialogue")
		if (i > 1 && options[i] < options[i - 1]) complain("options are sorted")
	}
	if (whole !~ /\n\n\.include <bsd\.port\.mk>\n$/) complain("ends with .include <bsd.port.mk>")
}' Makefile >>"$said"

names() { awk -v name="$1" '$0 ~ "^" name "=" { on = 1 } on { sub(/^[A-Z_]*=/, ""); more = sub(/\\$/, ""); printf "%s ", $0; if (!more) exit }' Makefile; }
for name in $(names SUB_FILES) $(names USE_RC_SUBR); do [ -f "files/$name.in" ] || say "files/$name.in: named in Makefile, and missing"; done
for file in files/*; do
	case " $(names SUB_FILES | tr '\t' ' ') $(names USE_RC_SUBR | tr '\t' ' ') " in *" $(basename "$file" .in) "*) ;; *) say "$file: not named in Makefile" ;; esac
	for word in $(grep -o '%%[A-Z_]*%%' "$file" | sort -u); do
		case $word in %%PREFIX%% | %%LOCALBASE%% | %%DATADIR%% | %%EXAMPLESDIR%%) ;; *) names SUB_LIST | grep -q "$(echo "$word" | tr -d %)=" || say "$file: $word is not in SUB_LIST" ;; esac
	done
	! grep -n '/usr/local' "$file" >>"$said" || say "$file: /usr/local: PREFIX or LOCALBASE"
done

[ "$(wc -l <pkg-descr)" -le 24 ] || say "pkg-descr: more than 24 lines"
awk 'length($0) > 80 { print "pkg-descr:" NR ": longer than 80" } /^WWW:/ { print "pkg-descr:" NR ": WWW belongs into Makefile" }' pkg-descr >>"$said"

awk '
{ line = $0; while (sub(/^%%[A-Z_]+%%/, "", line)) if (line ~ /^\//) break; if (line == "" || $0 ~ /^%%(DATADIR|EXAMPLESDIR|SPOOLDIR)%%/) line = $0 }
line ~ /^@(dir|sample|postexec|preunexec|comment)(\([a-z]*,[a-z]*,[0-7]*\))? / { if (line ~ /^@(exec|unexec|dirrm|owner|group|mode)/) print "pkg-plist:" NR ": old keyword"; next }
line ~ /^@\([a-z]*,[a-z]*,[0-7]*\) [^\/]/ { sub(/^@[^ ]* /, "", line) }
line ~ /^@/ { print "pkg-plist:" NR ": this keyword is not known: " $0; next }
line ~ /^\// { print "pkg-plist:" NR ": a full path" }
line ~ /man\/man[1-9]\// && line !~ /\.gz$/ { print "pkg-plist:" NR ": a manual page is listed as .gz" }
line ~ /^etc\/rc\.d/ { print "pkg-plist:" NR ": USE_RC_SUBR lists it" }
line ~ /^share\/(doc|examples)\// { print "pkg-plist:" NR ": DOCSDIR, EXAMPLESDIR" }
seen[$0]++ { print "pkg-plist:" NR ": twice" }' pkg-plist >>"$said"

# UCL: a list of objects, each with type and a here-document.
awk '
function complain(text) { print "files/pkg-message.in:" NR ": " text }
in_text { if (length($0) > 80) complain("longer than 80"); if ($0 == "EOM") in_text = 0; next }
NR == 1 && $0 != "[" { complain("begins with [") }
/^\{ type: (install|upgrade|remove)$/ { open++; types[$3]++; next }
/^  message: <<EOM$/ { in_text = 1; next }
/^\}$/ { open--; next }
/^[][]$/ { last = $0; next }
{ complain("not understood: " $0) }
END { if (open != 0 || in_text || last != "]") complain("not closed"); for (t in types) if (types[t] > 1) complain("twice: " t)
	if (!types["install"] || !types["upgrade"] || !types["remove"]) complain("install, upgrade and remove each say something") }' files/pkg-message.in >>"$said"

for name in $(names USE_RC_SUBR); do
	for line in '#!/bin/sh' '# PROVIDE: .*'"$name" '# REQUIRE: .*[A-Z]' '# KEYWORD: shutdown' '\. /etc/rc\.subr' "name=\"*$name" "rcvar=${name}_enable" 'load_rc_config \$name' \
		": \\\${${name}_enable:=\"NO\"}" 'run_rc_command "\$[@1]"'; do
		grep -q "^$line" "files/$name.in" || say "files/$name.in: no line $line"
	done
	tail -n 1 "files/$name.in" | grep -q '^run_rc_command' || say "files/$name.in: run_rc_command stands last"
	sh -n "files/$name.in" || say "files/$name.in: not read by sh"
done
sort -u "$said"
[ ! -s "$said" ]
