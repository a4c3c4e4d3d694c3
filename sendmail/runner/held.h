/* Recipients that no server is asked about: those that aliases hold up until they are repaired, and
   those that they throw away. */
#ifndef RUNNER_HELD_H
#define RUNNER_HELD_H
#include "runner/message.h"

/* Fills in held, and last when nothing else is known. */
void message_find_held(struct message *m, struct journal *j);

/* Logs and notes all of them, once per attempt. */
void message_note_unsent(struct message *m);
#endif
