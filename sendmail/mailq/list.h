/* What is in the queue: names first, then one message after the other. */
#ifndef MAILQ_LIST_H
#define MAILQ_LIST_H
#include "config/config.h"
#include "spool/ages.h"
#include "spool/counters.h"
#include "spool/tokens.h"
#include "spool/health.h"
#include "spool/queue.h"
#include "spool/smtpd_status.h"
#include "spool/disk_space.h"
#include "spool/waits.h"
#include "spool/woken.h"

struct row_rcpt {
	const char *address;
	/* Never NULL; verdict none: not tried.  Recipients share it. */
	const struct diagnosis *why;
	int64_t
	    number; /* of the reason: two that have the same one have the same reason; 0: not tried */
};

struct row {
	char id[ID_SIZE];
	bool in_drop; /* not adopted yet */
	bool unread;  /* its file is closed to us: sender, login and program are not known, and
	                 recipients only when it was tried */
	int64_t arrival_s, bytes;
	int64_t uid;
	const char *login, *sender, *program; /* program: that of the caller, "" when it is not known */
	struct row_rcpt *rcpts;
	int rcpt_count; /* those that are open */
	int attempts;
	int64_t
	    next_s; /* wall time at which its own wait ends, 0 = not decided; mailq/next.h knows more */
	int wait_s; /* as it was decided */
	bool active;          /* with a relay */
	bool held, owed;      /* owed: only the report to the sender is left to do */
	int64_t held_by;      /* uid */
	const char *held_why; /* that a filter held it for; NULL = a person did */
	const char *repaired; /* what was changed in sender and recipients so that it could go; NULL =
	                         nothing */
	const char *problem;  /* the file cannot be read: why; NULL = it can */
};

/* What is to be listed; zero: all that waits. */
struct list_wanted {
	bool dead;            /* what was set aside, not what waits */
	const char *prefix;   /* only identifiers that begin so; NULL: all */
	char *const *choices; /* only messages for which each of these is true (mailq/select.h) */
	int choice_count;
};

struct listing {
	/* Messages; where the caller may see all, by their names alone: some may be delivered before
	   they are read. */
	int count;
	int dead;      /* set aside */
	bool of_dead;  /* these are listed, not those that wait */
	bool sees_all; /* the caller may see the mail of others */
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
	struct smtpd_status smtpd;
	struct token tokens[TOKENS_MAX]; /* of OAuth2, where a smarthost wants one */
	int token_count;
	struct disk_space room;
	bool room_known;
	char drop_problem[200];
	struct list_reader *reader;
	struct list_memo *memo;
};

/* Looks at everything but the messages themselves, of which the caller gets to see what they may.
   config and what w points to are kept.  False with why when the spool cannot be read. */
bool list_open(struct listing *l, const struct config *config, const struct list_wanted *w,
    struct diagnosis *why);

/* The next message in the order of identifiers, NULL after the last; valid until the next call.  A
   few are read at a time: memory does not grow with the queue. */
const struct row *list_next(struct listing *l);

/* Reads all that are left, for those who go over them more than once: list_next gives each of them
   again, from the first one on, and they are valid until list_close. */
void list_collect(struct listing *l);
void list_close(struct listing *l);

/* The configuration; without one that can be read the defaults: everyone may list. */
void list_config(struct config *c);

/* Seconds for which a message has waited: as the runner counts them, with what the clock says on
 * top since it wrote that down. */
int64_t list_age_s(const struct listing *l, const struct row *r);

/* The same of a time: seconds that the runner has counted since then. */
int64_t list_counted_s(const struct listing *l, int64_t since_s);
#endif
