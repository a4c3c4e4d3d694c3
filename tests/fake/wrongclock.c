/* Clocks that can be set, for programs of the tests (preloaded).  The machine's own stay as they
   are.
     WRONGCLOCK=FILE      the file holds the seconds by which wall time is wrong
     WRONGCLOCK_SPEED=N   both clocks run N times as fast since the program began, and what it waits
                          for in ppoll(2) comes N times as soon */
#include <dlfcn.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
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

static long long speed(void)
{
	static long long value;
	const char *text = getenv("WRONGCLOCK_SPEED");
	if (value == 0)
		value = text != NULL && atoll(text) > 0 ? atoll(text) : 1;
	return value;
}

static long long to_ns(const struct timespec *t)
{
	return (long long)t->tv_sec * 1000000000 + t->tv_nsec;
}

int clock_gettime(clockid_t id, struct timespec *now)
{
	static long long start_ns[2];
	int result = (int)syscall(SYS_clock_gettime, id, now);
	if (id != CLOCK_REALTIME && id != CLOCK_MONOTONIC)
		return result;
	long long *start = &start_ns[id == CLOCK_MONOTONIC];
	if (*start == 0)
		*start = to_ns(now);
	long long shown = *start + (to_ns(now) - *start) * speed();
	now->tv_sec = (time_t)(shown / 1000000000);
	now->tv_nsec = (long)(shown % 1000000000);
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

int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask)
{
	struct timespec sooner = {0};
	if (timeout != NULL) {
		long long ns = to_ns(timeout) / speed();
		sooner = (struct timespec){.tv_sec = (time_t)(ns / 1000000000),
		    .tv_nsec = (long)(ns % 1000000000)};
	}
	return ((__typeof__(&ppoll))(uintptr_t)dlsym(RTLD_NEXT, "ppoll"))(fds, count,
	    timeout != NULL ? &sooner : NULL, mask);
}
