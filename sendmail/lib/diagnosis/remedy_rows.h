/* The table of remedy.h.  It ends with a row whose key is REASON_NONE.  Texts are like the
   catalogue's remedies (catalogue_rows.h). */
#ifndef DIAGNOSIS_REMEDY_ROWS_H
#define DIAGNOSIS_REMEDY_ROWS_H
#include "diagnosis/reason.h"

struct remedy_row {
	enum reason_key key; /* of the catalogue */
	const char *kind;    /* of server.h */
	const char *text;
};

extern const struct remedy_row remedy_rows[];
#endif
