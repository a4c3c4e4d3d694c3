/* A message on its way from a caller to a committed file: the part that does not depend on how it
 * is handed over. */
#ifndef SUBMIT_STORE_H
#define SUBMIT_STORE_H
#include "message/envelope.h"
#include "submit/options.h"
#include "submit/startup.h"

/* Appends the next bytes of the message to out, line ends made LF; *at_end when nothing comes
   behind them. Returns EX_OK, or a sysexits code with why. */
typedef int store_read(void *context, struct buffer *out, bool *at_end, struct diagnosis *why);

struct store {
	struct drop *drop;
	struct envelope *envelope; /* recipients and sender are the caller's matter */
	struct diagnosis *why;
	store_read *read;
	void *context; /* of read */
	/* what was read and not written yet, and its parts: passed over, header fields, body */
	struct buffer text;
	size_t skip, fields, body_at;
	bool at_end;
	struct buffer file; /* all of it, when the runner is to store it (submit/submit_client.h) */
	int64_t column;
};

/* Sets what is known about the caller, and what the options say, in the envelope. */
void store_facts(struct store *s, const struct options *o, const struct caller *c);

/* Reads until the header is whole; s->text, skip and fields then show it.  Sysexits code; 65 when
 * it is too long. */
int store_read_header(struct store *s);

/* Writes head, header without Bcc and body, and commits.  0 only when everything is synced, by us
   or by the runner; else nothing is left. Takes the group back (submit/setup.h) and keeps it. */
int store_message(struct store *s);
void store_free(struct store *s);
#endif
