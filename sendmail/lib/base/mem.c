/* Allocation that never returns NULL.
   No state of value is in memory only, so giving up here loses nothing. */
#include "base/mem.h"
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
void mem_exhausted(void)
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
		mem_exhausted();
	return p;
}

void *mem_resize(void *old, size_t count, size_t item_bytes)
{
	if (item_bytes != 0 && count > SIZE_MAX / item_bytes)
		mem_exhausted();
	size_t bytes = count * item_bytes;
	void *p = realloc(old, bytes ? bytes : 1);
	if (p == NULL)
		mem_exhausted();
	return p;
}

char *mem_copy_n(const char *bytes, size_t length)
{
	char *p = mem_resize(NULL, length + 1, 1);
	if (length > 0)
		memcpy(p, bytes, length);
	p[length] = '\0';
	return p;
}

void *mem_grow(void *list, size_t count, size_t item_bytes)
{
	return (count & (count - 1)) != 0 ? list
	                                  : mem_resize(list, count > 0 ? 2 * count : 1, item_bytes);
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
