/* relay --probe: a real session up to RCPT, told line by line on standard output. */
#ifndef RELAY_PROBE_H
#define RELAY_PROBE_H
#include "config/config.h"

/* smarthost NULL or "": the first one. recipient "": postmaster.  Returns a sysexits code: 0 when the recipient was accepted. */
int probe_run(const struct config *config, const char *smarthost, const char *recipient);
#endif
