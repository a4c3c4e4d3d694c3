/* The reason that most of the waiting messages share. */
#ifndef MAILQ_COMMON_H
#define MAILQ_COMMON_H
#include "mailq/list.h"

struct common {
	const struct diagnosis *why; /* of one of them; NULL = no message was tried */
	int count;                   /* messages that wait for it */
	bool needs_change;           /* waiting alone does not help */
};

/* Messages are counted one after the other. */
struct common_count *common_begin(void);
void common_add(struct common_count *c, const struct row *r);
void common_end(struct common_count *c);

/* A reason that needs a change counts before one that may pass, however many wait for each.
 * Valid until common_end. */
struct common common_reason(const struct common_count *c);

/* True when an operator should know at once: it needs a change, or many wait for it. */
bool common_is_alarming(const struct common *c);
#endif
