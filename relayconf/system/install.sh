#!/bin/sh
# install.sh BINARIES: programs, manual pages, sample configuration; needs no root.  Safe on a machine in use: each file is written beside its place,
# gets its owner and mode there (those of rights.table, once install-rights has made user and groups), and takes the place in one step;
# folders that are there already are left as they are.  For packages: INSTALL_PROGRAM may strip, and SAMPLE_ONLY=yes leaves making
# firsthop.conf of the sample to the package.
set -eu
here=$(dirname "$0")
. "$here/rights.sh"
. "$here/links.sh"
. "$here/format.sh"
binaries=$1 catalogues=${1%/*}/languages
umask 022
refuse_newer_queue

# keep FILE: what another program has put there comes back with "make uninstall"
keep() {
	{ [ -e "$1" ] || [ -L "$1" ]; } && ! is_kept "$1" || return 0
	if [ ! -L "$1" ] && grep -q firsthop "$1"; then return 0; fi
	mv "$1" "$1.$saved"
	echo "firsthop: what was $1 is kept as $1.$saved"
}

# every PROGRAM-STEP FILE-STEP: calls them with "source place owner group mode" and "source place mode" of all that is installed
every() {
	rights program | while read -r kind place owner group mode; do $1 "$binaries/${place##*/}" "$root$place" "$owner" "$group" "$mode"; done
	$2 relayconf/firsthop.conf.sample "$root$SYSCONFDIR/firsthop/firsthop.conf.sample" 0644
	for file in munin.sh oauth.sh logwatch.pl install-links.sh links.sh; do $2 "$here/$file" "$root$PREFIX/share/firsthop/$file" 0755; done
	$2 "$here/logwatch.conf" "$root$PREFIX/share/firsthop/logwatch.conf" 0644
	for file in cacti.sh cacti.xml grafana.json prometheus.rules.yml zabbix.conf zabbix.xml; do
		case $file in *.sh) mode=0755 ;; *) mode=0644 ;; esac
		$2 "$here/monitoring/$file" "$root$PREFIX/share/firsthop/monitoring/$file" $mode
	done
	for file in entrypoint.sh Containerfile compose.yaml; do
		case $file in *.sh) mode=0755 ;; *) mode=0644 ;; esac
		$2 "$here/container/$file" "$root$PREFIX/share/firsthop/container/$file" $mode
	done
	completions | while read -r file place; do $2 "$made/$file" "$root$place" 0644; done
	for file in "$catalogues"/*.cat; do if [ -e "$file" ]; then $2 "$file" "$root$PREFIX/share/firsthop/languages/${file##*/}" 0644; fi; done
	pages | while read -r page place; do $2 "$page" "$root$place" 0644; done
}
write_program() {
	make_parents "$2"
	rm -f "$2.new"
	${INSTALL_PROGRAM:-install -m 0755} "$1" "$2.new"
	set_rights "$2.new" "$3" "$4" "$5" || :
}
write_file() {
	make_parents "$2"
	rm -f "$2.new"
	install -m "$3" "$1" "$2.new"
}
bring_in() {
	keep "$2"
	mv -f "$2.new" "$2"
}

# What shells need to complete the words of the programs, made by these themselves.  Those of another system cannot run here.
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
completions() { completion_places | while read -r file place; do if [ -s "$made/$file" ]; then echo "$file $place"; fi; done; }
completion_places | while read -r file place; do
	"$binaries/${file%.*}" completion "${file##*.}" >"$made/$file" 2>/dev/null || { rm -f "$made/$file"; echo "firsthop: $place is not made: ${file%.*} does not run here"; }
done

rights folder | while read -r kind place owner group mode; do make_folder "$root$place" "$owner" "$group" "$mode"; done
every write_program write_file
# A crash leaves the old programs or the new ones, no empty ones.
durable "$root$LIBEXEC"/*.new "$root$PREFIX"/bin/*.new "$root$PREFIX"/sbin/*.new
every bring_in bring_in
if [ "$(readlink "$root$LIBEXEC/relayconf" || :)" != ../../sbin/relayconf ]; then ln -sf ../../sbin/relayconf "$root$LIBEXEC/relayconf"; fi
if [ "${SAMPLE_ONLY:-no}" != yes ] && [ ! -e "$root$SYSCONFDIR/firsthop/firsthop.conf" ]; then
	install -m 0644 relayconf/firsthop.conf.sample "$root$SYSCONFDIR/firsthop/firsthop.conf"
fi
durable "$root$LIBEXEC" "$root$PREFIX/bin" "$root$PREFIX/sbin" "$root$SYSCONFDIR/firsthop" "$root$SPOOLDIR/drop" "$root$SPOOLDIR/mqueue"
