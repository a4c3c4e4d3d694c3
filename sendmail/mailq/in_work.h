/* Which messages are being worked on, as the runner says: for those whose files are not opened. */
#ifndef MAILQ_IN_WORK_H
#define MAILQ_IN_WORK_H
#include "mailq/names.h"

/* False when the runner does not say within a moment: one that is busy, hangs, or is of an earlier
 * version. */
bool in_work_ask(struct names *n);
#endif
