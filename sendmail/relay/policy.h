/* What follows from an outcome: the one table of decisions (firsthop.conf(5) and tests read the
 * same rows). */
#ifndef RELAY_POLICY_H
#define RELAY_POLICY_H
#include "diagnosis/diag.h"

enum policy {
	POLICY_DONE,         /* delivered */
	POLICY_NEXT_ADDRESS, /* try the next address at once; after the last: defer */
	POLICY_NEXT_HOP,     /* try the next smarthost at once; after the last: defer */
	POLICY_DEFER,        /* keep, try later */
	POLICY_FAIL          /* bounce this sender's or recipient's mail */
};

/* Decides, and sets d->verdict to what holds when nothing is left to try. */
enum policy policy_decide(struct diagnosis *d);

/* Rows of the table in order, for tests and for explaining; NULL behind the last. */
struct policy_row {
	enum stage from, to;
	int class; /* 0 = no answer, 4, 5 */
	enum policy policy;
	const char *because;
};
const struct policy_row *policy_row(int index);
#endif
