/* From standard input to a committed file. */
#ifndef SUBMIT_COLLECT_H
#define SUBMIT_COLLECT_H
#include "message/envelope.h"
#include "submit/options.h"
#include "submit/startup.h"

/* Recipients that cannot be used, while others can: the message goes to those. */
struct refused {
	struct buffer words; /* a sentence for each of the first ten, "; " between them */
	int count;
};

/* Takes a whole submission; on success 0, and id and the envelope's facts are logged by the caller
   of this function, who also says what was refused (and frees its words).  On failure a sysexits
   code and why: nothing was stored. */
int collect_message(const struct options *o, const struct caller *c, struct drop *drop,
    struct envelope *e, struct refused *refused, struct diagnosis *why);
#endif
