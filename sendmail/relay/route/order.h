/* The order in which the servers of a domain are asked. */
#ifndef ROUTE_ORDER_H
#define ROUTE_ORDER_H
#include "relay/route/dns.h"

/* MX: preference first; equal ones are shuffled (RFC 5321 5.1). */
void order_mx(struct dns_answer *a);

/* SRV: priority first; among equal ones the next is drawn, with chances as the weights say (RFC
   2782). */
void order_srv(struct dns_answer *a);
#endif
