#!/bin/sh
# Reports in the language of [bounce] language, as UTF-8 with the headers that mail needs; subjects in the charsets that Japanese mail has.
. tests/lib.sh
new_spool
if ! [ -s "$BUILD/languages/ja.cat" ]; then
	count=1; echo "ok 1 - Japanese # skip no gencat was there to build the catalogue"; finish; exit
fi
export FIRSTHOP_LANGUAGES="$PWD/$BUILD/languages"
smarthost -r 'no=550 5.1.1 who?' -r 'relay=550 5.1.1 no' -r 'grey=450 4.2.0 Greylisted'
config '[bounce]
language = ja'
report() { cat "$(ls -t "$work"/delivered/*.eml | head -n 1)" | tr -d '\r'; }
from=cacti
# Of many reports to one sender only three leave in an hour.
send() { "$BIN/sendmail" -i -f $from@mon1.example.org "$@"; }
flat() { tr -d '\n'; }
printf 'Subject: Disk full on db3\n\nbody\n' | send no@example.org
runner_once
text=$(report)
like "$text" '^Subject: =\?UTF-8\?B\?[A-Za-z0-9+/=]+\?=$' "the subject is an encoded word (RFC 2047)"
is "$(echo "$text" | sed -n '/^Subject: /,/^Auto/s/^.*=?UTF-8?B?\(.*\)?=$/\1/p' | tr -d '\n' | openssl base64 -d -A)" "メールを配送できませんでした" "in Japanese"
like "$text" '^MIME-Version: 1\.0$' "MIME"
like "$(echo "$text" | sed -n '/^--firsthop/,/^$/p' | head -n 3)" '^Content-Type: text/plain; charset=utf-8$' "the words are UTF-8"
like "$(echo "$text" | sed -n '/^--firsthop/,/^$/p' | head -n 3)" '^Content-Transfer-Encoding: 8bit$' "and say that they have 8 bits"
is "$(echo "$text" | sed '/^$/q' | LC_ALL=C grep -c "$(printf '[\200-\377]')")" 0 "the header is ASCII"
first=$(echo "$text" | sed -n '/^Content-Transfer-Encoding/,/^宛先/p')
like "$(echo "$first" | flat)" 'に送信された、 ?<no@example\.org> 宛てのメッセージ「Disk full ?on db3」は、配送されませんでした。mon1\.example\.org ?が再試行することはありません。受信者のメールボックスが存在しません。対処方法: ?アドレスを確認してください。' \
	"the first paragraph: what happened, to whom, why, what to do"
like "$text" '^宛先      <no@example.org>$' "labels"
like "$text" '^理由      スマートホスト main、127\.0\.0\.1:[0-9]*: RCPT: 550 5\.1\.1 who\?' "the server's words as they are"
is "$(echo "$text" | sed -n '/^Content-Transfer-Encoding/,/^--firsthop/p' | LC_ALL=C awk '{ n = gsub(/[\340-\357][\200-\277][\200-\277]/, "xx"); if (length($0) > 76 && / /) print }')" "" "no line has more than 76 columns"
is "$(echo "$text" | sed -n '/^Content-Transfer-Encoding/,/^--firsthop/p' | grep -E '^ *(、|。|」)')" "" "none begins with a mark"
like "$text" '^Action: failed$' "the part for programs is as it was"
like "$text" '^Reporting-MTA: dns; ' "in English"
unlike "$(cat "$work/log")" '受信者|配送' "so is the log"

# Charsets: the subject in the report is readable, whatever the mail had it in.
jis=$(printf '\033$B%%F%%9%%H\033(B')
for charset in ISO-2022-JP EUC-JP Shift_JIS; do
	case $charset in
	ISO-2022-JP) raw=$jis ;;
	EUC-JP) raw=$(printf '\245\306\245\271\245\310') ;;
	Shift_JIS) raw=$(printf '\203\145\203\130\203\147') ;;
	esac
	from=$(echo $charset | tr -d '_-')
	printf 'Subject: %s\nMIME-Version: 1.0\nContent-Type: text/plain; charset=%s\n\nbody\n' "$raw" "$charset" | send no@example.org
	printf 'Subject: =?%s?B?%s?=\n\nbody\n' "$charset" "$(printf %s "$raw" | openssl base64 -A)" | send relay@example.org
	runner_once
	like "$(grep -l '<no@' "$work"/delivered/*.eml | xargs cat | tr -d '\r\n')" 'メッセージ「テスト」は' "$charset: raw, with its Content-Type: decoded in the report"
	like "$(grep -l '<relay@' "$work"/delivered/*.eml | xargs cat | tr -d '\r\n')" 'メッセージ「テスト」は' "$charset: as an encoded word, too"
	rm -f "$work"/delivered/*.eml
done
is "$("$BIN/relayconf" get bounce.language 2>/dev/null || "$BIN/relayconf" show bounce.language 2>/dev/null | sed 's/.*= //')" ja "the key can be read"
like "$("$BIN/relayconf" set bounce.language ../ja 2>&1)" 'a language is letters' "what is no name of a language is refused"
like "$("$BIN/relayconf" check -v)" '^ok +language +reports are written in the language ja$' "check sees the catalogue"
"$BIN/relayconf" set bounce.language de >/dev/null
like "$("$BIN/relayconf" check)" '^note +language +reports are in English: \[bounce\] language = de' "and that one is missing"
from=last
printf 'Subject: x\n\nbody\n' | send no@example.org
runner_once
like "$(report)" '^Subject: Mail not delivered$' "then reports are in English"
finish
