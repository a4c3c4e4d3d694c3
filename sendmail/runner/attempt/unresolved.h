/* Recipients that no server is asked about: those that aliases hold up until they are repaired, and
   those that they throw away. */
#ifndef RUNNER_ATTEMPT_UNRESOLVED_H
#define RUNNER_ATTEMPT_UNRESOLVED_H
#include "runner/attempt/message.h"

/* Fills in held, and last when nothing else is known. */
void unresolved_find(struct message *m, struct journal *j);

/* Logs and notes all of them, once per attempt. */
void unresolved_note(struct message *m);
#endif
