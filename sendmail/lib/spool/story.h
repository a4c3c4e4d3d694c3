/* The journal as a story: its lines one after the other, for those who print it (mailq why, JSON, a
 * bounce). */
#ifndef SPOOL_STORY_H
#define SPOOL_STORY_H
#include "diagnosis/diag.h"

enum story_verb {
	STORY_ATTEMPT,
	STORY_STEP,
	STORY_RCPT,
	STORY_WAIT,
	STORY_WARNED,
	STORY_HELD,
	STORY_RELEASED,
	STORY_OWED,
	STORY_REVIVED,
	STORY_DONE,
	STORY_FILTERED,
	STORY_SAY
};

struct story_line {
	int64_t when_s;       /* wall time */
	enum story_verb verb; /* STORY_SAY, the dialogue, is never in a file: only those who watch get
	                         it (runner/listen/watch_listen.h) */
	const char *fields;   /* base/fields.h; points into the text */
};

const char *story_word(enum story_verb verb);

/* The next line of [*at, end) that makes sense; *at moves past it, its line end becomes a NUL.
 * False at the end; a torn last line is left out. */
bool story_next(char **at, char *end, struct story_line *line);

/* The same of one line without its end. */
bool story_read(const char *text, struct story_line *line);

/* The recipient of a STORY_RCPT line. */
struct story_rcpt {
	char address[400];
	bool next; /* another server was asked at once */
	struct diagnosis d;
};
void story_rcpt(const struct story_line *line, struct story_rcpt *rcpt);
#endif
