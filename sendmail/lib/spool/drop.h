/* The submitter's half of the spool: from nothing to a whole, synced file in drop/ (states S1 and
 * S2). */
#ifndef SPOOL_DROP_H
#define SPOOL_DROP_H
#include "diagnosis/diag.h"
#include "spool/id.h"
#include "spool/user_share.h"
#include <stdbool.h>

struct drop {
	int dir_fd;                /* drop/; -1: it could not be opened */
	int open_error;            /* why not: an errno */
	long long unchecked_bytes; /* written since it was looked how much room is left */
	struct user_share share;   /* of whose message it is; percent 0: it has no limit */
	int fd;                    /* t.ID, -1 before drop_create and after the end */
	bool by_runner; /* the message went to the runner, which stored it as id: nothing of it is here
	                 */
	char id[ID_SIZE];
	char temp[ID_SIZE + 2]; /* "t.ID" */
};

/* Opens drop/ below a spool folder.  Errors: "spool-missing", "spool-rights" (the set-group-id bit
   has no effect, or install-rights was not run), "spool-write" (any other errno). */
bool drop_open(struct drop *d, const char *spool, struct diagnosis *why);

/* Creates t.ID, locked, mode 0644 (the folder is what keeps others out), and picks the ID. */
bool drop_create(struct drop *d, int64_t wall_s, struct diagnosis *why);

/* Writes to t.ID.  Fails, as drop_create does, with "spool-full" when what is left on the disk is
   no more than the reserve: 16 MiB, or a twentieth of a small disk.  It is kept for the runner, so
   that journals and reports can be written when submissions have filled the rest.  So it does, and
   so does drop_commit, when its user's mail in drop/ takes more than its share. */
bool drop_write(struct drop *d, const void *bytes, size_t length, struct diagnosis *why);

/* fsync, rename to ID, fsync of drop/.  On true the message is safe against a power cut.  On false
 * nothing is left behind. */
bool drop_commit(struct drop *d, struct diagnosis *why);

/* Removes what drop_create made.  Async-signal-safe. */
void drop_abandon(struct drop *d);

/* Words an errno of a write or sync in drop/: full disk, quota, file size limit. */
void drop_error(struct diagnosis *why, const char *doing);
#endif
