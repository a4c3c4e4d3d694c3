/* sendmail's queues: qfID has envelope and header, dfID the body.  clientmqueue holds what never reached a daemon. */
#include "relayconf/adopt/adopt.h"
#include "base/fdio.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const folders[] = {"/var/spool/clientmqueue", "/var/spool/mqueue", NULL};

struct scan {
	struct adopt *adopt;
	const struct old_queue *queue;
	const char *folder;
};

/* "RPFD:<bob@example.org>": flags end with a colon; old files have none. */
static const char *behind_flags(const char *value)
{
	size_t flags = strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
	return value[flags] == ':' ? value + flags + 1 : value;
}

static void read_envelope(struct found *f, struct buffer *text)
{
	char *line;
	while ((line = fdio_take_line(text)) != NULL) {
		bool end = strcmp(line, ".") == 0;
		if (line[0] == 'S') {
			free(f->sender);
			f->sender = adopt_bare(line + 1);
		} else if (line[0] == 'R') {
			adopt_add_rcpt(f, behind_flags(line + 1));
		} else if (line[0] == 'T') {
			f->arrived_s = strtoll(line + 1, NULL, 10);
		}
		free(line);
		if (end)
			break;
	}
}

static void found_file(void *context, const char *name)
{
	struct scan *s = context;
	char body[300];
	struct buffer text = {0};
	snprintf(body, sizeof body, "df%.280s", name + 2);
	struct found *f = adopt_add(s->adopt, s->queue, s->folder, name, body);
	if (!adopt_slurp(s->folder, name, &text)) {
		adopt_drop(s->adopt, strerror(errno));
	} else {
		read_envelope(f, &text);
		if (f->rcpt_count == 0)
			adopt_drop(s->adopt, "it names no recipient that is left");
	}
	buffer_free(&text);
}

static void scan(struct adopt *a, const struct old_queue *q, const char *folder)
{
	struct scan s = {a, q, folder};
	adopt_each(folder, "qf", found_file, &s);
}

/* "H?flags?Name: value", continued by lines that begin with a blank; Return-Path is the business of whoever delivers. */
static void put_header(struct buffer *text, struct buffer *message)
{
	char *line;
	bool inside = false;
	while ((line = fdio_take_line(text)) != NULL && strcmp(line, ".") != 0) {
		if (line[0] == 'H') {
			const char *field = line + 1, *second = *field == '?' ? strchr(field + 1, '?') : NULL;
			field = second != NULL ? second + 1 : field;
			inside = !text_starts_ci(field, "Return-Path:");
			if (inside)
				buffer_printf(message, "%s\n", field);
		} else if (line[0] == ' ' || line[0] == '\t') {
			if (inside)
				buffer_printf(message, "%s\n", line);
		} else {
			inside = false;
		}
		free(line);
	}
	free(line);
}

static bool load(const struct found *f, struct buffer *message)
{
	struct buffer text = {0};
	bool done = adopt_slurp(f->folder, f->files[0], &text);
	if (done) {
		put_header(&text, message);
		buffer_puts(message, "\n");
		/* A message without a body may have no df file. */
		done = adopt_slurp(f->folder, f->files[1], message) || errno == ENOENT;
	}
	buffer_free(&text);
	return done;
}

const struct old_queue adopt_sendmail = {"sendmail", folders, "adopted", scan, load};
