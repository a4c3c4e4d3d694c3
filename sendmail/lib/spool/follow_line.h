/* What sendmail says to the mailq that follows its message (-v, -X, -odi), which answers with a
   byte when it has the name. */
#ifndef SPOOL_FOLLOW_LINE_H
#define SPOOL_FOLLOW_LINE_H
#include "base/protocol.h"
#include <stdbool.h>

enum follow_verb {
	FOLLOW_ID, /* the name that the message will have */
	FOLLOW_GO  /* it is stored, and so it is with the runner: */
};
extern const struct protocol follow_said;

enum follow_runner {
	FOLLOW_KNOWN,   /* one knows of the message */
	FOLLOW_STARTED, /* one was started for it */
	FOLLOW_NOBODY,  /* none is there */
	FOLLOW_RUNNERS  /* no word of ours */
};

void follow_put_id(struct buffer *out, const char *id);
void follow_put_go(struct buffer *out, enum follow_runner runner);

/* False: a line of another kind.  id: a valid one. */
bool follow_parse_id(const char *line, const char **id);
bool follow_parse_go(const char *line, enum follow_runner *runner);
#endif
