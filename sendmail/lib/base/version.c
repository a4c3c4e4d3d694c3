/* The version is that of GNUmakefile. */
#include "base/version.h"
#include <stdio.h>
#include <string.h>

bool version_asked(int argc, char **argv)
{
	if (argc != 2 || strcmp(argv[1], "--version") != 0)
		return false;
	printf("firsthop %s\n", FH_VERSION);
	return true;
}
