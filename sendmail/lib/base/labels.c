/* Charset labels.  Which label means which charset is as the Encoding Standard of the web has
 * it, whose mail programs meet the same mail. */
#include "base/labels.h"
#include "base/text.h"
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define TRIES 3

/* By the label in small letters, with neither signs nor "x-" before it. */
static const struct {
	const char *key, *names[TRIES];
} rows[] = {
    {"iso88591", {"WINDOWS-1252", "CP1252", "ISO-8859-1"}},
    {"latin1", {"WINDOWS-1252", "CP1252", "ISO-8859-1"}},
    {"l1", {"WINDOWS-1252", "CP1252", "ISO-8859-1"}},
    {"isoir100", {"WINDOWS-1252", "CP1252", "ISO-8859-1"}},
    {"iso885911987", {"WINDOWS-1252", "CP1252", "ISO-8859-1"}},
    {"iso88598i", {"ISO-8859-8"}},
    {"iso88598e", {"ISO-8859-8"}},
    {"logical", {"ISO-8859-8"}},
    {"visual", {"ISO-8859-8"}},
    {"hebrew", {"ISO-8859-8"}},
    {"iso88596i", {"ISO-8859-6"}},
    {"iso88596e", {"ISO-8859-6"}},
    {"iso88599", {"WINDOWS-1254", "CP1254", "ISO-8859-9"}},
    {"latin5", {"WINDOWS-1254", "CP1254", "ISO-8859-9"}},
    {"iso885911", {"CP874", "WINDOWS-874", "TIS-620"}},
    {"tis620", {"CP874", "WINDOWS-874", "TIS-620"}},
    {"sjis", {"CP932", "SHIFT_JIS"}},
    {"shiftjis", {"CP932", "SHIFT_JIS"}},
    {"mskanji", {"CP932", "SHIFT_JIS"}},
    {"windows31j", {"CP932", "SHIFT_JIS"}},
    {"csshiftjis", {"CP932", "SHIFT_JIS"}},
    {"cswindows31j", {"CP932", "SHIFT_JIS"}},
    {"euc", {"EUC-JP-MS", "EUC-JP"}},
    {"eucjp", {"EUC-JP-MS", "EUC-JP"}},
    {"cseucpkdfmtjapanese", {"EUC-JP-MS", "EUC-JP"}},
    {"iso2022jp", {"ISO-2022-JP-3", "ISO-2022-JP"}},
    {"iso2022jpms", {"ISO-2022-JP-3", "ISO-2022-JP"}},
    {"csiso2022jp", {"ISO-2022-JP-3", "ISO-2022-JP"}},
    {"cp50220", {"ISO-2022-JP-3", "ISO-2022-JP"}},
    {"cp50221", {"ISO-2022-JP-3", "ISO-2022-JP"}},
    {"euckr", {"UHC", "CP949", "EUC-KR"}},
    {"cseuckr", {"UHC", "CP949", "EUC-KR"}},
    {"ksc56011987", {"UHC", "CP949", "EUC-KR"}},
    {"ksc56011989", {"UHC", "CP949", "EUC-KR"}},
    {"ksc5601", {"UHC", "CP949", "EUC-KR"}},
    {"csksc56011987", {"UHC", "CP949", "EUC-KR"}},
    {"korean", {"UHC", "CP949", "EUC-KR"}},
    {"isoir149", {"UHC", "CP949", "EUC-KR"}},
    {"windows949", {"UHC", "CP949", "EUC-KR"}},
    {"cp949", {"UHC", "CP949", "EUC-KR"}},
    {"gb2312", {"GB18030", "GBK", "EUC-CN"}},
    {"csgb2312", {"GB18030", "GBK", "EUC-CN"}},
    {"gb231280", {"GB18030", "GBK", "EUC-CN"}},
    {"csiso58gb231280", {"GB18030", "GBK", "EUC-CN"}},
    {"isoir58", {"GB18030", "GBK", "EUC-CN"}},
    {"chinese", {"GB18030", "GBK", "EUC-CN"}},
    {"euccn", {"GB18030", "GBK", "EUC-CN"}},
    {"gbk", {"GB18030", "GBK"}},
    {"cp936", {"GB18030", "GBK"}},
    {"windows936", {"GB18030", "GBK"}},
    {"big5", {"CP950", "BIG5", "BIG5-HKSCS"}},
    {"cnbig5", {"CP950", "BIG5", "BIG5-HKSCS"}},
    {"csbig5", {"CP950", "BIG5", "BIG5-HKSCS"}},
    {"xbig5", {"CP950", "BIG5", "BIG5-HKSCS"}},
    {"koi8", {"KOI8-R"}},
    {"koi8r", {"KOI8-R"}},
    {"koi8u", {"KOI8-U"}},
    {"koi", {"KOI8-R"}},
    {"cskoi8r", {"KOI8-R"}},
    {"koi8ru", {"KOI8-U"}},
    {"mac", {"MACINTOSH"}},
    {"macroman", {"MACINTOSH"}},
    {"maccyrillic", {"MAC-CYRILLIC"}},
    {"utf8mb4", {"UTF-8"}},
    {"unicode11utf8", {"UTF-8"}},
    {"unicode20utf8", {"UTF-8"}},
    {"unicode11utf7", {"UTF-7"}},
    {"unicode20utf7", {"UTF-7"}},
    {"utf7", {"UTF-7"}},
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static void put_key(char *key, size_t size, const char *label)
{
	size_t n = 0;
	if (text_starts_ci(label, "x-") || text_starts_ci(label, "x_"))
		label += 2;
	for (; *label != '\0' && n + 1 < size; label++) {
		char c = *label >= 'A' && *label <= 'Z' ? (char)(*label - 'A' + 'a') : *label;
		if ((c >= 'a' && c <= 'z') || is_digit(c))
			key[n++] = c;
	}
	key[n] = '\0';
}

/* "cp1252", "win-1252", "windows1252", "ibm850", "dos-866": a code page; "8859-2", "iso8859-2":
 * ISO-8859. */
static bool put_numbered(const char *key, char *room, size_t size)
{
	static const char *const pages[] = {"windows", "win", "ansi", "cp", "ibm", "dos", "ms",
	    "microsoftcp"};
	for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
		size_t n = strlen(pages[i]);
		if (strncmp(key, pages[i], n) == 0 && is_digit(key[n]) &&
		    strspn(key + n, "0123456789") == strlen(key + n)) {
			snprintf(room, size, "CP%s", key + n);
			return true;
		}
	}
	if (text_starts(key, "iso"))
		key += 3;
	if (!text_starts(key, "8859") || !is_digit(key[4]) || strlen(key) > 6)
		return false;
	snprintf(room, size, "ISO-8859-%s", key + 4);
	return true;
}

const char *labels_name(const char *label, int n, char *room, size_t size)
{
	char key[41];
	put_key(key, sizeof key, label);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (strcmp(rows[i].key, key) == 0)
			return n < TRIES ? rows[i].names[n] : NULL;
	}
	/* As it is; then, if it is a number in one of its many forms, by the usual name. */
	if (n == 0)
		return label;
	return n == 1 && put_numbered(key, room, size) ? room : NULL;
}
