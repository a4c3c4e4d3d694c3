/* The rows of the catalogue, in four files by the place where the fault is.  Each list ends with a
   row whose key is NULL.

   meaning: full sentences; the first says what is wrong.
   remedy:  full sentences; each is one step, and begins with a verb or with Or, If, Without, Only.
            "mailq why" numbers them (catalogue_step), so a step does not refer to its neighbours.
 */
#ifndef DIAGNOSIS_CATALOGUE_ROWS_H
#define DIAGNOSIS_CATALOGUE_ROWS_H
#include "diagnosis/catalogue.h"

/* Does waiting alone help, or must somebody change something? */
#define HEALS false
#define STAYS true

extern const struct reason catalogue_replies[]; /* catalogue_rows.c: what a server answers */
extern const struct reason catalogue_network[]; /* DNS, connection, TLS, password file */
extern const struct reason catalogue_names[];   /* whose name DNS does not know */
extern const struct reason catalogue_local[];   /* configuration, aliases, queue, mailboxes */
#endif
