/* A directory of users that fails (preloaded): while the file PEOPLE_AWAY is there, users and
   groups are asked for in vain, with the errno that is in it as a number; each question adds a byte
   to PEOPLE_AWAY.asked. */
#define _GNU_SOURCE 1
#include <dlfcn.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define REAL(name) ((__typeof__(&name))(uintptr_t)dlsym(RTLD_NEXT, #name))

static bool is_away(void)
{
	const char *path = getenv("PEOPLE_AWAY");
	FILE *file = path != NULL ? fopen(path, "re") : NULL;
	int error = 0;
	if (file == NULL)
		return false;
	if (fscanf(file, "%d", &error) != 1)
		error = EIO;
	fclose(file);
	char asked[1024];
	snprintf(asked, sizeof asked, "%s.asked", path);
	file = fopen(asked, "ae");
	if (file != NULL) {
		fputc('x', file);
		fclose(file);
	}
	errno = error;
	return true;
}

struct passwd *getpwnam(const char *name)
{
	return is_away() ? NULL : REAL(getpwnam)(name);
}

struct passwd *getpwuid(uid_t uid)
{
	return is_away() ? NULL : REAL(getpwuid)(uid);
}

struct group *getgrnam(const char *name)
{
	return is_away() ? NULL : REAL(getgrnam)(name);
}
