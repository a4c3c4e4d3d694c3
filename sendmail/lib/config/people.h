/* Users and groups of this machine, as the system knows them. */
#ifndef CONFIG_PEOPLE_H
#define CONFIG_PEOPLE_H
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* UNSURE: the system cannot say now, as while a directory server is away; errno says why.
   ABSENT: there is none, or a directory server is away; some modules of nsswitch.conf(5) say the
   same of both. */
enum people { PEOPLE_NO, PEOPLE_YES, PEOPLE_ABSENT, PEOPLE_UNSURE };

/* Whether there is such a user or, with a "%" before it, such a group, and its number; a number is
 * one in any case. */
enum people people_find(const char *who, int64_t *id);

/* Whether uid is the user of that name or number; or, with a "%" before it, in the group.  What was
 * found out is believed for some seconds, also that the system cannot say now; and what was known
 * before, as long as it cannot say more: never ABSENT.  Not for a confined process. */
enum people people_fit(const char *who, int64_t uid);
#endif
