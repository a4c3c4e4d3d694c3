/* What is in the queue, collected before anything is printed. */
#ifndef MAILQ_LIST_H
#define MAILQ_LIST_H
#include "config/config.h"
#include "spool/ages.h"
#include "spool/counters.h"
#include "spool/health.h"
#include "spool/queue.h"
#include "spool/disk_space.h"
#include "spool/waits.h"
#include "spool/woken.h"

struct row_rcpt {
	char *address;
	/* Never NULL; verdict none: not tried.  It is the row's, and recipients share it. */
	const struct diagnosis *why;
};

struct row {
	char id[ID_SIZE];
	bool in_drop; /* not adopted yet */
	bool unread;  /* its file is closed to us: sender, login and program are not known, and
	                 recipients only when it was tried */
	int64_t arrival_s, bytes;
	int64_t uid;
	char *login, *sender, *program; /* program: that of the caller, "" when it is not known */
	struct row_rcpt *rcpts;
	int rcpt_count;        /* those that are open */
	struct row_why **whys; /* shared with other rows */
	int why_count;
	int attempts;
	int64_t
	    next_s; /* wall time at which its own wait ends, 0 = not decided; mailq/next.h knows more */
	int wait_s; /* as it was decided */
	bool active;     /* with a relay */
	bool held, owed; /* owed: only the report to the sender is left to do */
	int64_t held_by; /* uid */
	char *held_why;  /* that a filter held it for; NULL = a person did */
	char *repaired; /* what was changed in sender and recipients so that it could go; NULL = nothing
	                 */
	char *problem;  /* the file cannot be read: why; NULL = it can */
};

struct listing {
	struct row *rows;
	int count;
	int dead;     /* set aside */
	bool of_dead; /* rows are those messages, not those that wait */
	bool runner_lives;
	struct health health[HEALTH_MAX]; /* why mail waits that was not tried itself */
	int health_count;
	int64_t health_s;                 /* when that was written; 0 = never */
	struct health passed[HEALTH_MAX]; /* servers that fail, while others take their mail */
	int passed_count;
	struct session_wait waits[WAITS_MAX]; /* sessions that have been waiting for some seconds */
	int wait_count;
	struct woken woken[WOKEN_MAX]; /* paths whose mail is due before its time */
	int woken_count;
	const struct config *config;
	struct ages ages;
	struct counters counters;
	struct disk_space room;
	bool room_known;
	char drop_problem[200];
};

/* Collects everything that the caller may see: what waits, or (dead) what was set aside.  config is
 * kept.  False with why when the spool cannot be read. */
bool list_collect(struct listing *l, const struct config *config, bool dead, struct diagnosis *why);
void list_free(struct listing *l);

/* The configuration; without one that can be read the defaults: everyone may list. */
void list_config(struct config *c);

/* Seconds for which a message has waited: as the runner counts them, with what the clock says on
 * top since it wrote that down. */
int64_t list_age_s(const struct listing *l, const struct row *r);

/* The same of a time: seconds that the runner has counted since then. */
int64_t list_counted_s(const struct listing *l, int64_t since_s);

/* What holds all mail that goes the way of a recipient (NULL: of the first); NULL when nothing
 * does. */
const struct health *list_health(const struct listing *l, const struct row *r,
    const struct row_rcpt *rcpt);

/* " (user@bücher.example)" for an address at xn--bcher-kva.example, nothing for others. */
void list_put_unicode(const char *address, struct text *t);

/* The reason of a recipient in one line, never empty. */
void list_reason(const struct listing *l, const struct row *r, const struct row_rcpt *rcpt,
    struct text *t);
#endif
