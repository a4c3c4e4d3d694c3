/* Reports to senders as a whole: never to a null sender, never a storm.  At most [bounce] per_hour
   of them leave in an hour, at most NOTIFY_BURST to one address; further ones wait, on disk, for
   [bounce] merge_interval_min minutes and go as one report about many messages.  Mail without a
   sender (a report itself) goes back to [bounce] postmaster, and when that fails, too, it is set
   aside as ID.dead. */
#ifndef RUNNER_NOTIFY_NOTIFY_H
#define RUNNER_NOTIFY_NOTIFY_H
#include "runner/attempt/message.h"

#define NOTIFY_BURST 3
#define NOTIFY_MERGED_MAX 100 /* messages in one report */

/* mqueue/reports: to whom reports went in the last hour, and the names of all that this run and
 * the one before have written. */
#define NOTIFY_FILE "reports"
#define NOTIFY_FILE_LIMIT_BYTES (1 << 20)

enum notified {
	NOTIFIED_SENT,  /* the report is on disk */
	NOTIFIED_LATER, /* it has to wait for others: note "owed" in the journal, and notify_keep the
	                   entry */
	NOTIFIED_NOT,   /* it cannot be written now */
	NOTIFIED_NOBODY /* no recipient for a report */
};

/* Queues a report about the failed recipients of m, if it may go now; and one to the postmaster
 * about copies by always_bcc. */
enum notified notify_failed(struct runner *r, struct message *m);

/* Keeps an entry whose journal says "owed" (it is in no schedule) until its report goes. */
void notify_keep(struct runner *r, struct entry *e);

/* Sends one of the reports that are due; notify the number of messages that it is about, which are
   done: to be ended, and freed.  0: there is none any more. */
int notify_send_due(struct runner *r, struct message *done[NOTIFY_MERGED_MAX]);

enum warned {
	WARNED_NOT,
	WARNED_LATER,  /* it may not be reported now */
	WARNED_NOBODY, /* no such report is wanted: that is settled, too */
	WARNED_NOW
};

/* Notifies the senders of late mail, those of many messages in one report: at most
 * NOTIFY_MERGED_MAX, with an answer for each. */
void notify_delayed(struct runner *r, struct message **late, int count, enum warned *warned);

/* Says in mqueue/reports that a report id is about to be written, to an address that it counts for
   ("" = to none): by that, and by the notes in its envelope, a runner that was killed between the
   report and the journals is understood by the next one (runner/delivery/recover.h). */
void notify_announce(struct runner *r, const char *id, const char *to);

void notify_free(struct runner *r);
#endif
