/* The report "relayed", "delivered" or "expanded" (RFC 3461 6, RFC 3464 2.3.3): the sender wanted
   to hear of success, and the server that took the mail does not send such reports, or it lies in a
   mailbox here, or the recipient is an alias of several. */
#include "base/clock.h"
#include "base/language.h"
#include "base/log.h"
#include "base/text.h"
#include "base/encoded_word.h"
#include "message/submission_log.h"
#include "runner/attempt/message.h"
#include "runner/attempt/placement.h"
#include "runner/notify/bounce.h"
#include "runner/notify/delivery_status.h"
#include "runner/notify/notify.h"
#include "runner/notify/notify_success.h"
#include "runner/notify/report_notes.h"
#include "runner/notify/reported.h"
#include "runner/notify/original.h"
#include "runner/notify/transcript.h"
#include "runner/queue/entry.h"
#include "runner/queue/nexthop_key.h"
#include "runner/queue/runner.h"
#include "spool/disk_reserve.h"
#include <stdlib.h>
#include <string.h>

static bool is_local(const struct message *m)
{
	return nexthop_key_kind(m->nexthop) == NEXTHOP_LOCAL;
}

static bool any_relayed(const struct message *m)
{
	struct walk w = {0};
	return reported(m, REPORT_SUCCESS, &w) != NULL;
}

static void put_relayed(const struct config *config, const struct message *m, const char *date,
    struct buffer *out)
{
	struct walk w = {0};
	if (is_local(m))
		buffer_printf(out, TR("Your message of %s was delivered to a mailbox on %s.\n"), date,
		    config->name);
	else
		buffer_printf(out,
		    TR("Your message of %s was accepted by the next mail server.\n"
		       "That server sends no reports of success, so this is the last report about it (by "
		       "%s), unless the delivery fails later.\n"),
		    date, config->name);
	while (reported(m, REPORT_SUCCESS, &w) != NULL) {
		buffer_puts(out, "\n");
		transcript_to(out, w.address);
	}
}

static void put_expanded(const struct config *config, const struct message *m, const char *date,
    struct buffer *out)
{
	buffer_printf(out,
	    TR("Your message of %s goes to each address of an alias on %s.\n"
	       "Of its delivery to each of them there are no further reports, unless one fails.\n"),
	    date, config->name);
	for (int i = 0; i < m->expanded_count; i++) {
		buffer_puts(out, "\n");
		transcript_to(out, m->envelope.recipients[m->expanded[i]]);
	}
}

static void put_words(const struct config *config, const struct message *m, struct buffer *out)
{
	TEXT(date, 64);
	bool relayed = any_relayed(m);
	clock_put_rfc5322(&date, m->envelope.created_us / 1000000);
	if (relayed)
		put_relayed(config, m, date.data, out);
	if (relayed && m->expanded_count > 0)
		buffer_puts(out, "\n");
	if (m->expanded_count > 0)
		put_expanded(config, m, date.data, out);
}

/* Once the report is there, they are settled, and nobody reports them again. */
static void put_notes(const struct message *m, struct buffer *notes)
{
	struct buffer lines = {0};
	struct diagnosis d = {0};
	diag_set(&d, VERDICT_SENT, STAGE_END_OF_DATA, REASON_NONE,
	    "delivered, and its sender was informed");
	struct walk w = {0};
	while (reported(m, REPORT_SUCCESS, &w) != NULL)
		journal_put_rcpt(&lines, clock_wall_s(), w.address, false, &d);
	journal_put_word(&lines, clock_wall_s(), "reported");
	if (m->expanded_count > 0)
		journal_put_word(&lines, clock_wall_s(), "expanded");
	report_notes_put(notes, m->id, &lines);
	buffer_free(&lines);
}

static void put_file(const struct message *m, const struct buffer *text, struct buffer *out)
{
	struct envelope e;
	size_t content_at;
	envelope_init(&e);
	e.created_us = clock_wall_us();
	free(e.flags);
	e.flags =
	    mem_copy(envelope_has_flag(&m->envelope, "requiretls") ? "bounce requiretls" : "bounce");
	e.content = (struct content){.bytes = (int64_t)text->length, .has_8bit = true};
	for (size_t i = 0; i < text->length; i++)
		e.content.lines += text->data[i] == '\n';
	put_notes(m, &e.notes);
	envelope_add_recipient(&e, m->sender);
	envelope_write(&e, out, &content_at);
	buffer_add(out, text->data, text->length);
	envelope_free(&e);
}

static void put_report(const struct runner *r, const struct message *m, struct buffer *text)
{
	TEXT(date, 64);
	TEXT(border, 64);
	struct buffer header = {0};
	text_printf(&border, "firsthop-%s-relayed", m->id);
	clock_put_rfc5322(&date, clock_wall_s());
	buffer_printf(text,
	    "Date: %s\nFrom: Mail Delivery System <MAILER-DAEMON@%s>\nTo: <%s>\nSubject: ", date.data,
	    r->config.domain, m->sender);
	encoded_word_put(text,
	    !any_relayed(m) ? TR("Mail passed on")
	    : is_local(m)   ? TR("Mail delivered")
	                    : TR("Mail relayed"),
	    strlen("Subject: "));
	buffer_printf(text,
	    "\nAuto-Submitted: auto-replied\n"
	    "MIME-Version: 1.0\nContent-Type: multipart/report; "
	    "report-type=delivery-status;\n\tboundary=\"%s\"\n\n",
	    border.data);
	buffer_printf(text,
	    "--%s\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n",
	    border.data);
	put_words(&r->config, m, text);
	buffer_printf(text, "\n--%s\nContent-Type: message/delivery-status\n\n", border.data);
	delivery_status_put(&r->config, m, REPORT_SUCCESS, text);
	original_header(m, &header);
	original_put(m, true, &header, border.data, text);
	buffer_printf(text, "\n--%s--\n", border.data);
	buffer_free(&header);
}

void notify_success(struct runner *r, struct message *m)
{
	struct buffer text = {0}, file = {0};
	struct diagnosis d = {0};
	char id[ID_SIZE];
	if (m->sender[0] == '\0' || (m->expanded_count == 0 && !any_relayed(m)))
		return;
	language_use(r->config.bounce_language);
	put_report(r, m, &text);
	language_use("");
	put_file(m, &text, &file);
	id_make(id, clock_wall_s());
	notify_announce(r, id, "");
	if (disk_reserve_create(&r->queue, file.data, file.length, id, &d)) {
		bounce_log(m->id, "relayed", id, m->sender, "");
		submission_log_queued(id, "", (long long)file.length, 1);
		r->counters.reports++;
		r->counters.changed = true;
		if (m->expanded_count > 0)
			journal_put_word(&m->lines, clock_wall_s(), "expanded");
		placement_add_new(r, entry_new(&r->entries, id_pack(id)));
	} else {
		log_line(LOG_ERR, "%s: the report of success to <%s> cannot be written: %s", m->id,
		    m->sender, d.text);
	}
	buffer_free(&text);
	buffer_free(&file);
}
