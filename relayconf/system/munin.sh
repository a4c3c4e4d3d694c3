#!/bin/sh
# A munin plugin: how much mail waits, and since when.  Link it as "firsthop" into munin's folder of plugins; it runs as any user.
#%# family=auto
#%# capabilities=autoconf
mailq=${mailq:-mailq}

case ${1:-} in
autoconf)
	if $mailq health >/dev/null 2>&1 || [ $? -le 2 ]; then echo yes; else echo "no ($mailq health does not run)"; fi
	exit 0 ;;
config)
	cat <<-END
	graph_title firsthop: mail that waits
	graph_category mail
	graph_args --lower-limit 0
	graph_vlabel messages, minutes
	waiting.label messages that wait
	oldest.label minutes that the oldest has waited
	dead.label messages set aside
	dead.warning 0:0
	END
	# The limits are those of mailq health itself.
	$mailq health | sed -n 's/.* oldest=[0-9]*s;\([0-9]*\);\([0-9]*\).*/\1 \2/p' | {
		read -r warning critical && printf 'oldest.warning %d\noldest.critical %d\n' $((warning / 60)) $((critical / 60))
	}
	exit 0 ;;
esac
$mailq health | sed -n 's/.*| waiting=\([0-9]*\) oldest=\([0-9]*\)s.* dead=\([0-9]*\).*/\1 \2 \3/p' | {
	read -r waiting oldest dead || exit 1
	printf 'waiting.value %d\noldest.value %d\ndead.value %d\n' "$waiting" $((oldest / 60)) "$dead"
}
