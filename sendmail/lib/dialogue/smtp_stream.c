/* What comes from the client, and goes to it: pipelines, line by line. */
#include "base/text.h"
#include "dialogue/smtp_dialogue.h"
#include <string.h>

#define LINE_LIMIT_BYTES 2048
#define CHUNK_BYTES 65536

bool dialogue_flush(struct dialogue *d)
{
	if (d->out.length > 0 && !d->use->write(d->context, d->out.data, d->out.length))
		d->over = true;
	d->out.length = 0;
	return !d->over;
}

const char *dialogue_rest(const struct dialogue *d, size_t *length)
{
	*length = d->in.length - d->used;
	return *length > 0 ? d->in.data + d->used : "";
}

void dialogue_use(struct dialogue *d, size_t bytes)
{
	d->used += bytes;
	if (d->used == d->in.length)
		d->in.length = d->used = 0;
}

ssize_t dialogue_fill(struct dialogue *d)
{
	char bytes[CHUNK_BYTES];
	buffer_drop(&d->in, d->used);
	d->used = 0;
	ssize_t n = dialogue_flush(d) ? d->use->read(d->context, bytes, sizeof bytes) : -1;
	if (n > 0)
		buffer_add(&d->in, bytes, (size_t)n);
	return n;
}

char *dialogue_next_line(struct dialogue *d, const char **wrong)
{
	const char *bytes, *end;
	size_t length;
	*wrong = NULL;
	while ((bytes = dialogue_rest(d, &length), end = memchr(bytes, '\n', length)) == NULL) {
		if (length > LINE_LIMIT_BYTES) {
			*wrong = "the line is longer than 2048 bytes";
			dialogue_use(d, length);
		}
		if (dialogue_fill(d) <= 0)
			return NULL;
	}
	length = (size_t)(end - bytes);
	if (length > LINE_LIMIT_BYTES)
		*wrong = "the line is longer than 2048 bytes";
	else if (memchr(bytes, '\0', length) != NULL)
		*wrong = "the line holds a NUL";
	d->commands++;
	d->bare_lf = length == 0 || end[-1] != '\r';
	char *line = mem_copy_n(bytes, length);
	dialogue_use(d, length + 1);
	for (length = strlen(line); length > 0 && line[length - 1] == '\r'; length--)
		line[length - 1] = '\0';
	return line;
}
