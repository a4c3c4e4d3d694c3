/* nullmailer's queue: the sender, a recipient on each line, a blank line, the message. */
#include "relayconf/adopt/adopt.h"
#include "base/fdio.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const folders[] = {"/var/spool/nullmailer/queue", "/var/nullmailer/queue", NULL};

/* Takes the envelope off the front; fills f unless it is NULL. */
static bool take_envelope(struct buffer *text, struct found *f)
{
	char *line = fdio_take_line(text);
	if (line == NULL)
		return false;
	if (f != NULL) {
		free(f->sender);
		f->sender = adopt_bare(line);
	}
	free(line);
	while ((line = fdio_take_line(text)) != NULL && *line != '\0') {
		if (f != NULL)
			adopt_add_rcpt(f, line);
		free(line);
	}
	bool ended = line != NULL;
	free(line);
	return ended;
}

static void found_file(void *context, const char *name)
{
	struct scan *s = context;
	struct buffer text = {0};
	struct found *f = adopt_add(s->adopt, s->queue, s->place, name, NULL);
	if (!adopt_slurp(s->place, name, &text))
		adopt_drop(s->adopt, adopt_unread());
	else if (!take_envelope(&text, f) || f->rcpt_count == 0)
		adopt_drop(s->adopt, "it does not begin with a sender and recipients");
	buffer_free(&text);
}

static void scan(struct adopt *a, const struct old_queue *q, const char *folder)
{
	struct scan s = {a, q, adopt_enter(a, q, NULL, folder)};
	if (s.place != NULL)
		adopt_each(s.place, "", found_file, NULL, &s);
}

static bool load(const struct found *f, struct buffer *message)
{
	return adopt_slurp(f->place, f->files[0], message) && take_envelope(message, NULL);
}

const struct old_queue adopt_nullmailer = {"nullmailer", folders, true, scan, load};
