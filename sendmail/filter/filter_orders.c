/* Reading what comes before the message. */
#include "filter/filter_orders.h"
#include "base/fdio.h"
#include "base/text.h"
#include <string.h>

#define RECIPIENTS_BYTES (16 << 20) /* 10,000 of the longest, and more */

static bool take_recipients(struct buffer *to, int fd, size_t bytes)
{
	char chunk[4096];
	while (to->length < bytes) {
		size_t left = bytes - to->length;
		ssize_t n = fdio_read(fd, chunk, left < sizeof chunk ? left : sizeof chunk);
		if (n <= 0 || memchr(chunk, '\0', (size_t)n) != NULL)
			return false;
		buffer_add(to, chunk, (size_t)n);
	}
	for (size_t i = 0; i < to->length; i++) {
		if (to->data[i] == '\n')
			to->data[i] = '\0';
	}
	return to->length == 0 || to->data[to->length - 1] == '\0';
}

bool orders_take(struct filter_orders *o, int fd)
{
	char number[16];
	long long bytes;
	return fdio_read_line(fd, o->name, sizeof o->name) &&
	       fdio_read_line(fd, o->sender, sizeof o->sender) &&
	       fdio_read_line(fd, o->id, sizeof o->id) && fdio_read_line(fd, number, sizeof number) &&
	       text_number(number, 0, RECIPIENTS_BYTES, &bytes) &&
	       take_recipients(&o->recipients, fd, (size_t)bytes);
}

const char *orders_recipient(const struct filter_orders *o, size_t *at)
{
	if (*at >= o->recipients.length)
		return NULL;
	const char *one = o->recipients.data + *at;
	*at += strlen(one) + 1;
	return one;
}
