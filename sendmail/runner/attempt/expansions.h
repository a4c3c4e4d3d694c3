/* What the sender asked to hear of a recipient (RFC 3461), and what becomes of that after an alias
   (5.2.7): one address in its place is reported as the recipient would be; of several each is
   reported when it fails or is late, and of success the alias alone, once, as "expanded". */
#ifndef RUNNER_ATTEMPT_EXPANSIONS_H
#define RUNNER_ATTEMPT_EXPANSIONS_H
#include "runner/attempt/message.h"

/* Fills in m->expanded from m->all, unless the journal says that the sender has heard of it. */
void expansions_find(struct message *m, const struct journal *j);

/* NOTIFY for what a recipient of the envelope leads to. */
const char *expansions_notify(const struct message *m, size_t original);

/* Who was meant, as ORCPT: what the sender says, or else the recipient, completed.  Free it. */
char *expansions_orcpt(const struct config *config, const struct message *m, size_t original);
#endif
