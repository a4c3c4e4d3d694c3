/* A job's message as it is sent: header completed once, body read as it goes. */
#ifndef RELAY_CONTENT_H
#define RELAY_CONTENT_H
#include "jobs/jobs.h"
#include "message/wire.h"
#include "relay/smtp/smtp_session.h"

/* Part of a job that goes as one transaction (RFC 5321 3.3). */
struct job_transaction {
	struct transaction transaction;
	struct job *job;
	struct wire wire;
	struct body_conform *body; /* NULL when the body goes as it is */
	int64_t at;                /* offset of the next bytes of the message */
	int first_rcpt;
	struct session_rcpt rcpts[];
};

/* The next transaction, for up to SESSION_RCPTS_MAX recipients that have not been taken; NULL when
   there are none.  Its recipients are all ASCII or all not, and, for a server without DSN, all of
   NOTIFY=NEVER, with the null sender, or none of them. */
struct job_transaction *content_next(struct job *job, bool dsn);
void content_free(struct job_transaction *jt);
#endif
