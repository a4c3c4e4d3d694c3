/* One line of key=value fields: the form of the journal, of the reports from relay to runner, and
   of the log. A value with blanks, quotes, or nothing in it is written in double quotes; inside
   them \" \\ \n \r \t \xNN. */
#ifndef BASE_FIELDS_H
#define BASE_FIELDS_H
#include "base/mem.h"
#include <stdbool.h>
#include <stddef.h>

/* Adds " key=value" (no blank at the start of an empty buffer). */
void fields_put(struct buffer *line, const char *key, const char *value);
void fields_put_number(struct buffer *line, const char *key, long long value);

/* Finds a key and copies its value, unescaped, NUL-terminated and cut to size; false when the key
 * is absent. */
bool fields_get(const char *line, const char *key, char *value, size_t size);

/* The same for a number; fallback when it is absent or no number. */
long long fields_get_number(const char *line, const char *key, long long fallback);

/* The next pair of a line: moves *line past it; words without "=" are passed over.  False at the
 * end. */
bool fields_next(const char **line, char *key, size_t key_size, char *value, size_t value_size);
#endif
