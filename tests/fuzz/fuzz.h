/* What every fuzz target includes.  A target reads the bytes of a stranger and checks what must
 * hold for all of them: MUST ends the process. */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H
#include "base/mem.h"
#include "base/text.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MUST(condition)                                                             \
	do {                                                                            \
		if (!(condition)) {                                                         \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
			abort();                                                                \
		}                                                                           \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* A copy with NUL after it; free it. */
static inline char *fuzz_string(const uint8_t *bytes, size_t length)
{
	char *copy = mem_alloc(length + 1);
	if (length > 0)
		memcpy(copy, bytes, length);
	return copy;
}
#endif
