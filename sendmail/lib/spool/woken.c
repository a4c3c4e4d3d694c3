/* Lines of fields, replaced whole.  They are a help for readers, so they are not synced. */
#include "spool/woken.h"
#include "base/fdio.h"
#include "base/fields.h"
#include <stdlib.h>
#include <unistd.h>

#define WOKEN_LIMIT_BYTES 65536

void woken_put(struct buffer *lines, const struct woken *w)
{
	struct buffer line = {0};
	fields_put_number(&line, "at", w->at_s);
	fields_put_number(&line, "all", w->all);
	fields_put(&line, "path", w->path);
	buffer_printf(lines, "%s\n", buffer_string(&line));
	buffer_free(&line);
}

void woken_write(const struct queue *q, const struct buffer *lines)
{
	if (lines->length == 0)
		unlinkat(q->mqueue_fd, "woken", 0);
	else
		fdio_replace_at(q->mqueue_fd, "woken", lines, false);
}

int woken_read(const struct queue *q, struct woken *list, int max)
{
	struct buffer bytes = {0};
	char *line;
	int count = 0;
	if (!fdio_slurp_at(q->mqueue_fd, "woken", &bytes, WOKEN_LIMIT_BYTES))
		bytes.length = 0;
	while (count < max && (line = fdio_take_line(&bytes)) != NULL) {
		struct woken *w = &list[count];
		*w = (struct woken){.at_s = fields_get_number(line, "at", 0),
		    .all = fields_get_number(line, "all", 0) != 0};
		count += fields_get(line, "path", w->path, sizeof w->path);
		free(line);
	}
	buffer_free(&bytes);
	return count;
}
