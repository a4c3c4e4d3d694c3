/* A wall clock that can be set, for programs of the tests (preloaded): the file named by WRONGCLOCK holds the seconds by which it is wrong.
   The monotonic clock stays as it is, and so does the machine's own. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long long wrong_by_s(void)
{
	const char *path = getenv("WRONGCLOCK");
	long long seconds = 0;
	FILE *file = path != NULL ? fopen(path, "re") : NULL;
	if (file == NULL)
		return 0;
	if (fscanf(file, "%lld", &seconds) != 1)
		seconds = 0;
	fclose(file);
	return seconds;
}

int clock_gettime(clockid_t id, struct timespec *now)
{
	int result = (int)syscall(SYS_clock_gettime, id, now);
	if (id == CLOCK_REALTIME)
		now->tv_sec += (time_t)wrong_by_s();
	return result;
}

time_t time(time_t *result)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	if (result != NULL)
		*result = now.tv_sec;
	return now.tv_sec;
}
