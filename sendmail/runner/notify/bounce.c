/* Writing reports. */
#include "diagnosis/catalogue.h"
#include "base/clock.h"
#include "base/fields.h"
#include "base/log.h"
#include "diagnosis/remedy.h"
#include "diagnosis/report.h"
#include "base/encoded_word.h"
#include "message/dsn.h"
#include "base/language.h"
#include "runner/attempt/message.h"
#include "runner/attempt/tls_optional.h"
#include "runner/notify/bounce.h"
#include "runner/notify/delivery_status.h"
#include "runner/notify/original.h"
#include "runner/notify/reported.h"
#include "runner/notify/transcript.h"
#include "runner/queue/runner.h"
#include <stdlib.h>
#include <string.h>

#define MANY_LIMIT_BYTES \
	(1 << 20) /* of all messages in a report about many; of the rest the headers are there */
#define REPORT_RCPTS_MAX 100
#define SUMMARY_RCPTS_MAX 3

/* A mailbox says more than a number, when there is only one. */
static void put_whom(const struct message *m, enum report_kind kind, struct text *t)
{
	struct walk w = {0};
	const char *first = "";
	while (reported(m, kind, &w) != NULL)
		first = w.address;
	if (w.seen == 1)
		text_printf(t, "<%s>", first);
	else
		text_printf(t, TR("the %d recipients named below"), w.seen);
}

/* What can be repaired: of mail that grew too old, its last reason. */
static const struct diagnosis *cause_of(const struct message *m, const struct diagnosis *d)
{
	bool expired = d->key == REASON_EXPIRED && catalogue_row(m->last.key) != NULL;
	return expired ? &m->last : d;
}

static const struct reason *row_of(const struct message *m, const struct diagnosis *d)
{
	return catalogue_row(cause_of(m, d)->key);
}

/* The one diagnosis for all recipients; false when their reasons differ, or there is no row
 * for them. *address: of the only recipient, else "". */
static bool common(const struct message *m, enum report_kind kind, const char **address,
    struct diagnosis *found)
{
	const struct diagnosis *d;
	const struct reason *row = NULL;
	struct walk w = {0};
	while ((d = reported(m, kind, &w)) != NULL) {
		if (w.seen > 1 && row_of(m, d) != row)
			return false;
		if (w.seen == 1)
			*found = *cause_of(m, d);
		row = row_of(m, d);
		*address = w.seen == 1 ? w.address : "";
	}
	return row != NULL;
}

static void put_advice(const struct message *m, enum report_kind kind, struct text *words)
{
	const char *address = "";
	struct diagnosis d = {0};
	TEXT(remedy, REMEDY_SIZE);
	if (!common(m, kind, &address, &d)) {
		text_put(words, TR(" The reason, and what to do, follow for each recipient."));
		return;
	}
	const struct reason *row = catalogue_row(d.key);
	/* Nobody is to send the message again, who may never have heard of the archive. */
	if (m->for_archive && d.fault == FAULT_RECIPIENT)
		text_put(&remedy,
		    TR("Correct the address in always_bcc, or repair the archive's mailbox."));
	else
		remedy_put(&remedy, &d, address);
	text_printf(words, TR(" %s%s What to do: %s"), TR(row->meaning),
	    kind == REPORT_DELAY && row->needs_admin ? TR(" This will not fix itself.") : "",
	    remedy.data);
}

/* Which message, and what became of it. */
static void put_event(const struct config *config, const struct message *m, enum report_kind kind,
    const char *subject, struct text *words)
{
	TEXT(date, 64);
	TEXT(from, 500);
	TEXT(whom, 700);
	const char *what = m->for_archive
	                       ? TR("The archive copy ([queue] or [route] always_bcc) of the message")
	                   : envelope_has_flag(&m->envelope, "bounce") ? TR("The report")
	                   : *m->sender == '\0' ? TR("The message without a sender")
	                                        : TR("Your message");
	clock_put_rfc5322(&date, m->envelope.created_us / 1000000);
	if (m->for_archive)
		text_printf(&from, TR("from <%s> "), m->sender);
	put_whom(m, kind, &whom);
	if (kind == REPORT_DELAY)
		text_printf(words,
		    TR("%s %sof %s %sto %s has not been delivered yet. You need not send it again: %s "
		       "keeps "
		       "it and goes on trying, for %d hours in all."),
		    what, subject, date.data, from.data, whom.data, config->name, config->expire_after_h);
	else
		text_printf(words,
		    TR("%s %sof %s %sto %s was not delivered, and %s will not try it again."), what,
		    subject, date.data, from.data, whom.data, config->name);
}

/* What happened, to whom, and what to do, for a reader without knowledge of mail servers. */
static void put_first_words(const struct runner *r, const struct message *m, enum report_kind kind,
    const struct buffer *header, struct buffer *out)
{
	TEXT(subject, 200);
	TEXT(named, 300);
	TEXT(words, 6000);
	original_subject(header, &subject);
	if (subject.length > 0)
		text_printf(&named, TR("\"%s%s\" "), subject.data, subject.overflow ? "..." : "");
	put_event(&r->config, m, kind, named.data, &words);
	put_advice(m, kind, &words);
	transcript_wrap(out, NULL, words.data);
}

static void put_words(const struct runner *r, const struct message *m, enum report_kind kind,
    const struct buffer *header, struct buffer *out)
{
	const struct diagnosis *d;
	struct walk w = {0};
	const char *only;
	struct diagnosis one;
	bool differ = !common(m, kind, &only, &one);
	put_first_words(r, m, kind, header, out);
	while ((d = reported(m, kind, &w)) != NULL && w.seen <= REPORT_RCPTS_MAX) {
		const struct reason *row = row_of(m, d);
		TEXT(words, 1200);
		TEXT(remedy, REMEDY_SIZE);
		report_reason(&words, d);
		buffer_puts(out, "\n");
		transcript_to(out, w.address);
		transcript_wrap(out, TR("reason"), words.data);
		if (row == NULL || !differ)
			continue;
		transcript_wrap(out, TR("meaning"), TR(row->meaning));
		if (kind == REPORT_DELAY && row->needs_admin)
			transcript_wrap(out, TR("waiting"), TR("will not fix this"));
		remedy_put(&remedy, cause_of(m, d), w.address);
		transcript_wrap(out, TR("remedy"), remedy.data);
	}
	if (w.seen > REPORT_RCPTS_MAX)
		buffer_puts(out, TR("\nThe other recipients are in the second part of this report.\n"));
	transcript_put(&r->queue, &r->config, m, out);
}

/* A report to an address that no server on its way can carry. */
static bool is_for_submitter(const struct message *m)
{
	const struct diagnosis *d;
	struct walk w = {0};
	while ((d = reported(m, REPORT_FAILURE, &w)) != NULL &&
	       (d->key == REASON_SMTPUTF8_MISSING || d->key == REASON_SMTPUTF8_DOMAIN))
		continue;
	return w.seen > 0 && d == NULL && m->reported_by[0] != '\0' && text_is_ascii(m->reported_by);
}

const char *bounce_address(const struct config *config, const struct message *m)
{
	if (m->sender[0] != '\0' && !m->for_archive)
		return m->sender;
	if (envelope_has_flag(&m->envelope, "double"))
		return "";
	return !m->for_archive && is_for_submitter(m) ? m->reported_by : config->postmaster;
}

static void put_head(const struct runner *r, const struct message *m, int count,
    enum report_kind kind, const char *border, struct buffer *out)
{
	TEXT(date, 64);
	TEXT(what, 200);
	clock_put_rfc5322(&date, clock_wall_s());
	if (m->for_archive)
		text_put(&what, TR("Archive copy not delivered"));
	else if (m->sender[0] == '\0')
		text_put(&what, TR("Report that could not be returned to its sender"));
	else if (count > 1)
		text_printf(&what,
		    kind == REPORT_DELAY ? TR("%d messages delayed: still being tried")
		                         : TR("%d messages not delivered"),
		    count);
	else
		text_put(&what, kind == REPORT_DELAY ? TR("Mail delayed: still being tried")
		                                     : TR("Mail not delivered"));
	buffer_printf(out,
	    "Date: %s\nFrom: Mail Delivery System <MAILER-DAEMON@%s>\nTo: <%s>\nSubject: ", date.data,
	    r->config.domain, bounce_address(&r->config, m));
	encoded_word_put(out, what.data, strlen("Subject: "));
	buffer_puts(out, "\n");
	/* RFC 8689 5 */
	if (tls_optional_asked(m))
		buffer_puts(out, "TLS-Required: No\n");
	/* A report in the form of RFC 3464 is about one message; of several there is one status part
	 * for each. */
	buffer_printf(out,
	    "Auto-Submitted: auto-replied\nMIME-Version: 1.0\nContent-Type: "
	    "multipart/%s;\n\tboundary=\"%s\"\n\n",
	    count > 1 ? "mixed" : "report; report-type=delivery-status", border);
}

/* One of several messages, in few lines. */
static void put_summary(const struct message *m, enum report_kind kind, struct buffer *out)
{
	struct buffer header = {0};
	const struct diagnosis *d;
	struct walk w = {0};
	TEXT(subject, 200);
	TEXT(date, 64);
	original_header(m, &header);
	original_subject(&header, &subject);
	buffer_free(&header);
	clock_put_rfc5322(&date, m->envelope.created_us / 1000000);
	buffer_printf(out, TR("\n%s  of %s\n          \"%s\"\n"), m->id, date.data, subject.data);
	while ((d = reported(m, kind, &w)) != NULL && w.seen <= SUMMARY_RCPTS_MAX) {
		TEXT(words, 1200);
		TEXT(remedy, REMEDY_SIZE);
		report_reason(&words, d);
		transcript_to(out, w.address);
		transcript_wrap(out, TR("reason"), words.data);
	}
}

static void put_many(const struct runner *r, struct message **list, int count,
    enum report_kind kind, const char *border, struct buffer *out)
{
	TEXT(words, 800);
	text_printf(&words,
	    kind == REPORT_DELAY
	        ? TR("%d messages have not been delivered yet; they are kept and tried again, and need "
	             "not be sent again. They are reported together, because there were many in a "
	             "short time.")
	        : TR("%d messages were not delivered, and will not be tried again. They are reported "
	             "together, because there were many in a short time."),
	    count);
	transcript_wrap(out, NULL, words.data);
	for (int i = 0; i < count; i++)
		put_summary(list[i], kind, out);
	for (int i = 0; i < count; i++) {
		buffer_printf(out, "\n--%s\nContent-Type: message/delivery-status\n\n", border);
		delivery_status_put(&r->config, list[i], kind, out);
	}
	for (int i = 0; i < count && kind == REPORT_FAILURE; i++) {
		struct buffer header = {0};
		original_header(list[i], &header);
		original_put(list[i], out->length > MANY_LIMIT_BYTES, &header, border, out);
		buffer_free(&header);
	}
}

static void put_one(const struct runner *r, const struct message *m, enum report_kind kind,
    const char *border, struct buffer *out)
{
	struct buffer header = {0};
	original_header(m, &header);
	put_words(r, m, kind, &header, out);
	buffer_printf(out, "\n--%s\nContent-Type: message/delivery-status\n\n", border);
	delivery_status_put(&r->config, m, kind, out);
	original_put(m, kind == REPORT_DELAY, &header, border, out);
	buffer_free(&header);
}

/* The report as a file of the spool. */
static void put_file(const struct runner *r, const struct message *m, bool require_tls,
    const struct buffer *text, const struct buffer *notes, struct buffer *out)
{
	struct envelope e;
	size_t content_at;
	envelope_init(&e);
	e.created_us = clock_wall_us();
	free(e.flags);
	TEXT(flags, 400);
	bool twice = m->sender[0] == '\0' || m->for_archive;
	text_put(&flags, twice ? "bounce double" : "bounce");
	/* Somebody has to know that a report could not be returned; it has none of the message. */
	text_put(&flags, require_tls && !twice ? " requiretls" : "");
	const char *login = m->envelope.login;
	if (!twice && !text_is_ascii(m->sender) && login[0] != '\0' &&
	    login[strcspn(login, " \t")] == '\0')
		text_printf(&flags, " " RECIPIENTS_BY "%s", login);
	e.flags = mem_copy(flags.data);
	/* What is returned whole has its long lines and odd bytes with it. */
	e.content = m->envelope.content;
	e.content.has_8bit = true;
	e.content.bytes = (int64_t)text->length;
	e.content.lines = 0;
	for (size_t i = 0; i < text->length; i++)
		e.content.lines += text->data[i] == '\n';
	buffer_add(&e.notes, notes->data, notes->length);
	envelope_add_recipient(&e, bounce_address(&r->config, m));
	envelope_write(&e, out, &content_at);
	buffer_add(out, text->data, text->length);
	envelope_free(&e);
}

void bounce_write(const struct runner *r, struct message **list, int count, enum report_kind kind,
    const struct buffer *notes, struct buffer *out)
{
	struct buffer text = {0};
	TEXT(border, 64);
	text_printf(&border, "firsthop-%s-report", list[0]->id);
	language_use(r->config.bounce_language);
	put_head(r, list[0], count, kind, border.data, &text);
	buffer_printf(&text,
	    "--%s\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n",
	    border.data);
	if (count == 1)
		put_one(r, list[0], kind, border.data, &text);
	else
		put_many(r, list, count, kind, border.data, &text);
	buffer_printf(&text, "\n--%s--\n", border.data);
	put_file(r, list[0], reported_require_tls(list, count), &text, notes, out);
	buffer_free(&text);
	language_use("");
}

void bounce_log(const char *id, const char *kind, const char *report_id, const char *to,
    const char *words)
{
	struct buffer fields = {0}, text = {0}, address = {0};
	const char *what = strcmp(kind, "bounce") == 0    ? "non-delivery"
	                   : strcmp(kind, "warning") == 0 ? "delay"
	                                                  : "delivery status";
	buffer_printf(&address, "<%s>", to);
	buffer_puts(&fields, id);
	fields_put(&fields, kind, report_id);
	fields_put(&fields, "to", buffer_string(&address));
	buffer_printf(&text, "%s: sender %s notification: %s", id, what, report_id);
	buffer_puts(&text, buffer_string(&fields) + strlen(id));
	if (*words != '\0') {
		fields_put(&fields, "note", words);
		buffer_printf(&text, " (%s)", words);
	}
	log_event(LOG_INFO, "bounce", "report", &fields, buffer_string(&text));
	buffer_free(&fields);
	buffer_free(&text);
	buffer_free(&address);
}
