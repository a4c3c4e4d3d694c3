/* From standard input to a committed file. */
#ifndef SUBMIT_COLLECT_H
#define SUBMIT_COLLECT_H
#include "message/envelope.h"
#include "submit/options.h"
#include "submit/setup.h"

/* Takes a whole submission; on success 0, and id and the envelope's facts are logged by the caller of this function.
   On failure a sysexits code and why: nothing was stored. */
int collect_message(const struct options *o, const struct caller *c, struct drop *drop, struct envelope *e,
                    struct diagnosis *why);
#endif
