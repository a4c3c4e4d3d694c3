/* The reasons: a key for each kind of failure, what it means and what to do about it, in plain
   words. One table; recognition and wording live nowhere else. */
#ifndef BASE_CATALOGUE_H
#define BASE_CATALOGUE_H
#include "diagnosis/diag.h"

struct reason {
	const char *key;
	enum fault fault;    /* whose fault: FAULT_NONE = keep what the stage says */
	int wait_s;          /* wait that suits this reason; 0 = the ordinary back-off */
	bool stays;          /* waiting alone does not mend it */
	const char *meaning; /* one sentence */
	const char *remedy;  /* one or two sentences, what to change and where */
};

/* The row of a key, NULL when there is none. */
const struct reason *catalogue_row(const char *key);

/* All rows in order; *count gets their number. */
const struct reason *catalogue_all(int *count);

/* Finds the key for a diagnosis that holds stage, reply, errno and text, and sets key and fault.
   A key that is already set is kept. */
void catalogue_recognise(struct diagnosis *d);
#endif
