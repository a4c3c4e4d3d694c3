/* Multi-byte charsets. */
#include "base/multibyte.h"
#include "base/text.h"

enum multibyte multibyte_of(const char *charset)
{
	static const struct {
		const char *start;
		enum multibyte kind;
	} names[] = {
	    {"euc-", MULTIBYTE_EUC},
	    {"gb2312", MULTIBYTE_EUC},
	    {"gb_2312", MULTIBYTE_EUC},
	    {"ks_c_5601", MULTIBYTE_EUC},
	    {"ksc5601", MULTIBYTE_EUC},
	    {"iso-2022-", MULTIBYTE_ISO2022},
	    {"shift_jis", MULTIBYTE_DOUBLE},
	    {"shift-jis", MULTIBYTE_DOUBLE},
	    {"sjis", MULTIBYTE_DOUBLE},
	    {"x-sjis", MULTIBYTE_DOUBLE},
	    {"windows-31j", MULTIBYTE_DOUBLE},
	    {"cp932", MULTIBYTE_DOUBLE},
	    {"big5", MULTIBYTE_DOUBLE},
	    {"gbk", MULTIBYTE_DOUBLE},
	    {"gb18030", MULTIBYTE_DOUBLE},
	    {"cp949", MULTIBYTE_DOUBLE},
	    {"cp936", MULTIBYTE_DOUBLE},
	};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (text_starts_ci(charset, names[i].start))
			return names[i].kind;
	}
	return MULTIBYTE_NONE;
}

static bool is_half_width(unsigned char c)
{
	return c >= 0xa1 && c <= 0xdf;
}

size_t multibyte_step(enum multibyte kind, const char *s, size_t left)
{
	unsigned char c = (unsigned char)s[0], next = left > 1 ? (unsigned char)s[1] : 0;
	size_t n = 1;
	if (kind == MULTIBYTE_EUC && c >= 0x80)
		n = c == 0x8f ? 3 : 2;
	/* GB18030 has characters of four bytes; Shift_JIS has some of one, which pair with nothing that
	 * could not be cut either. */
	else if (kind == MULTIBYTE_DOUBLE && c > 0x80)
		n = next >= '0' && next <= '9' && left > 3 ? 4 : next >= 0x40 || !is_half_width(c) ? 2 : 1;
	return n < left ? n : left;
}

bool multibyte_fits(enum multibyte kind, const char *s, size_t length)
{
	if (kind != MULTIBYTE_EUC)
		return false;
	for (size_t i = 0, n; i < length; i += n) {
		unsigned char c = (unsigned char)s[i];
		n = c < 0x80 ? 1 : c == 0x8f ? 3 : 2;
		if ((c >= 0x80 && c < 0xa1 && c != 0x8e && c != 0x8f) || c == 0xff || i + n > length)
			return false;
		for (size_t k = 1; k < n; k++) {
			if ((unsigned char)s[i + k] < 0xa1 || (unsigned char)s[i + k] == 0xff)
				return false;
		}
	}
	return true;
}

size_t multibyte_escape(const char *s, size_t left)
{
	size_t n = 1;
	if (left < 3 || s[0] != 0x1b)
		return 0;
	while (n < left && s[n] >= 0x20 && s[n] <= 0x2f)
		n++;
	return n > 1 && n < left && s[n] >= 0x30 && s[n] <= 0x7e ? n + 1 : 0;
}
