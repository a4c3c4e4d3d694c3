/* Paths (lists of servers that mail takes, config/rules.h) and the state of each server: a dead one
   is asked by one message per back-off step and not by all; a refused login is paused, longer each
   time; the first success wakes everyone. */
#ifndef RUNNER_PATH_H
#define RUNNER_PATH_H
#include "runner/runner.h"

enum path_state {
	PATH_UP,    /* some server of it is not known to fail */
	PATH_PROBE, /* all fail, and one may be asked again: by one message */
	PATH_DOWN   /* all fail, and none is due */
};

struct hop_state {
	char *name;              /* of a [smarthost NAME], or "@DOMAIN" */
	int failures;            /* in a row; 0 = as far as known it works */
	bool unproven;           /* it was ready, and then of no use: only an outcome ends that */
	bool worked;             /* in this life of the runner */
	int64_t until_ms;        /* monotonic: not asked before */
	int64_t since_s, next_s; /* wall times, for people */
	struct diagnosis why;
};

struct path {
	char *key;
	struct schedule schedule;
	int64_t probed_ms;  /* monotonic: when mail was last given to a relay */
	int64_t detour_ms;  /* monotonic: the first time at which mail is due that may have another way
	                       (runner/detour.h) */
	int64_t probed_new; /* schedule.new_count at that time: what came later is new */
	int workers;        /* alive */
	bool renewed; /* an operator wants it asked anew: idle sessions end before mail is given */
	int limit;    /* sessions that the servers allow at a time; 0 = no limit met */
	int64_t limit_until_ms;       /* monotonic: one more is tried then */
	int per_session;              /* messages after which a server ended a session; 0 = none did */
	int64_t per_session_until_ms; /* monotonic: so long that counts */
};

/* The path of mail that no server is asked about now: aliases hold up what is left of it. */
#define PATH_NONE "-"

/* The path of a key, made when it is new. */
struct path *path_find(struct runner *r, const char *key);
enum path_state path_state(const struct runner *r, const struct path *p, int64_t now_ms);

/* When the first of its servers may be asked again. */
int64_t path_until_ms(const struct runner *r, const struct path *p);

/* True when mail that came since the last try may ask although none is due: not more than once a
 * minute, and never with a refused login. */
bool path_new_mail_may_ask(const struct runner *r, const struct path *p, int64_t now_ms);

/* True when the server of that name is one of the path's. */
bool path_leads_over(const struct path *p, const char *name);

/* The servers of p that are passed over now, as " NAME NAME"; each with its reason as a line in
 * steps. Free it. */
char *path_skips(const struct runner *r, const struct path *p, int64_t now_ms,
    struct buffer *steps);

/* All of its servers that fail, each with its reason as a line in steps. */
void path_put_skips(const struct runner *r, const struct path *p, struct buffer *steps);

/* False for a domain of recipients whose servers have taken no mail in this life of the runner. */
bool path_is_proven(const struct runner *r, const struct path *p);

/* A server of p ended a session behind so many messages. */
void path_session_ended(struct path *p, int messages);

/* True when a failure says only that the server wants no session beside those that are open (so
 * many): they take the mail.  A refused login is never that. */
bool path_takes_no_more(const struct diagnosis *d, int open);

/* A server refused or was not reached (beside open sessions: it takes no more of them at a time,
 * and p->limit is set) / a session with it is ready. */
void path_hop_failed(struct runner *r, struct path *p, const struct diagnosis *d, int open);
void path_hop_ready(struct runner *r, const char *name);

/* A session of p was ready, or said so, and ended without having done anything: all of its servers,
   or the one that d names, fail until there is an outcome by them.  Being ready again is not
   enough, or they would be asked in a tight loop. */
void path_was_useless(struct runner *r, struct path *p, const struct diagnosis *d, int open);

/* There was an outcome in a session with that server; "" = it is not known. */
void path_hop_proven(struct runner *r, const char *name);

/* No server of p took the mail at hand: said once per attempt. */
void path_down(struct runner *r, struct path *p, const struct diagnosis *d, int open);

/* The reason that holds p's mail; false when it is up. */
bool path_why(const struct runner *r, const struct path *p, struct diagnosis *why);

/* The servers of p may be asked at once, because an operator wants it. */
void path_ask_again(struct runner *r, struct path *p);

/* Every server may be asked at once (a pass, or a new configuration, which forgets the failures,
 * too). */
void path_ask_all_again(struct runner *r, bool forget);

/* mqueue/health as it is now. */
void path_write_health(struct runner *r);

/* Frees paths to domains that nothing waits for. */
void path_tidy(struct runner *r);
void path_free_all(struct runner *r);
#endif
