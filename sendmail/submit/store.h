/* A message on its way from a caller to a committed file: the part that does not depend on how it
 * is handed over. */
#ifndef SUBMIT_STORE_H
#define SUBMIT_STORE_H
#include "message/envelope.h"
#include "message/opening.h"
#include "submit/options.h"
#include "submit/startup.h"

struct store {
	struct drop *drop;
	struct envelope *envelope; /* recipients and sender are the caller's matter */
	struct diagnosis *why;
	opening_source *read;
	void *context; /* of read */
	struct opening opening;
	struct buffer file; /* all of it, when the runner is to store it (submit/submit_client.h) */
	int64_t column;
};

/* Sets what is known about the caller, and what the options say, in the envelope. */
void store_facts(struct store *s, const struct options *o, const struct caller *c);

/* Reads until the header is whole; s->opening then shows it.  Sysexits code; 65 when
 * it is too long. */
int store_read_header(struct store *s);

/* Writes head, header without Bcc and body, and commits.  0 only when everything is synced, by us
   or by the runner; else nothing is left. Takes the group back (submit/setup.h) and keeps it. */
int store_message(struct store *s);
void store_free(struct store *s);
#endif
