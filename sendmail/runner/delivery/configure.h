/* Configuration and aliases, read when their files, or those of passwords, have changed.  A new
   version that is wrong is reported and the old one stays; with none that is right, the reason goes
   to health and mail waits. */
#ifndef RUNNER_DELIVERY_CONFIGURE_H
#define RUNNER_DELIVERY_CONFIGURE_H
#include "runner/queue/runner.h"

#define CONFIGURE_CHECK_MS 2000 /* between two looks at the files */

/* Reads them now. */
void configure_read(struct runner *r);

/* Looks whether they have changed, when it is time to; again: without waiting for that (who asks
 * for a pass, or for a message to be tried, has often just changed them). */
void configure_look(struct runner *r);
void configure_look_again(struct runner *r);

void configure_end(struct runner *r);
#endif
