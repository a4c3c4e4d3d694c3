/* Charset labels as mail has them: bytes become the text that was meant. */
#include "base/mem.h"
#include "base/charset.h"
#include "unit.h"
#include <string.h>

static void labels_mean_their_charset(void **state)
{
	(void)state;
	static const struct {
		const char *label, *bytes, *text;
	} rows[] = {
	    {"ks_c_5601-1987", "\307\321\261\333", "한글"},
	    {"KS_C_5601-1989", "\307\321\261\333", "한글"},
	    {"ksc5601", "\307\321\261\333", "한글"},
	    {"korean", "\307\321\261\333", "한글"},
	    {"x-windows-949", "\223\144", "밺"},
	    {"euc-kr", "\223\144", "밺"},
	    {"EUC_KR", "\307\321\261\333", "한글"},
	    {"x-sjis", "\223\372\226\173", "日本"},
	    {"sjis", "\223\372\226\173", "日本"},
	    {"Shift_JIS", "\207\100", "①"},
	    {"shift-jis", "\223\372\226\173", "日本"},
	    {"ms_kanji", "\223\372\226\173", "日本"},
	    {"Windows-31J", "\223\372\226\173", "日本"},
	    {"x-euc-jp", "\306\374\313\334", "日本"},
	    {"iso-8859-8-i", "\371\354\345\355", "שלום"},
	    {"ISO-8859-8-E", "\371\354\345\355", "שלום"},
	    {"iso8859-8", "\371\354\345\355", "שלום"},
	    {"logical", "\371\354\345\355", "שלום"},
	    {"visual", "\371\354\345\355", "שלום"},
	    {"iso-8859-6-i", "\323\344\307\345", "سلام"},
	    {"iso-8859-1", "gr\374n \223x\224", "grün “x”"},
	    {"ISO8859-1", "\374", "ü"},
	    {"iso_8859-1", "\374", "ü"},
	    {"8859-1", "\374", "ü"},
	    {"latin1", "\374", "ü"},
	    {"l1", "\374", "ü"},
	    {"cp-1252", "\200", "€"},
	    {"win1252", "\200", "€"},
	    {"windows1252", "\200", "€"},
	    {"x-cp1252", "\200", "€"},
	    {"ansi-1252", "\200", "€"},
	    {"iso-8859-9", "\375", "ı"},
	    {"iso8859-15", "\244", "€"},
	    {"ISO-8859-15", "\244", "€"},
	    {"8859-2", "\261", "ą"},
	    {"windows1250", "\271", "ą"},
	    {"win-1251", "\317", "П"},
	    {"x-cp1251", "\317", "П"},
	    {"cp1251", "\317", "П"},
	    {"koi8", "\320", "п"},
	    {"koi8r", "\320", "п"},
	    {"koi8_r", "\320", "п"},
	    {"dos-866", "\217", "П"},
	    {"ibm866", "\217", "П"},
	    {"cp850", "\201", "ü"},
	    {"ibm-850", "\201", "ü"},
	    {"gb2312", "\326\320\316\304", "中文"},
	    {"gb_2312-80", "\326\320\316\304", "中文"},
	    {"x-gbk", "\326\320\316\304", "中文"},
	    {"chinese", "\326\320\316\304", "中文"},
	    {"gb2312", "\351\106", "镕"},
	    {"big5", "\244\244\244\345", "中文"},
	    {"x-x-big5", "\244\244\244\345", "中文"},
	    {"cn-big5", "\244\244\244\345", "中文"},
	    {"tis-620", "\241", "ก"},
	    {"iso-8859-11", "\241", "ก"},
	    {"windows-874", "\241", "ก"},
	    {"x-mac-roman", "\237", "ü"},
	    {"macintosh", "\237", "ü"},
	    {"csISO2022JP", "\033$BF|K\\\033(B", "日本"},
	    {"iso-2022-jp", "\033$BF|K\\\033(B", "日本"},
	    {"unicode-1-1-utf-8", "\303\274", "ü"},
	    {"utf8", "\303\274", "ü"},
	    {"UTF8", "\303\274", "ü"},
	    {"utf-7", "+APw-", "ü"},
	    {"x-unicode-2-0-utf-7", "+APw-", "ü"},
	    {"unknown-8bit", "\303\274", "ü"},
	    {"x-unknown", "\374", "ü"},
	    {"default", "\374", "ü"},
	};
	int wrong = 0;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buffer out = {0};
		charset_to_utf8(&out, rows[i].label, rows[i].bytes, strlen(rows[i].bytes));
		if (strcmp(buffer_string(&out), rows[i].text) != 0) {
			print_error("%s: %s, and not %s\n", rows[i].label, buffer_string(&out), rows[i].text);
			wrong++;
		}
		buffer_free(&out);
	}
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {TEST(labels_mean_their_charset)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
