/* The rows of a listing, as they are put together. */
#ifndef MAILQ_ROW_H
#define MAILQ_ROW_H
#include "base/arena.h"
#include "mailq/list.h"

#define ROW_RECENT 4

/* Where the strings of rows are, and the reasons that they share: mail that waits together waits
   for the same few, and a reason is large.  Zero-initialised is empty. */
struct row_store {
	struct arena memory;
	const struct row_why *recent[ROW_RECENT]; /* the reasons met last */
	unsigned turn;
	int64_t reasons; /* so many different ones were met */
};

/* One reason, however many rows have it. */
struct row_why {
	struct diagnosis d;
	int64_t number; /* no other reason of this store has it, or had it before */
};

/* An empty row. */
void row_begin(struct row *r, const char *id);

/* When it came, in microseconds.  0 is no time: the one in its id, which row_begin sets, counts. */
void row_set_arrival(struct row *r, int64_t created_us);

/* A copy of value, that is valid as long as the store's rows. */
char *row_string(struct row_store *store, const char *value);

/* That it cannot be read, and why. */
void row_set_problem(struct row *r, struct row_store *store, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A recipient, with the reason why it waits (NULL: not tried). */
void row_add_rcpt(struct row *r, struct row_store *store, const char *address,
    const struct diagnosis *why);

/* True when the recipient has the reason of the one before it. */
bool row_is_alike(const struct row *r, int rcpt);

/* The row with everything it has, in another store. */
void row_move(struct row *to, struct row_store *store, const struct row *r);

/* All rows are gone. */
void row_store_empty(struct row_store *store);
#endif
