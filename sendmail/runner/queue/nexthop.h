/* Paths (lists of servers that mail takes, config/rules.h) and the state of each server: a dead one
   is asked by one message per back-off step and not by all; a refused login is paused, longer each
   time; the first success wakes everyone. */
#ifndef RUNNER_QUEUE_NEXTHOP_H
#define RUNNER_QUEUE_NEXTHOP_H
#include "runner/queue/server_state.h"
#include "runner/queue/nexthop_key.h"
#include "runner/queue/pace.h"
#include "runner/queue/schedule.h"
#include "runner/queue/throughput.h"

struct counters;

enum nexthop_state {
	NEXTHOP_UP,    /* some server of it is not known to fail */
	NEXTHOP_PROBE, /* all fail, and one may be asked again: by one message */
	NEXTHOP_DOWN   /* all fail, and none is due */
};

struct nexthop {
	enum nexthop_kind kind;
	char *key;
	char **names; /* of server_state: each smarthost, or "@DOMAIN", or the key of the other kinds;
	                 none for NEXTHOP_NOWHERE */
	int name_count;
	struct schedule schedule;
	int64_t probed_ms;  /* monotonic: when mail was last given to a relay */
	int64_t reroute_ms; /* monotonic: the first time at which mail is due that may have another way
	                      (runner/queue/reroute.h) */
	int64_t probed_new; /* schedule.new_count at that time: what came later is new */
	int workers;        /* alive */
	int not_run;        /* times in a row that the program for it could not be run */
	uint64_t wish;      /* the last for which it was asked anew (nexthop_ask_again); 0 = none */
	bool renewed;    /* an operator wants it asked anew: idle sessions end before mail is given */
	int64_t woken_s; /* wall time: when its mail was made due before its time; 0 = never */
	bool woken_all;  /* all of it, and not only what waited for its servers */
	int limit;       /* sessions that the servers allow at a time; 0 = no limit met */
	int64_t limit_until_ms;       /* monotonic: one more is tried then */
	struct throughput throughput; /* whether one more session helps */
	int per_session;              /* messages after which a server ended a session; 0 = none did */
	int64_t per_session_until_ms; /* monotonic: so long that counts */
	int64_t paced_ms;             /* monotonic: until then its mail waits for the pace
	                                 (runner/queue/nexthop_pace.h); 0 or past = it does not */
	int64_t paced_since_s, paced_said_ms;
	struct diagnosis paced; /* why */
};

/* All of them; zero-initialised is none. */
struct nexthops {
	const struct config *config; /* borrowed, as counters are */
	struct counters *counters;
	struct nexthop **list;
	int count;
	struct server_states servers;
	struct paces paces;
	bool health_changed; /* mqueue/health is to be written (nexthop_health.h) */
};

/* None yet.  config and counters are kept: both stay where they are, whatever is read into them. */
void nexthop_start(struct nexthops *n, const struct config *config, struct counters *counters);

/* The path of a key, made when it is new. */
struct nexthop *nexthop_find(struct nexthops *n, const char *key);
enum nexthop_state nexthop_state(const struct nexthops *n, const struct nexthop *p, int64_t now_ms);

/* When the first of its servers may be asked again. */
int64_t nexthop_until_ms(const struct nexthops *n, const struct nexthop *p);

/* When its servers are asked next, monotonic: at that time, or once new mail may ask; now when it
   is up, unless its mail waits for the pace.  The one answer for the log, the journals and
   mqueue/health. */
int64_t nexthop_ask_ms(const struct nexthops *n, const struct nexthop *p);

/* The same in seconds from now, rounded up; 0 when it is up. */
int nexthop_ask_s(const struct nexthops *n, const struct nexthop *p);

/* New mail came: the first since the last try may ask sooner than it should have. */
void nexthop_new_mail(struct nexthops *n, const struct nexthop *p);

/* True when mail that came since the last try may ask although none is due: not more than once a
 * minute, and never with a refused login. */
bool nexthop_new_mail_may_ask(const struct nexthops *n, const struct nexthop *p, int64_t now_ms);

/* True when the server of that name is one of the path's. */
bool nexthop_leads_over(const struct nexthop *p, const char *name);

/* False for a domain of recipients whose servers have accepted no mail since this runner
   started. */
bool nexthop_is_proven(const struct nexthops *n, const struct nexthop *p);

/* A server of p ended a session after so many messages. */
void nexthop_session_ended(struct nexthop *p, int messages);

/* True when a failure says only that the server wants no session beside those that are open (so
 * many): they take the mail.  A refused login is never that, and no failure of a filter. */
bool nexthop_takes_no_more(const struct diagnosis *d, int open);

/* A server refused or was not reached (beside open sessions: it takes no more of them at a time,
 * and p->limit is set) / a session with it is ready. */
void nexthop_hop_failed(struct nexthops *n, struct nexthop *p, const struct diagnosis *d, int open);
void nexthop_hop_ready(struct nexthops *n, const char *name);

/* A session of p was ready, or said so, and ended without having done anything: all of its servers,
   or the one that d names, fail until there is an outcome by them.  Being ready again is not
   enough, or they would be asked in a tight loop. */
void nexthop_was_useless(struct nexthops *n, struct nexthop *p, const struct diagnosis *d,
    int open);

/* There was an outcome in a session with that server; "" = it is not known. */
void nexthop_server_proven(struct nexthops *n, const char *name);

/* No server of p took the mail at hand: said once per attempt. */
void nexthop_down(struct nexthops *n, struct nexthop *p, const struct diagnosis *d, int open);

/* The reason that holds p's mail, its servers or the pace; false when nothing does. */
bool nexthop_why(const struct nexthops *n, const struct nexthop *p, struct diagnosis *why);

/* The servers of p may be asked at once, because an operator wants it: once for each wish (a number
   of its own, from 1), that names 10,000 messages or one; true for the first.  A failure then makes
   the wait no longer than the last one did. */
bool nexthop_ask_again(struct nexthops *n, struct nexthop *p, uint64_t wish);

/* Every server may be asked at once: in a queue run; or, with a new configuration, as if none had
 * ever failed. */
void nexthop_ask_all_again(struct nexthops *n);
void nexthop_forget_failures(struct nexthops *n);

/* Frees paths to domains that nothing waits for. */
void nexthop_tidy(struct nexthops *n);
void nexthop_free_all(struct nexthops *n);
#endif
