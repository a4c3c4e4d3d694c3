/* The state of the one process that owns the queue. */
#ifndef RUNNER_QUEUE_RUNNER_H
#define RUNNER_QUEUE_RUNNER_H
#include "config/aliases.h"
#include "config/config.h"
#include "config/rules.h"
#include "base/log_limit.h"
#include "runner/queue/idmap.h"
#include "runner/queue/notes.h"
#include "runner/queue/nexthop.h"
#include "spool/ages.h"
#include "spool/counters.h"
#include "spool/health.h"
#include "spool/queue.h"
#include <sys/stat.h>

#define CONFIGURE_CHECK_MS 2000 /* between two looks at the files */

enum lifetime { LIFETIME_STAY, LIFETIME_LINGER, LIFETIME_ONCE };

struct configure;
struct control;
struct disposition;
struct expire;
struct notify;
struct pickup_scan;
struct places;
struct quota;
struct sessions;
struct smtpd_keeper;
struct storm;
struct submit_listen;
struct watch_listen;

/* What the rooms share. */
struct runner {
	enum lifetime lifetime;
	struct queue queue;
	int lock_fd, trigger_fd;
	struct config config;
	struct aliases *aliases;
	bool config_good;
	struct idmap entries; /* all of them: waiting, with a relay, or owed a report */
	struct nexthops nexthops;
	struct health config_health; /* while config_good is false: why */
	/* counts since the start, for the status line */
	unsigned long long sent, deferred, failed, adopted;
	struct counters counters; /* of all runs together */
	int removals;             /* not synced yet */
	struct notes notes;       /* that the journals have no room for */
	bool pass;                /* a pass over everything is under way */
	bool pass_swept;          /* and everything was tried: the old mail is dealt with */
	int64_t tidy_ms;          /* monotonic: when mail that was set aside is looked at next */
	int64_t adopt_again_ms;   /* next scan of drop/ without a wakeup; 0 = not scanned yet */
	struct ages ages;         /* of the mail, whatever the clock says */
	bool long_away;           /* more time than is counted has passed since the last run, or the
	                             clock was set */
	/* what each room keeps for itself */
	struct configure *configure;
	struct control *control;
	struct disposition *disposition;
	struct expire *expire;
	struct submit_listen *submit_listen; /* NULL: not while this runner only comes and goes */
	struct smtpd_keeper *smtpd;          /* NULL: [listen] is not used */
	struct notify *notify;
	struct pickup_scan *pickup; /* NULL: drop/ was not listed yet */
	struct places *places;
	struct quota *quota;
	struct sessions *sessions;
	struct storm *storm;         /* NULL: [storm] has counted nothing yet */
	struct watch_listen *watch;  /* NULL: nobody has watched yet */
	uint32_t owed;               /* messages that are done but for their report */
	struct log_limit complaints; /* about drop/ */
	bool leaving;
};
#endif
