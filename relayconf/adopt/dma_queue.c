/* dma's queue: Qid has "ID:", "Sender:", "Recipient:" lines, Mid the message; a pair for each
 * recipient. */
#include "relayconf/adopt/adopt.h"
#include "base/fdio.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const folders[] = {"/var/spool/dma", NULL};

static void found_file(void *context, const char *name)
{
	struct scan *s = context;
	char body[300], *line;
	size_t at = 0;
	struct buffer text = {0};
	snprintf(body, sizeof body, "M%.280s", name + 1);
	struct found *f = adopt_add(s->adopt, s->queue, s->place, name, body);
	bool read = adopt_slurp(s->place, name, &text);
	buffer_puts(&text, "\n");
	while (read && (line = fdio_next_line(&text, &at)) != NULL) {
		if (text_starts_ci(line, "Sender:")) {
			free(f->sender);
			f->sender = adopt_bare(line + strlen("Sender:"));
		} else if (text_starts_ci(line, "Recipient:")) {
			adopt_add_rcpt(f, line + strlen("Recipient:"));
		}
	}
	if (!read || f->rcpt_count == 0)
		adopt_drop(s->adopt, read ? "it names no recipient" : adopt_unread());
	buffer_free(&text);
}

static void scan(struct adopt *a, const struct old_queue *q, const char *folder)
{
	struct scan s = {a, q, adopt_enter(a, q, NULL, folder)};
	if (s.place != NULL)
		adopt_each(s.place, "Q", found_file, NULL, &s);
}

static bool load(const struct found *f, struct buffer *message)
{
	return adopt_slurp(f->place, f->files[1], message);
}

const struct old_queue adopt_dma = {"dma", folders, false, scan, load};
