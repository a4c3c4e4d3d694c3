/* Reports of success, where the server that took the mail sends none. */
#ifndef RUNNER_NOTIFY_NOTIFY_SUCCESS_H
#define RUNNER_NOTIFY_NOTIFY_SUCCESS_H
#include "runner/attempt/message.h"

/* Queues one about the recipients of this attempt that are sent and marked as relayed, if there are
 * any. */
void notify_success(struct runner *r, struct message *m);
#endif
