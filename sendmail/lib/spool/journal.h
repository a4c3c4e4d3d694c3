/* ID.log: what happened to one message, one line per event, only ever appended to.
   "TIME verb key=value ...": attempt n= | step text= | rcpt address= next=1 DIAGNOSIS | relayed
   address= (its sender is still to hear of success) | reported (has heard) | wait s= until= |
   filtered name= how= text= | warned | expanded | owed | revived by= | held by= | released by= |
   done. The state of a message is the fold of its lines; a torn last line is ignored. */
#ifndef SPOOL_JOURNAL_H
#define SPOOL_JOURNAL_H
#include "diagnosis/diag.h"
#include "base/lookup.h"
#include "spool/queue.h"

#define JOURNAL_LIMIT_BYTES \
	(256u << 20) /* a longer one is not read; spool/compact.h keeps them short */
#define JOURNAL_LIMIT_WORDS "256 MiB"

struct journal_rcpt {
	char *address;
	char
	    *last; /* its last diagnosis, as diag_keep() has it; NULL = none: journal_last() reads it */
	enum verdict verdict; /* what counts now */
	int attempt;          /* in which that was */
	bool next;            /* another server was to be asked at once */
	bool relayed;         /* the report of success is still to be written */
};

struct journal {
	int attempts;
	int64_t last_s;  /* time of the last attempt, 0 = none */
	int64_t until_s; /* wall time of the next attempt, 0 = not named */
	int wait_s;      /* as it was decided; until_s never counts for more than that from now */
	bool warned, done;
	bool expanded; /* the sender knows which recipients lead to several */
	bool owed;     /* all are settled, but the report about those that failed is still to be sent */
	bool relayed;  /* that is so for some recipient */
	bool revived;  /* it was set aside, and an operator wanted it tried again */
	bool held;
	int64_t held_by;    /* uid */
	char held_why[200]; /* what a filter held it for; "" = a person did */
	char filtered[320]; /* names of the filters that it is through, each with a blank after it */
	struct journal_rcpt *rcpts;
	size_t rcpt_count;
	struct lookup known; /* their addresses */
};

/* Reads ID.log; a missing file is an empty journal.  False with errno when it cannot be read;
 * EFBIG: it is longer than JOURNAL_LIMIT_BYTES. */
bool journal_read(struct journal *j, int mqueue_fd, const char *id);
bool journal_too_long(int mqueue_fd, const char *id);
void journal_parse(struct journal *j, const char *bytes, size_t length);
void journal_free(struct journal *j);

/* A recipient; NULL when it was never tried. */
const struct journal_rcpt *journal_find(const struct journal *j, const char *address);

/* What was last said of a recipient; all empty when nothing was, or r is NULL. */
void journal_last(const struct journal_rcpt *r, struct diagnosis *d);

/* True when the recipient was delivered or has failed for good. */
bool journal_settled(const struct journal *j, const char *address);

/* True when it is through that filter. */
bool journal_filtered(const struct journal *j, const char *filter);

/* Builds lines. */
void journal_put_attempt(struct buffer *lines, int64_t wall_s, int attempt);
void journal_put_step(struct buffer *lines, int64_t wall_s, const char *text);
void journal_put_rcpt(struct buffer *lines, int64_t wall_s, const char *address, bool next,
    const struct diagnosis *d);
void journal_put_relayed(struct buffer *lines, int64_t wall_s, const char *address);
void journal_put_filtered(struct buffer *lines, int64_t wall_s, const char *filter, const char *how,
    const char *text);
void journal_put_held(struct buffer *lines, int64_t wall_s, int64_t uid, const char *why);
void journal_put_wait(struct buffer *lines, int64_t wall_s, int wait_s);
void journal_put_word(struct buffer *lines, int64_t wall_s, const char *verb);

/* Appends lines to ID.log in one write and syncs the file when sync is set; false with errno.
   A torn line of an earlier crash is closed with a line end first. */
bool journal_append(const struct queue *q, const char *id, const struct buffer *lines, bool sync);
#endif
