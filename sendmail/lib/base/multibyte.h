/* How characters are made of bytes in the charsets that headers come in: enough to label text
 * rightly and to cut it between characters. */
#ifndef BASE_MULTIBYTE_H
#define BASE_MULTIBYTE_H
#include <stdbool.h>
#include <stddef.h>

enum multibyte {
	MULTIBYTE_NONE,   /* one byte is one character */
	MULTIBYTE_EUC,    /* EUC-JP, EUC-KR, GB2312, EUC-TW */
	MULTIBYTE_DOUBLE, /* Shift_JIS, Big5, GBK, GB18030: the second byte may be ASCII */
	MULTIBYTE_ISO2022 /* ISO-2022-JP and the like: 7 bits, with escape sequences */
};

/* The kind of a charset by its name, in any case. */
enum multibyte multibyte_of(const char *charset);

/* Bytes of the character at s (1 at least, left at most); not for MULTIBYTE_ISO2022. */
size_t multibyte_step(enum multibyte kind, const char *s, size_t left);

/* True if all bytes are well-formed text of the kind. */
bool multibyte_fits(enum multibyte kind, const char *s, size_t length);

/* Length of the escape sequence of ISO 2022 (ESC, intermediate bytes, a final one) at s; 0 when
 * there is none. */
size_t multibyte_escape(const char *s, size_t left);
#endif
