/* Mail from callers for whom the set-group-id right of sendmail has no effect: the socket
   submit.sock in the run folder, open to everyone, while a runner stays.  The kernel says who
   calls.  Each message is taken by a child of its own (runner/listen/submit_session.h), so that a
   slow caller keeps nobody waiting but the others of their own user id, and hostile bytes never
   meet the process that owns the queue. */
#ifndef RUNNER_LISTEN_SUBMIT_LISTEN_H
#define RUNNER_LISTEN_SUBMIT_LISTEN_H
#include "spool/queue.h"

struct submit_listen;

/* ALL: submit.sock.  SMTPD: smtpd.sock, where smtpd hands over what its clients send, and says who
   they are ([listen]; spool/submit_line.h): the kernel says that it is smtpd, the user fhsmtpd, and
   nobody else is heard. */
enum submit_listen_door { SUBMIT_LISTEN_ALL, SUBMIT_LISTEN_SMTPD };

/* Makes the socket; NULL: a runner without one works, and such callers get exit code 77.  The other
 * functions take NULL, too, but for submit_listen_accept. */
struct submit_listen *submit_listen_start(const struct queue *q, enum submit_listen_door door);
void submit_listen_end(struct submit_listen *in);

/* For a runner that ends: no more callers come in; true once those who came are served, or 10 s are
 * over. */
bool submit_listen_leave(struct submit_listen *in);

/* Makes the socket again if its name is gone. */
void submit_listen_look(struct submit_listen *in);

/* The descriptor to wait for; -1 when there is none. */
int submit_listen_fd(const struct submit_listen *in);

/* Takes those who called into the line of waiting callers; of those who are too many, users who
 * have most are refused. */
void submit_listen_accept(struct submit_listen *in);

/* Ends what has ended, and starts children for those who wait: bounded in all and for each user id,
   whoever has none of theirs first. While somebody waits, callers that are slow are ended.  True: a
   message was stored in drop/. */
bool submit_listen_serve(struct submit_listen *in);

/* When submit_listen_serve has something to do by the clock (monotonic); INT64_MAX: when somebody
 * calls, or a child ends. */
int64_t submit_listen_next_ms(const struct submit_listen *in);
#endif
