/* Character sets.  iconv is given only names that look like one, and never more than a bounded
 * piece at a time. */
#include "base/charset.h"
#include "base/text.h"
#include "base/encoded_word.h"
#include "base/labels.h"
#include <errno.h>
#include <iconv.h>
#include <langinfo.h>
#include <locale.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

size_t charset_utf8_length(const char *bytes, size_t left)
{
	const unsigned char *s = (const unsigned char *)bytes;
	size_t n = s[0] < 0x80                   ? 1
	           : s[0] >= 0xc2 && s[0] < 0xe0 ? 2
	           : (s[0] & 0xf0) == 0xe0       ? 3
	           : s[0] >= 0xf0 && s[0] < 0xf5 ? 4
	                                         : 0;
	if (n == 0 || n > left)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	}
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return n;
}

bool charset_is_utf8(const char *bytes, size_t length)
{
	while (length > 0) {
		size_t n = charset_utf8_length(bytes, length);
		if (n == 0)
			return false;
		bytes += n;
		length -= n;
	}
	return true;
}

#define NAME_LIMIT 40

static bool is_name(const char *charset)
{
	size_t n = charset != NULL ? strlen(charset) : 0;
	return n > 0 && n < NAME_LIMIT &&
	       strspn(charset,
	           "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:+()") == n;
}

static void put_latin1(struct buffer *out, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)bytes[i];
		char two[2] = {(char)(0xc0 | c >> 6), (char)(0x80 | (c & 0x3f))};
		if (c < 0x80)
			buffer_add(out, bytes + i, 1);
		else
			buffer_add(out, two, 2);
	}
}

/* Each wrong byte is replaced; the rest stays. */
static void put_utf8(struct buffer *out, const char *bytes, size_t length)
{
	while (length > 0) {
		size_t n = 1, c = (unsigned char)bytes[0];
		if (c >= 0xc2)
			n = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
		bool good = n <= length && charset_is_utf8(bytes, n);
		if (good)
			buffer_add(out, bytes, n);
		else
			buffer_puts(out, "\357\277\275");
		n = good ? n : 1;
		bytes += n;
		length -= n;
	}
}

static void convert(struct buffer *out, iconv_t cd, const char *bytes, size_t length)
{
	char piece[4096], *in = (char *)(uintptr_t)bytes;
	while (length > 0) {
		char *to = piece;
		size_t room = sizeof piece;
		size_t done = iconv(cd, &in, &length, &to, &room);
		int why = errno;
		buffer_add(out, piece, sizeof piece - room);
		if (done != (size_t)-1 || why == E2BIG)
			continue;
		buffer_puts(out, "\357\277\275");
		if (why != EILSEQ || length == 0)
			break;
		in++;
		length--;
	}
	char *to = piece;
	size_t room = sizeof piece;
	iconv(cd, NULL, NULL, &to, &room);
	buffer_add(out, piece, sizeof piece - room);
}

static iconv_t open_label(const char *label)
{
	char room[NAME_LIMIT];
	const char *name;
	iconv_t cd = (iconv_t)-1;
	for (int i = 0; cd == (iconv_t)-1 && (name = labels_name(label, i, room, sizeof room)) != NULL;
	     i++)
		cd = iconv_open("UTF-8", name);
	return cd;
}

bool charset_to_utf8(struct buffer *out, const char *charset, const char *bytes, size_t length)
{
	bool known = is_name(charset);
	if (known && (text_equal_ci(charset, "utf-8") || text_equal_ci(charset, "us-ascii"))) {
		put_utf8(out, bytes, length);
		return true;
	}
	iconv_t cd = known ? open_label(charset) : (iconv_t)-1;
	if (cd == (iconv_t)-1) {
		if (charset_is_utf8(bytes, length))
			buffer_add(out, bytes, length);
		else
			put_latin1(out, bytes, length);
		return false;
	}
	convert(out, cd, bytes, length);
	iconv_close(cd);
	return true;
}

bool charset_is_iso2022jp(const char *bytes, size_t length)
{
	static const char *const sequences[] = {"$B", "$@", "(B", "(J", "$(D", "(I"};
	bool wide = false;
	for (size_t i = 0; i < length; i++) {
		if ((unsigned char)bytes[i] >= 0x80 || bytes[i] == '\0')
			return false;
		if (bytes[i] != '\033')
			continue;
		bool known = false;
		for (size_t k = 0; k < sizeof sequences / sizeof sequences[0] && !known; k++) {
			size_t n = strlen(sequences[k]);
			known = length - i - 1 >= n && memcmp(bytes + i + 1, sequences[k], n) == 0;
			wide = wide || (known && k < 2);
		}
		if (!known)
			return false;
	}
	return wide;
}

char *charset_header_text(const char *text, const char *charset)
{
	size_t length = strlen(text);
	struct buffer out = {0};
	const char *from = charset_is_iso2022jp(text, length) ? "ISO-2022-JP"
	                   : charset_is_utf8(text, length)    ? NULL
	                                                      : charset;
	if (from == NULL)
		return mem_copy(text);
	charset_to_utf8(&out, from, text, length);
	char *copy = mem_copy(buffer_string(&out));
	buffer_free(&out);
	return copy;
}

static size_t character_length(const char *bytes, size_t length)
{
	size_t n = 1;
	while (n < length && ((unsigned char)bytes[n] & 0xc0) == 0x80)
		n++;
	return n;
}

void charset_from_utf8(struct buffer *out, const char *charset, const char *bytes, size_t length)
{
	iconv_t cd = is_name(charset) ? iconv_open(charset, "UTF-8") : (iconv_t)-1;
	if (cd == (iconv_t)-1) {
		buffer_add(out, bytes, length);
		return;
	}
	char piece[4096], *in = (char *)(uintptr_t)bytes;
	for (bool last = false; !last;) {
		char *to = piece, question[] = "?", *mark = question;
		size_t room = sizeof piece - 16, left = 1;
		last = length == 0;
		size_t done =
		    last ? iconv(cd, NULL, NULL, &to, &room) : iconv(cd, &in, &length, &to, &room);
		if (done == (size_t)-1 && errno != E2BIG && length > 0) {
			size_t n = character_length(in, length);
			in += n;
			length -= n;
			/* Through the converter, too: it may be in the middle of a shift. */
			room += 16;
			iconv(cd, &mark, &left, &to, &room);
			room -= room < 16 ? room : 16;
		}
		buffer_add(out, piece, (size_t)(to - piece));
	}
	iconv_close(cd);
}

/* The charset that the environment names; NULL when it names none.  Of a locale that is not
 * installed, the part after its dot. */
static const char *codeset(void)
{
	static char of_name[NAME_LIMIT];
	static const char *const variables[] = {"LC_ALL", "LC_CTYPE", "LANG"};
	const char *name = NULL;
	for (size_t i = 0;
	     i < sizeof variables / sizeof variables[0] && (name == NULL || *name == '\0'); i++)
		name = getenv(variables[i]);
	if (name == NULL || *name == '\0')
		return NULL;
	bool there = setlocale(LC_CTYPE, "") != NULL;
	const char *dot = strchr(name, '.');
	text_copy(of_name, sizeof of_name, there ? nl_langinfo(CODESET) : dot != NULL ? dot + 1 : "");
	setlocale(LC_CTYPE, "C");
	of_name[strcspn(of_name, "@")] = '\0';
	if (text_starts(of_name, "ANSI_X3"))
		return "US-ASCII";
	return is_name(of_name) ? of_name : NULL;
}

static bool is_utf8_name(const char *name)
{
	return text_equal_ci(name, "UTF-8") || text_equal_ci(name, "utf8");
}

const char *charset_of_terminal(void)
{
	const char *name = codeset();
	return name != NULL && !is_utf8_name(name) ? name : NULL;
}

const char *charset_of_locale(void)
{
	const char *name = codeset();
	return name == NULL || is_utf8_name(name) || text_equal_ci(name, "US-ASCII") ? "iso-8859-1"
	                                                                             : name;
}
