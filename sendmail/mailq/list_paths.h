/* Which way mail in a listing goes.  Messages that wait together have the same few senders and
   recipients, so what was found out last is kept. */
#ifndef MAILQ_LIST_PATHS_H
#define MAILQ_LIST_PATHS_H
#include "config/rules.h"
#include "mailq/list.h"

#define LIST_REASON_SIZE 1600

/* What was found out last. */
struct list_memo {
	struct paths_of paths;
	bool known; /* paths are those of: */
	char *sender, *address;
	int64_t uid;
	const void *reason; /* whose words these are; NULL: nobody's */
	int64_t number;     /* of it (struct row_rcpt), where it is a recipient's own */
	char words[LIST_REASON_SIZE];
};

/* The paths of a recipient; valid until the next call. */
const struct paths_of *list_paths(const struct listing *l, const struct row *r,
    const char *address);

struct list_memo *list_memo_new(void);
void list_memo_free(struct list_memo *m);
#endif
