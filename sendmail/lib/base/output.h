/* What people read, on standard output and standard error.  Whatever a server, a message, DNS, a
   file's name or another process said can be in it: no control character but line feed and tab
   gets out, however it came in.  Not for JSON (base/json.h), which has escapes of its own. */
#ifndef BASE_OUTPUT_H
#define BASE_OUTPUT_H
#include <stddef.h>
#include <stdio.h>

/* As fprintf. */
void output_to(FILE *to, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* So many blanks; none for a count below 1. */
void output_blanks(FILE *to, int count);

/* Bytes that are text, a piece of any length at a time: a character that is cut by its end is
 * written as it is. */
void output_bytes(FILE *to, const char *bytes, size_t length);
#endif
