/* What waits in drop/, which is closed to this program: sendmail, which may look there, is
   asked. */
#ifndef MAILQ_DROPLIST_H
#define MAILQ_DROPLIST_H
#include "base/mem.h"
#include <stdbool.h>

/* Adds a line of fields for each message (submit/droplist.h), whole before anything else is read.
   False: not all could be listed. */
bool droplist_ask(struct buffer *lines);
#endif
