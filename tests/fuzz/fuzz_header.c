/* The header block of a message. */
#include "base/header.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	static const char *const hidden[] = {"Bcc", "Resent-Bcc", NULL};
	const char *text = (const char *)bytes;
	size_t skip = 0, body_at = 0, at = 0, sum = 0;
	struct header_field field;
	struct buffer out = {0};
	size_t fields = header_block(text, length, &skip, &body_at);
	MUST(skip + fields <= length && body_at <= length && body_at >= skip + fields);
	while (header_next(text + skip, fields, &at, &field)) {
		char *value = header_value(&field);
		MUST(strchr(value, '\n') == NULL && field.length > 0);
		sum += field.length;
		free(value);
	}
	MUST(sum <= fields);
	header_without(text + skip, fields, hidden, &out);
	MUST(out.length <= fields &&
	     !header_find(out.length > 0 ? out.data : "", out.length, "Bcc", &field));
	buffer_free(&out);
	return 0;
}
