/* What a server is, by its answer to the start of TLS and to an empty line (relay/ask.h). */
#ifndef RELAY_IDENTIFY_H
#define RELAY_IDENTIFY_H
#include "relay/deliver.h"

/* In the session's process, on the second connection: says with->hello, and reads what comes.
   d->key is "" when that says nothing; d->text is "silent" when nothing came. */
void identify_run(const struct deliver *with, struct diagnosis *d);
#endif
