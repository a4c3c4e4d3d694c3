/* sendmail's queues: qfID has envelope and header, dfID the body.  clientmqueue (Debian:
 * mqueue-client) holds what never reached a daemon. */
#include "relayconf/adopt/adopt.h"
#include "base/fdio.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *const folders[] = {"/var/spool/clientmqueue", "/var/spool/mqueue-client",
    "/var/spool/mqueue", NULL};

/* "RPFD:<bob@example.org>": flags end with a colon; old files have none. */
static const char *behind_flags(const char *value)
{
	size_t flags = strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
	return value[flags] == ':' ? value + flags + 1 : value;
}

static void read_envelope(struct found *f, struct buffer *text)
{
	char *line;
	size_t at = 0;
	while ((line = fdio_next_line(text, &at)) != NULL) {
		bool end = strcmp(line, ".") == 0;
		if (line[0] == 'S') {
			free(f->sender);
			f->sender = adopt_bare(line + 1);
		} else if (line[0] == 'R') {
			adopt_add_rcpt(f, behind_flags(line + 1));
		} else if (line[0] == 'T') {
			f->arrived_s = strtoll(line + 1, NULL, 10);
		}
		if (end)
			break;
	}
}

static void found_file(void *context, const char *name)
{
	struct scan *s = context;
	char body[300];
	struct stat st;
	struct buffer text = {0};
	snprintf(body, sizeof body, "df%.280s", name + 2);
	struct found *f = adopt_add(s->adopt, s->queue, s->place, name, body);
	if (!adopt_slurp(s->place, name, &text)) {
		adopt_drop(s->adopt, adopt_unread());
	} else {
		read_envelope(f, &text);
		if (f->rcpt_count == 0)
			adopt_drop(s->adopt, "it names no recipient that is left");
		else if (fstatat(s->place->fd, body, &st, AT_SYMLINK_NOFOLLOW) != 0)
			adopt_drop(s->adopt, "its body, a file df of the same name, is not beside it");
	}
	buffer_free(&text);
}

static void found_quarantined(void *context, const char *name)
{
	const struct scan *s = context;
	adopt_leave(s->adopt, s->place, name,
	    "it was quarantined (sendmail -qQ); name it qf in place of hf to have it moved");
}

static void found_lost(void *context, const char *name)
{
	const struct scan *s = context;
	adopt_leave(s->adopt, s->place, name, "sendmail itself gave it up as damaged");
}

static void scan_files(struct scan *s)
{
	adopt_each(s->place, "qf", found_file, NULL, s);
	adopt_each(s->place, "hf", found_quarantined, NULL, s);
	adopt_each(s->place, "Qf", found_lost, NULL, s);
}

static void no_file(void *context, const char *name)
{
	(void)context, (void)name;
}

static void found_folder(void *context, const char *name)
{
	const struct scan *top = context;
	if (strcmp(name, "adopted") == 0)
		return;
	struct scan s = {top->adopt, top->queue, adopt_enter(top->adopt, top->queue, top->place, name)};
	if (s.place != NULL)
		scan_files(&s);
}

/* Several queues lie in folders below (QueueDirectory=/var/spool/mqueue/q*), perhaps with qf and df
 * in folders of their own. */
static void scan(struct adopt *a, const struct old_queue *q, const char *folder)
{
	struct scan s = {a, q, adopt_enter(a, q, NULL, folder)};
	if (s.place == NULL)
		return;
	scan_files(&s);
	adopt_each(s.place, "", no_file, found_folder, &s);
}

/* "H?flags?Name: value", continued by lines that begin with a blank; Return-Path is the business of
 * whoever delivers. */
static void put_header(struct buffer *text, struct buffer *message)
{
	char *line;
	size_t at = 0;
	bool inside = false;
	while ((line = fdio_next_line(text, &at)) != NULL && strcmp(line, ".") != 0) {
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
	}
}

static bool load(const struct found *f, struct buffer *message)
{
	struct buffer text = {0};
	bool done = adopt_slurp(f->place, f->files[0], &text);
	if (done) {
		put_header(&text, message);
		buffer_puts(message, "\n");
		done = adopt_slurp(f->place, f->files[1], message);
	}
	buffer_free(&text);
	return done;
}

const struct old_queue adopt_sendmail = {"sendmail", folders, false, scan, load};
