/* The mbox format (RFC 4155): messages one after the other, each with a "From " line before it.
   Pure functions over bytes: a mailbox may hold anything that anybody has sent. */
#ifndef MAIL_MBOX_H
#define MAIL_MBOX_H
#include "base/mem.h"
#include <stdbool.h>
#include <stdint.h>

/* Offsets are from the beginning of the mailbox. */
struct mbox_item {
	size_t start, length; /* from the "From " line to before the next one */
	size_t header;        /* after the "From " line */
	size_t body;          /* after the empty line that ends the header */
	bool read, old;       /* Status: R and O */
};

/* Finds the messages.  *items is allocated (free it); returns their number.  Bytes before the first
   "From " line belong to none; *lead says how many they are: 0 in every proper mailbox. */
int mbox_parse(const char *bytes, size_t length, struct mbox_item **items, size_t *lead);

/* Appends a message in mbox form: a "From " line for sender and time, the bytes with ">" before it
   of lines that look like one, an empty line.  A "From " line that the message brings is taken in
   place of ours. */
void mbox_put(struct buffer *out, const char *sender, int64_t wall_s, const char *message,
    size_t length);

/* Appends an item of a mailbox with its Status field set to what read and old say. */
void mbox_put_status(struct buffer *out, const char *mailbox, const struct mbox_item *item,
    bool read, bool old);
#endif
