/* objects: sendmail/relay/smtp/reply sendmail/relay/smtp/ehlo */
/* SMTP replies, and what EHLO offers. */
#include "relay/smtp/ehlo.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct reply r = {0};
	struct buffer in = {0};
	struct ehlo e = {0};
	const char *problem = NULL;
	char text[512];
	enum reply_result result;
	buffer_add(&in, bytes, length);
	while ((result = reply_take(&r, &in, &problem)) == REPLY_WHOLE) {
		MUST(r.code >= 200 && r.code <= 599);
		ehlo_parse(&e, &r);
		reply_text(&r, text, sizeof text);
		MUST(!text_has_control(text));
		reply_clear(&r);
	}
	MUST(result != REPLY_BAD || problem != NULL);
	reply_clear(&r);
	buffer_free(&in);
	buffer_free(&r.text);
	return 0;
}
