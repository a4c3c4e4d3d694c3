# rights.table for the scripts beside it, which source this file after they have set here (their folder).
# root is the image that is worked on (DESTDIR), LIBEXEC, PREFIX, SYSCONFDIR and SPOOLDIR are the places in it.
root=${DESTDIR:-}
table=$here/rights.table

# number NAME passwd|group: of the image, which need not be that of this machine; empty where there is none
number() { awk -F: -v name="$1" '$1 == name { print $3 }' "$root/etc/$2" 2>/dev/null || :; }

place_of() {
	case $1 in
	LIBEXEC*) echo "$LIBEXEC${1#LIBEXEC}" ;;
	PREFIX*) echo "$PREFIX${1#PREFIX}" ;;
	SYSCONFDIR*) echo "$SYSCONFDIR${1#SYSCONFDIR}" ;;
	SPOOLDIR*) echo "$SPOOLDIR${1#SPOOLDIR}" ;;
	esac
}

# Who starts the runner: as DAEMONLESS says, else as it is.
is_daemonless() {
	case ${DAEMONLESS:-} in
	yes) return 0 ;;
	'') [ -u "$root$LIBEXEC/runner" ] ;;
	*) return 1 ;;
	esac
}

# rights KIND...: a line "kind place owner group mode" for each row of these kinds that holds here
rights() {
	holds="always $(if is_daemonless; then echo daemonless; else echo resident; fi)"
	while read -r kind name owner group mode when; do
		case " $* " in *" $kind "*) ;; *) continue ;; esac
		case " $holds " in *" $when "*) echo "$kind $(place_of "$name") $owner $group $mode" ;; esac
	done <"$table"
}

# id_of NAME passwd|group: root's group has other names elsewhere
id_of() { if [ "$1" = root ]; then echo 0; else number "$1" "$2"; fi; }

# rights_now FILE: "uid gid mode"
rights_now() { stat -c '%u %g %a' "$1" 2>/dev/null || stat -f '%u %g %Mp%Lp' "$1"; }

# set_rights FILE OWNER GROUP MODE: nothing is done to what is right already, so that it has no other rights for a moment.
# False, and nothing done, when the owner is not known (yet) or we are not root.
set_rights() {
	uid=$(id_of "$2" passwd) gid=$(id_of "$3" group)
	[ "$(id -u)" = 0 ] && [ -n "$uid" ] && [ -n "$gid" ] || return 1
	now=$(rights_now "$1")
	case "$now" in "$uid $gid ${4#0}" | "$uid $gid $4") return 0 ;; esac
	# Nobody gets a right by the old mode under the new owner; then the owner, which takes set-id bits away.
	[ -p "$1" ] || [ "${now%% *}" = "$uid" ] || chmod go-rwx "$1"
	chown "$uid:$gid" "$1" && chmod "$4" "$1"
}

# make_folder FILE OWNER GROUP MODE: a new one; one that is there is not touched
make_folder() {
	[ ! -d "$1" ] || return 0
	make_parents "$1"
	(umask 077 && mkdir "$1")
	set_rights "$@" || chmod "0${4#?}" "$1"
}

# Folders that are nobody's in particular (bin, share/man/man8).
make_parents() { (umask 022 && mkdir -p "${1%/*}"); }

# durable FILE...: they and all folders above them outlive a crash; before mail is put into them.  An image is copied to where it is used;
# the runner does the same for the queue when root starts it.
durable() {
	[ "$(id -u)" = 0 ] && [ -z "$root" ] || return 0
	list=
	for file in "$@"; do
		while [ -n "$file" ]; do
			case "$list " in *" $file "*) break ;; esac
			[ ! -e "$file" ] || list="$list $file"
			file=${file%/*}
		done
	done
	list="$list /"
	if [ "$(uname -s)" = FreeBSD ]; then fsync $list; else sync $list 2>/dev/null || sync; fi
}
