/* Reports of success, where the server that took the mail sends none. */
#ifndef RUNNER_SUCCESS_H
#define RUNNER_SUCCESS_H
#include "runner/message.h"

/* Queues one about the recipients of this attempt that are sent and marked as relayed, if there are
 * any. */
void success_report(struct runner *r, struct message *m);
#endif
