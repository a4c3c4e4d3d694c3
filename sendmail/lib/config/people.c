/* Asking for users and groups. */
#include "config/people.h"
#include "base/clock.h"
#include "base/text.h"
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#define GROUPS_MAX 1024
#define KNOWN_MAX 64
#define KNOWN_MS 5000

bool people_in_group(const char *group, const char *user, gid_t own)
{
	gid_t gids[GROUPS_MAX];
	int count = GROUPS_MAX;
	struct group *g = getgrnam(group);
	if (g == NULL)
		return false;
	gid_t wanted = g->gr_gid;
	if (wanted == own)
		return true;
	if (getgrouplist(user, own, gids, &count) < 0)
		count = GROUPS_MAX; /* of too many the first ones are there */
	for (int i = 0; i < count; i++) {
		if (gids[i] == wanted)
			return true;
	}
	return false;
}

static bool find_out(const char *who, uid_t uid)
{
	struct passwd *pw = getpwuid(uid);
	char name[256];
	if (pw == NULL)
		return false;
	if (*who != '%')
		return strcmp(who, pw->pw_name) == 0;
	text_copy(name, sizeof name, pw->pw_name);
	return people_in_group(who + 1, name, pw->pw_gid);
}

bool people_fits(const char *who, int64_t uid)
{
	static struct {
		char who[80];
		int64_t uid, at_ms;
		bool fits;
	} known[KNOWN_MAX];
	static int next;
	int64_t now = clock_mono_ms();
	if (uid < 0 || uid >= UINT32_MAX || strlen(who) >= sizeof known[0].who)
		return false;
	for (int i = 0; i < KNOWN_MAX; i++) {
		if (known[i].uid == uid && known[i].at_ms != 0 && now - known[i].at_ms < KNOWN_MS &&
		    strcmp(known[i].who, who) == 0)
			return known[i].fits;
	}
	next = (next + 1) % KNOWN_MAX;
	text_copy(known[next].who, sizeof known[next].who, who);
	known[next].uid = uid;
	known[next].at_ms = now;
	return known[next].fits = find_out(who, (uid_t)uid);
}
