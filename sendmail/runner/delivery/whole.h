/* A stored message for a place in another message. */
#ifndef RUNNER_DELIVERY_WHOLE_H
#define RUNNER_DELIVERY_WHOLE_H
#include "runner/attempt/message.h"

/* Appends the whole message as it leaves: header completed, line ends LF, and all of it 7-bit, so
   that it may be in another message (message/rfc822, RFC 2046 5.2.1) whatever the server offers.
   False: it cannot be read, or not made so. */
bool whole_put(const struct config *config, const struct message *m, struct buffer *out);
#endif
