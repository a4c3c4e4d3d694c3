#!/bin/sh
# The guide of firsthop(7): each of its twelve tasks has a section, in English and in Japanese with the same commands; the commands of those
# that need no server of others are run; how many commands each needs.
. tests/lib.sh
new_spool
tasks='Installing
Upgrading
Starting at boot
Who reads root.s mail
Gmail
Microsoft 365
Amazon SES
Courier
Containers
Moving
Reading the log
When mail does not arrive'
is "$(echo "$tasks" | while read -r task; do grep -q "^\.Ss $task" man/firsthop.7 || echo "$task"; done)" "" "a section for each of $(echo "$tasks" | lines) tasks"

smarthost
config
# run NAME: the commands of a recipe, with the places of this test
run() { recipe "$1" | sed "s,/etc/mail/aliases,$work/aliases,; s/example\.org$/example.org/" >"$work/recipe"; (cd "$work" && PATH="$BIN:$PATH" sh -e "$work/recipe") >"$work/out" 2>&1; }
get() { "$BIN/relayconf" get "$1" 2>/dev/null; }
: >"$work/aliases"
run root; is $? 0 "recipe: root" "$(cat "$work/out")"
runner_once
is "$(delivered)" 1 "root's mail has gone"
like "$(cat "$work"/delivered/*.eml)" '^X-Envelope-To: <you@example.org>' "to the person"
echo geheim >"$work/secret"; chmod 600 "$work/secret"
# provider RECIPE'S-EXIT NAME
provider() {
	is "$1" 0 "recipe: $2" "$(cat "$work/out")"
	is "$(get smarthost.main.port) $(get smarthost.main.tls) $(get sender.envelope_from)" "587 verify alerts@example.org" "and the values are set"
	unlike "$("$BIN/relayconf" check 2>&1)" '^problem +(config|password|smarthost)' "the configuration is right"
}
tls=verify; config; run microsoft365; provider $? microsoft365
tls=verify; config; run ses; provider $? ses
run microsoft365; run connector; is $? 0 "recipe: connector" "$(cat "$work/out")"
tls=
is "$(get smarthost.main.login)/$(get smarthost.main.lookup)/$(get smarthost.main.port)" "/mx/25" "no login is left"

# Japanese: the same recipes with the same commands, and the same sections.
commands_of() { sed -n '/^\.[\\]" recipe: /,/^\.Ed/p' "$1" | sed 's/ *#.*//'; }
for page in man/*/firsthop.7; do
	is "$(commands_of "$page" | sort)" "$(commands_of man/firsthop.7 | sort)" "$page has the commands of man/firsthop.7"
	if command -v mandoc >/dev/null 2>&1; then
		is "$(mandoc -K utf-8 -T lint -W warning "$page" 2>&1)" "" "and is clean"
		ok "it can be read" sh -c "mandoc -K utf-8 -T utf8 $page | grep -q 'スマートホスト'"
	fi
done
# commands README: those in front of its list of folders
commands() { sed '/^    sendmail\//,$d' "$1" | sed -n 's/ *#.*//; /^    /p'; }
for file in man/*/README; do
	is "$(commands "$file")" "$(commands README)" "$file has the commands of README"
done
finish
