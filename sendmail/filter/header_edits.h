/* The header of a message with the changes that a milter asks for, in the order in which it does.
 */
#ifndef FILTER_HEADER_EDITS_H
#define FILTER_HEADER_EDITS_H
#include "base/mem.h"
#include <stdbool.h>
#include <stdint.h>

struct edited_field {
	const char *text; /* with its line end; NULL: removed */
	size_t name_length, length;
	char *own; /* what of it is ours to free; NULL: it is part of the header as it was */
};

struct header_edits {
	struct edited_field *fields;
	size_t count, size;
	int changes;
	size_t bytes;  /* of what was added */
	bool verbatim; /* values come with the blank that follows the colon */
};

/* header: stays with the caller while this is used. */
void edits_begin(struct header_edits *e, const char *header, size_t length);

/* At the end; at a place (0: the top); the field of that name with that number, from 1: an empty
   value removes it, and where there is no such field it is added at the end.  NULL when it is done,
   else what is wrong. */
const char *edits_add(struct header_edits *e, const char *name, const char *value);
const char *edits_insert(struct header_edits *e, uint32_t index, const char *name,
    const char *value);
const char *edits_change(struct header_edits *e, uint32_t index, const char *name,
    const char *value);

/* All fields as they are now. */
void edits_write(const struct header_edits *e, struct buffer *out);
void edits_free(struct header_edits *e);
#endif
