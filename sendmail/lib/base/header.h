/* The header block of a message: finding, unfolding and leaving out fields.  Bytes in, bytes out;
 * lines end with LF. */
#ifndef BASE_HEADER_H
#define BASE_HEADER_H
#include "base/mem.h"
#include <stdbool.h>

struct header_field {
	const char *start; /* first byte of the name, in the block */
	size_t name_length;
	const char *value; /* after the colon */
	size_t length;     /* of the whole field with its continuation lines and the last LF */
};

/* Length of the header fields at the start of bytes, without the blank line; *body_at gets the
   offset of the body (after the blank line if there is one).  A block may be empty.  The first
   line that is neither a field nor a continuation ends the block without a blank line (RFC
   5322 3.6; mail from scripts that forget it), and "From " or ">From " as the very first line is
   passed over, and so is a byte order mark before a field: *skip gets their length. */
size_t header_block(const char *bytes, size_t length, size_t *skip, size_t *body_at);

/* The field at an offset: returns its length with its continuation lines, 0 at the end.  Of a line
   that is no field, name_length is 0. */
size_t header_at(const char *block, size_t length, size_t at, struct header_field *field);

/* Steps through the fields of a block: *at starts at 0; false at the end. */
bool header_next(const char *block, size_t length, size_t *at, struct header_field *field);

/* True if the field has this name (no case). */
bool header_is(const struct header_field *field, const char *name);

/* First field of a name; false when there is none. */
bool header_find(const char *block, size_t length, const char *name, struct header_field *field);

/* The value on one line, folding and outer blanks removed, NUL bytes dropped; free it. */
char *header_value(const struct header_field *field);

/* Appends a parameter of a value such as "text/plain; charset=utf-8", without its quotes and
   backslashes (RFC 2045 5.1).  False when it is not there. */
bool header_parameter(struct buffer *out, const char *value, const char *name);

/* Appends the block without the fields of the NULL-terminated list of names. */
void header_without(const char *block, size_t length, const char *const names[],
    struct buffer *out);
#endif
