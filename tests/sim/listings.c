/* Reading the folders of the spool in memory. */
#include "base/text.h"
#include "tests/sim/sim.h"
#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#define LISTINGS_MAX 4

static struct listing {
	bool used;
	int fd;
	char **names;
	size_t count, at;
	struct dirent entry;
} listings[LISTINGS_MAX];

static struct listing *of_folder(DIR *d)
{
	for (int i = 0; i < LISTINGS_MAX; i++) {
		if ((void *)d == (void *)&listings[i])
			return &listings[i];
	}
	return NULL;
}

/* The names as they are now: what comes or goes while they are read is left out or in. */
SIM_REAL(DIR *, fdopendir, int fd)
{
	int folder = sim_files_folder(fd);
	if (folder < 0)
		return __real_fdopendir(fd);
	struct listing *l = listings;
	while (l < listings + LISTINGS_MAX && l->used)
		l++;
	SIM_MUST(l < listings + LISTINGS_MAX, "too many folders are read");
	*l = (struct listing){.used = true, .fd = fd};
	l->names = sim_files_names(folder, &l->count);
	return (DIR *)(void *)l;
}

SIM_REAL(struct dirent *, readdir, DIR *d)
{
	struct listing *l = of_folder(d);
	if (l == NULL)
		return __real_readdir(d);
	if (l->at == l->count)
		return NULL;
	text_copy(l->entry.d_name, sizeof l->entry.d_name, l->names[l->at++]);
	return &l->entry;
}

SIM_REAL(int, closedir, DIR *d)
{
	struct listing *l = of_folder(d);
	if (l == NULL)
		return __real_closedir(d);
	for (size_t i = 0; i < l->count; i++)
		free(l->names[i]);
	free(l->names);
	l->used = false;
	return close(l->fd);
}
