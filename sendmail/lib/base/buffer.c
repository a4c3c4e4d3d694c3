/* Buffers: no failure is possible, because memory that is missing ends the program (mem.h). */
#include "base/compat.h"
#include "base/mem.h"
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Makes room for extra more bytes; doubles, so that many small additions stay cheap. */
static void buffer_reserve(struct buffer *b, size_t extra)
{
	if (extra > SIZE_MAX / 2 - b->length)
		mem_exhausted();
	if (b->length + extra <= b->size)
		return;
	size_t size = b->size ? b->size : 256;
	while (size < b->length + extra)
		size *= 2;
	b->data = mem_resize(b->data, size, 1);
	b->size = size;
}

void buffer_add(struct buffer *b, const void *bytes, size_t length)
{
	if (length == 0)
		return;
	buffer_reserve(b, length);
	memcpy(b->data + b->length, bytes, length);
	b->length += length;
}

void buffer_puts(struct buffer *b, const char *string)
{
	buffer_add(b, string, strlen(string));
}

void buffer_printf(struct buffer *b, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int need = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (need < 0)
		return;
	buffer_reserve(b, (size_t)need + 1);
	va_start(args, format);
	vsnprintf(b->data + b->length, (size_t)need + 1, format, args);
	va_end(args);
	b->length += (size_t)need;
}

void buffer_drop(struct buffer *b, size_t first_bytes)
{
	if (first_bytes > b->length)
		first_bytes = b->length;
	b->length -= first_bytes;
	if (b->length != 0)
		memmove(b->data, b->data + first_bytes, b->length);
}

const char *buffer_string(struct buffer *b)
{
	buffer_reserve(b, 1);
	b->data[b->length] = '\0';
	return b->data;
}

void buffer_free(struct buffer *b)
{
	free(b->data);
	*b = (struct buffer){0};
}

void buffer_wipe(struct buffer *b)
{
	if (b->data != NULL)
		compat_wipe(b->data, b->size);
	buffer_free(b);
}
