/* drop/policy: what the runner lets sendmail know about who may hand over what.  Written by the
   runner from [submit WHO] and from what it counts; read at each submission by a program that reads
   no configuration.  A file that is missing, odd, or not the runner's refuses nothing. */
#ifndef SPOOL_POLICY_H
#define SPOOL_POLICY_H
#include "diagnosis/diag.h"
#include "spool/user_share.h"
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define POLICY_LIMIT_BYTES \
	(4u << 20) /* thousands of users above their limits; a longer file counts for nothing */
#define POLICY_GROUPS_MAX \
	1024 /* of a user: what FreeBSD allows, and more than a Kerberos ticket holds */

struct policy {
	char *text; /* NULL: nothing is known */
};

/* Who hands over. */
struct policy_user {
	uid_t uid;
	const char *login;
	gid_t groups[POLICY_GROUPS_MAX + 1];
	int group_count;
};

/* The calling process.  login is not copied. */
void policy_user_self(struct policy_user *u, const char *login);

/* Reads the file; needs the right to look into drop/. */
void policy_load(struct policy *p, int drop_fd);
void policy_free(struct policy *p);

/* True when the log is to be written as JSON. */
bool policy_log_json(const struct policy *p);

/* EX_OK, or 77 (not allowed) or 74 (the disk is nearly full) with why.  sender: as given with -f;
   NULL: the login name. drop_fd is asked for free space. */
int policy_check(const struct policy *p, const struct policy_user *u, const char *sender,
    int drop_fd, struct diagnosis *why);

/* How many recipients a message may have; where that is not known, as many as where nothing is
 * configured. */
int policy_max_recipients(const struct policy *p);

/* What the mail of a user may take of the disk: where that is not known, as much as where nothing
 * is configured. */
struct user_share policy_share(const struct policy *p, uid_t uid);

/* The words for one that has more. */
void policy_too_many(const struct policy *p, struct diagnosis *why);

/* Puts text in place of drop/policy. Not synced: it is made anew at every start. */
bool policy_write(int drop_fd, const char *text, size_t length);
#endif
