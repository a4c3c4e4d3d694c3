/* Writing the head of a spool file, and what lists show of it. */
#include "base/fields.h"
#include "base/text.h"
#include "message/envelope.h"
#include <stdio.h>
#include <string.h>

void envelope_write_content(const struct content *c, struct buffer *out)
{
	buffer_printf(out, "bytes=%015lld lines=%012lld longest=%015lld 8bit=%d nul=%d cr=%d",
	    (long long)c->bytes, (long long)c->lines, (long long)c->longest_line, c->has_8bit,
	    c->has_nul, c->has_bare_cr);
}

static void put(struct buffer *out, const char *key, const char *value)
{
	if (text_has_control(value))
		return;
	buffer_puts(out, key);
	buffer_puts(out, ": ");
	buffer_puts(out, value);
	buffer_puts(out, "\n");
}

static void put_known(struct buffer *out, const char *key, const char *value)
{
	if (*value != '\0')
		put(out, key, value);
}

static void put_notes(struct buffer *out, const struct buffer *notes)
{
	for (size_t at = 0, length; at < notes->length; at += length) {
		const char *end = memchr(notes->data + at, '\n', notes->length - at);
		length = end != NULL ? (size_t)(end - notes->data) + 1 - at : notes->length - at;
		buffer_puts(out, "note: ");
		buffer_add(out, notes->data + at, length);
	}
}

void envelope_write(const struct envelope *e, struct buffer *out, size_t *content_at)
{
	buffer_printf(out, "firsthop-spool: %d\ncontent: ", ENVELOPE_VERSION);
	*content_at = out->length;
	envelope_write_content(&e->content, out);
	buffer_printf(out, "\ncreated: %lld\n", (long long)e->created_us);
	if (e->uid >= 0)
		buffer_printf(out, "uid: %lld\n", (long long)e->uid);
	put_known(out, "program", e->program);
	put_known(out, "login", e->login);
	put_known(out, "fullname", e->fullname);
	put(out, "sender", e->sender);
	for (size_t i = 0; i < e->recipient_count; i++) {
		put(out, "recipient", e->recipients[i]);
		if (i < e->asked_count && e->asked[i].notify != NULL)
			put(out, "recipient-notify", e->asked[i].notify);
		put_known(out, "recipient-orcpt", envelope_orcpt(e, i));
	}
	put_known(out, "flags", e->flags);
	put_known(out, "body", e->body);
	put_known(out, "notify", e->notify);
	put_known(out, "ret", e->ret);
	put_known(out, "envid", e->envid);
	put_known(out, "tag", e->tag);
	if (e->repaired.length > 0)
		buffer_printf(out, "repaired: %.*s\n", (int)e->repaired.length, e->repaired.data);
	put_notes(out, &e->notes);
	buffer_add(out, "\n", 1);
}

void envelope_put_listing(const struct envelope *e, struct buffer *line, const char *id)
{
	char key[16];
	fields_put(line, "id", id);
	fields_put_number(line, "uid", (long long)e->uid);
	fields_put_number(line, "bytes", e->content.bytes);
	fields_put_number(line, "created_us", e->created_us);
	fields_put(line, "login", e->login);
	fields_put(line, "sender", e->sender);
	fields_put(line, "program", e->program);
	fields_put_number(line, "rcpts", (long long)e->recipient_count);
	for (size_t i = 0; i < e->recipient_count && i < ENVELOPE_LISTED_MAX; i++) {
		snprintf(key, sizeof key, "rcpt%zu", i);
		fields_put(line, key, e->recipients[i]);
	}
}
