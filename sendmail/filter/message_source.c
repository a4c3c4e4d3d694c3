/* Reading the message. */
#include "filter/message_source.h"
#include "base/compat.h"
#include "base/fdio.h"
#include <string.h>

#define TOP_BYTES (2u << 20)
#define READ_BYTES 32768

/* The place of the blank line; false: not in what is there.  from: where to look on. */
static bool find_blank(struct message_source *s, size_t from)
{
	if (s->top.length > 0 && s->top.data[0] == '\n') {
		s->at = 1;
		return true;
	}
	const char *blank = compat_find(s->top.data + from, s->top.length - from, "\n\n");
	if (blank == NULL)
		return false;
	s->header_length = (size_t)(blank - s->top.data) + 1;
	s->at = s->header_length + 1;
	return true;
}

bool source_header(struct message_source *s)
{
	char bytes[READ_BYTES];
	while (s->top.length < TOP_BYTES) {
		size_t from = s->top.length > 0 ? s->top.length - 1 : 0;
		ssize_t n = fdio_read(s->fd, bytes, sizeof bytes);
		if (n < 0)
			return false;
		if (n == 0) {
			s->header_length = s->at = s->top.length;
			return s->top.length > 0 && s->top.data[s->top.length - 1] == '\n';
		}
		buffer_add(&s->top, bytes, (size_t)n);
		if (find_blank(s, from))
			return true;
	}
	return false;
}

ssize_t source_body(struct message_source *s, char *bytes, size_t size)
{
	size_t left = s->top.length - s->at;
	if (left == 0)
		return fdio_read(s->fd, bytes, size);
	left = left < size ? left : size;
	memcpy(bytes, s->top.data + s->at, left);
	s->at += left;
	return (ssize_t)left;
}
