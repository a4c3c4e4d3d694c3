/* The recipients that a report is about. */
#ifndef RUNNER_NOTIFY_REPORTED_H
#define RUNNER_NOTIFY_REPORTED_H
#include "runner/attempt/message.h"

enum report_kind {
	REPORT_FAILURE, /* about those that failed */
	REPORT_DELAY,   /* about those that are open */
	REPORT_SUCCESS  /* about those of m->relayed that are sent */
};

/* A walk over them; zero-initialised at its start. */
struct walk {
	int at, failed; /* next recipient; failures passed */
	int seen;
	const char *address;
	const char *orcpt;
	struct diagnosis d; /* of that recipient */
};

/* The next one's diagnosis, good until the next call; NULL at the end.  Those whose sender wanted
 * no such report are passed over. */
const struct diagnosis *reported(const struct message *m, enum report_kind kind, struct walk *w);

/* What was to go only over TLS is reported only over TLS (RFC 8689 5): true when one of them was.
 */
bool reported_require_tls(struct message *const *list, int count);
#endif
