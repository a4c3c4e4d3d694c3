/* The storm guard: of many messages in a short time the first ones go by themselves, and further
   ones are gathered ([storm]).  They wait on a nexthop of their own (NEXTHOP_GATHER) until
   runner/delivery/digest.h sends them, all in one message. */
#ifndef RUNNER_ATTEMPT_GATHER_H
#define RUNNER_ATTEMPT_GATHER_H
#include "runner/attempt/message.h"

/* Decides for a new message that has passed all filters, once: m->entry->gather.  True: it is
   gathered from now on, waits on *path until *due_ms, and log and journal say so. */
bool gather_begin(struct runner *r, struct message *m, char path[RULES_PATH_SIZE], int64_t *due_ms);

/* Notes what became of a gathered message, for the notes of a digest: each of its recipients is
   served. */
void gather_put_left(const struct message *m, const char *digest_id, struct buffer *lines);

/* The same in the log. */
void gather_log_left(const struct runner *r, const struct message *m, const char *digest_id);
#endif
