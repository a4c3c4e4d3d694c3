/* The rows of a listing, as they are put together. */
#ifndef MAILQ_ROW_H
#define MAILQ_ROW_H
#include "mailq/list.h"

/* A new last row; pointers to other rows are no longer valid. */
struct row *row_add(struct listing *l, const char *id);

/* Frees what a row holds, not the row itself. */
void row_free(struct row *r);

/* Takes a row out. */
void row_drop(struct listing *l, int index);

/* Puts a copy of value in place of a string. */
void row_set(char **slot, const char *value);

/* That it cannot be read, and why. */
void row_set_problem(struct row *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A recipient, with the reason why it waits (NULL: not tried). */
void row_add_rcpt(struct row *r, const char *address, const struct diagnosis *why);

/* True when the recipient has the reason of the one before it. */
bool row_is_alike(const struct row *r, int rcpt);
#endif
