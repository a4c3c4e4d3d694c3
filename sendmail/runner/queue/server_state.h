/* What is known of each server that mail is given to: whether it fails, why, and when it may be
   asked again. */
#ifndef RUNNER_QUEUE_SERVER_STATE_H
#define RUNNER_QUEUE_SERVER_STATE_H
#include "config/config.h"
#include "diagnosis/diag.h"
#include "runner/queue/same_answer.h"

struct server_state {
	char *name;              /* of a [smarthost NAME], or "@DOMAIN" */
	int failures;            /* in a row; 0 = as far as known it works */
	int wished;              /* failures that an operator's wishes may still bring: not counted */
	bool unproven;           /* it was ready, and then of no use: only an outcome ends that */
	bool worked;             /* since this runner started */
	int64_t until_ms;        /* monotonic: not asked before */
	int64_t since_s, next_s; /* wall times, for people */
	struct diagnosis why;
	unsigned without;        /* parameters that it refused (message/parameter.h) */
	struct same_answer same; /* to the last messages; it ends with another outcome */
};

/* Of servers that failed or worked at some time; zero-initialised is none. */
struct server_states {
	struct server_state *list;
	int count;
};

/* NULL: it never failed, as far as is known.  make: it is there then. */
struct server_state *server_state_find(const struct server_states *s, const char *name);
struct server_state *server_state_make(struct server_states *s, const char *name);
void server_state_forget(struct server_states *s, const char *name);

/* A login that was refused is not tried again before its time: more tries would lock the
   account. */
bool server_state_login_refused(const struct server_state *h);

/* Seconds to wait after its last failure. */
int server_state_pause_s(const struct server_state *h, const struct config *c);
void server_state_free(struct server_states *s);
#endif
