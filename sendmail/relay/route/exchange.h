/* Talk with a name server, in a process of its own that is confined before it reads a byte
   (base/confine.h).  What it understood comes back as lines, which are checked as anything from
   outside is: it may have been taken over. */
#ifndef ROUTE_EXCHANGE_H
#define ROUTE_EXCHANGE_H
#include "base/protocol.h"
#include "relay/route/dns.h"

/* What is done there: fills a, and *cut; false with errno. */
typedef bool exchange_work(const void *what, int socket, struct dns_answer *a, bool *cut);

/* Runs work in such a process, until end_ms (monotonic clock).  It has nothing but the socket,
   which stays open here.  type: of the records that are wanted.  False with errno when there is no
   answer. */
bool exchange_run(exchange_work *work, const void *what, int socket, enum dns_type type,
    int64_t end_ms, struct dns_answer *a, bool *cut);

extern const struct protocol exchange_said;

/* An answer as lines, and back; false when they make no sense: a kind or a number out of range, a
   name with control characters, an address that is none, records that are missing. */
void exchange_write(struct buffer *lines, const struct dns_answer *a, bool cut);
bool exchange_read(struct buffer *lines, enum dns_type type, struct dns_answer *a, bool *cut);

/* The errno in the line that is in place of an answer; 0 when the lines are anything else. */
int exchange_read_failure(const struct buffer *lines);
#endif
