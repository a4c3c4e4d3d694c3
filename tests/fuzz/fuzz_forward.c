/* objects: mailbox */
/* A user's .forward. */
#include "base/text.h"
#include "mailbox/forward.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	char *text = fuzz_string(bytes, length);
	struct forward f = {0};
	forward_parse(&f, text, "joe");
	MUST(f.own || f.count > 0);
	MUST(f.count <= FORWARD_MAX);
	for (int i = 0; i < f.count; i++)
		MUST(*f.to[i] != '\0' && !text_has_control(f.to[i]) && strchr("|/~", *f.to[i]) == NULL);
	forward_free(&f);
	free(text);
	return 0;
}
