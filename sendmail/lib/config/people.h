/* Users and groups of this machine, as the system knows them. */
#ifndef CONFIG_PEOPLE_H
#define CONFIG_PEOPLE_H
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* True when a user, whose own group is own, is in that group. */
bool people_in_group(const char *group, const char *user, gid_t own);

/* True when uid is the user of that name; or, with a "%" before it, in the group.  What was found
 * out is believed for some seconds.  Not for a confined process. */
bool people_fits(const char *who, int64_t uid);
#endif
