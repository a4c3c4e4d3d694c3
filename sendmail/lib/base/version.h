/* "--version", which every program answers. */
#ifndef BASE_VERSION_H
#define BASE_VERSION_H
#include <stdbool.h>

/* True, and "firsthop VERSION" is printed, when that is the only argument. */
bool version_asked(int argc, char **argv);
#endif
