/* When a server that answers, and accepts nothing, is left alone (runner/queue/same_answer.h). */
#ifndef RUNNER_QUEUE_NEXTHOP_REST_H
#define RUNNER_QUEUE_NEXTHOP_REST_H
#include "runner/queue/nexthop.h"

/* An outcome of message id by the server of p that d names.  True: it answers every message alike,
   and d->text says that it is resting; the caller makes it rest (nexthop_was_useless). */
bool nexthop_rest_noted(struct nexthops *n, const struct nexthop *p, struct diagnosis *d,
    uint64_t id, uint32_t uid, const char *sender, const char *rcpt);

/* True when the servers of p rest because of mail of that user alone; or when one rests because of
   mail of another user alone, so that this one's may ask: nobody stops another's mail by their
   own. */
bool nexthop_rest_is_of(const struct nexthops *n, const struct nexthop *p, uint32_t uid);
bool nexthop_rest_is_of_another(const struct nexthops *n, const struct nexthop *p, uint32_t uid);

/* True when the last answer of a server of p may belong to such a row: few messages ask then. */
bool nexthop_rest_is_near(const struct nexthops *n, const struct nexthop *p);
#endif
