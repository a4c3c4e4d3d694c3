/* Who may do what with queued mail.  Questions only. */
#ifndef RUNNER_LISTEN_PERMISSION_H
#define RUNNER_LISTEN_PERMISSION_H
#include "spool/queue.h"

/* True for root and the owner of the queue. */
bool permission_of_admin(const struct queue *q, uid_t uid);

/* The same, and for who sent a message: it may hold, remove or watch it.  name: of its file in
 * mqueue/. */
bool permission_of_sender(const struct queue *q, const char *name, uid_t uid);
#endif
