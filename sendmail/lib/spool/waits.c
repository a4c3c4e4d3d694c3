/* The file mqueue/sessions: lines of fields.  A help for readers, so it is not synced. */
#include "spool/waits.h"
#include "base/fdio.h"
#include "base/fields.h"
#include <stdlib.h>
#include <unistd.h>

#define LIMIT_BYTES 131072

void waits_put(struct buffer *lines, const struct session_wait *w)
{
	struct buffer line = {0};
	fields_put_number(&line, "since", w->since_s);
	fields_put(&line, "stage", stage_name(w->stage));
	fields_put(&line, "path", w->path);
	fields_put(&line, "peer", w->peer);
	fields_put(&line, "id", w->id);
	buffer_printf(lines, "%s\n", buffer_string(&line));
	buffer_free(&line);
}

void waits_write(const struct queue *q, const struct buffer *lines)
{
	if (lines->length == 0)
		unlinkat(q->mqueue_fd, "sessions", 0);
	else
		fdio_replace_at(q->mqueue_fd, "sessions", lines, false);
}

int waits_read(const struct queue *q, struct session_wait *list, int max)
{
	struct buffer bytes = {0};
	char *line, stage[32];
	int count = 0;
	if (!fdio_slurp_at(q->mqueue_fd, "sessions", &bytes, LIMIT_BYTES))
		bytes.length = 0;
	while (count < max && (line = fdio_take_line(&bytes)) != NULL) {
		struct session_wait *w = &list[count++];
		*w = (struct session_wait){.since_s = fields_get_number(line, "since", 0)};
		if (fields_get(line, "stage", stage, sizeof stage))
			w->stage = stage_find(stage);
		fields_get(line, "path", w->path, sizeof w->path);
		fields_get(line, "peer", w->peer, sizeof w->peer);
		fields_get(line, "id", w->id, sizeof w->id);
		free(line);
	}
	buffer_free(&bytes);
	return count;
}
