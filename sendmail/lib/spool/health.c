/* The health file: lines of fields, replaced whole.  It is a help for readers, so it is not
   synced. */
#include "spool/health.h"
#include "base/fdio.h"
#include "base/fields.h"
#include <stdlib.h>
#include <unistd.h>

#define HEALTH_LIMIT_BYTES 65536

void health_write(const struct queue *q, const struct health *list, int count)
{
	struct buffer lines = {0};
	if (count == 0) {
		unlinkat(q->mqueue_fd, "health", 0);
		return;
	}
	for (int i = 0; i < count && i < HEALTH_MAX; i++) {
		struct buffer line = {0};
		fields_put_number(&line, "since", list[i].since_s);
		fields_put_number(&line, "next", list[i].next_s);
		if (list[i].path[0] != '\0')
			fields_put(&line, "path", list[i].path);
		if (list[i].hop[0] != '\0')
			fields_put(&line, "passed", list[i].hop);
		buffer_puts(&line, " ");
		diag_write(&list[i].why, &line);
		buffer_printf(&lines, "%s\n", buffer_string(&line));
		buffer_free(&line);
	}
	fdio_replace_at(q->mqueue_fd, "health", &lines, false);
	buffer_free(&lines);
}

int health_read(const struct queue *q, struct health *list, int max)
{
	struct buffer bytes = {0};
	char *line;
	int count = 0;
	if (!fdio_slurp_at(q->mqueue_fd, "health", &bytes, HEALTH_LIMIT_BYTES))
		bytes.length = 0;
	while (count < max && (line = fdio_take_line(&bytes)) != NULL) {
		struct health *h = &list[count++];
		*h = (struct health){.since_s = fields_get_number(line, "since", 0),
		    .next_s = fields_get_number(line, "next", 0)};
		fields_get(line, "path", h->path, sizeof h->path);
		fields_get(line, "passed", h->hop, sizeof h->hop);
		diag_read(&h->why, line);
		free(line);
	}
	buffer_free(&bytes);
	return count;
}
