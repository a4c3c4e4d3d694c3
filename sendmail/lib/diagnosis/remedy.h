/* What to do about a diagnosis, for the server at hand and with the values of the case filled
   in. */
#ifndef DIAGNOSIS_REMEDY_H
#define DIAGNOSIS_REMEDY_H
#include "base/text.h"
#include "diagnosis/diag.h"

#define REMEDY_SIZE 2000 /* the longest one, with its values */

/* The remedy for that kind of server where there is one, else the catalogue's: sentences, each of
   them a step (catalogue_step).  recipient: the address at hand, NULL or "" when there is none.
   Nothing for a key that the catalogue does not have. */
void remedy_put(struct text *t, const struct diagnosis *d, const char *recipient);

/* A row of the table, for tests and for explaining; false after the last. */
bool remedy_nth(int i, enum reason_key *key, const char **kind, const char **text);
#endif
