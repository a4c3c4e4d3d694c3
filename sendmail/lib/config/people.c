/* Asking for users and groups. */
#include "config/people.h"
#include "base/clock.h"
#include "base/compat.h"
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

/* After a search without a result, errno having been 0. */
static enum people not_found(void)
{
	if (errno == 0)
		return PEOPLE_NO;
	return compat_is_nobody(errno) ? PEOPLE_ABSENT : PEOPLE_UNSURE;
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

static enum people is_in_group(const char *group, const char *user, gid_t own)
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

enum people people_find(const char *who, int64_t *id)
{
	return *who == '%' ? find_group(who + 1, id) : find_user(who, id);
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
	return is_in_group(who + 1, name, pw->pw_gid);
}

/* What was found out, the oldest to be forgotten first. */
static struct known {
	char who[NAME_SIZE];
	int64_t uid, until_ms;
	enum people fits; /* UNSURE: it was never found out */
	int error;
} known[KNOWN_MAX];

static struct known *known_of(const char *who, int64_t uid)
{
	static int next;
	for (int i = 0; i < KNOWN_MAX; i++) {
		if (known[i].uid == uid && known[i].until_ms != 0 && strcmp(known[i].who, who) == 0)
			return &known[i];
	}
	struct known *k = &known[next = (next + 1) % KNOWN_MAX];
	*k = (struct known){.uid = uid, .fits = PEOPLE_UNSURE};
	text_copy(k->who, sizeof k->who, who);
	return k;
}

/* A directory that makes us wait for its answers is asked the less often. */
static void ask(struct known *k)
{
	int64_t since_ms = clock_mono_ms();
	enum people found = find_out(k->who, (uid_t)k->uid);
	k->error = errno;
	if (k->fits == PEOPLE_UNSURE || found == PEOPLE_YES || found == PEOPLE_NO)
		k->fits = found == PEOPLE_ABSENT ? PEOPLE_NO : found;
	int64_t now_ms = clock_mono_ms();
	k->until_ms = now_ms + KNOWN_MS + (now_ms - since_ms) * 10;
}

enum people people_fit(const char *who, int64_t uid)
{
	if (uid < 0 || uid >= UINT32_MAX || strlen(who) >= NAME_SIZE)
		return PEOPLE_NO;
	struct known *k = known_of(who, uid);
	if (clock_mono_ms() >= k->until_ms)
		ask(k);
	errno = k->error;
	return k->fits;
}
