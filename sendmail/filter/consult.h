/* One message and what listens at a socket: by milter or spamd. */
#ifndef FILTER_CONSULT_H
#define FILTER_CONSULT_H
#include "filter/filter_orders.h"
#include "filter/verdict.h"

/* The message is read from standard input; what it becomes is written to standard output, and the
   reason to standard error.  Returns the exit code.  hostname: of this machine. */
int consult(const struct filter *f, const struct filter_orders *o, const char *hostname);

/* Only whether it is there and speaks its protocol: 0, and a line on standard output says what;
   else the line says why not. */
int consult_probe(const struct filter *f);
#endif
