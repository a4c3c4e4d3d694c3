/* Where the journal of a mailbox that is being changed lies, and how it comes there and goes. */
#ifndef MAIL_REWRITE_JOURNAL_H
#define MAIL_REWRITE_JOURNAL_H
#include "base/mem.h"
#include <stdbool.h>
#include <stdint.h>

#define JOURNAL_PLACES 4

/* Checksum (FNV-1a, 64 bits). */
uint64_t rewrite_journal_sum(const char *bytes, size_t length);

/* Writes the journal, synced, into the first place that takes it; its name goes to name.  False
 * with errno of the last place. */
bool rewrite_journal_write(char *name, size_t size, const char *path, const struct buffer *bytes);

/* Finds and reads a journal of this user for the mailbox; false when there is none. */
bool rewrite_journal_find(char *name, size_t size, const char *path, struct buffer *bytes);
#endif
