#!/bin/sh
# The answers to a Japanese administrator: mailq why, explain, check and probe at 80 and 40 columns, in a pipe, and in other locales; what
# programs read, and logs, stay English.
. tests/lib.sh
new_spool
if ! [ -s "$BUILD/languages/ja.cat" ]; then
	count=1; echo "ok 1 - Japanese # skip no gencat was there to build the catalogue"; finish; exit
fi
export FIRSTHOP_LANGUAGES="$PWD/$BUILD/languages"
smarthost -r 'no=550 5.7.1 <no@example.net>: Relay access denied'
config
printf 'Subject: x\n\nx\n' | "$BIN/sendmail" -f cacti@example.org no@example.net
runner_once; runner_once
id=$("$BIN/mailq" -bpi 2>/dev/null)
ja() { env LC_ALL=ja_JP.UTF-8 "$@"; }
why=$(ja "$BIN/mailq" why "$id")
is "$(echo "$why" | sed -n 1p)" "意味      サーバは、このマシンのメールを中継しません。また、受信者のドメインを扱っていません。" "why: what it means"
like "$why" '^理由      スマートホスト main、127\.0\.0\.1:[0-9]*: RCPT: 550 5\.7\.1 .*Relay access denied$' "the server's own words stay as they are"
like "$why" '^待機      待っても解決しません$' "waiting"
like "$why" '^対処      1\. ' "steps are numbered"
like "$why" '^          2\. ' "each is a line"
unlike "$why" '^ *[0-9]\. .*。$' "without the full stop at its end"
like "$why" '^次の試行  ' "when it is tried next"
like "$why" "^$id  送信者 <cacti@example.org>  受信者 <no@example.net>\$" "the envelope"
like "$why" '^受付 20.*前、uid [0-9]+.*、試行 [0-9]+ 回$' "its age"
like "$why" '^     判断      ' "decisions"
unlike "$(env LC_ALL=C "$BIN/mailq" why "$id")" "$(printf '[\200-\377]')" "in the C locale: ASCII"
is "$(ja "$BIN/mailq" -bp | sed 's/([^)]*)//')" "$(env LC_ALL=C "$BIN/mailq" -bp | sed 's/([^)]*)//')" "the list, which programs read, is the same in every locale"
is "$(ja "$BIN/mailq" health | cut -d' ' -f1,2)" "$(env LC_ALL=C "$BIN/mailq" health | cut -d' ' -f1,2)" "and so is health"
unlike "$(cat "$work/log" 2>/dev/null; cat "$work"/spool/mqueue/*.log)" '配送|受信者' "log and journal are English"

check=$(ja "$BIN/relayconf" check -v)
like "$check" '^正常     password       ログインは設定されていません$' "check: what is right"
like "$check" '^問題     runner         ランナーが動作していません。' "what is wrong"
like "$check" '^ {24}対処: ' "and what to do"
"$BIN/runner" --stay --foreground 2>>"$work/log" & runner=$!
wait_for sh -c "'$BIN/mailq' health | grep -q 'waiting will not fix'"
like "$(ja "$BIN/relayconf" check)" '^問題     waiting        1 通のメッセージが待っています、.*: 待っても解決しません: スマートホスト main、127\.0\.0\.1:[0-9]+: RCPT: 550 5\.7\.1 ' "what mailq health says is said again"
like "$(ja "$BIN/relayconf" test yes@example.net)" '^結果     配送: スマートホスト main、127\.0\.0\.1:[0-9]+: データの終わり: 250 ' "test: a mail that is delivered"
stop "$runner"
like "$check" '^直すべき問題: [0-9]+ 件。' "the sum"
unlike "$(ja "$BIN/relayconf" check --json)" "$(printf '[\200-\377]')" "check --json is English"
probe=$(ja "$BIN/relayconf" probe --to no@example.net)
like "$probe" '^スマートホスト main、送信者 <.*>、受信者 <no@example.net>。メッセージは送りません$' "probe"
like "$probe" '^結果      スマートホスト main、' "its result"
like "$probe" '^ +[0-9]+ ms +[+][0-9]+  127\.0\.0\.1.* に接続しました$' "its steps"
like "$(ja "$BIN/relayconf" probe --to yes@example.net)" '^結果      .*RCPT: サーバはこの受信者へのメールを受け付けます$' "what is right, too"
like "$probe" '^意味      サーバは、このマシンのメールを中継しません。' "what it means"
unlike "$(ja "$BIN/relayconf" probe --json --to no@example.net)" '[^ -~]' "probe --json is English"
like "$(ja "$BIN/relayconf" explain 'nonsense' 2>&1)" '^relayconf: nonsense はキーでも' "a mistake is answered in Japanese, too"

# The commands of a day.
like "$why" '^     サーバ: main$' "why: the steps of an attempt"
like "$why" '^     example.org はこのマシン mon1.example.org のドメインです: そのメールは|^     127.0.0.1 はアドレスなので、名前を引く必要はありません$' "with their values"
summary=$(ja "$BIN/mailq" summary)
like "$summary" '^待機中のメッセージ: 1 通、最も古いもの: .*前、合計 1 KiB。ランナーが動作していないので、何も配送されません。$' "summary: numbers"
like "$summary" '^  件数  最古        次の試行    理由$' "its columns"
like "$summary" '^     1  5 分以内    #+$' "ages"
sed "s/^/$(LC_ALL=C date '+%b %e %H:%M:%S') mon1 /" "$work/log" >"$work/mail.log"
like "$(ja "$BIN/mailq" day --file "$work/mail.log" | sed -n 1p)" '^時刻   送信済み   延期   失敗  # 送信済み  = 延期  ! 失敗$' "day"
like "$(ja "$BIN/mailq" day tomorrow 2>&1)" '^mailq: day には' "and what is wrong with its word"
route=$(ja "$BIN/relayconf" route ops@example.org)
like "$route" '^  受信者     <ops@example.org>$' "route: labels"
like "$route" '^       127.0.0.1 はアドレスなので' "and steps"
like "$(ja "$BIN/mailq" --help)" '^使い方: mailq COMMAND' "help"
unlike "$(for c in summary log day why health; do ja "$BIN/mailq" $c --help; done; for c in setup test check probe route import oauth; do ja "$BIN/relayconf" $c --help; done)" \
	'^[A-Z][a-z]+ [a-z]+ [a-z]+' "no sentence of help is English"
unlike "$(ja "$BIN/mailq" completion zsh)" "$(printf '[\200-\377]')" "completion, which shells read, is English"
test=$(ja "$BIN/relayconf" test no@example.net)
like "$test" '^送信済み .*、宛先 <no@example.net>、件名「firsthop test' "test: what was sent"
like "$test" '^結果     待機: まだ試行していません: ランナーが動作していません$' "its outcome"
unlike "$(ja "$BIN/relayconf" test --json no@example.net)" '[^ -~]' "test --json is English"
like "$(ja "$BIN/relayconf" setup --yes x 2>&1 </dev/null)" '^relayconf: setup: x は you@example.org のような' "setup: a wrong answer"

# What was typed wrong, and settings and mail of a former mail program.
says() { like "$(ja "$BIN/$2" $3 2>&1 </dev/null)" "$1" "$2 $3"; }
says '^relayconf: chekc というコマンドはありません。もしかして: check$' relayconf chekc
says '^使い方: relayconf \[-C FILE\] COMMAND' relayconf chekc
says '^"relayconf --help" で詳しい説明を表示します$' relayconf chekc
says '^relayconf: コマンドがありません$' relayconf ''
says '^relayconf: check: --jsn というオプションはありません。もしかして: --json$' relayconf 'check --jsn'
says '^relayconf: get には KEY が必要です$' relayconf get
says '^relayconf: show: x は余分です$' relayconf 'show x'
says '^relayconf: set: キー host.domain に値がありません$' relayconf 'set host.name a host.domain'
says '^relayconf: probe: オプション --to には値が必要です: ADDRESS$' relayconf 'probe --to'
says '^relayconf: hots.name というキーはありません。もしかして: host.name' relayconf 'get hots.name'
says '^relayconf: .*port: "x" は 1 から 65535 までの数ではありません$' relayconf 'set smarthost.main.port x'
says '^relayconf: .* は変更していません$' relayconf 'set smarthost.main.port x'
says '^relayconf: \[smarthost mian\] は .* にありません。もしかして: main$' relayconf 'probe mian'
says '^relayconf: import が対応しているのは.*psotfix には対応していません。もしかして: postfix$' relayconf 'import psotfix'
says '^mailq: sumary というコマンドはありません。もしかして: summary$' mailq sumary
says '^mailq: --format は .*jsno ではありません。もしかして: json$' mailq '--format jsno'
says '^mailq: zzz に該当するメッセージはありません' mailq 'hold zzz'
says "^$id  保留しました\$" mailq "hold $id"
says "^$id  保留を解除しました\$" mailq "release $id"
like "$(ja "$BIN/relayconf" show)" '^キー +値 +出所$' "show"
is "$(ja "$BIN/relayconf" show | LC_ALL=C awk 'NR == 1 { gsub(/[\340-\357]../, "xx"); print index(substr($0, 5), "x") + 4 } NR == 2 { print index($0, "mon1") }' | tr '\n' ' ')" "38 38 " "in columns"
like "$(ja "$BIN/relayconf" show)" ' デフォルト$' "what is not set"
unlike "$(ja "$BIN/relayconf" show --json)" '[^ -~]' "show --json is English"
mkdir -p "$work/old/etc/postfix" "$work/old/var/spool/dma"
printf 'relayhost = [mail.example.net]:587\nmynetworks = 10.0.0.0/8\nmydestination = example.org\n' >"$work/old/etc/postfix/main.cf"
import=$(ja "$BIN/relayconf" import -R "$work/old" postfix)
like "$import" '^# firsthop\.conf\(5\)。postfix の次の設定から作成:$' "import: where it came from"
like "$import" '^#   /etc/postfix/main\.cf:2: mynetworks 10.* -- [[]listen[]] に書くまで、何も待ち受けません$' "and what was left out"
echo "$import" >"$work/imported"
for i in '' x xx; do
	printf 'relayhost = [mail.example.net]:587\nmynetworks = %s%0160d\n' "$i" 0 >"$work/old/etc/postfix/main.cf"
	import=$(ja "$BIN/relayconf" import -R "$work/old" postfix)
	ok "no character of a comment is cut (${#i})" sh -c 'echo "$1" | iconv -f UTF-8 -t UTF-8 >/dev/null' sh "$import"
	is "$(echo "$import" | LC_ALL=C awk 'length > 190')" "" "and no line too long"
done
ok "the file can be read" ja "$BIN/relayconf" -C "$work/imported" get smarthost.main.port
printf 'ID: 7.abc\nSender: alarm@example.org\nRecipient: asked@example.org\n' >"$work/old/var/spool/dma/Q7.abc"
printf 'Subject: asked for\n\nx\n' >"$work/old/var/spool/dma/M7.abc"
adopt=$(ja "$BIN/relayconf" adopt -R "$work/old" 2>&1 </dev/null)
like "$adopt" '^dma +[0-9]+ 秒 +[0-9]+ バイト  alarm@example\.org から asked@example\.org へ$' "adopt: what there is"
like "$adopt" '^何も変更していません。"relayconf adopt --yes" でこちらに移します。$' "and what to do"
# No sentence is cut in the middle of a character, however long what stands in it is.
long=$(printf 'x%.0s' 1 2 3 4 5 6 7 8)
for i in 1 2 3 4; do long=$long$long; done
for i in 0 1 2; do
	printf '[host]\nname = a.example.org\n[route %s]\nvia = none\n' "$long" >"$work/long.conf"
	unlike "$(ja "$BIN/relayconf" -C "$work/long.conf" check 2>&1; ja "$BIN/relayconf" -C "$work/long.conf" show 2>&1)" '\\x' "a long sentence ($i)"
	long=${long}x
done

if ! command -v tmux >/dev/null 2>&1; then
	count=$((count + 1)); echo "ok $count - terminal # skip tmux is not installed"; finish; exit
fi
unset TMUX COLUMNS
terminal() { tmux -u -S "$work/tmux" "$@"; }
trap 'terminal kill-server 2>/dev/null; cleanup' EXIT
# Without one that stays, tmux ends between two sessions, and the next may find it ending.
terminal -f /dev/null new-session -d -s stays 'sleep 600'
# wide FILE COLUMNS: lines that are longer; a character of three or four bytes has two columns, but for the block of bars
wide() { LC_ALL=C awk -v most="$2" '{ gsub(/\342\226\210/, "x"); n = gsub(/[\340-\367][\200-\277][\200-\277][\200-\277]?/, "xx"); if (length($0) > most) print }' "$1"; }
is "$(printf '日本語x\n日本語\n' >"$work/w"; wide "$work/w" 6)" "xxxxxxx" "a line that is too long would be seen"
squeeze() { tr -d ' \n' <"$1"; }
for width in 80 40; do
	for what in "mailq top -n 1" "mailq" "mailq -v" "mailq summary" "mailq day --file $work/mail.log" "relayconf route ops@example.org" "relayconf setup --help" "relayconf chekc" "relayconf import -R $work/old postfix" "relayconf show" "mailq hold zzz" "mailq why $id" "relayconf explain relay-denied" "relayconf check -v" "relayconf probe --to no@example.net"; do
		rm -f "$work/code"
		errors=/dev/null
		case $what in *chekc | *zzz) errors='&1' ;; esac
		terminal -f /dev/null new-session -d -x $width -y 200 -s w "env LC_ALL=ja_JP.UTF-8 sh -c '$BIN/$what 2>$errors; echo \$? >$work/code; sleep 60'"
		wait_for test -s "$work/code"
		# What top shows is gone at its end.
		case $what in *top*) ;; *) wait_for sh -c "tmux -u -S $work/tmux capture-pane -p -t w | grep ." ;; esac
		terminal capture-pane -p -t w >"$work/shown"
		terminal kill-session -t w 2>/dev/null
		is "$(wide "$work/shown" $width)" "" "$what at $width columns: no line is longer"
		is "$(grep -nE '^ *(、|。|）|」|ー|っ|ッ|ょ|ョ)' "$work/shown")" "" "and none begins with a mark"
		is "$(grep -nE '(「|（)$' "$work/shown")" "" "or ends with an opening bracket"
		ja sh -c "$BIN/$what 2>$errors" >"$work/piped"
		case $what in mailq\ top* | mailq | mailq\ -v | mailq\ summary | mailq\ day* | relayconf\ show | relayconf\ probe* | relayconf\ check*) ;; *)
			is "$(squeeze "$work/shown" | sed 's/[0-9]\{1,\}秒/N秒/g')" "$(squeeze "$work/piped" | sed 's/[0-9]\{1,\}秒/N秒/g')" "nothing is lost" ;;
		esac
	done
done

# Certificates, fingerprints, proxies, names: no sentence of ours is left in English, in a step or in the result; a server's words are.
sh tests/fake/certs.sh "$work/certs" localhost >/dev/null 2>&1
# tried LINES PATTERN NAME: what probe says with these lines in [smarthost main]
tried() {
	printf '[host]\nname = mon1.example.org\n[smarthost main]\nhost = localhost\nport = %s\n%s\n' "$port" "$1" >"$work/firsthop.conf"
	said=$(ja "$BIN/relayconf" probe 2>&1)
	like "$said" "^結果      .*$2" "$3"
	is "$(echo "$said" | grep -v -e ' [<>] ' -e '^502 5.5.2 not known' -e '"220 smarthost.test ESMTP' | grep -E ' (the|is|it|was|does|no|not|for) [a-z]')" "" "and nothing of ours is English"
}
details='\(主体者 CN=.*、発行者 CN=.*、有効期間 20[0-9-]* から 20[0-9-]*、SHA-256 [0-9A-F:]*\)$'
authority="tls_ca_file = $work/certs/ca.pem"
# certificate NAME LINES PATTERN
certificate() {
	smarthost -t "$work/certs/$1.pem" -k "$work/certs/$1.key"
	tried "$2" "$3 $details" "a certificate: $1"
}
certificate good '' '証明書を信頼できません: 最初の証明書を検証できません'
certificate expired "$authority" '証明書の有効期限が 2021-01-01 00:00 UTC に切れています \(このマシンの時計は [^ ]*Z\)'
certificate notyet "$authority" '証明書は 2048-01-01 00:00 UTC より前には有効ではありません \(このマシンの時計は [^ ]*Z\)'
certificate wrongname "$authority" '証明書は localhost のものではありません。証明書にある名前: other.example.org'
certificate selfsigned "$authority" '証明書を信頼できません: 自己署名証明書です'
eights=aaaaaaaa
tried "tls_fingerprint = $eights$eights$eights$eights$eights$eights$eights$eights" 'サーバの証明書は tls_fingerprint のどの指紋にも合いません' "a fingerprint"
tried "proxy = socks5://127.0.0.1:$port" 'プロキシ socks5://.* は SOCKS5 を話しません。応答は意味をなしません$' "a proxy that is none"
tried "proxy = http://127.0.0.1:$port" 'プロキシ http://.* は HTTP を話しません。応答: 220' "for HTTP, too"
tried "implicit = yes" 'TLS' "TLS from the first byte"
finish
