/* Queued messages, each an entry that is found by its id: waiting, with a relay, or owed a
   report. */
#ifndef RUNNER_QUEUE_ENTRY_H
#define RUNNER_QUEUE_ENTRY_H
#include "runner/queue/runner.h"

struct entry *entry_new(struct idmap *entries, uint64_t id);

/* NULL: there is none. */
struct entry *entry_find(const struct idmap *entries, uint64_t id);

/* The message is gone: who watches it hears so. */
void entry_forget(struct notes *notes, struct idmap *entries, struct entry *e);

/* All of them, and the notes that could not be written, at the end. */
void entry_free_all(struct idmap *entries, struct notes *notes);

/* How many wait, on all paths, or are owed a report. */
uint32_t entry_count(const struct runner *r);
#endif
