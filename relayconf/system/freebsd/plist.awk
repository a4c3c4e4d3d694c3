# awk -f plist.awk rights.table pkg-plist.in: the packing list, with owner, group and mode of each place that has its own.
function place_of(name) {
	sub(/^LIBEXEC/, "libexec/firsthop", name)
	sub(/^PREFIX\//, "", name)
	sub(/^SPOOLDIR/, "%%SPOOLDIR%%", name)
	return name
}
function option_of(when) {
	if (when == "resident") return "%%NO_DAEMONLESS%%"
	if (when == "daemonless") return "%%DAEMONLESS%%"
	return ""
}
# FreeBSD's root has the group wheel.
function group_of(name) { return name == "root" ? "wheel" : name }

NR == FNR && $1 == "program" && ($6 != "always" || $3 " " $4 " " $5 != "root root 0755") {
	lines[place_of($2)] = lines[place_of($2)] option_of($6) "@(" $3 "," group_of($4) "," $5 ") " place_of($2) "\n"
}
NR == FNR && $1 == "folder" { lines[place_of($2)] = "@dir(" $3 "," group_of($4) "," $5 ") " place_of($2) "\n" }
# A running runner has it open, so it stays through an upgrade.
NR == FNR && $1 == "fifo" {
	file = place_of($2)
	lines[file] = "@postexec [ -p " file " ] || (umask 077; mkfifo " file "); chown " $3 ":" group_of($4) " " file "; chmod " $5 " " file "\n" \
		"@preunexec [ -n \"$PKG_UPGRADE\" ] || rm -f " file "\n"
}
NR == FNR { next }
$0 in lines { printf "%s", lines[$0]; next }
{ print }
