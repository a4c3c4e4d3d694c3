/* What a header must have before it leaves the machine. */
#include "message/stamp.h"
#include "base/clock.h"
#include "base/text.h"
#include "base/words.h"
#include "message/address.h"
#include "message/header.h"
#include <stdlib.h>
#include <string.h>

struct seen {
	bool date, message_id, from, destination;
};

static void put_received(const struct envelope *e, const char *id, const struct stamp_policy *p, struct buffer *out)
{
	TEXT(date, 64);
	clock_put_rfc5322(&date, e->created_us / 1000000);
	buffer_printf(out, "Received: by %s (firsthop, from uid %lld", p->host, (long long)e->uid);
	if (e->login[0] != '\0')
		buffer_printf(out, " (%s)", e->login);
	buffer_printf(out, ")\n\tid %s; %s\n", id, date.data);
}

/* A display name: a plain phrase, a quoted string, or encoded words. */
static void put_phrase(struct buffer *out, const char *name)
{
	bool plain = true, ascii = true;
	for (const char *at = name; *at != '\0'; at++) {
		unsigned char c = (unsigned char)*at;
		plain = plain && ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || strchr(" -_'+!", c) != NULL);
		ascii = ascii && c < 0x80;
	}
	if (!ascii) {
		words_put(out, name, 6);
	} else if (plain) {
		buffer_puts(out, name);
	} else {
		buffer_puts(out, "\"");
		for (; *name != '\0'; name++) {
			if (*name == '"' || *name == '\\')
				buffer_puts(out, "\\");
			buffer_add(out, name, 1);
		}
		buffer_puts(out, "\"");
	}
}

static void put_from(const struct envelope *e, const char *sender, const struct stamp_policy *p, struct buffer *out)
{
	const char *address = p->from == STAMP_FROM_REPLACE ? p->from_address : sender;
	if (*address == '\0') {
		buffer_printf(out, "From: Mail Delivery System <MAILER-DAEMON@%s>\n", p->domain);
		return;
	}
	char *full = address_qualify(address, p->from == STAMP_FROM_KEEP ? "" : p->domain);
	buffer_puts(out, "From: ");
	if (e->fullname[0] != '\0') {
		put_phrase(out, e->fullname);
		buffer_printf(out, " <%s>\n", full);
	} else {
		buffer_printf(out, "%s\n", full);
	}
	free(full);
}

/* Completing a list in place: the text is copied as it is, and "@domain" put behind each address that has none. */
struct completion {
	const char *at, *end;
	const char *domain;
	struct buffer *out;
	bool in_angles, has_angle;
	bool has_at, any;      /* of the address being read */
	size_t behind;         /* offset in out just behind its last character */
};

static void complete_address(struct completion *c)
{
	if (c->any && !c->has_at) {
		struct buffer rest = {0};
		buffer_add(&rest, c->out->data + c->behind, c->out->length - c->behind);
		c->out->length = c->behind;
		buffer_printf(c->out, "@%s", c->domain);
		buffer_add(c->out, rest.data, rest.length);
		buffer_free(&rest);
	}
	c->any = c->has_at = c->has_angle = false;
}

/* Copies a comment or a quotation whole. */
static void copy_enclosed(struct completion *c, char close)
{
	int depth = 0;
	do {
		char byte = *c->at++;
		buffer_add(c->out, &byte, 1);
		if (byte == '\\' && c->at < c->end) {
			buffer_add(c->out, c->at++, 1);
			continue;
		}
		if (close == ')')
			depth += (byte == '(') - (byte == ')');
		else
			depth += byte == '"' ? (depth == 0 ? 1 : -1) : 0;
	} while (depth > 0 && c->at < c->end);
}

static void complete_one(struct completion *c)
{
	char byte = *c->at;
	bool counts = !c->has_angle || c->in_angles;
	if (byte == '(' || byte == '"') {
		copy_enclosed(c, byte == '(' ? ')' : '"');
		if (byte == '"' && counts) {
			c->any = true;
			c->behind = c->out->length;
		}
		return;
	}
	if (byte == '<') {
		c->in_angles = c->has_angle = true;
		c->any = c->has_at = false;
	} else if (byte == '>') {
		complete_address(c);
		c->in_angles = false;
		c->has_angle = true;
	} else if ((byte == ',' || byte == ';') && !c->in_angles) {
		complete_address(c);
	} else if (byte == ':' && !c->in_angles) {
		c->any = c->has_at = false;
	}
	buffer_add(c->out, c->at++, 1);
	if (strchr("<>,;: \t\n", byte) == NULL && counts) {
		c->any = true;
		c->has_at = c->has_at || byte == '@';
		c->behind = c->out->length;
	}
}

static void ignore_address(void *context, const char *address)
{
	int *bare = context;
	*bare += *address_domain(address) == '\0';
}

/* A field whose list can be read and holds a bare address is completed; any other goes as it is. */
static void put_address_field(const struct header_field *f, const char *domain, struct buffer *out)
{
	char problem[100];
	int bare = 0;
	char *value = header_value(f);
	int count = address_list(value, ignore_address, &bare, problem, sizeof problem);
	free(value);
	if (count <= 0 || bare == 0 || *domain == '\0') {
		buffer_add(out, f->start, f->length);
		return;
	}
	struct completion c = {.at = f->value, .end = f->start + f->length, .domain = domain, .out = out};
	buffer_add(out, f->start, (size_t)(f->value - f->start));
	while (c.at < c.end)
		complete_one(&c);
	complete_address(&c);
}

static bool is_address_field(const struct header_field *f)
{
	static const char *const names[] = {"From", "To", "Cc", "Reply-To", "Sender", "Resent-From", "Resent-To", "Resent-Cc", "Resent-Sender"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (header_is(f, names[i]))
			return true;
	}
	return false;
}

static bool is_removed(const struct header_field *f)
{
	return header_is(f, "Bcc") || header_is(f, "Resent-Bcc") || header_is(f, "Return-Path") || header_is(f, "Content-Length");
}

static void put_field(const struct header_field *f, const struct envelope *e, const char *sender, const struct stamp_policy *p,
                      struct seen *seen, struct buffer *out)
{
	if (is_removed(f))
		return;
	seen->date = seen->date || header_is(f, "Date");
	seen->message_id = seen->message_id || header_is(f, "Message-ID");
	seen->destination = seen->destination || header_is(f, "To") || header_is(f, "Cc");
	bool from = header_is(f, "From");
	seen->from = seen->from || from;
	if (from && p->from == STAMP_FROM_REPLACE)
		put_from(e, sender, p, out);
	else if (is_address_field(f) && !(from && p->from == STAMP_FROM_KEEP))
		put_address_field(f, p->domain, out);
	else
		buffer_add(out, f->start, f->length);
}

void stamp_header(const struct envelope *e, const char *id, const char *sender, const struct stamp_policy *policy,
                  const char *block, size_t length, struct buffer *out)
{
	struct header_field field;
	struct seen seen = {0};
	put_received(e, id, policy, out);
	for (size_t at = 0; header_next(block, length, &at, &field);)
		put_field(&field, e, sender, policy, &seen, out);
	if (out->data[out->length - 1] != '\n')
		buffer_add(out, "\n", 1);
	if (!seen.date) {
		TEXT(date, 64);
		clock_put_rfc5322(&date, e->created_us / 1000000);
		buffer_printf(out, "Date: %s\n", date.data);
	}
	if (!seen.from)
		put_from(e, sender, policy, out);
	if (!seen.message_id)
		buffer_printf(out, "Message-ID: <%s@%s>\n", id, policy->host);
	if (!seen.destination)
		buffer_puts(out, "To: undisclosed-recipients:;\n");
}
