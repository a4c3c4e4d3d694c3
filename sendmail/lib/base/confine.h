/* The processes that read what comes from the network, a server's words or answers of DNS: forked
   for that, and confined before the first byte. Where root has started the program they become the
   user fhnet, who owns nothing, with an empty folder as root.  Everywhere (base/sandbox.h) they can
   open no file, make no connection, start and touch no process, and use no more than so much memory
   and time. */
#ifndef BASE_CONFINE_H
#define BASE_CONFINE_H
#include "base/sandbox.h"
#include <sys/types.h>

struct confine_ids {
	uid_t owner_uid; /* who this program is until it confines a child: may read configuration and
	                    passwords */
	gid_t owner_gid;
	uid_t uid; /* fhnet */
	gid_t gid;
};

/* As root, before anything else is done: becomes the owner, and keeps root's right for what
 * follows.  False with errno. */
bool confine_begin(const struct confine_ids *ids);

/* Root, by hand (relayconf): the same, for the users firsthop and fhnet.  Nothing is done, and that
   is true, for others, with a private spool, and where these users were not made.  False with
   errno. */
bool confine_begin_by_hand(void);

/* In a child: for good.  Where root has started the program, standard output and error lead nowhere
 * then.  FAILED with errno; then nothing may be read.  file_bytes: how long it may make a file that
 * is open. */
struct confine_limits {
	long memory_mib, cpu_s, descriptors;
	long long file_bytes;
};
enum sandbox_result confine_enter(const struct confine_limits *limits);

/* In the parent: ends a child, whoever it is by now. */
void confine_kill(pid_t child);

/* In the parent: gives root's right up for good; nothing can be confined any more. */
bool confine_leave_root(void);
#endif
