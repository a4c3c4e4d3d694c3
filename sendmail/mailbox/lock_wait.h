/* Waiting for a lock that somebody else holds. */
#ifndef MAILBOX_LOCK_WAIT_H
#define MAILBOX_LOCK_WAIT_H
#include <stdbool.h>

/* Pauses before a lock is tried again; false after 5 s of that (tries counts from 0): a locked
   mailbox must not delay other users' mail. */
bool lock_wait(int tries);
#endif
