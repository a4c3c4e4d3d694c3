/* What a header must have before it leaves the machine. */
#include "message/stamp.h"
#include "base/clock.h"
#include "base/text.h"
#include "base/header.h"
#include "message/field_form.h"
#include "message/header_conform.h"
#include "message/mailboxes.h"
#include "message/phrase.h"
#include <stdlib.h>
#include <string.h>

struct seen {
	bool date, message_id, destination, reply_to, mime, sender;
	int authors;     /* mailboxes in From */
	unsigned single; /* a bit for each of single_fields */
};

/* The name of a process is whatever it calls itself: in a comment, parentheses and the like would
 * be structure. */
static void put_program(const char *name, struct buffer *out)
{
	buffer_puts(out, ", program ");
	for (; *name != '\0'; name++) {
		unsigned char c = (unsigned char)*name;
		bool plain = c > ' ' && c < 0x7f && strchr("()<>\"\\;,", c) == NULL;
		buffer_add(out, plain ? name : "_", 1);
	}
}

static void put_received(const struct envelope *e, const char *id, const struct stamp_policy *p,
    struct buffer *out)
{
	TEXT(date, 64);
	clock_put_rfc5322(&date, e->created_us / 1000000);
	buffer_printf(out, "Received: by %s (firsthop", p->host);
	if (p->received <= STAMP_RECEIVED_FULL) {
		buffer_printf(out, ", from uid %lld", (long long)e->uid);
		if (e->login[0] != '\0')
			buffer_printf(out, " (%s)", e->login);
		if (e->program[0] != '\0')
			put_program(e->program, out);
	}
	buffer_printf(out, ")\n\tid %s; %s\n", id, date.data);
}

static bool has_received(const char *block, size_t length)
{
	struct header_field f;
	for (size_t at = 0; header_next(block, length, &at, &f);) {
		if (header_is(&f, "Received"))
			return true;
	}
	return false;
}

struct stamping {
	const struct envelope *e;
	const char *sender;
	const char *block; /* the header as it was stored */
	size_t block_length;
	const struct stamp_policy *policy;
	struct seen seen;
	struct buffer *out;
	struct buffer original; /* the From field's value before another address took its place */
	enum stamp_role role;
	bool replaced; /* an address with a domain became another one */
};

/* -F '"Reminder Service"': the quotes are no part of the name. */
static char *plain_name(const char *name)
{
	struct buffer plain = {0};
	size_t length = strlen(name);
	bool quoted =
	    length > 1 && name[0] == '"' && name[length - 1] == '"' && name[length - 2] != '\\';
	for (size_t i = quoted; i < length - quoted; i++) {
		i += quoted && name[i] == '\\' && i + 2 < length;
		buffer_add(&plain, name + i, 1);
	}
	char *copy = mem_copy(buffer_string(&plain));
	buffer_free(&plain);
	return copy;
}

static void put_from(struct stamping *s)
{
	const struct stamp_policy *p = s->policy;
	if (*s->sender == '\0') {
		buffer_printf(s->out, "From: Mail Delivery System <MAILER-DAEMON@%s>\n", p->domain);
		return;
	}
	char *full = p->address(p->context, STAMP_FROM, s->sender);
	char *name = plain_name(s->e->fullname);
	buffer_puts(s->out, "From: ");
	if (*name != '\0') {
		phrase_put(s->out, name, 6, "");
		buffer_printf(s->out, " <%s>\n", full);
	} else {
		buffer_printf(s->out, "%s\n", full);
	}
	free(name);
	free(full);
}

static void put_sender(struct stamping *s)
{
	char *full =
	    *s->sender != '\0' ? s->policy->address(s->policy->context, STAMP_SENDER, s->sender) : NULL;
	if (full != NULL)
		buffer_printf(s->out, "Sender: %s\n", full);
	else
		buffer_printf(s->out, "Sender: MAILER-DAEMON@%s\n", s->policy->domain);
	free(full);
}

/* mailbox_edit: completing is no replacing. */
static char *edit_address(void *context, const char *address)
{
	struct stamping *s = context;
	char *fresh = s->policy->address(s->policy->context, s->role, address);
	size_t local = strcspn(address, "@");
	bool completed = strncmp(fresh, address, local) == 0 && fresh[local] == '@' &&
	                 (address[local] == '\0' || strchr(address + local, '.') == NULL);
	s->replaced = s->replaced || (!completed && strcmp(fresh, address) != 0);
	return fresh;
}

/* The role of an address field; false for all other fields. */
static bool find_role(const struct header_field *f, enum stamp_role *role)
{
	static const struct {
		const char *name;
		enum stamp_role role;
	} fields[] = {{"From", STAMP_FROM}, {"To", STAMP_RECIPIENT}, {"Cc", STAMP_RECIPIENT},
	    {"Reply-To", STAMP_SENDER}, {"Sender", STAMP_SENDER}, {"Resent-From", STAMP_SENDER},
	    {"Resent-Sender", STAMP_SENDER}, {"Resent-To", STAMP_RECIPIENT},
	    {"Resent-Cc", STAMP_RECIPIENT}, {"Errors-To", STAMP_SENDER},
	    {"Disposition-Notification-To", STAMP_SENDER}, {"Return-Receipt-To", STAMP_SENDER}};
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		*role = fields[i].role;
		if (header_is(f, fields[i].name))
			return true;
	}
	return false;
}

/* What an author without an address gets: the sender, as a missing From field does. */
static char *fallback_of(const struct stamping *s)
{
	struct buffer address = {0};
	if (*s->sender != '\0')
		return mem_copy(s->sender);
	buffer_printf(&address, "MAILER-DAEMON@%s", s->policy->domain);
	char *copy = mem_copy(buffer_string(&address));
	buffer_free(&address);
	return copy;
}

/* mailbox_edit: only completed, for the field that keeps what was there. */
static char *complete_address(void *context, const char *address)
{
	const struct stamping *s = context;
	return s->policy->address(s->policy->context, STAMP_KEPT, address);
}

static int put_address_field(struct stamping *s, const struct header_field *f)
{
	bool author = s->role != STAMP_RECIPIENT;
	char *fallback = author ? fallback_of(s) : NULL;
	struct mailboxes_policy policy = {.use = author ? ADDRESS_AUTHORS : ADDRESS_RECIPIENTS,
	    .edit = edit_address,
	    .context = s,
	    .fallback = fallback,
	    .single = header_is(f, "Sender") || header_is(f, "Resent-Sender"),
	    .ascii = s->policy->ascii,
	    .charset = s->policy->charset,
	    .said = s->policy->said};
	s->replaced = false;
	int count = mailboxes_put(f, &policy, s->out);
	if (s->role == STAMP_FROM && s->replaced && s->original.length == 0) {
		struct mailboxes_policy kept = {.use = ADDRESS_AUTHORS,
		    .edit = complete_address,
		    .context = s,
		    .fallback = fallback,
		    .charset = s->policy->charset};
		mailboxes_put(f, &kept, &s->original);
	}
	free(fallback);
	return count;
}

static bool is_removed(const struct header_field *f)
{
	return header_is(f, "Bcc") || header_is(f, "Resent-Bcc") || header_is(f, "Return-Path") ||
	       header_is(f, "Content-Length");
}

static bool is_empty(const struct header_field *f)
{
	char *value = header_value(f);
	bool empty = *value == '\0';
	free(value);
	return empty;
}

/* Of these a header has one each (RFC 5322 3.6, RFC 2045): many servers refuse mail with two. */
static const char *const single_fields[] = {"To", "Cc", "From", "Sender", "Reply-To", "Date",
    "Message-ID", "In-Reply-To", "References", "Subject", "MIME-Version", "Content-Type",
    "Content-Transfer-Encoding", NULL};

/* True for one that was there before; of the first one that is noted. */
static bool is_repeated(struct stamping *s, const struct header_field *f, int *which)
{
	for (*which = 0; single_fields[*which] != NULL && !header_is(f, single_fields[*which]);)
		++*which;
	unsigned bit = single_fields[*which] != NULL ? 1u << *which : 0;
	bool before = (s->seen.single & bit) != 0;
	s->seen.single |= bit;
	return before;
}

static void put_field(struct stamping *s, const struct header_field *f);

/* The recipients of further To or Cc fields belong to the first one. */
static bool put_joined(struct stamping *s, const struct header_field *first)
{
	struct header_field f;
	struct buffer joined = {0};
	size_t length = first->length;
	while (length > 0 && strchr("\r\n", first->start[length - 1]) != NULL)
		length--;
	buffer_add(&joined, first->start, length);
	size_t alone = joined.length;
	for (size_t at = (size_t)(first->start - s->block) + first->length;
	     header_next(s->block, s->block_length, &at, &f);) {
		if (f.name_length != first->name_length ||
		    !header_is(&f, header_is(first, "To") ? "To" : "Cc"))
			continue;
		char *value = header_value(&f);
		buffer_printf(&joined, "%s %s", alone > first->name_length + 1 ? "," : "", value);
		free(value);
	}
	bool more = joined.length > alone;
	buffer_puts(&joined, "\n");
	size_t at = 0;
	if (more && header_next(joined.data, joined.length, &at, &f))
		put_field(s, &f);
	buffer_free(&joined);
	return more;
}

/* What cannot stay under its name is kept under another one. */
static void put_renamed(struct stamping *s, const struct header_field *f, const char *what)
{
	struct header_field other;
	struct buffer text = {0};
	size_t at = 0;
	buffer_puts(&text, "X-Original-");
	buffer_add(&text, f->start, f->length);
	if (header_next(buffer_string(&text), text.length, &at, &other))
		header_conform_put(&other, s->policy->charset != NULL ? s->policy->charset : "", s->out);
	buffer_free(&text);
	if (s->policy->said != NULL)
		buffer_printf(s->policy->said, "%s%s %.*s was renamed",
		    s->policy->said->length > 0 ? "; " : "", what, (int)f->name_length, f->start);
}

/* As it is, unless the header has another one of its name. */
static void put_once(struct stamping *s, const struct header_field *f)
{
	int which;
	bool again = is_repeated(s, f, &which);
	if (again && which >= 2 && !is_empty(f))
		put_renamed(s, f, "a second field");
	else if (!again && (which >= 2 || !put_joined(s, f)))
		put_field(s, f);
}

static void put_whole(struct stamping *s, const struct header_field *f)
{
	struct seen *seen = &s->seen;
	bool needed = header_is(f, "Date") || header_is(f, "Message-ID") || header_is(f, "From");
	if (is_removed(f) || (needed && is_empty(f)))
		return;
	/* It is made anew then, as if it had not been there. */
	if (!field_form_is_legal(f)) {
		put_renamed(s, f, "the field, which no mail program can read,");
		return;
	}
	seen->date = seen->date || header_is(f, "Date");
	seen->message_id = seen->message_id || header_is(f, "Message-ID");
	seen->mime = seen->mime || header_is(f, "MIME-Version");
	if ((header_is(f, "Content-Type") && *s->policy->type != '\0') ||
	    (header_is(f, "Content-Transfer-Encoding") && *s->policy->encoding != '\0'))
		return;
	if (!find_role(f, &s->role)) {
		header_conform_put(f, s->policy->charset != NULL ? s->policy->charset : "", s->out);
		return;
	}
	int count = put_address_field(s, f);
	seen->destination =
	    seen->destination || (count > 0 && (header_is(f, "To") || header_is(f, "Cc")));
	seen->authors += header_is(f, "From") ? count : 0;
	seen->sender = seen->sender || (count > 0 && header_is(f, "Sender"));
	seen->reply_to = seen->reply_to || (count > 0 && header_is(f, "Reply-To"));
}

static void put_field(struct stamping *s, const struct header_field *f)
{
	struct header_field plain;
	struct buffer lines = {0};
	size_t at = 0;
	bool dropped = field_form_drop_blank_lines(f, &lines) &&
	               header_next(lines.data, lines.length, &at, &plain);
	put_whole(s, dropped ? &plain : f);
	buffer_free(&lines);
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
	if (s->seen.authors == 0)
		put_from(s);
	/* One of several authors sent it (RFC 5322 3.6.2). */
	if (s->seen.authors > 1 && !s->seen.sender)
		put_sender(s);
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
	if (s->original.length <= 5 || keep == STAMP_ORIGINAL_NO ||
	    (keep == STAMP_ORIGINAL_REPLY_TO && s->seen.reply_to))
		return;
	buffer_puts(s->out, keep == STAMP_ORIGINAL_REPLY_TO ? "Reply-To" : "X-Original-From");
	buffer_add(s->out, s->original.data + 4, s->original.length - 4);
}

void stamp_header(const struct envelope *e, const char *id, const char *sender,
    const struct stamp_policy *policy, const char *block, size_t length, struct buffer *out)
{
	struct header_field field;
	struct stamping s = {.e = e,
	    .sender = sender,
	    .block = block,
	    .block_length = length,
	    .policy = policy,
	    .out = out};
	/* The field is what a message that goes round in a circle is known by: only one that begins
	 * here can do without it. */
	/* What a filter of ours has changed has the field already. */
	if (!envelope_has_flag(e, "stamped") &&
	    (policy->received != STAMP_RECEIVED_NONE || has_received(block, length)))
		put_received(e, id, policy, out);
	for (size_t at = 0; header_next(block, length, &at, &field);)
		put_once(&s, &field);
	if (out->length > 0 && out->data[out->length - 1] != '\n')
		buffer_add(out, "\n", 1);
	put_missing(&s, id);
	put_original(&s);
	buffer_free(&s.original);
}
