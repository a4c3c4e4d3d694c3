/* Files beside the configuration that decide whether mail goes: password files with their rights,
   trusted certificates, the hosts file and resolv.conf.  Who repairs one need not inform the
   runner. */
#ifndef RUNNER_DELIVERY_SURROUNDINGS_H
#define RUNNER_DELIVERY_SURROUNDINGS_H
#include "config/config.h"

/* A number that changes when one of them does: its content, owner, rights, or whether it can be
   reached at all. */
uint64_t surroundings_sum(const struct config *c);
#endif
