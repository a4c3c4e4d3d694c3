/* What the charset labels of mail mean: many name a charset by a word that iconv does not know, or
 * one that is smaller than what is sent under it. */
#ifndef BASE_LABELS_H
#define BASE_LABELS_H
#include <stddef.h>

/* The names for iconv to try, best first, of the n-th try from 0; NULL when there are no more.
 * Valid until the next call with the same room. */
const char *labels_name(const char *label, int n, char *room, size_t size);
#endif
