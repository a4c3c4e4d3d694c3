/* relay --probe: a real session up to RCPT, line by line on standard output. */
#ifndef RELAY_PROBE_H
#define RELAY_PROBE_H
#include "config/config.h"

struct probe {
	const char *path;               /* config/rules.h: a smarthost, or "@DOMAIN" */
	const char *sender, *recipient; /* as they go out */
	bool by_default;                /* nobody named the recipient: who reads root's mail here */
	bool json;                      /* one object instead of lines */
};

/* As delivery does, it goes on to the next address when one refuses what another may accept.
   Returns a sysexits code: 0 when the recipient was accepted (by default also when the server knows
   no such recipient: it is healthy), 69 when it was refused for good, 75
 * when the server cannot be used now. */
int probe_run(const struct config *config, const struct probe *p);
#endif
