/* objects: mail/mailbox/mbox mail/format/mimeparse mail/format/field mail/format/html mail/format/screen mail/format/render mail/format/string_list */
/* A mailbox as mail(1) reads it: mbox, MIME, encoded words, HTML, and what a terminal sees. */
#include "mail/format/field.h"
#include "mail/mailbox/mbox.h"
#include "mail/format/render.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct mbox_item *items = NULL;
	size_t lead = 0, end = 0;
	struct buffer out = {0};
	struct render_fields all = {NULL, NULL};
	const char *text = (const char *)bytes;
	int count = mbox_parse(text, length, &items, &lead);
	for (int i = 0; i < count; i++) {
		MUST(items[i].start >= end && items[i].start + items[i].length <= length);
		end = items[i].start + items[i].length;
		mbox_put_status(&out, text, &items[i], true, true);
	}
	free(items);
	out.length = 0;
	render_header(&out, text, field_header_length(text, length), &all);
	render_body(&out, text, length);
	/* Nothing that moves a terminal. */
	for (size_t i = 0; i < out.length; i++)
		MUST((unsigned char)out.data[i] >= 32 || out.data[i] == '\n' || out.data[i] == '\t');
	buffer_free(&out);
	return 0;
}
