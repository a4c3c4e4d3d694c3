/* objects: sendmail/submit/options sendmail/submit/modes */
/* The command line of sendmail: words, each with a NUL after it. */
#include "submit/options.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct options o;
	char *argv[65] = {NULL};
	int argc = 0;
	TEXT(problem, 500);
	char *words = fuzz_string(bytes, length);
	for (size_t at = 0; at < length && argc < 64; at += strlen(words + at) + 1)
		argv[argc++] = words + at;
	if (options_read(&o, argc, argv, &problem))
		MUST(o.recipient_count >= 0 && o.recipient_count <= argc && o.sender != NULL);
	else
		MUST(problem.length > 0 && !text_has_control(problem.data));
	free(words);
	return 0;
}
