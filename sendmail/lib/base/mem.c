/* Allocation that never returns NULL, and a growing byte buffer on top of it.
   No state of value lives in memory only, so giving up here loses nothing. */
#include "base/mem.h"
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

static int exit_code = EX_OSERR;

void mem_set_exit_code(int code)
{
	exit_code = code;
}

/* Says so without allocating, and leaves. */
static _Noreturn void out_of_memory(void)
{
	static const char text[] = "firsthop: out of memory; raise the memory limit of this process\n";
	ssize_t ignored = write(STDERR_FILENO, text, sizeof text - 1);
	(void)ignored;
	_exit(exit_code);
}

void *mem_alloc(size_t size_bytes)
{
	void *p = calloc(1, size_bytes ? size_bytes : 1);
	if (p == NULL)
		out_of_memory();
	return p;
}

void *mem_resize(void *old, size_t count, size_t item_bytes)
{
	if (item_bytes != 0 && count > SIZE_MAX / item_bytes)
		out_of_memory();
	size_t bytes = count * item_bytes;
	void *p = realloc(old, bytes ? bytes : 1);
	if (p == NULL)
		out_of_memory();
	return p;
}

char *mem_copy_n(const char *bytes, size_t length)
{
	char *p = mem_alloc(length + 1);
	memcpy(p, bytes, length);
	return p;
}

char *mem_copy(const char *string)
{
	return mem_copy_n(string, strlen(string));
}

void mem_free(void *pointer_to_pointer)
{
	void *p;
	memcpy(&p, pointer_to_pointer, sizeof p);
	free(p);
	p = NULL;
	memcpy(pointer_to_pointer, &p, sizeof p);
}

/* Makes room for extra more bytes; doubles, so that many small additions stay cheap. */
static void buffer_reserve(struct buffer *b, size_t extra)
{
	if (extra > SIZE_MAX / 2 - b->length)
		out_of_memory();
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
