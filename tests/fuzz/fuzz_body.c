/* A message on its way out: its header made legal, its MIME parts reencoded.  Cut in pieces
 * anywhere it comes out the same, and what was 7 bit stays so. */
#include "message/header_conform.h"
#include "message/mailboxes.h"
#include "message/body_conform.h"
#include "message/wire.h"
#include "tests/fuzz/fuzz.h"

static void walk(const struct entity *top, struct body_plan *plan, bool writing, const char *bytes,
    size_t length, size_t step, struct buffer *out)
{
	struct body_conform *r = body_conform_start(top, plan, true, writing);
	for (size_t at = 0; at < length; at += step)
		body_conform_put(r, bytes + at, step < length - at ? step : length - at, out);
	body_conform_end(r, out);
}

static char *keep(void *context, const char *address)
{
	(void)context, (void)address;
	return NULL;
}

/* Each field alone, as it goes over the wire: one field as before, no NUL, no line that is too
 * long. */
static void check_field(const struct buffer *field)
{
	struct wire w;
	struct buffer out = {0};
	wire_start(&w);
	wire_put(&w, field->data, field->length, &out);
	wire_end(&w, &out);
	out.length -= 3; /* the dot */
	for (size_t i = 0, column = 0; i < out.length; i++) {
		MUST(out.data[i] != '\0' && (out.data[i] != '\r' || out.data[i + 1] == '\n'));
		column = out.data[i] == '\n' ? 0 : column + 1;
		MUST(column <= 999);
		MUST(out.data[i] != '\n' || i + 1 == out.length || out.data[i + 1] == ' ' ||
		     out.data[i + 1] == '\t');
	}
	buffer_free(&out);
}

static void fields(const char *block, size_t length)
{
	struct buffer said = {0};
	const struct mailboxes_policy list = {.use = ADDRESS_RECIPIENTS,
	    .edit = keep,
	    .ascii = true,
	    .said = &said};
	const struct mailboxes_policy author = {.use = ADDRESS_AUTHORS,
	    .edit = keep,
	    .fallback = "sender@example.org",
	    .said = &said};
	struct header_field f;
	struct buffer out = {0};
	for (size_t at = 0; header_next(block, length, &at, &f); buffer_free(&out)) {
		header_conform_put(&f, "iso-2022-jp", &out);
		check_field(&out);
		buffer_free(&out);
		mailboxes_put(&f, &list, &out);
		buffer_free(&out);
		mailboxes_put(&f, &author, &out);
		mailboxes_need_utf8(&f);
		said.length = 0;
	}
	buffer_free(&said);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct entity top;
	struct body_plan plan = {0}, other = {0};
	struct buffer whole = {0}, pieces = {0};
	const char *text = (const char *)bytes;
	size_t skip, body_at, block = header_block(text, length, &skip, &body_at);
	size_t step = length > 0 ? bytes[length - 1] % 40u + 1 : 1;
	fields(text + skip, block);
	entity_read(&top, text + skip, block);
	walk(&top, &plan, false, text + body_at, length - body_at, length + 1, &whole);
	walk(&top, &other, false, text + body_at, length - body_at, step, &pieces);
	MUST(whole.length == 0 && pieces.length == 0);
	MUST(plan.count == other.count &&
	     (plan.count == 0 || memcmp(plan.parts, other.parts, (size_t)plan.count) == 0));
	walk(&top, &plan, true, text + body_at, length - body_at, length + 1, &whole);
	walk(&top, &plan, true, text + body_at, length - body_at, step, &pieces);
	MUST(whole.length == pieces.length &&
	     (whole.length == 0 || memcmp(whole.data, pieces.data, whole.length) == 0));
	free(plan.parts);
	free(other.parts);
	buffer_free(&whole);
	buffer_free(&pieces);
	return 0;
}
