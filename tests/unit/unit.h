/* What every unit test includes. */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#define TEST(name) cmocka_unit_test(name)

/* The end of a folder of mkdtemp(3), with all that lies in it. */
static inline int unit_remove(const char *folder)
{
	char command[100];
	snprintf(command, sizeof command, "rm -rf %s", folder);
	return system(command);
}

/* Numbers of 0 to 2^31-1 that look random and are the same on every system, as those of rand(3) are
 * not (xorshift of G. Marsaglia). */
static uint32_t unit_random_state = 1;

static inline void unit_random_start(uint32_t seed)
{
	unit_random_state = seed;
}

static inline int unit_random(void)
{
	unit_random_state ^= unit_random_state << 13;
	unit_random_state ^= unit_random_state >> 17;
	unit_random_state ^= unit_random_state << 5;
	return (int)(unit_random_state >> 1);
}
#endif
