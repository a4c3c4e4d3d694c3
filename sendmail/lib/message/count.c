/* Size, lines, the longest line, and the bytes that the wire cannot carry as they are. */
#include "message/count.h"
#include <string.h>

static void count_line(struct content *c, int64_t width)
{
	if (width > c->longest_line)
		c->longest_line = width;
}

void count_bytes(struct content *c, int64_t *column, const char *bytes, size_t length)
{
	unsigned char any = 0;
	for (size_t i = 0; i < length; i++)
		any |= (unsigned char)bytes[i];
	c->bytes += (int64_t)length;
	c->has_8bit = c->has_8bit || (any & 0x80);
	c->has_nul = c->has_nul || (length > 0 && memchr(bytes, '\0', length) != NULL);
	c->has_bare_cr = c->has_bare_cr || (length > 0 && memchr(bytes, '\r', length) != NULL);
	while (length > 0) {
		const char *end = memchr(bytes, '\n', length);
		size_t piece = end != NULL ? (size_t)(end - bytes) : length;
		*column += (int64_t)piece;
		count_line(c, *column);
		if (end != NULL) {
			c->lines++;
			*column = 0;
			piece++;
		}
		bytes += piece;
		length -= piece;
	}
}
