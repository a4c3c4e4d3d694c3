/* The header of a stored message, completed. */
#include "jobs/head.h"
#include "base/fdio.h"
#include "base/text.h"
#include "config/recipients.h"
#include "base/header.h"
#include "message/mailboxes.h"
#include "message/stamp.h"
#include "message/wire.h"
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEADER_LIMIT_BYTES (512u << 10)
#define READ_BYTES 32768
/* RFC 5321 6.3 wants at least 100; through this very machine no message goes so often. */
#define HOPS_MAX 100
#define HOPS_HERE_MAX 20

/* Reads until the header's end is in the buffer; *body_at is an offset in it. */
static bool read_header(struct job *job, struct buffer *text, size_t *fields, size_t *body_at)
{
	char bytes[READ_BYTES];
	size_t skip;
	for (;;) {
		ssize_t n = fdio_read_at(job->fd, bytes, sizeof bytes,
		    job->envelope.message_at + (int64_t)text->length);
		if (n < 0 || text->length > HEADER_LIMIT_BYTES)
			return false;
		buffer_add(text, bytes, (size_t)n);
		*fields = *body_at = skip = 0;
		if (text->length > 0)
			*fields = header_block(text->data, text->length, &skip, body_at);
		/* Submission stored the block at the very start, and ended it with a blank line. */
		if (skip != 0)
			return false;
		if (n == 0 || *fields < text->length)
			return true;
	}
}

/* The owner of the file sent it; only a file of our own may name someone else. */
static void set_sender_uid(struct job *job)
{
	struct stat st;
	if (fstat(job->fd, &st) == 0 && (st.st_uid != geteuid() || job->envelope.uid < 0))
		job->envelope.uid = st.st_uid;
}

static char *edit_address(const void *context, enum stamp_role role, const char *address)
{
	return recipients_header_address(context, role, address);
}

/* The body through a converter; its wire size is counted when it writes. */
static bool walk_body(struct job *job, bool writing)
{
	struct body_conform *r = body_conform_start(&job->top, &job->plan, job->to_7bit, writing);
	struct buffer out = {0};
	char bytes[READ_BYTES];
	int64_t at = job->body_at;
	ssize_t n;
	job->body_bytes = 0;
	while ((n = fdio_read_at(job->fd, bytes, sizeof bytes, at)) > 0) {
		body_conform_put(r, bytes, (size_t)n, &out);
		at += n;
		for (size_t i = 0; i < out.length; i++)
			job->body_bytes += 1 + (out.data[i] == '\n');
		out.length = 0;
	}
	body_conform_end(r, &out);
	job->body_bytes += (int64_t)out.length + 2;
	buffer_free(&out);
	return n == 0;
}

static void label(const struct job *job, struct text *type)
{
	const struct entity *top = &job->top;
	unsigned char facts = job->plan.count > 0 ? job->plan.parts[0] : 0;
	if (top->kind != ENTITY_TEXT || !top->is_text || top->has_charset || (facts & BODY_8BIT) == 0 ||
	    (top->has_type && top->type[0] == '\0'))
		return;
	text_printf(type, "%s; charset=%s", top->has_type ? top->type : "text/plain",
	    facts & BODY_NOT_UTF8 ? "iso-8859-1" : "utf-8");
}

/* What was counted at submission says whether a look at the body is needed at all. */
static bool plan_body(struct job *job)
{
	const struct content *c = &job->envelope.content;
	const struct entity *top = &job->top;
	bool labelled = top->says_8bit && top->has_type && (!top->is_text || top->has_charset);
	job->body_bytes = c->bytes + c->lines;
	bool has_parts = top->kind == ENTITY_MULTIPART || top->kind == ENTITY_MESSAGE;
	if (!c->has_nul && !c->has_bare_cr && c->longest_line <= WIRE_LINE_LIMIT_BYTES &&
	    !(c->has_8bit && (job->to_7bit || !labelled || has_parts)) && !top->odd_encoding)
		return true;
	if (!walk_body(job, false))
		return false;
	job->reencoded = (job->plan.all & (BODY_ODD | BODY_HEADER)) != 0 ||
	                 (job->to_7bit && (job->plan.all & BODY_8BIT) != 0);
	job->body_bytes = c->bytes + c->lines;
	return !job->reencoded || walk_body(job, true);
}

/* The first field with an address that is not ASCII, NULL when there is none. */
static const char *field_in_utf8(const struct buffer *header)
{
	static const char *const names[] = {"From", "To", "Cc", "Sender", "Reply-To", "Resent-From",
	    "Resent-Sender", "Resent-To", "Resent-Cc", "Errors-To", "Disposition-Notification-To",
	    "Return-Receipt-To", NULL};
	struct header_field f;
	if (!text_has_8bit(header->data, header->length))
		return NULL;
	for (size_t at = 0; header_next(header->data, header->length, &at, &f);) {
		for (int i = 0; names[i] != NULL; i++) {
			if (header_is(&f, names[i]) && mailboxes_need_utf8(&f))
				return names[i];
		}
	}
	return NULL;
}

/* False when the message has passed too many servers, or this one too often: it would do so for
   ever. */
static bool check_received(const char *block, size_t length, const char *host, struct diagnosis *d)
{
	struct header_field f;
	int all = 0, here = 0;
	TEXT(own, 300);
	text_printf(&own, "by %s (firsthop", host);
	for (size_t at = 0; header_next(block, length, &at, &f);) {
		if (!header_is(&f, "Received"))
			continue;
		char *value = header_value(&f);
		all++;
		here += text_starts_ci(value, own.data);
		free(value);
	}
	if (all <= HOPS_MAX && here <= HOPS_HERE_MAX)
		return true;
	diag_set(d, VERDICT_FAILED, STAGE_MAIL, REASON_LOOP,
	    "the message has %d Received fields, %d of them from this machine: it goes round in a "
	    "circle",
	    all, here);
	text_copy(d->status, sizeof d->status, "5.4.6");
	return false;
}

/* Mail from an address that the server cannot carry goes in the name of its submitter: nobody would
   get it otherwise, a report least of all.  Who asked for SMTPUTF8 wants no other address. */
static void use_ascii_sender(struct job *job, const struct config *config)
{
	char *login = recipients_login(&job->envelope, config);
	if (text_is_ascii(job->sender) || envelope_has_flag(&job->envelope, "utf8") || *login == '\0' ||
	    !text_is_ascii(login)) {
		free(login);
		return;
	}
	buffer_printf(&job->said,
	    "the sender <%s> is not ASCII, and the server does not offer SMTPUTF8; it goes as <%s>, "
	    "who "
	    "handed it in",
	    job->sender, login);
	free(job->sender);
	job->sender = login;
}

bool head_prepare(struct job *job, const struct config *config, bool eightbitmime, bool smtputf8,
    struct diagnosis *d)
{
	struct buffer text = {0};
	size_t fields = 0, body_at = 0;
	TEXT(type, 300);
	if (!envelope_read(&job->envelope, job->fd, d))
		return false;
	set_sender_uid(job);
	if (!smtputf8)
		use_ascii_sender(job, config);
	bool good = read_header(job, &text, &fields, &body_at);
	job->to_7bit = !eightbitmime;
	job->body_at = job->envelope.message_at + (int64_t)body_at;
	if (good)
		entity_read(&job->top, text.length ? text.data : "", fields);
	if (!good || !plan_body(job)) {
		diag_set(d, VERDICT_DEFERRED, STAGE_SPOOL, REASON_SPOOL_DAMAGED,
		    "the stored message cannot be read");
		buffer_free(&text);
		return false;
	}
	if (!check_received(text.length ? text.data : "", fields, config->name, d)) {
		buffer_free(&text);
		return false;
	}
	label(job, &type);
	struct stamp_policy policy = {.host = config->name,
	    .domain = config->domain,
	    .keep_original = config->keep_original,
	    .received = job->received,
	    .address = edit_address,
	    .context = config,
	    .charset = job->top.charset,
	    .said = &job->said,
	    .type = type.data,
	    .ascii = !smtputf8,
	    .encoding = body_conform_encoding(&job->top, &job->plan, job->to_7bit)};
	stamp_header(&job->envelope, job->id, job->sender, &policy, text.length ? text.data : "",
	    fields, &job->header);
	buffer_add(&job->header, "\n", 1);
	job->utf8_field = field_in_utf8(&job->header);
	buffer_free(&text);
	return true;
}

void head_forget(struct job *job)
{
	envelope_free(&job->envelope);
	envelope_init(&job->envelope);
	job->header.length = job->said.length = 0;
	free(job->plan.parts);
	job->plan = (struct body_plan){0};
	job->top = (struct entity){0};
	job->reencoded = false;
	job->utf8_field = NULL;
}
