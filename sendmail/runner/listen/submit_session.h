/* One message that comes over submit.sock (its form: submit/submit_client.h), in a process of its
   own. */
#ifndef RUNNER_LISTEN_SUBMIT_SESSION_H
#define RUNNER_LISTEN_SUBMIT_SESSION_H
#include <sys/types.h>

#define SUBMIT_SESSION_WHOLE_MS 300000 /* for one message, however slowly it comes */

/* Reads a message from client_fd, stores it in drop/ as sent by uid (whose primary group is gid),
   and answers only when it is on disk.  What the caller says about themselves does not count. Gives
   up when the caller is waited for too long, all waits together: one that sends a byte now and then
   holds it no longer than a silent one.  0 when it was stored, otherwise the sysexits code sent to
   the caller.  Opens files by path at its start only. */
int submit_session_take(int client_fd, int drop_fd, uid_t uid, gid_t gid);

/* The same for a connection of smtpd's, which says whom it serves, and then sends messages one
   after the other; the runner is woken for each.  EX_OK, or the code of the one that was refused,
   which is the last. */
int submit_session_serve(int client_fd, int drop_fd);

/* In a process that is going to call one of these: SIGTERM says from now on that others wait, and
 * that the caller is to be waited for a second at most, all in all. */
void submit_session_expect_hurry(void);
#endif
