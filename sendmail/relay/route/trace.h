/* What was asked of DNS, and what it said, as lines of a route's trace. */
#ifndef ROUTE_TRACE_H
#define ROUTE_TRACE_H
#include "base/mem.h"
#include "relay/route/dns.h"

/* "MX example.org = 10 mx1.example.org, 20 mx2.example.org (asked 192.0.2.53, 12 ms)" or "MX
   example.org: no such name (...)".  words: "MX", "address of", ... */
void trace_answer(struct buffer *trace, const char *question, const char *words,
    const struct dns_answer *a);
#endif
