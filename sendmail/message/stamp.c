/* What a header must have before it leaves the machine. */
#include "message/stamp.h"
#include "base/clock.h"
#include "base/text.h"
#include "base/words.h"
#include "message/header.h"
#include "message/legal.h"
#include "message/mailboxes.h"
#include <stdlib.h>
#include <string.h>

struct seen {
	bool date, message_id, from, destination, reply_to, mime;
};

/* The name of a process is whatever it calls itself: in a comment, parentheses and the like would be structure. */
static void put_program(const char *name, struct buffer *out)
{
	buffer_puts(out, ", program ");
	for (; *name != '\0'; name++) {
		unsigned char c = (unsigned char)*name;
		bool plain = c > ' ' && c < 0x7f && strchr("()<>\"\\;,", c) == NULL;
		buffer_add(out, plain ? name : "_", 1);
	}
}

static void put_received(const struct envelope *e, const char *id, const struct stamp_policy *p, struct buffer *out)
{
	TEXT(date, 64);
	clock_put_rfc5322(&date, e->created_us / 1000000);
	buffer_printf(out, "Received: by %s (firsthop, from uid %lld", p->host, (long long)e->uid);
	if (e->login[0] != '\0')
		buffer_printf(out, " (%s)", e->login);
	if (e->program[0] != '\0')
		put_program(e->program, out);
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

struct stamping {
	const struct envelope *e;
	const char *sender;
	const struct stamp_policy *policy;
	struct seen seen;
	struct buffer *out;
	struct buffer original; /* the From field's value before another address took its place */
	enum stamp_role role;
	bool replaced;          /* an address with a domain became another one */
};

static void put_from(struct stamping *s)
{
	const struct stamp_policy *p = s->policy;
	if (*s->sender == '\0') {
		buffer_printf(s->out, "From: Mail Delivery System <MAILER-DAEMON@%s>\n", p->domain);
		return;
	}
	char *full = p->address(p->context, STAMP_FROM, s->sender);
	buffer_puts(s->out, "From: ");
	if (s->e->fullname[0] != '\0') {
		put_phrase(s->out, s->e->fullname);
		buffer_printf(s->out, " <%s>\n", full);
	} else {
		buffer_printf(s->out, "%s\n", full);
	}
	free(full);
}

/* mailbox_edit: completing is no replacing. */
static char *edit_address(void *context, const char *address)
{
	struct stamping *s = context;
	char *fresh = s->policy->address(s->policy->context, s->role, address);
	size_t local = strcspn(address, "@");
	bool completed = strncmp(fresh, address, local) == 0 && fresh[local] == '@' && (address[local] == '\0' || strchr(address + local, '.') == NULL);
	s->replaced = s->replaced || (!completed && strcmp(fresh, address) != 0);
	return fresh;
}

/* The role of an address field; false for all other fields. */
static bool find_role(const struct header_field *f, enum stamp_role *role)
{
	static const struct {
		const char *name;
		enum stamp_role role;
	} fields[] = {{"From", STAMP_FROM}, {"To", STAMP_RECIPIENT}, {"Cc", STAMP_RECIPIENT}, {"Reply-To", STAMP_SENDER}, {"Sender", STAMP_SENDER},
	              {"Resent-From", STAMP_SENDER}, {"Resent-Sender", STAMP_SENDER}, {"Resent-To", STAMP_RECIPIENT}, {"Resent-Cc", STAMP_RECIPIENT},
	              {"Errors-To", STAMP_SENDER}, {"Disposition-Notification-To", STAMP_SENDER}, {"Return-Receipt-To", STAMP_SENDER}};
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		*role = fields[i].role;
		if (header_is(f, fields[i].name))
			return true;
	}
	return false;
}

static void put_address_field(struct stamping *s, const struct header_field *f)
{
	s->replaced = false;
	mailboxes_put(f, edit_address, s, s->policy->ascii && s->role == STAMP_RECIPIENT, s->out);
	if (s->role == STAMP_FROM && s->replaced && s->original.length == 0)
		mailboxes_put(f, NULL, NULL, false, &s->original);
}

static bool is_removed(const struct header_field *f)
{
	return header_is(f, "Bcc") || header_is(f, "Resent-Bcc") || header_is(f, "Return-Path") || header_is(f, "Content-Length");
}

static bool is_empty(const struct header_field *f)
{
	char *value = header_value(f);
	bool empty = *value == '\0';
	free(value);
	return empty;
}

static void put_field(struct stamping *s, const struct header_field *f)
{
	struct seen *seen = &s->seen;
	bool needed = header_is(f, "Date") || header_is(f, "Message-ID") || header_is(f, "From");
	if (is_removed(f) || (needed && is_empty(f)))
		return;
	seen->date = seen->date || header_is(f, "Date");
	seen->message_id = seen->message_id || header_is(f, "Message-ID");
	seen->destination = seen->destination || header_is(f, "To") || header_is(f, "Cc");
	seen->from = seen->from || header_is(f, "From");
	seen->reply_to = seen->reply_to || header_is(f, "Reply-To");
	seen->mime = seen->mime || header_is(f, "MIME-Version");
	if ((header_is(f, "Content-Type") && *s->policy->type != '\0') || (header_is(f, "Content-Transfer-Encoding") && *s->policy->encoding != '\0'))
		return;
	if (find_role(f, &s->role))
		put_address_field(s, f);
	else
		legal_put_field(f, s->out);
}

static void put_missing(struct stamping *s, const char *id)
{
	struct buffer *out = s->out;
	const struct stamp_policy *p = s->policy;
	if (!s->seen.date) {
		TEXT(date, 64);
		clock_put_rfc5322(&date, s->e->created_us / 1000000);
		buffer_printf(out, "Date: %s\n", date.data);
	}
	if (!s->seen.from)
		put_from(s);
	if (!s->seen.message_id)
		buffer_printf(out, "Message-ID: <%s@%s>\n", id, p->host);
	if (!s->seen.destination)
		buffer_puts(out, "To: undisclosed-recipients:;\n");
	if ((*p->type != '\0' || *p->encoding != '\0') && !s->seen.mime)
		buffer_puts(out, "MIME-Version: 1.0\n");
	if (*p->type != '\0')
		buffer_printf(out, "Content-Type: %s\n", p->type);
	if (*p->encoding != '\0')
		buffer_printf(out, "Content-Transfer-Encoding: %s\n", p->encoding);
}

/* "From: value" as another field. */
static void put_original(struct stamping *s)
{
	enum stamp_original keep = s->policy->keep_original;
	if (s->original.length <= 5 || keep == STAMP_ORIGINAL_NO || (keep == STAMP_ORIGINAL_REPLY_TO && s->seen.reply_to))
		return;
	buffer_puts(s->out, keep == STAMP_ORIGINAL_REPLY_TO ? "Reply-To" : "X-Original-From");
	buffer_add(s->out, s->original.data + 4, s->original.length - 4);
}

void stamp_header(const struct envelope *e, const char *id, const char *sender, const struct stamp_policy *policy,
                  const char *block, size_t length, struct buffer *out)
{
	struct header_field field;
	struct stamping s = {.e = e, .sender = sender, .policy = policy, .out = out};
	put_received(e, id, policy, out);
	for (size_t at = 0; header_next(block, length, &at, &field);)
		put_field(&s, &field);
	if (out->data[out->length - 1] != '\n')
		buffer_add(out, "\n", 1);
	put_missing(&s, id);
	put_original(&s);
	buffer_free(&s.original);
}
