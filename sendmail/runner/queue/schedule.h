/* When which message is due.  Pure: the time is a parameter, nothing is read or written. */
#ifndef RUNNER_QUEUE_SCHEDULE_H
#define RUNNER_QUEUE_SCHEDULE_H
#include "config/config.h"
#include <stdbool.h>
#include <stdint.h>

#define SCHEDULE_NOBODY UINT32_MAX

struct account;
struct flow;
struct tried;
struct watcher;
struct nexthop;

/* Whether it is gathered for a digest (runner/attempt/gather.h). */
enum entry_gather { ENTRY_UNDECIDED, ENTRY_ALONE, ENTRY_GATHERED };

/* One queued message: everything that is kept in memory about it. */
struct entry {
	uint64_t id;    /* spool/id.h, packed; the upper half is the time it came */
	int64_t due_ms; /* monotonic; what is ready at once has negative values, in the order of the
	                   users' turns */
	struct nexthop *nexthop; /* whose schedule it is in, or was taken from; NULL: owed a report */
	struct tried *tried;     /* in this attempt (runner/queue/tried.h); NULL at its start */
	struct account *account; /* of its sender (runner/queue/quota.h); NULL: nothing is counted */
	struct watcher *watcher; /* who watches it (runner/listen/watch_listen.h); mostly NULL */
	uint32_t kb;             /* that it counts there */
	uint32_t uid; /* who sent it; SCHEDULE_NOBODY: a report, or what an operator revived */
	uint32_t at;  /* place in the heap */
	uint16_t attempts;
	uint8_t asked; /* attempts that an operator's wish for this very message still allows, although
	                  its servers fail (schedule_ask) */
	bool in_work;  /* with a worker, not in the heap */
	bool waits_for_nexthop; /* waits because the smarthost was at fault: woken when one answers
	                           again */
	bool waits_for_config; /* waits because our configuration was at fault: woken when it changes */
	int64_t looked_ms; /* monotonic: when it was looked at for another way (runner/queue/reroute.h);
	                      0 = not yet */
	bool put_off; /* for some seconds, until others of its user, or of its mailbox, have got on: a
	                 pass is not over before */
	bool interrupted; /* the relay that had it died, and it went to another at once */
	enum entry_gather gather;
	bool held;   /* by an operator: never due, never too old */
	bool copied; /* its head, for lists (runner/queue/heads_keep.h) */
	bool warned;
};

struct schedule {
	struct entry **heap;
	uint32_t count, size;
	int64_t new_count;  /* untried messages that came so far */
	int64_t turn;       /* of the users: the key of the message that was taken last */
	int64_t wishes;     /* of operators, so far */
	struct flow *flows; /* one for each user who has something ready */
	uint32_t flow_count;
	int64_t looked_ms; /* for what is due */
	bool added;        /* something was put in since runner/queue/reroute.h looked */
};

/* Puts an entry in.  A new message (untried) is ready at once, and so is one whose time has come:
   users take turns, and each user's new mail and retried mail, too, so that a message goes after
   the earlier ones of its own kind and user, and after one of each other. */
void schedule_add(struct schedule *s, struct entry *e, int64_t due_ms);
void schedule_add_new(struct schedule *s, struct entry *e);

/* The same for an entry that comes from another schedule, with the time that it had there. */
void schedule_add_moved(struct schedule *s, struct entry *e, int64_t due_ms);

/* What is due at now_ms becomes ready; looked for once a second, or when nothing else is ready. */
void schedule_ready(struct schedule *s, int64_t now_ms);

/* The entry that is due first, NULL when there is none; take removes it from the heap. */
struct entry *schedule_first(const struct schedule *s);
void schedule_take(struct schedule *s, struct entry *e);

/* Changes the time of one that is in the heap. */
void schedule_move(struct schedule *s, struct entry *e, int64_t due_ms);

/* One that is in the heap goes before all others, after those that were asked for before it: an
   operator wants it tried now.  True of such a one until its attempt ends. */
void schedule_ask(struct schedule *s, struct entry *e);
bool schedule_is_asked(const struct entry *e);

/* The entry that may find out whether the servers, which fail, answer again: one whose own time has
   come, or that waits for these servers; NULL: each waits for its own time. */
struct entry *schedule_prober(const struct schedule *s, int64_t now_ms);

/* The entries are not freed. */
void schedule_free(struct schedule *s);

/* Seconds to wait after attempt number attempts (1, 2, ...): the configured steps, or what suits
   the reason (wait_s of the catalogue, 0 = none) if that is longer; plus or minus 10 % by random,
   so that many messages do not come back at the same moment. */
int schedule_wait_s(const struct config *c, int attempts, int reason_wait_s, uint32_t random);

/* Milliseconds of a wait that are left when waited_s of it have passed.  away: most of that time
   was not counted, and many messages may be in the same case, so those whose time is over are
   spread over a wait of their own. */
int64_t schedule_left_ms(int wait_s, int64_t waited_s, bool away, uint32_t random);
#endif
