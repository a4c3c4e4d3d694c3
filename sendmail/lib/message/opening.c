/* Header first. */
#include "message/opening.h"
#include "base/header.h"
#include <string.h>
#include <sysexits.h>

#define HEADER_LIMIT_BYTES (256u << 10)

/* True when the header is whole: something that is not header follows it.  A last line without its
 * end may still grow. */
static bool is_whole(struct opening *o)
{
	size_t length = o->text.length;
	bool decide = o->at_end || length > HEADER_LIMIT_BYTES;
	while (!decide && length > 0 && o->text.data[length - 1] != '\n')
		length--;
	if (length == 0)
		return o->at_end;
	o->fields = header_block(o->text.data, length, &o->skip, &o->body_at);
	return o->at_end || o->skip + o->fields < length;
}

/* What follows the empty lines is looked at when its first line is whole. */
static void pass_blanks(struct opening *o)
{
	size_t n = 0, skip, body_at, left;
	while (n < o->text.length && o->text.data[n] == '\n')
		n++;
	left = o->text.length - n;
	if (n == 0 || left == 0 || header_block(o->text.data + n, left, &skip, &body_at) == 0)
		return;
	memmove(o->text.data, o->text.data + n, left);
	o->text.length = left;
}

int opening_read(struct opening *o, opening_source *read, void *context, struct diagnosis *why)
{
	for (;;) {
		int code = read(context, &o->text, &o->at_end, why);
		if (code != EX_OK)
			return code;
		if (o->pass_blanks)
			pass_blanks(o);
		if (is_whole(o) && o->fields <= HEADER_LIMIT_BYTES)
			return EX_OK;
		if (o->text.length > HEADER_LIMIT_BYTES) {
			diag_set(why, VERDICT_FAILED, STAGE_SUBMIT, REASON_HEADER_TOO_LONG,
			    "the header of the message is longer than 256 KiB; is a blank line missing between "
			    "header and text?");
			return EX_DATAERR;
		}
	}
}

void opening_put(const struct opening *o, struct buffer *out)
{
	static const char *const hidden[] = {"Bcc", "Resent-Bcc", NULL};
	size_t start = out->length;
	if (o->fields > 0)
		header_without(o->text.data + o->skip, o->fields, hidden, out);
	if (out->length > start && out->data[out->length - 1] != '\n')
		buffer_add(out, "\n", 1);
	buffer_add(out, "\n", 1);
	if (o->text.length > o->body_at)
		buffer_add(out, o->text.data + o->body_at, o->text.length - o->body_at);
}
