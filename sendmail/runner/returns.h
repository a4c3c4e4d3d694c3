/* Reports to senders as a whole: never to a null sender, never a storm.  At most [bounce] per_hour
   of them leave in an hour, at most RETURNS_BURST to one address; further ones wait, on disk, for
   [bounce] merge_min minutes and go as one report about many messages.  Mail without a sender (a
   report itself) goes back to [bounce] postmaster, and when that fails, too, it is set aside as
   ID.dead. */
#ifndef RUNNER_RETURNS_H
#define RUNNER_RETURNS_H
#include "runner/message.h"

#define RETURNS_BURST 3
#define RETURNS_MERGED_MAX 100 /* messages in one report */

/* mqueue/reports: to whom reports went in the last hour, and the names of all that this life and
 * the one before have written. */
#define RETURNS_FILE "reports"
#define RETURNS_FILE_LIMIT_BYTES (1 << 20)

enum returned {
	RETURNED_SENT,   /* the report is on disk */
	RETURNED_LATER,  /* it has to wait for others: note "owed" in the journal, and returns_keep the
	                    entry */
	RETURNED_NOT,    /* it cannot be written now */
	RETURNED_NOWHERE /* there is nobody to tell */
};

/* Queues a report about the failed recipients of m, if it may go now. */
enum returned returns_failure(struct runner *r, struct message *m);

/* Keeps an entry whose journal says "owed" (it is in no schedule) until its report goes. */
void returns_keep(struct runner *r, struct entry *e);

/* Sends one of the reports that are due; returns the number of messages that it is about, which are
   done: to be ended, and freed.  0: there is none any more. */
int returns_send_due(struct runner *r, struct message *done[RETURNS_MERGED_MAX]);

enum warned {
	WARNED_NOT,
	WARNED_LATER,  /* it may not be reported now */
	WARNED_NOBODY, /* no such report is wanted: that is settled, too */
	WARNED_NOW
};

/* Tells the senders of late mail, those of many messages in one report: at most RETURNS_MERGED_MAX,
 * with an answer for each. */
void returns_warn(struct runner *r, struct message **late, int count, enum warned *warned);

/* Says in mqueue/reports that a report id is about to be written, to an address that it counts for
   ("" = to none): by that, and by the notes in its envelope, a runner that was killed between the
   report and the journals is understood by the next one (runner/resume.h). */
void returns_announce(struct runner *r, const char *id, const char *to);

/* Adds journal lines of a message to the notes of a report. */
void returns_put_notes(struct buffer *notes, const char *id, const struct buffer *lines);

void returns_free(struct runner *r);
#endif
