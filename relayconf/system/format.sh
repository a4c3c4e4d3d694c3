# The format of the queue, for the scripts beside this file: programs that know less than the queue holds are not installed.
refuse_newer_queue() {
	known=$(sed -n 's/^#define FORMAT_KNOWN \([0-9]*\).*/\1/p' "$here/../../sendmail/lib/spool/format.h")
	held=$(sed -n 's/^firsthop-queue: \([0-9]*\).*/\1/p' "$root$SPOOLDIR/mqueue/format" 2>/dev/null || :)
	[ "${held:-0}" -gt "$known" ] || return 0
	echo "firsthop: the queue $root$SPOOLDIR was written by a later version (format $held, these programs know $known)." >&2
	echo "firsthop: nothing was changed.  Let that version deliver what waits (mailq), or install it again." >&2
	exit 65
}
