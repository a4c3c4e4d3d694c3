/* Who gets what, and when. */
#ifndef RUNNER_DELIVERY_DISPATCH_H
#define RUNNER_DELIVERY_DISPATCH_H
#include "runner/queue/runner.h"

/* Gives due messages to relays. */
void dispatch_all(struct runner *r);
#endif
