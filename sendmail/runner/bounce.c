/* Writing reports. */
#include "runner/bounce.h"
#include "base/catalogue.h"
#include "base/clock.h"
#include "base/report.h"
#include "message/address.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COPY_LIMIT_BYTES 65536
#define RCPTS_TOLD 100

/* Recipient n of the report, and its diagnosis; NULL at the end. */
static const struct diagnosis *reported(const struct message *m, bool delayed, int *at, int *seen, const char **address)
{
	for (; *at < m->rcpt_count; (*at)++) {
		int state = m->states[*at];
		if (delayed ? (state == RCPT_FAILED || state == RCPT_SENT) : state != RCPT_FAILED)
			continue;
		*address = m->rcpts[(*at)++];
		const struct diagnosis *d = delayed || *seen >= m->failure_count ? &m->last : &m->failures[*seen];
		(*seen)++;
		return d;
	}
	return NULL;
}

static void put_words(const struct runner *r, const struct message *m, bool delayed, struct buffer *out)
{
	const char *address;
	const struct diagnosis *d;
	int at = 0, seen = 0;
	TEXT(date, 64);
	clock_put_rfc5322(&date, m->envelope.created_us / 1000000);
	buffer_printf(out, "This is the mail program of %s.\n\nYour message of %s\n", r->config.name, date.data);
	buffer_puts(out, delayed ? "could not be delivered yet. It stays in the queue and is tried again; you need not send it again.\n"
	                         : "could not be delivered, and is not tried any more.\n");
	while ((d = reported(m, delayed, &at, &seen, &address)) != NULL && seen <= RCPTS_TOLD) {
		const struct reason *row = catalogue_row(d->key);
		TEXT(words, 1200);
		report_reason(&words, d);
		buffer_printf(out, "\nto        <%s>\nreason    %s\n", address, words.data);
		if (row != NULL)
			buffer_printf(out, "meaning   %s\nremedy    %s\n", row->meaning, row->remedy);
	}
	if (seen > RCPTS_TOLD)
		buffer_puts(out, "\nFurther recipients stand in the second part of this report.\n");
}

static void put_status(const struct runner *r, const struct message *m, bool delayed, struct buffer *out)
{
	const char *address;
	const struct diagnosis *d;
	int at = 0, seen = 0;
	TEXT(date, 64);
	clock_put_rfc5322(&date, m->envelope.created_us / 1000000);
	buffer_printf(out, "Reporting-MTA: dns; %s\n", r->config.name);
	if (m->envelope.envid[0] != '\0')
		buffer_printf(out, "Original-Envelope-Id: %s\n", m->envelope.envid);
	buffer_printf(out, "Arrival-Date: %s\n", date.data);
	while ((d = reported(m, delayed, &at, &seen, &address)) != NULL) {
		buffer_printf(out, "\nFinal-Recipient: rfc822; %s\nAction: %s\nStatus: %s\n", address, delayed ? "delayed" : "failed",
		              d->status[0] != '\0' ? d->status : delayed ? "4.0.0" : "5.0.0");
		if (d->peer_name[0] != '\0')
			buffer_printf(out, "Remote-MTA: dns; %s\n", d->peer_name);
		if (d->reply_code != 0)
			buffer_printf(out, "Diagnostic-Code: smtp; %s\n", d->text);
		else
			buffer_printf(out, "Diagnostic-Code: x-firsthop; %s\n", d->text);
	}
}

/* The header of the message, so that its sender knows which one it was. */
static void put_original(const struct message *m, struct buffer *out)
{
	static char bytes[COPY_LIMIT_BYTES];
	ssize_t n = pread(m->fd, bytes, sizeof bytes, (off_t)m->envelope.message_at);
	if (n <= 0)
		return;
	size_t length = (size_t)n;
	for (size_t i = 0; i + 1 < length; i++) {
		if (bytes[i] == '\n' && bytes[i + 1] == '\n') {
			length = i + 1;
			break;
		}
	}
	if (bytes[0] == '\n')
		length = 0;
	buffer_add(out, bytes, length);
}

static void put_head(const struct runner *r, const struct message *m, bool delayed, const char *border, struct buffer *out)
{
	TEXT(date, 64);
	clock_put_rfc5322(&date, clock_wall_s());
	buffer_printf(out, "Date: %s\nFrom: Mail Delivery System <MAILER-DAEMON@%s>\nTo: <%s>\n", date.data, r->config.domain, m->sender);
	buffer_printf(out, "Subject: %s\n", delayed ? "Mail delayed: still being tried" : "Mail not delivered");
	buffer_printf(out, "Auto-Submitted: auto-replied\nMIME-Version: 1.0\n"
	              "Content-Type: multipart/report; report-type=delivery-status;\n\tboundary=\"%s\"\n\n", border);
}

void bounce_write(const struct runner *r, const struct message *m, bool delayed, struct buffer *out)
{
	struct envelope e;
	struct buffer text = {0};
	size_t content_at;
	char border[64];
	struct text b;
	text_init(&b, border, sizeof border);
	text_printf(&b, "firsthop-%s-report", m->id);
	put_head(r, m, delayed, border, &text);
	buffer_printf(&text, "--%s\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n", border);
	put_words(r, m, delayed, &text);
	buffer_printf(&text, "\n--%s\nContent-Type: message/delivery-status\n\n", border);
	put_status(r, m, delayed, &text);
	buffer_printf(&text, "\n--%s\nContent-Type: text/rfc822-headers\n\n", border);
	put_original(m, &text);
	buffer_printf(&text, "\n--%s--\n", border);
	envelope_init(&e);
	e.created_us = clock_wall_us();
	free(e.flags);
	e.flags = mem_copy("bounce");
	e.content = (struct content){.bytes = (int64_t)text.length, .has_8bit = true};
	for (size_t i = 0; i < text.length; i++)
		e.content.lines += text.data[i] == '\n';
	envelope_add_recipient(&e, m->sender);
	envelope_write(&e, out, &content_at);
	buffer_add(out, text.data, text.length);
	buffer_free(&text);
	envelope_free(&e);
}
