/* Why a message of a listing waits. */
#ifndef MAILQ_LIST_REASON_H
#define MAILQ_LIST_REASON_H
#include "mailq/list.h"

/* What holds all mail that goes the way of a recipient (NULL: of the first); NULL when nothing
 * does. */
const struct health *list_health(const struct listing *l, const struct row *r,
    const struct row_rcpt *rcpt);

/* The reason of a recipient in one line, never empty. */
void list_reason(const struct listing *l, const struct row *r, const struct row_rcpt *rcpt,
    struct text *t);

/* " (user@bücher.example)" for an address at xn--bcher-kva.example, nothing for others. */
void list_put_unicode(const char *address, struct text *t);
#endif
