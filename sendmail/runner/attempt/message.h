/* A queued message as the runner needs it for one attempt: envelope, history, and who is still to
 * get it. */
#ifndef RUNNER_ATTEMPT_MESSAGE_H
#define RUNNER_ATTEMPT_MESSAGE_H
#include "config/recipients.h"
#include "message/envelope.h"
#include "runner/queue/runner.h"
#include "spool/journal.h"

enum rcpt_state { RCPT_OPEN, RCPT_SENT, RCPT_DEFERRED, RCPT_NEXT, RCPT_FAILED };

/* What a queued message is. */
enum message_found {
	MESSAGE_READY,   /* to be worked on; with rcpt_count 0: all of its recipients are settled */
	MESSAGE_GONE,    /* somebody else has removed it */
	MESSAGE_DAMAGED, /* it cannot be read, now or later */
	MESSAGE_LATER,   /* it cannot be read now */
	MESSAGE_OWED,    /* nothing is left but the report of failure to its sender */
	MESSAGE_RELAYED, /* an earlier runner delivered it, and the report of that is missing: the
	                    recipients are those */
	MESSAGE_REFUSED  /* it has more recipients than a message may have: they are the first
	                    MESSAGE_REFUSED_NAMED */
};
#define MESSAGE_REFUSED_NAMED 100

/* Its recipients, as they are read: those without a final outcome, or those that failed and are not
 * reported yet (the journal says "owed"), as RCPT_FAILED. */
enum message_view { MESSAGE_OPEN, MESSAGE_FAILED };

struct message {
	struct entry *entry;
	char id[ID_SIZE];
	int attempt; /* the number of this one: 1, 2, ... */
	bool anew;   /* the one that the entry is in is over (what it has tried does not count) */
	int fd;      /* of the file */
	struct envelope envelope;
	char *sender;      /* after policy */
	char *reported_by; /* of a report: who handed in what it is about; "" */
	char **rcpts;      /* open recipients on this path: after aliases, completed, no duplicates */
	struct message_asked {
		const char *notify; /* of envelope: which reports are wanted, "" = the usual ones */
		char *orcpt;  /* who was meant, as ORCPT: what the sender says, or the address as it was at
		                 submission, completed; "" = not known */
		bool archive; /* a copy by always_bcc: its failure is the postmaster's affair */
	} * asked;        /* for each of rcpts */
	bool *relayed;    /* for each: its server sends no report of success, and one is wanted */
	char **success;   /* for each of those: its outcome, as diag_keep() has it; NULL = not known */
	size_t *expanded; /* recipients of the envelope of which the sender is still to hear that they
	                     lead to several (expansions.h) */
	int expanded_count;
	unsigned char *states;         /* enum rcpt_state, one per recipient */
	int rcpt_count, noted;         /* noted: those whose outcome is known */
	struct lookup known;           /* those that message_find_rcpt has seen */
	const struct filter *filter;   /* that it has to go through first; NULL = it is through all */
	enum stamp_received received;  /* what our Received field says to them */
	char nexthop[RULES_PATH_SIZE]; /* that those in rcpts take now */
	struct recipients all; /* as the aliases have it; what is held up waits with its reason, what is
	                          thrown away is only logged */
	int held;              /* those that are held up now, without a final outcome */
	int elsewhere;         /* open recipients that this attempt asks about on another path */
	int waiting;           /* open recipients that this attempt is through with */
	bool has_journal;
	int wait_s;          /* until the next attempt, once it is decided; 0 before */
	struct buffer lines; /* journal lines of this attempt */
	struct buffer
	    failed_lines; /* those of failures: written only when the report to the sender is safe */
	struct diagnosis last; /* of the recipients that are not sent, the last one */
	char **failures; /* of the recipients in RCPT_FAILED, in their order, as diag_keep() has them */
	int failure_count;
	int64_t last_s;       /* wall time of the last attempt, 0 = none */
	bool ending;          /* its relay is about to send its end, or has: it may arrive */
	bool for_archive;     /* while a report about its archive copies is written: only they count */
	bool untried;         /* it ends without an attempt */
	bool repairs_logged;  /* the relay said what it repaired in the header */
	bool tls_optional;    /* its paths are those of tls_optional.h */
	struct message *next; /* in a worker's list */
};

/* Opens and reads everything, and changes nothing.  *m: NULL but for MESSAGE_READY, MESSAGE_RELAYED
   and MESSAGE_REFUSED.  why: the reason of MESSAGE_DAMAGED and MESSAGE_LATER. */
enum message_found message_read(const struct runner *r, struct entry *e, enum message_view view,
    struct message **m, struct text *why);
void message_free(struct message *m);

/* The index of an address among those at hand; -1: it is none of them. */
int message_find_rcpt(struct message *m, const char *address);

/* True for an address that only always_bcc names. */
bool message_is_archive(const struct message *m, const char *address);

/* True when another path is left in this attempt for a recipient, after the one at hand. */
bool message_has_other_path(const struct runner *r, const struct message *m, int rcpt);

/* One more of failures. */
void message_add_failure(struct message *m, const struct diagnosis *d);

/* True if the sender (m->for_archive: the postmaster) is to hear of that, "FAILURE" or "DELAY", for
 * the recipient: RFC 3461 4.1. */
bool message_wants_report(const struct message *m, int rcpt, const char *kind);

/* Held recipients become recipients like the others, for reports and for giving up. */
void message_take_unresolved(const struct runner *r, struct message *m);
#endif
