/* What a session reports to the runner: an outcome for each recipient, once, as soon as it is
 * final. */
#ifndef RELAY_OUTCOME_H
#define RELAY_OUTCOME_H
#include "jobs/jobs.h"
#include "relay/deliver.h"
#include "relay/smtp/link.h"
#include "relay/smtp/smtp_session.h"

struct smtp_client {
	const struct deliver *with;
	struct session session;
	struct session_policy policy;
	struct link link;
	struct diagnosis peer; /* hop, names, TLS: the part that all results share */
	int64_t end_ms;        /* of the whole batch */
	long long turn;        /* of the job that was served last */
	bool reported_ready;
	const char *lost; /* why the runner is heard no more; NULL: it is gone */
};

/* Puts hop, peer name, address and port into a diagnosis. */
void outcome_name_peer(const struct smarthost *smarthost, const struct candidate *c,
    struct diagnosis *d);

/* Fills in hop, server and TLS. */
void outcome_add_peer(const struct smtp_client *c, struct diagnosis *d);

/* The end of a message is about to be sent: the runner hears of it before, so that it never gives
 * one to another session that may have arrived. */
void outcome_ending(void *context, struct transaction *t);

/* The runner wants back what was not begun: every job of which nothing was sent is reported as
   unused. */
void outcome_give_back(struct smtp_client *c);

/* A job is over: it goes. */
void outcome_finish_job(struct smtp_client *c, struct job *job);

/* The stored message cannot be sent for the reason d. */
void outcome_refuse_damaged(struct smtp_client *c, struct job *job, struct diagnosis *d);

/* struct session_policy's refused and finished; context: struct smtp_client. */
void outcome_refused(void *context, struct transaction *t);

/* struct session_policy's left_out and again. */
void outcome_left_out(void *context, unsigned parameters, const struct diagnosis *d);
bool outcome_again(void *context, const struct transaction *t, unsigned parameters,
    const struct diagnosis *d);
void outcome_finished(void *context, struct transaction *t);
#endif
