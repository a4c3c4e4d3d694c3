/* relay --route: what an attempt would try now, without connecting. */
#ifndef RELAY_PLAN_H
#define RELAY_PLAN_H
#include "config/config.h"

/* Prints each smarthost of a path with the lookups and the candidates in order.  Returns a sysexits
   code: 0 when there is something to try, 68 when no name exists, 75 when no name leads to an
   address now, 78 without a smarthost. */
int plan_print(const struct config *config, const char *path);
#endif
