/* A queued message as the runner needs it for one attempt: envelope, history, and who is still to
 * get it. */
#ifndef RUNNER_MESSAGE_H
#define RUNNER_MESSAGE_H
#include "config/recipients.h"
#include "message/envelope.h"
#include "runner/runner.h"
#include "spool/journal.h"

enum rcpt_state { RCPT_OPEN, RCPT_SENT, RCPT_DEFERRED, RCPT_NEXT, RCPT_FAILED };

struct message {
	struct entry *entry;
	char id[ID_SIZE];
	int fd; /* of the file */
	struct envelope envelope;
	char *sender; /* after policy */
	char **rcpts; /* open recipients on this path: after aliases, completed, no duplicates */
	struct message_asked {
		const char *notify; /* of envelope: which reports are wanted, "" = the usual ones */
		char *orcpt; /* who was meant, as ORCPT: what the sender says, or the address as it was at
		                submission, completed; "" = not known */
	} * asked;       /* for each of rcpts */
	bool *relayed;   /* for each: its server sends no report of success, and one is wanted */
	unsigned char *states;      /* enum rcpt_state, one per recipient */
	int rcpt_count, noted;      /* noted: those whose outcome is known */
	struct lookup known;        /* those that message_find_rcpt has seen */
	char path[RULES_PATH_SIZE]; /* that those in rcpts take now */
	struct recipients all; /* as the aliases have it; what is held up waits with its reason, what is
	                          thrown away is only told */
	int held;              /* those that are held up now, without a final outcome */
	int elsewhere;         /* open recipients that this attempt asks about on another path */
	int waiting;           /* open recipients that this attempt is through with */
	bool has_journal;
	int wait_s;          /* until the next attempt, once it is decided; 0 before */
	struct buffer lines; /* journal lines of this attempt */
	struct buffer
	    failed_lines; /* those of failures: written only when the report to the sender is safe */
	struct diagnosis last;      /* of the recipients that are not sent, the last one */
	struct diagnosis *failures; /* of the recipients in RCPT_FAILED, in their order */
	int failure_count;
	int64_t last_s;       /* wall time of the last attempt, 0 = none */
	bool ending;          /* its relay is about to send its end, or has: it may arrive */
	bool untried;         /* it ends without an attempt */
	bool repairs_told;    /* the relay said what it repaired in the header */
	struct message *next; /* in a worker's list */
};

/* Opens and reads everything; NULL when the message cannot be worked on (it is set aside, or waits,
   and that is logged). A message whose recipients are all settled has rcpt_count 0. */
struct message *message_load(struct runner *r, struct entry *e);
void message_free(struct message *m);

/* Takes an entry out of the schedule of its path to work on it, as message_load.  NULL, too, when
   it belongs elsewhere by now, or must not be begun on a full disk: then it has its new place. */
struct message *message_take(struct runner *r, struct path *p, struct entry *e);

/* The servers of the path of m are passed over now, because of why (steps tells): m goes on to its
   next path, or, when it has come from another one, waits for its next attempt, and is freed.
   False, with nothing done: it has no other way. */
bool message_detour(struct runner *r, struct message *m, const struct diagnosis *why,
    struct buffer *steps);

/* The index of an address among those at hand; -1: it is none of them. */
int message_find_rcpt(struct message *m, const char *address);

/* True when another path is left in this attempt for a recipient, after the one at hand. */
bool message_has_other_path(const struct runner *r, const struct message *m, int rcpt);

/* Notes the outcome of one recipient: log line, journal line, state.  next: another server is to be
 * asked at once. */
void message_note(struct runner *r, struct message *m, int rcpt, bool next,
    const struct diagnosis *d);

/* The attempt of m is over: bounces, journal, next time or removal.  steps: what the relay said on
   the way; left: candidates that it had not tried.  Frees m and, when the message is gone, its
   entry. */
void message_conclude(struct runner *r, struct message *m, struct buffer *steps, int left);

/* The same with the recipients that failed and are not reported yet (the journal says "owed"), as
 * RCPT_FAILED. */
struct message *message_load_failed(struct runner *r, struct entry *e);

/* The sender of m was told that it is late. */
void message_note_warned(struct runner *r, struct message *m);

/* Writes the report of success that is due for the recipients of m, which are marked as relayed,
 * notes that, and frees m. */
void message_end_relayed(struct runner *r, struct message *m);

/* The report about all that failed is on disk: m is done, and freed with its entry. */
void message_end_reported(struct runner *r, struct message *m);

/* ID becomes ID.dead, with the reason in the log; the entry is freed. */
void message_set_aside(struct runner *r, struct entry *e, const char *id, const char *why);

/* For message.c and conclude.c: one more of failures. */
void message_add_failure(struct message *m, const struct diagnosis *d);

/* Tells, once per attempt, of recipients that no server is asked about: those that aliases hold up,
 * and those that they throw away. */
void message_note_unsent(struct message *m);

/* True if the sender is to hear of that, "FAILURE" or "DELAY", for the recipient: RFC 3461 4.1. */
bool message_tells(const struct message *m, int rcpt, const char *kind);

/* For message.c and held.c: one more recipient; original is its index in the envelope, -1 when
 * nobody knows. */
void message_add_rcpt(const struct runner *r, struct message *m, const char *address, int original);

/* For message.c: fills in held.  And held recipients as recipients like the others, for reports and
 * for giving up. */
void message_find_held(struct message *m, struct journal *j);
void message_take_held(const struct runner *r, struct message *m);

/* Gives m back untouched. */
void message_return(struct runner *r, struct message *m);

/* All open recipients fail with d; as message_conclude. */
void message_give_up(struct runner *r, struct message *m, const struct diagnosis *d);

/* Notes that found no room on the disk are tried again: once a minute, and before the runner ends.
 */
void message_write_unwritten(struct runner *r);
#endif
