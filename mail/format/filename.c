/* Names of files. */
#include "mail/format/filename.h"
#include "mail/format/screen.h"
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define NAME_LIMIT_BYTES 255  /* of the usual file systems */
#define SHORT_LIMIT_BYTES 140 /* of those that encrypt names */
#define EXTENSION_LIMIT_BYTES 20
#define TRIES 1000

/* The last part that has a name: of "a/b/" it is "b". */
static char *last_part(const char *name)
{
	size_t end = strlen(name), start;
	while (end > 0 && name[end - 1] == '/')
		end--;
	for (start = end; start > 0 && name[start - 1] != '/'; start--)
		continue;
	return mem_copy_n(name + start, end - start);
}

void filename_put_safe(struct buffer *out, const char *name)
{
	struct buffer fit = {0};
	char *part = last_part(name);
	screen_fit(&fit, part, (int)strlen(part) * 2, 0);
	const char *at = buffer_string(&fit);
	at += strspn(at, " ");
	for (bool first = true; *at != '\0'; at++, first = false) {
		if (strchr("/\\\"'`$|;<>&*?", *at) != NULL || (first && (*at == '.' || *at == '-')))
			buffer_puts(out, "_");
		else
			buffer_add(out, at, 1);
	}
	mem_free(&part);
	buffer_free(&fit);
}

/* Where the extension begins, ".tar.gz" as one; the end of the name when it has none. */
static size_t stem_length(const char *name)
{
	size_t length = strlen(name);
	const char *dot = strrchr(name, '.');
	if (dot == NULL || dot == name || name + length - dot > EXTENSION_LIMIT_BYTES)
		return length;
	if (dot - name > 4 && memcmp(dot - 4, ".tar", 4) == 0)
		dot -= 4;
	return (size_t)(dot - name);
}

/* The name within a limit, with a number when there is one; characters stay whole. */
static void put_name(struct buffer *path, const char *name, int number, size_t limit)
{
	char middle[16] = "";
	size_t stem = stem_length(name), keep = stem, rest = strlen(name + stem);
	if (number > 0)
		snprintf(middle, sizeof middle, "-%d", number);
	if (keep + strlen(middle) + rest > limit)
		keep = limit - strlen(middle) - rest;
	while (keep < stem && keep > 0 && ((unsigned char)name[keep] & 0xc0) == 0x80)
		keep--;
	buffer_add(path, name, keep);
	buffer_puts(path, middle);
	buffer_puts(path, name + stem);
}

/* One name after the other, until there is one that is not taken. */
static int create(const char *folder, const char *name, size_t limit, struct buffer *path)
{
	for (int number = 0; number < TRIES; number++) {
		path->length = 0;
		buffer_printf(path, "%s/", folder);
		put_name(path, name, number, limit);
		int fd =
		    open(buffer_string(path), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
		if (fd >= 0 || errno != EEXIST)
			return fd;
	}
	return -1;
}

int filename_create(const char *folder, const char *name, struct buffer *path)
{
	int fd = create(folder, name, NAME_LIMIT_BYTES, path);
	if (fd < 0 && errno == ENAMETOOLONG)
		fd = create(folder, name, SHORT_LIMIT_BYTES, path);
	if (fd >= 0 || (errno != EINVAL && errno != EILSEQ && errno != ENAMETOOLONG))
		return fd;
	char *plain = mem_copy(name);
	for (char *at = plain; *at != '\0'; at++) {
		if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_", *at) ==
		    NULL)
			*at = '_';
	}
	fd = create(folder, plain, EXTENSION_LIMIT_BYTES * 2, path);
	int saved = errno;
	mem_free(&plain);
	errno = saved;
	return fd;
}
