/* Words for outcomes. */
#include "diagnosis/report.h"
#include "diagnosis/nexthop_words.h"
#include "diagnosis/steps.h"
#include "base/language.h"
#include "base/fields.h"
#include "base/log.h"
#include <string.h>

static bool is_local(const struct diagnosis *d)
{
	return strcmp(d->hop, "local") == 0;
}

static void put_peer(struct text *t, const struct diagnosis *d)
{
	TEXT(domain, 400);
	nexthop_words_domain(&domain, d->hop);
	if (d->hop[0] == '@')
		text_printf(t, TR("the servers of %s, "), domain.data);
	else if (is_local(d))
		text_put(t, TR("local mailbox, "));
	else if (d->hop[0] != '\0' && diag_filter(d) == NULL)
		text_printf(t, TR("smarthost %s, "), d->hop);
	if (d->peer_name[0] != '\0')
		text_put(t, d->peer_name);
	if (d->peer_address[0] != '\0' && strcmp(d->peer_address, d->peer_name) != 0)
		text_printf(t, "[%s]", d->peer_address);
	if (d->port != 0 && d->peer_name[0] != '\0')
		text_printf(t, ":%u", d->port);
	if (d->peer_name[0] != '\0')
		text_put(t, ": ");
}

void report_reason(struct text *t, const struct diagnosis *d)
{
	put_peer(t, d);
	if (d->stage != STAGE_NONE)
		text_printf(t,
		    "%s: ", d->stage == STAGE_END_OF_DATA ? TR("end of data") : stage_word(d->stage));
	/* A server's words, which begin with a code, stay; ours are said again in the reader's
	   language. */
	if (d->text[0] == '\0')
		text_put(t, TR("no reason was given"));
	else if (strspn(d->text, "0123456789") == 3)
		text_put(t, d->text);
	else
		step_put(t, d->text);
}

/* For the field: <address>, which is quoted as a field's value must be. */
static void put_address(struct buffer *line, const char *key, const char *address)
{
	struct buffer bracketed = {0};
	buffer_printf(&bracketed, "<%s>", address);
	fields_put(line, key, buffer_string(&bracketed));
	buffer_free(&bracketed);
}

static void put_host(struct text *t, const struct diagnosis *d)
{
	text_escape(t, d->peer_name, strlen(d->peer_name));
	if (d->peer_address[0] == '\0')
		return;
	text_put(t, "[");
	text_escape(t, d->peer_address, strlen(d->peer_address));
	text_put(t, "]");
}

/* "mail.example.org[192.0.2.1]:587" as Postfix names a server, "none" when none was met. */
static void put_relay(struct text *t, const struct diagnosis *d)
{
	put_host(t, d);
	if (t->length == 0)
		text_put(t, is_local(d) ? "local" : "none");
	else if (d->port != 0)
		text_printf(t, ":%u", d->port);
}

/* Postfix's words for the three ends of an attempt. */
static const char *status_of(enum verdict v)
{
	return v == VERDICT_SENT ? "sent" : v == VERDICT_FAILED ? "bounced" : "deferred";
}

/* A server that names no enhanced status said as much by its code (RFC 3463 2). */
static const char *dsn_of(const struct diagnosis *d)
{
	if (d->status[0] != '\0')
		return d->status;
	return d->verdict == VERDICT_SENT ? "2.0.0" : d->verdict == VERDICT_FAILED ? "5.0.0" : "4.0.0";
}

static const char *command_of(enum stage stage)
{
	switch (stage) {
	case STAGE_BANNER: return "the greeting";
	case STAGE_MAIL: return "MAIL FROM command";
	case STAGE_RCPT: return "RCPT TO command";
	case STAGE_DATA: return "DATA command";
	case STAGE_BODY: return "the message";
	case STAGE_END_OF_DATA: return "end of DATA command";
	default: return NULL;
	}
}

/* What follows status=, as Postfix words it. */
static void put_outcome(struct text *t, const struct diagnosis *d)
{
	TEXT(host, 400);
	const char *command = command_of(d->stage);
	bool said = d->reply_code != 0 && d->verdict != VERDICT_SENT;
	put_host(&host, d);
	if (said)
		text_printf(t, "host %s said: ", host.data);
	else if (d->stage == STAGE_CONNECT && host.length > 0)
		text_printf(t, "connect to %s:%u: ", host.data, d->port);
	text_escape(t, d->text, strlen(d->text));
	if (said && command != NULL)
		text_printf(t, " (in reply to %s)", command);
	else if (said)
		text_printf(t, " (in reply to %s command)", stage_word(d->stage));
}

/* The fields that only we have: the same in text and JSON. */
static void put_own_fields(struct buffer *line, const struct report_delivery *r,
    const struct diagnosis *d)
{
	put_address(line, "from", r->sender);
	if (diag_filter(d) != NULL)
		fields_put(line, "filter", diag_filter(d));
	else
		fields_put(line, "smarthost", d->hop[0] ? d->hop : "-");
	fields_put_number(line, "try", r->attempt);
	fields_put(line, "stage", stage_word(d->stage));
	fields_put(line, "key", d->key != REASON_NONE ? diag_key(d) : "-");
	fields_put_number(line, "next_s", r->next_s);
	fields_put(line, "tls", d->tls[0] ? d->tls : "-");
}

void report_put_text(struct buffer *line, const struct report_delivery *r,
    const struct diagnosis *d)
{
	TEXT(relay, 400);
	TEXT(outcome, 1200);
	TEXT(to, 700);
	TEXT(dsn, 100);
	put_relay(&relay, d);
	put_outcome(&outcome, d);
	text_escape(&to, r->recipient, strlen(r->recipient));
	text_escape(&dsn, dsn_of(d), strlen(dsn_of(d)));
	buffer_printf(line, "%s: to=<%s>, ", r->id, to.data);
	if (r->orig_to[0] != '\0') {
		TEXT(orig_to, 700);
		text_escape(&orig_to, r->orig_to, strlen(r->orig_to));
		buffer_printf(line, "orig_to=<%s>, ", orig_to.data);
	}
	buffer_printf(line, "relay=%s, delay=%lld, dsn=%s, status=%s (%s)",
	    relay.length > 0 ? relay.data
	    : is_local(d)    ? "local"
	                     : "none",
	    (long long)r->delay_s, dsn.data, status_of(d->verdict), outcome.data);
	put_own_fields(line, r, d);
}

void report_put_fields(struct buffer *line, const struct report_delivery *r,
    const struct diagnosis *d)
{
	TEXT(relay, 400);
	put_relay(&relay, d);
	buffer_puts(line, r->id);
	put_address(line, "to", r->recipient);
	put_address(line, "orig_to", r->orig_to);
	fields_put(line, "relay", relay.data);
	fields_put_number(line, "delay", r->delay_s);
	fields_put(line, "dsn", dsn_of(d));
	fields_put(line, "status", status_of(d->verdict));
	fields_put(line, "text", d->text);
	put_own_fields(line, r, d);
}

void report_log(const struct report_delivery *r, const struct diagnosis *d, const char *note)
{
	struct buffer fields = {0}, text = {0};
	report_put_fields(&fields, r, d);
	report_put_text(&text, r, d);
	if (*note != '\0') {
		fields_put(&fields, "note", note);
		buffer_printf(&text, " (%s)", note);
	}
	log_event(d->verdict == VERDICT_SENT ? LOG_INFO : LOG_WARNING, is_local(d) ? "local" : "smtp",
	    "delivery", &fields, buffer_string(&text));
	buffer_free(&fields);
	buffer_free(&text);
}

const char *report_decision(const struct diagnosis *d, bool next)
{
	switch (d->verdict) {
	case VERDICT_SENT: return "sent";
	case VERDICT_FAILED: return "returned";
	default: return next ? "next-server" : "wait";
	}
}

void report_decision_words(struct text *t, const struct diagnosis *d, bool next)
{
	if (d->verdict == VERDICT_SENT)
		text_put(t, TR("the server has it"));
	else if (d->verdict == VERDICT_FAILED)
		text_put(t, TR("it is not tried any more; its sender gets a report"));
	else if (next)
		text_put(t, TR("the next server is asked at once"));
	else if (d->key == REASON_OUTCOME_UNKNOWN)
		text_put(t, TR("outcome unknown: it is kept and sent again with the same Message-ID, and "
		               "may arrive twice"));
	else if (d->key == REASON_GATHERED)
		text_put(t, TR("kept: it leaves together with others, in one digest"));
	else if (d->fault == FAULT_RECIPIENT || d->fault == FAULT_MESSAGE)
		text_put(t, TR("kept: the server may accept it later"));
	else
		text_printf(t, TR("kept, not returned: the fault is in %s, not in the mail"),
		    d->fault == FAULT_CREDENTIAL ? TR("the login")
		    : d->fault == FAULT_CONFIG   ? TR("the configuration")
		    : d->fault == FAULT_LOCAL    ? TR("this machine")
		                                 : TR("the server, or the way to it"));
}
