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
#endif
