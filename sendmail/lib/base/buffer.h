/* Bytes that grow. */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H
#include <stddef.h>

/* Bytes that grow: zero-initialised is empty.  data is not NUL-terminated unless buffer_string()
 * was asked. */
struct buffer {
	char *data;
	size_t length, size;
};
void buffer_add(struct buffer *b, const void *bytes, size_t length);
void buffer_puts(struct buffer *b, const char *string);
void buffer_printf(struct buffer *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buffer_drop(struct buffer *b, size_t first_bytes); /* removes bytes at the front */
const char *buffer_string(struct buffer *b); /* NUL-terminates; valid until the next change */
void buffer_free(struct buffer *b);
void buffer_wipe(struct buffer *b); /* the same for a secret: overwritten first */
#endif
