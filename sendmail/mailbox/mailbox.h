/* Putting one message into the mailbox of the user that this process has become. */
#ifndef MAILBOX_MAILBOX_H
#define MAILBOX_MAILBOX_H
#include "base/mailbox_answer.h"
#include "base/text.h"
#include <stdbool.h>
#include <sys/types.h>

struct delivery {
	const char *user;
	const char *home;   /* for a maildir */
	const char *sender; /* "" = null sender */
	const char
	    *key;    /* "ID TAB RECIPIENT", by which it is known when it comes again; "" = it is not */
	uid_t owner; /* whose mailbox it must be */
	bool may_create; /* a missing mbox may be made by us */
	int in_fd;       /* the message, LF line ends */
	long long bytes; /* of it: fewer is no message */
	struct mailbox_answer *answer;
	struct text *words; /* of the answer: where it went, or why not */
};

/* Appends to /var/mail/USER: locked with USER.lock and as mail programs of the system lock
   (base/compat.h); no link is followed; lines that begin with "From " are quoted; synced; on any
   failure the file has its old length again, and what a killed process left there is taken away
   (note.h).  Result of both: a sysexits code. */
int deliver_mbox(const struct delivery *d);

/* Makes a file in Maildir/new of the home, by way of tmp; synced. */
int deliver_maildir(const struct delivery *d);

/* False with errno EPIPE when whoever started us is gone: nobody would note that the message is
 * delivered, and it would come again. */
bool mailbox_is_heard(void);

/* The answer is failed, for a reason of the catalogue, with the words that are there.  EX_TEMPFAIL.
 */
int mailbox_failed(const struct delivery *d, const char *key);

/* Says why not; with errno, if it is not 0.  EX_TEMPFAIL. */
int mailbox_later(const struct delivery *d, const char *key, const char *what, const char *name);

/* The next bytes of the message, 0 at its end, -1 when it ended early or cannot be read.  *left
 * counts down from bytes. */
ssize_t mailbox_read(const struct delivery *d, long long *left, char *bytes, size_t size);
#endif
