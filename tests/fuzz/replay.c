/* In place of libFuzzer, where there is no clang: each file named on the command line once, and cut
 * short and spoilt in a few ways. */
#include "tests/fuzz/fuzz.h"

static void run(const char *bytes, size_t length)
{
	uint8_t *exact =
	    malloc(length > 0 ? length : 1); /* of just this size, so that reading after it is seen */
	if (exact == NULL)
		exit(1);
	if (length > 0)
		memcpy(exact, bytes, length);
	LLVMFuzzerTestOneInput(exact, length);
	free(exact);
}

int main(int argc, char **argv)
{
	static char bytes[1 << 16];
	for (int i = 1; i < argc; i++) {
		FILE *file = fopen(argv[i], "rb");
		if (file == NULL)
			continue;
		size_t length = fread(bytes, 1, sizeof bytes, file);
		fclose(file);
		run(bytes, length);
		for (size_t cut = 0; cut < length && cut < 400; cut++)
			run(bytes, cut);
		for (size_t at = 0; at < length && at < 400; at++) {
			char kept = bytes[at];
			for (int k = 0; k < 4; k++) {
				bytes[at] = "\0\n\xff:"[k];
				run(bytes, length);
			}
			bytes[at] = kept;
		}
	}
	return 0;
}
