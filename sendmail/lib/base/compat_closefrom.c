/* closefrom(2): of libc, or of libbsd where libc has none (glibc before 2.34, musl). */
#include "base/compat.h"
#include <unistd.h>
#ifdef FH_LIBBSD
#include <bsd/unistd.h>
#endif

void compat_closefrom(int low)
{
	closefrom(low);
}
