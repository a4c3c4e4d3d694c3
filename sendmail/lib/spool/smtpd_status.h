/* What smtpd does ([listen]): a file in its folder, written by its parent, locked while that runs,
   and read by mailq for whoever watches it. */
#ifndef SPOOL_SMTPD_STATUS_H
#define SPOOL_SMTPD_STATUS_H
#include <stdbool.h>

enum smtpd_count {
	SMTPD_CONNECTIONS,  /* that were served */
	SMTPD_TURNED_AWAY,  /* connections: no caller whom the system names or the networks hold */
	SMTPD_TOO_MANY,     /* connections beyond those that one user, or all, may have */
	SMTPD_LOGIN_FAILED, /* wrong passwords */
	SMTPD_MESSAGES,     /* that the queue has accepted */
	SMTPD_REJECTED,     /* commands, and messages, that were refused */
	SMTPD_COUNTS
};

struct smtpd_status {
	bool running;
	int sessions; /* now */
	unsigned long long
	    counts[SMTPD_COUNTS]; /* also of those before it, while its folder is there */
};

/* The word in the file: "connections", "too_many" ...; also the label of a metric. */
const char *smtpd_status_word(enum smtpd_count i);

/* In smtpd, once: takes the file over, with the counts that an earlier one left; the descriptor
   that keeps it, -1 with errno: nobody will know. */
int smtpd_status_begin(struct smtpd_status *s);
void smtpd_status_write(int fd, const struct smtpd_status *s);

/* All zero when there is no file.  What makes no sense counts as 0. */
void smtpd_status_read(struct smtpd_status *s);
#endif
