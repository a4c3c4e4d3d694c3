/* What addresses bring along from web pages, office programs and the keyboards of East Asia, in
   UTF-8: blanks that are no blank, quotes and brackets that are not ASCII, wide letters. */
#ifndef MESSAGE_WIDE_H
#define MESSAGE_WIDE_H
#include "base/mem.h"
#include <stdbool.h>
#include <stddef.h>

#define WIDE_AT "\xef\xbc\xa0" /* U+FF20 */

/* Quotes, brackets, commas and the like beyond ASCII, none of which belongs to an address: the
   length of the one at at, and of the one that ends where length bytes from from end; or 0. */
size_t wide_mark(const char *at, size_t left);
size_t wide_mark_before(const char *from, size_t length);

/* A comma or semicolon of those: its length, or 0. */
size_t wide_comma(const char *at, size_t left);

/* The domain behind offset from of out: wide letters and digits become ASCII, and the dots of IDNA
   (RFC 3490 3.1) dots.  True when something was changed. */
bool wide_fold(struct buffer *out, size_t from);
#endif
