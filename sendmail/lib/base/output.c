/* The last hands through which words for people go. */
#include "base/output.h"
#include "base/text.h"
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define EACH(byte) (0x0101010101010101u * (byte))

/* Eight bytes, none of them below a blank or above "~"; false may be wrong. */
static bool is_plain(const char *bytes)
{
	uint64_t part;
	memcpy(&part, bytes, sizeof part);
	return ((part | (part - EACH(0x20)) | (part + EACH(0x01))) & EACH(0x80)) == 0;
}

/* Most text is ASCII without a control character. */
static size_t plain_part(const char *bytes, size_t length)
{
	size_t n = 0;
	while (length - n >= sizeof(uint64_t) && is_plain(bytes + n))
		n += sizeof(uint64_t);
	while (n < length &&
	       ((bytes[n] >= ' ' && bytes[n] < 0x7f) || bytes[n] == '\n' || bytes[n] == '\t'))
		n++;
	return n;
}

void output_blanks(FILE *to, int count)
{
	while (count-- > 0)
		putc(' ', to);
}

void output_bytes(FILE *to, const char *bytes, size_t length)
{
	size_t plain = plain_part(bytes, length);
	bool control;
	for (size_t n; plain < length; plain += n) {
		n = text_character(bytes + plain, length - plain, &control);
		if (!control || bytes[plain] == '\n' || bytes[plain] == '\t')
			continue;
		TEXT(safe, 16);
		text_escape(&safe, bytes + plain, n);
		fwrite(bytes, 1, plain, to);
		fwrite(safe.data, 1, safe.length, to);
		bytes += plain + n;
		length -= plain + n;
		plain = n = 0;
	}
	fwrite(bytes, 1, length, to);
}

void output_to(FILE *to, const char *format, ...)
{
	char line[2048], *words = line;
	va_list args, again;
	va_start(args, format);
	va_copy(again, args);
	int need = vsnprintf(line, sizeof line, format, args);
	if (need >= (int)sizeof line && (words = malloc((size_t)need + 1)) != NULL)
		vsnprintf(words, (size_t)need + 1, format, again);
	else if (need >= (int)sizeof line)
		words = line, need = sizeof line - 1;
	va_end(again);
	va_end(args);
	if (need > 0)
		output_bytes(to, words, (size_t)need);
	if (words != line)
		free(words);
}
