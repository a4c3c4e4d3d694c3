/* The note of the queue's format. */
#include "spool/format.h"
#include "base/language.h"
#include "base/fdio.h"
#include "base/text.h"
#include <errno.h>
#include <string.h>

#define NAME "format"
#define WORDS "firsthop-queue: "
#define LIMIT_BYTES 4096

/* The number of the first line; 0: there is none. */
static long long read_number(struct buffer *text)
{
	TEXT(line, 64);
	long long number = 0;
	const char *bytes = buffer_string(text);
	text_put_n(&line, bytes, strcspn(bytes, "\n"));
	if (!text_starts(line.data, WORDS) ||
	    !text_number(line.data + strlen(WORDS), 1, 1000000, &number))
		return 0;
	return number;
}

static bool write_note(int mqueue_fd)
{
	struct buffer text = {0};
	buffer_printf(&text, "%s%d\n", WORDS, FORMAT_KNOWN);
	bool done = fdio_replace_at(mqueue_fd, NAME, &text, true);
	buffer_free(&text);
	return done;
}

bool format_accept(int mqueue_fd, struct diagnosis *why)
{
	struct buffer text = {0};
	bool there = fdio_slurp_at(mqueue_fd, NAME, &text, LIMIT_BYTES);
	bool missing = !there && errno == ENOENT;
	long long held = there ? read_number(&text) : 0;
	buffer_free(&text);
	if (held > FORMAT_KNOWN) {
		diag_set(why, VERDICT_DEFERRED, STAGE_SPOOL, REASON_SPOOL_VERSION,
		    TR("the queue was written by a later version of firsthop (format %lld, this program "
		       "knows "
		       "%d): start that version, or let it deliver what waits"),
		    held, FORMAT_KNOWN);
		return false;
	}
	/* A note that cannot be written is no reason to deliver nothing: the next start tries again. */
	if (missing || held < FORMAT_KNOWN)
		(void)write_note(mqueue_fd);
	return true;
}
