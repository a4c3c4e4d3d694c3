/* Asking for users and groups. */
#include "config/people.h"
#include "base/clock.h"
#include "base/text.h"
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GROUPS_MAX 1024
#define KNOWN_MAX 64
#define KNOWN_MS 5000
#define NAME_SIZE 330

/* After a search without a result, errno having been 0: getpwnam(3) has the list. */
static enum people not_found(void)
{
	switch (errno) {
	case 0: return PEOPLE_NO;
	case ENOENT:
	case ESRCH:
	case EBADF:
	case EPERM: return PEOPLE_ABSENT;
	default: return PEOPLE_UNSURE;
	}
}

/* What chown(8) takes for a number. */
static bool read_number(const char *name, int64_t *number)
{
	size_t length = strlen(name);
	if (length == 0 || length > 10 || strspn(name, "0123456789") != length)
		return false;
	*number = strtoll(name, NULL, 10);
	return true;
}

static enum people find_user(const char *name, int64_t *uid)
{
	errno = 0;
	struct passwd *pw = getpwnam(name);
	if (pw == NULL)
		return read_number(name, uid) ? PEOPLE_YES : not_found();
	*uid = pw->pw_uid;
	return PEOPLE_YES;
}

static enum people find_group(const char *name, int64_t *gid)
{
	errno = 0;
	struct group *g = getgrnam(name);
	if (g == NULL)
		return read_number(name, gid) ? PEOPLE_YES : not_found();
	*gid = g->gr_gid;
	return PEOPLE_YES;
}

enum people people_in_group(const char *group, const char *user, gid_t own)
{
	gid_t gids[GROUPS_MAX];
	int count = GROUPS_MAX;
	int64_t wanted = -1;
	enum people there = find_group(group, &wanted);
	if (there != PEOPLE_YES || wanted == own)
		return there;
	if (getgrouplist(user, own, gids, &count) < 0)
		count = GROUPS_MAX; /* of too many the first ones are there */
	for (int i = 0; i < count; i++) {
		if (gids[i] == wanted)
			return PEOPLE_YES;
	}
	return PEOPLE_NO;
}

enum people people_exist(const char *who)
{
	int64_t number;
	return *who == '%' ? find_group(who + 1, &number) : find_user(who, &number);
}

static enum people find_out(const char *who, uid_t uid)
{
	char name[256];
	int64_t wanted = -1;
	if (*who != '%') {
		enum people there = find_user(who, &wanted);
		return there == PEOPLE_YES && wanted != uid ? PEOPLE_NO : there;
	}
	errno = 0;
	struct passwd *pw = getpwuid(uid);
	if (pw == NULL)
		return not_found();
	text_copy(name, sizeof name, pw->pw_name);
	return people_in_group(who + 1, name, pw->pw_gid);
}

enum people people_fit(const char *who, int64_t uid)
{
	static struct {
		char who[NAME_SIZE];
		int64_t uid, at_ms;
		bool fits;
	} known[KNOWN_MAX];
	static int next;
	int64_t now = clock_mono_ms();
	int at = -1;
	if (uid < 0 || uid >= UINT32_MAX || strlen(who) >= NAME_SIZE)
		return PEOPLE_NO;
	for (int i = 0; i < KNOWN_MAX && at < 0; i++) {
		if (known[i].uid == uid && known[i].at_ms != 0 && strcmp(known[i].who, who) == 0)
			at = i;
	}
	if (at >= 0 && now - known[at].at_ms < KNOWN_MS)
		return known[at].fits ? PEOPLE_YES : PEOPLE_NO;
	enum people found = find_out(who, (uid_t)uid);
	if (at >= 0 && (found == PEOPLE_UNSURE || found == PEOPLE_ABSENT))
		return known[at].fits ? PEOPLE_YES : PEOPLE_NO;
	if (found == PEOPLE_UNSURE)
		return found;
	at = at >= 0 ? at : (next = (next + 1) % KNOWN_MAX);
	text_copy(known[at].who, NAME_SIZE, who);
	known[at].uid = uid;
	known[at].at_ms = now;
	known[at].fits = found == PEOPLE_YES;
	return known[at].fits ? PEOPLE_YES : PEOPLE_NO;
}
