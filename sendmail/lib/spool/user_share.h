/* What the mail of one user may take of the spool's disk: a percentage of what it takes and of what
 * is left for all mail, so that one user leaves room for others, who leave some, too.  Root's mail
 * may take all of it.  A default, for users whom no [submit WHO] limits. */
#ifndef SPOOL_USER_SHARE_H
#define SPOOL_USER_SHARE_H
#include "base/text.h"
#include "spool/disk_space.h"
#include <sys/types.h>

#define USER_SHARE_DEFAULT 50

struct user_share {
	int percent; /* 0: no limit */
	uid_t uid;
	unsigned long long bytes, files; /* of the user's mail */
	char config[300];                /* the file that can change percent */
};

/* Raises bytes and files to those in drop/ that belong to the user.  Nothing is read while there is
   so much room that nobody can be short of it soon: the runner counts what comes, and says who has
   too much (spool/policy.h). */
void user_share_count(struct user_share *s, int drop_fd, const struct disk_space *room);

/* True when the user's mail takes more than its share: why, and what can be done. */
bool user_share_is_over(const struct user_share *s, const struct disk_space *room,
    struct text *words);
#endif
