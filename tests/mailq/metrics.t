#!/bin/sh
# mailq health --openmetrics: valid whatever is in the queue, bounded, and counters that only grow.
. tests/lib.sh
new_spool
M=$BIN/mailq
metrics() { "$M" health --openmetrics >"$work/metrics" 2>"$work/err"; }
value() { grep -v '^#' "$work/metrics" | grep -F -- "firsthop_$1 " | sed 's/.* //'; }
strict() { awk -f tests/fake/openmetrics.awk "$work/metrics"; }
printf '# TYPE a gauge\n# HELP a x\na 1\na 2\n# TYPE b_s counter\nb_s 1\n' >"$work/metrics"
is "$(strict | sed 's/:.*//' | tr '\n' ' ')" "4 6 no # EOF no HELP " "the checker finds a sample that stands twice, a wrong name, a missing end and a missing HELP"

# A queue that nobody has served.
port=1; config
metrics; is $? 0 "exit 0" "$(cat "$work/err")"
is "$(strict)" "" "an empty queue: valid"
is "$(value runner_up)$(value 'queue_messages{state="maildrop"}')$(value 'path_open{path="main"}')$(value config_good)" 0011 "no runner, nothing waits, the way is open as far as known"
ok "room on the disk" test "$(value spool_free_bytes)" -gt "$(value spool_reserve_bytes)"
echo x | "$BIN/sendmail" -f '"a\"b"@example.org' ops@example.net
metrics; is "$(value 'queue_messages{state="maildrop"}')$(value 'queue_recipients{fault="none"}')" 11 "what no runner has taken up"

# Deferred, with the reason; a smarthost with an odd name; a domain of its own.
config '[smarthost odd\name]
host = 127.0.0.1
port = 1
tls = off
default = no
[route odd.example]
via = odd\name
[route b.example]
via = main
[fallback]
direct_mx = no'
for to in ops@odd.example ops@b.example; do echo x | "$BIN/sendmail" -f cacti@example.org $to; done
runner_once
metrics; is "$(strict)" "" "closed paths and a hostile name: valid" "$(cat "$work/metrics")"
is "$(($(value 'queue_messages{state="deferred"}') + $(value 'queue_messages{state="incoming"}')))" 3 "three wait: those that asked, and those that need not ask"
is "$(value 'queue_recipients{fault="route"}')" 3 "by the route"
is "$(value 'path_open{path="main"}')$(value 'path_open{path="odd\\name"}')" 00 "both paths are closed"
like "$(cat "$work/metrics")" '^firsthop_path_closed_seconds\{path="main",fault="route",key="connect-refused"\} [0-9]+$' "since when, and why"
is "$(grep -c 'path_open{' "$work/metrics")" 2 "each path once"
main=$(value 'recipients_total{hop="main",verdict="deferred"}') odd=$(value 'recipients_total{hop="odd\\name",verdict="deferred"}')
ok "attempts are counted by server" test "$main" -ge 1 -a "$odd" -ge 1
is "$(value 'deferrals_total{fault="route"}') $(value adopted_messages_total)" "$((main + odd)) 3" "and by fault"
like "$(value queue_oldest_age_seconds)" '^[0-9]+$' "the oldest age"
unlike "$(cat "$work/metrics")" '@|example' "no address and no domain in it"

# Delivered by a second runner: its counts come on top.
smarthost; edit "s/^port = .*/port = $port/" "$work/firsthop.conf"
runner_once
metrics; is "$(strict)" "" "after delivery: valid"
is "$(value 'recipients_total{hop="main",verdict="sent"}') $(value 'recipients_total{hop="main",verdict="deferred"}')" "2 $main" "the counts of the runner before stay"
is "$(value delivery_seconds_count) $(value 'delivery_seconds_bucket{le="+Inf"}')" "3 3" "the histogram"
ok "a session is counted" test "$(value 'sessions_total{hop="main",result="ready"}')" -ge 1
since=$(value counters_since_timestamp_seconds)
is "$(value queue_size_bytes)$(value 'path_open{path="main"}')" 01 "nothing waits, and the way is open"

# Written within seconds while a runner lives, and by it alone; a killed one takes nothing back.
"$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!
pids="$pids $runner"
echo x | "$BIN/sendmail" ops@b.example
shown() { metrics; [ "$(value 'recipients_total{hop="main",verdict="sent"}')" = "$1" ]; }
ok "counted while the runner lives" eval "wait_for shown 3 || wait_for shown 3"
is "$(value runner_up)" 1 "which is seen"
kill -9 $runner; wait $runner 2>/dev/null
runner_once; metrics
is "$(value 'recipients_total{hop="main",verdict="sent"}') $(value counters_since_timestamp_seconds)" "3 $since" "after kill -9 nothing is less than it was shown"

# Rubbish in the file, and very many servers.
{ printf 'total since=-5 adopted=zwei sent\n\377\376 \000\nhop name="" sent=5\nhop name=%s sent=1\n' "$(printf '%0300d' 7)"; for n in $(seq 60); do echo "hop name=s$n sent=1"; done; } >"$work/spool/mqueue/counters"
metrics; is "$(strict)" "" "rubbish in mqueue/counters: valid"
is "$(grep -c 'recipients_total{.*verdict="sent"' "$work/metrics") $(value 'recipients_total{hop="other",verdict="sent"}')" "24 38" "as many servers as are told apart, the others together"
events=$(sed -n 's/.*server_events_total{.*event="\([a-z_]*\)"}.*/\1/p' "$work/metrics" | sort -u)
is "$(for event in $events; do grep -q "^# HELP firsthop_server_events .*[:;] $event: " "$work/metrics" && sed -n '/firsthop_server_events_total/,/^\./p' man/firsthop.7 | grep -qw "$event" || echo "$event"; done; [ "$(echo $events | words)" -ge 5 ] || echo "$events")" "" "what is counted of a server is explained, each word, in HELP and in firsthop(7)"
sed 's/^host =.*/hots = x/' "$work/firsthop.conf" >"$work/broken"; cp "$work/broken" "$work/firsthop.conf"
echo x | "$BIN/sendmail" ops@b.example
runner_once
metrics; is "$(strict)$(value config_good)" 0 "a configuration that is wrong"
like "$(cat "$work/metrics")" 'path_closed_seconds\{path="all",fault="config",key="config-syntax"\}' "with its reason"

# The recipe: whole or not at all.
FIRSTHOP_SPOOL=$work/nowhere "$M" health --openmetrics >"$work/none" 2>/dev/null; is "$? $(cat "$work/none")" "3 " "a queue that cannot be read: exit 3, and nothing is printed"
"$M" health --openmetrics -w 5 >/dev/null 2>&1; is $? 3 "limits have no place there"
if [ -e /dev/full ]; then "$M" health --openmetrics >/dev/full 2>/dev/null; is $? 74 "a full disk: 74"; fi
finish
