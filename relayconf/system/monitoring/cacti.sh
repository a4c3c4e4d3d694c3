#!/bin/sh
# Cacti's data script for firsthop: copy it as scripts/firsthop.sh into Cacti's folder, and import cacti.xml.
# firsthop.sh [HOST]: the queue of this machine, or (by ssh, with a key and no password) of another one.
mailq=${mailq:-mailq}
case ${1:-localhost} in
localhost | 127.0.0.1 | ::1 | "$(hostname)") set -- $mailq health --openmetrics ;;
-*) echo "firsthop.sh: $1 is no host" >&2; exit 64 ;;
*) set -- ssh -o BatchMode=yes -o ConnectTimeout=5 -- "$1" mailq health --openmetrics ;;
esac
"$@" | awk '
/^firsthop_queue_messages\{/ { waiting += $NF }
/^firsthop_queue_oldest_age_seconds / { oldest = $NF }
/^firsthop_queue_dead_messages / { dead = $NF }
/^firsthop_recipients_total\{/ {
	match($1, /verdict="[a-z]*"/)
	count[substr($1, RSTART + 9, RLENGTH - 10)] += $NF
}
/^# EOF/ { whole = 1 }
END {
	if (!whole) exit 1
	printf "waiting:%d oldest:%d dead:%d sent:%d deferred:%d failed:%d\n", waiting, oldest, dead, count["sent"], count["deferred"], count["failed"]
}'
