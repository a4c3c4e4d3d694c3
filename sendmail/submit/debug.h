/* What -d says, on standard error: how this program sees itself, its caller and its arguments.
 * Nothing of a message, and no secret (it has none). */
#ifndef SUBMIT_DEBUG_H
#define SUBMIT_DEBUG_H
#include "submit/options.h"
#include "submit/startup.h"

void debug_print(const struct options *o, const struct caller *c);
#endif
