/* What is around a single address and is none of it: apostrophes and brackets as shells,
   spreadsheets and templates leave them, quotes and marks beyond ASCII, "?subject=..." of a link.
 */
#ifndef MESSAGE_AROUND_H
#define MESSAGE_AROUND_H
#include "message/token.h"

struct around {
	const struct token *first, *last, *end; /* of what is left */
	size_t lead, trail; /* bytes of the first and of the last token that are not */
	const char *repair; /* a sentence; NULL: nothing was around it */
};

#define AROUND_APOSTROPHES "the apostrophes around it were removed"

void around_find(struct around *a, const struct token *from, const struct token *to);
/* "'joe.doe'" in quotes, a dot-atom without a domain, is written without them, and read again as
   the above: so it loses both at once.  True when plain lost them. */
bool around_strip(struct buffer *plain);
#endif
