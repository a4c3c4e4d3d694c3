/* The table behind remedy.h.  It ends with a row whose key is NULL.  Texts are like the
   catalogue's remedies (catalogue_rows.h). */
#ifndef DIAGNOSIS_REMEDY_ROWS_H
#define DIAGNOSIS_REMEDY_ROWS_H

struct remedy_row {
	const char *key;  /* of the catalogue */
	const char *kind; /* of server.h */
	const char *text;
};

extern const struct remedy_row remedy_rows[];
#endif
