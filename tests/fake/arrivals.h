/* Counting what arrived of a series of test messages (faults.c): at the smarthost, in an mbox, in a
 * Maildir. */
#ifndef FAKE_ARRIVALS_H
#define FAKE_ARRIVALS_H
#include <stdbool.h>

/* One message: whom it was for, and whether its last line is there.  A message N of series S is for
   KIND-N@pS.example.org, or, on this machine, for USER+KIND-N-pS@..., and ends with "END N"; a
   report, for KIND sender, ends with the end of its parts. */
struct arrival {
	struct {
		char kind[20];
		int n, series;
	} to[20];
	int count;
	bool whole;
	const char *where;     /* file name */
	const char *last_line; /* that is not empty */
};

typedef void arrival_seen(const struct arrival *a);

/* Each message in the *.eml files of a folder / in an mbox, where lines that begin with "From "
   part them / in Maildir/new of a home. What is not there holds none. */
void arrivals_at_smarthost(const char *folder, arrival_seen *seen);
void arrivals_in_mbox(const char *path, arrival_seen *seen);
void arrivals_in_maildir(const char *home, arrival_seen *seen);

/* Files of messages and journals that are left in a spool. */
int arrivals_waiting(const char *spool);
#endif
