/* What people call a nexthop.  Its key (config/rules.h) is for programs: in the queue's files, in
   smarthost= of the log, in JSON. */
#ifndef DIAGNOSIS_NEXTHOP_WORDS_H
#define DIAGNOSIS_NEXTHOP_WORDS_H
#include "base/text.h"

/* "the servers of example.org", "local mailboxes", "filter spam", or "main,backup" as it is. */
void nexthop_words_put(struct text *t, const char *key);

/* Of "@DOMAIN" and "@DOMAIN/tls-optional" what goes behind "the servers of". */
void nexthop_words_domain(struct text *t, const char *key);
#endif
