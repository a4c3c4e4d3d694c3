/* The reasons: a key for each kind of failure, what it means and what to do about it, in plain
   words. One table (catalogue_rows.h); recognition and wording are nowhere else. */
#ifndef BASE_CATALOGUE_H
#define BASE_CATALOGUE_H
#include "diagnosis/diag.h"

struct reason {
	const char *key;     /* the word */
	enum fault fault;    /* whose fault: FAULT_NONE = keep what the stage says */
	int wait_s;          /* wait that suits this reason; 0 = the ordinary back-off */
	bool needs_admin;    /* waiting does not help: somebody must change something */
	const char *meaning; /* what is wrong: sentences */
	const char *remedy;  /* what to do: sentences, each of them a step (catalogue_step) */
};

/* The row of a key, NULL when there is none. */
const struct reason *catalogue_row(enum reason_key key);

/* Row number i, from 0; NULL after the last. */
const struct reason *catalogue_nth(int i);

/* The key of a row of the catalogue. */
enum reason_key catalogue_key(const struct reason *row);

/* The next step of a remedy: *at moves past it; *length gets its length, without a final full
   stop.  NULL when there is no more. */
const char *catalogue_step(const char **at, size_t *length);

/* Finds the key for a diagnosis that holds stage, reply, errno and text, and sets key and fault.
   A key that is already set is kept. */
void catalogue_recognise(struct diagnosis *d);
#endif
