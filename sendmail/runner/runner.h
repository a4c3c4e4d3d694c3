/* The state of the one process that owns the queue. */
#ifndef RUNNER_RUNNER_H
#define RUNNER_RUNNER_H
#include "config/aliases.h"
#include "config/config.h"
#include "config/rules.h"
#include "base/log_limit.h"
#include "runner/idmap.h"
#include "runner/notes.h"
#include "runner/schedule.h"
#include "spool/ages.h"
#include "spool/counters.h"
#include "spool/health.h"
#include "spool/queue.h"
#include <sys/stat.h>

#define CONFIGURE_CHECK_MS 2000 /* between two looks at the files */
#define WORKERS_MAX 48          /* runner/sessions.h: with servers, and with mailboxes */

enum lifetime { LIFETIME_STAY, LIFETIME_LINGER, LIFETIME_ONCE };

struct control;
struct quota;
struct intake;
struct returns;
struct watch;
struct worker;

struct runner {
	enum lifetime lifetime;
	struct queue queue;
	int lock_fd, trigger_fd;
	struct config config;
	struct aliases *aliases;
	bool config_good;
	struct stat config_file, aliases_file; /* as they were read */
	uint64_t secrets_sum;                  /* of the password files' times */
	int64_t config_checked_ms;
	bool lists_changed; /* one that the aliases include; lists_read_ms: when that was last a reason
	                       to read them, 0 = never */
	int64_t lists_read_ms;
	struct idmap entries; /* all of them: waiting, with a relay, or owed a report */
	struct path **paths;
	int path_count;
	struct hop_state *hops; /* of servers that failed at some time */
	int hop_count;
	struct worker *workers[WORKERS_MAX];
	int worker_count;
	const struct path
	    *yield_to; /* another path has ended a session for it; NULL = none has.  Only compared */
	int64_t yield_ms;
	struct buffer waits; /* as mqueue/sessions has it (runner/sessions.h) */
	int64_t waits_ms;
	struct health config_health; /* while config_good is false: why */
	/* counts since the start, for the status line */
	unsigned long long sent, deferred, failed, adopted;
	struct counters counters;    /* of all lives together */
	int64_t counted_ms;          /* when they were last written */
	unsigned long long log_lost; /* lines, of this life, that stand in counters */
	unsigned ledger_number;      /* of the last one made (runner/ledgers.h) */
	int removals;                /* not synced yet */
	struct notes notes;          /* that the journals have no room for */
	bool pass;                   /* a pass over everything is under way */
	bool pass_swept;             /* and everything was tried: the old mail is dealt with */
	int64_t swept_ms, tidy_ms;   /* when that was done, and is to be done next */
	int64_t start_again_ms;      /* no relay could be started: not before then; 0 = one could */
	int64_t
	    adopt_again_ms; /* when to look into drop/ though nobody rings; 0 = nobody has looked yet */
	int64_t places_ms;  /* when the names were last looked at (runner/places.h) */
	bool places_woken;  /* something happened since then */
	int places_fd;      /* watches the run folder; -1 = not yet, or it cannot be watched */
	int64_t place_said_ms[3]; /* when something about each was last said; 0 = it is in order */
	struct ages ages;         /* of the mail, whatever the clock says */
	bool long_away;     /* more time than is counted lies between the last life and this one, or the
	                       clock was set */
	int64_t alarmed_ms; /* when the oldest message was last complained about */
	char stays_key[40]; /* the last reason of which it was said that waiting does not mend it, and
	                       when */
	int64_t stays_ms;
	struct control *control;
	struct quota *quota;
	struct intake *intake; /* NULL: not while this runner only comes and goes */
	struct returns *returns;
	struct watch *watch;         /* NULL: nobody has watched yet */
	uint32_t owed;               /* messages that are done but for their report */
	unsigned turn;               /* of the path that is served first */
	struct log_limit complaints; /* about drop/ */
	bool sessions_outdated; /* the configuration is another one than theirs: they are ended before
	                           anything is given away */
	bool leaving;
	bool broken; /* it leaves because it cannot go on */
};

/* Reads configuration and aliases when their files, or those of passwords, have changed (or force);
   a new version that is wrong is reported and the old one stays; with none that is right, the
   reason goes to health and mail waits. */
void runner_configure(struct runner *r, bool force);

/* The same without waiting for the next look at the files: who asks for a pass, or for a message to
 * be tried, has often just changed them. */
void runner_look_again(struct runner *r);

/* Moves what is in drop/ to mqueue/; honours requests for a pass. */
void runner_adopt(struct runner *r);

/* Takes up what is in mqueue/ from an earlier life; false, with nothing taken up, when it cannot be
 * read. */
bool runner_load(struct runner *r);

/* Removes mail that was set aside for longer than keep_dead_d; looks once an hour. */
void runner_tidy(struct runner *r);

/* Starts a pass over every message, now. */
void runner_start_pass(struct runner *r);
bool runner_pass_over(const struct runner *r);

/* Puts an entry on its path: new (untried), or due at a time; again: now, on the path that is next
 * for it in this attempt. */
void runner_queue_new(struct runner *r, struct entry *e);
void runner_queue(struct runner *r, struct entry *e, int64_t due_ms);
void runner_queue_again(struct runner *r, struct entry *e);

/* After a change of the configuration: every entry is put where it belongs now. */
void runner_place_all(struct runner *r);

/* Entries that wait, on all paths. */
uint32_t runner_waiting(const struct runner *r);

/* Gives due messages to workers. */
void runner_dispatch(struct runner *r);

/* Looks at the clock: at the start, and whenever something is done. A jump is logged and changes
 * nothing else. */
void runner_start_clock(struct runner *r);
void runner_watch_clock(struct runner *r);

/* Expired messages, warnings, the alarm; at most once a minute, or at once. */
void runner_sweep(struct runner *r, bool at_once);

/* Milliseconds until something has to be done, -1 = nothing. */
int64_t runner_next_ms(const struct runner *r);

/* One line about the state. */
void runner_status(const struct runner *r);

/* New or freed entry; found again by its id. */
struct entry *runner_entry(struct runner *r, uint64_t id);
struct entry *runner_find(const struct runner *r, uint64_t id);
void runner_forget(struct runner *r, struct entry *e);

/* All of them, and the notes that could not be written, at the end. */
void runner_free_entries(struct runner *r);
#endif
