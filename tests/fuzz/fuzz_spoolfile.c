/* The head of a spool file: what is read of it can be written and read again. */
#include "message/dsn.h"
#include "message/envelope.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct envelope e, again;
	struct diagnosis d = {0};
	struct buffer out = {0};
	size_t content_at;
	envelope_init(&e);
	envelope_init(&again);
	if (envelope_parse(&e, (const char *)bytes, length, &d)) {
		MUST(e.recipient_count > 0 && e.message_at >= 0 && (size_t)e.message_at <= length);
		envelope_write(&e, &out, &content_at);
		MUST(envelope_parse(&again, out.data, out.length, &d));
		MUST(again.recipient_count == e.recipient_count && again.uid == e.uid &&
		     strcmp(again.sender, e.sender) == 0);
		for (size_t i = 0; i < e.recipient_count; i++) {
			MUST(strcmp(envelope_notify(&again, i), envelope_notify(&e, i)) == 0 &&
			     strcmp(envelope_orcpt(&again, i), envelope_orcpt(&e, i)) == 0);
			out.length = 0;
			dsn_put_orcpt(&out, envelope_orcpt(&e, i));
			MUST(strchr(buffer_string(&out), ' ') == NULL);
			dsn_put_original(&out, envelope_orcpt(&e, i));
			dsn_put_final(&out, e.recipients[i]);
			for (size_t k = 0; k < out.length; k++)
				MUST(out.data[k] >= 0x20 && out.data[k] < 0x7f);
		}
	}
	buffer_free(&out);
	envelope_free(&again);
	envelope_free(&e);
	return 0;
}
