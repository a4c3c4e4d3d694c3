/* Preloaded under valgrind, which refuses to lower the hard limit of descriptors, and which needs
 * more memory and time than a confined session may have: without these limits it begins all the
 * same. */
#include <sys/resource.h>

int setrlimit(__rlimit_resource_t which, const struct rlimit *wanted)
{
	struct rlimit now, l = *wanted;
	if (which == RLIMIT_AS || which == RLIMIT_DATA || which == RLIMIT_CPU)
		return 0;
	if (which == RLIMIT_NOFILE && prlimit(0, which, 0, &now) == 0)
		l.rlim_max = now.rlim_max;
	return prlimit(0, which, &l, 0);
}
