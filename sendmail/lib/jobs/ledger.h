/* The ledger: a file in which a session notes what it has delivered as soon as it knows that,
   before it reports to the runner on the socket.  What is written outlives both: a runner that was
   killed has heard or noted nothing, and the next one sends nothing again that is here.  A
   message whose end the server left without an answer is here, too, because it may arrive
   twice, and its story is to say why. A line for each recipient, whose last word is a dot.
   at=: wall time in s.  relayed=1: its sender wants a report of success, and the server sends none.
 */
#ifndef JOBS_LEDGER_H
#define JOBS_LEDGER_H
#include "base/protocol.h"
#include "diagnosis/diag.h"

#define LEDGER_LIMIT_BYTES (64 << 20)

extern const struct protocol ledger_noted;

struct ledger_line {
	char id[32];
	char address[400];
	int64_t at_s; /* 0: it does not say */
	bool relayed;
	struct diagnosis d;
};

/* True for outcomes that the ledger is for: delivered, or perhaps. */
bool ledger_wants(const struct diagnosis *d);

/* Adds a line. */
void ledger_put(struct buffer *lines, int64_t wall_s, const char *id, const char *address,
    bool relayed, const struct diagnosis *d);

/* Understands one, without its LF; false when it is not whole, or none: a power cut may have left
   anything, and a session that was taken over may have written anything. */
bool ledger_parse(const char *line, struct ledger_line *l);
#endif
