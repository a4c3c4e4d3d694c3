/* arc4random(3): of libc, or of libbsd where libc has none (glibc before 2.36, musl). */
#include "base/compat.h"
#include <stdlib.h>
#ifdef FH_LIBBSD
#include <bsd/stdlib.h>
#endif

uint32_t compat_random(void)
{
	return arc4random();
}
