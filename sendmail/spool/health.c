/* The health file: one line of fields, replaced whole.  It is a help for readers, so it is not synced. */
#include "spool/health.h"
#include "base/fdio.h"
#include "base/fields.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define HEALTH_LIMIT_BYTES 8192

void health_write(const struct queue *q, const struct health *h)
{
	struct buffer line = {0};
	if (h == NULL) {
		unlinkat(q->mqueue_fd, "health", 0);
		return;
	}
	fields_put_number(&line, "since", h->since_s);
	fields_put_number(&line, "next", h->next_s);
	buffer_puts(&line, " ");
	diag_write(&h->why, &line);
	buffer_puts(&line, "\n");
	int fd = openat(q->mqueue_fd, "health.new", O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0640);
	if (fd >= 0) {
		if (fdio_write(fd, line.data, line.length))
			renameat(q->mqueue_fd, "health.new", q->mqueue_fd, "health");
		close(fd);
	}
	buffer_free(&line);
}

bool health_read(const struct queue *q, struct health *h)
{
	struct buffer bytes = {0};
	bool done = fdio_slurp_at(q->mqueue_fd, "health", &bytes, HEALTH_LIMIT_BYTES);
	char *line = done ? fdio_take_line(&bytes) : NULL;
	if (line != NULL) {
		h->since_s = fields_get_number(line, "since", 0);
		h->next_s = fields_get_number(line, "next", 0);
		diag_read(&h->why, line);
	}
	done = line != NULL;
	free(line);
	buffer_free(&bytes);
	return done;
}
