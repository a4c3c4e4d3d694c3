/* Many messages in one: a table of what came when, and after it each message whole, as a
   multipart/digest of message/rfc822 in a multipart/mixed (RFC 2046 5.1.5).  The words are in the
   language in use (base/language.h). */
#ifndef MESSAGE_DIGEST_H
#define MESSAGE_DIGEST_H
#include "base/lookup.h"
#include "base/mem.h"
#include <stdint.h>

struct digest_row {
	char *subject;           /* as its reader sees it */
	int64_t first_s, last_s; /* wall time */
	int count;
};

/* Zero-initialised is empty. */
struct digest {
	const char *boundary; /* the caller's: what no message can have in it */
	struct buffer parts;
	struct digest_row *rows; /* one for each subject, in the order of their first messages */
	int row_count, message_count;
	struct lookup subjects;
};

/* One more message: when it came, its subject, and all of it, 7-bit with LF line ends. */
void digest_add(struct digest *d, int64_t came_s, const char *subject, const char *bytes,
    size_t length);

/* Appends the message: date_s is its own; fields are header fields (From, To ...) that it takes
   over. */
void digest_put(const struct digest *d, int64_t date_s, const char *fields, struct buffer *out);
void digest_free(struct digest *d);
#endif
