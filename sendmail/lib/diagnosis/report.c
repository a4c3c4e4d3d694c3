/* Words for outcomes. */
#include "diagnosis/report.h"
#include "base/fields.h"
#include <string.h>

static void put_peer(struct text *t, const struct diagnosis *d)
{
	if (d->hop[0] == '@')
		text_printf(t, "the servers of %s, ", d->hop + 1);
	else if (strcmp(d->hop, "local") == 0)
		text_put(t, "local mailbox, ");
	else if (d->hop[0] != '\0')
		text_printf(t, "smarthost %s, ", d->hop);
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
		text_printf(t, "%s: ", stage_name(d->stage));
	text_put(t, d->text[0] != '\0' ? d->text : "no reason was given");
}

static void put_address(struct buffer *line, const char *key, const char *address)
{
	struct buffer bracketed = {0};
	buffer_printf(&bracketed, "<%s>", address);
	fields_put(line, key, buffer_string(&bracketed));
	buffer_free(&bracketed);
}

static void put_peer_field(struct buffer *line, const struct diagnosis *d)
{
	TEXT(peer, 400);
	text_put(&peer, d->peer_name);
	if (d->peer_address[0] != '\0')
		text_printf(&peer, "[%s]", d->peer_address);
	if (d->port != 0)
		text_printf(&peer, ":%u", d->port);
	fields_put(line, "peer", peer.length ? peer.data : "-");
}

void report_log_line(struct buffer *line, const char *id, const char *sender, const char *recipient,
    int attempt, int64_t delay_s, int64_t next_s, const struct diagnosis *d)
{
	buffer_puts(line, id);
	put_address(line, "to", recipient);
	put_address(line, "from", sender);
	fields_put(line, "hop", d->hop[0] ? d->hop : "-");
	put_peer_field(line, d);
	fields_put_number(line, "try", attempt);
	fields_put(line, "verdict", verdict_name(d->verdict));
	fields_put(line, "stage", stage_name(d->stage));
	fields_put(line, "status", d->status[0] ? d->status : "-");
	fields_put(line, "key", d->key[0] ? d->key : "-");
	fields_put_number(line, "delay_s", delay_s);
	fields_put_number(line, "next_s", next_s);
	fields_put(line, "tls", d->tls[0] ? d->tls : "-");
	fields_put(line, "text", d->text);
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
		text_put(t, "the server has it");
	else if (d->verdict == VERDICT_FAILED)
		text_put(t, "it is not tried any more; its sender gets a report");
	else if (next)
		text_put(t, "the next server is asked at once");
	else if (strcmp(d->key, "outcome-unknown") == 0)
		text_put(t, "outcome unknown: it is kept and sent again with the same Message-ID, and may "
		            "arrive twice");
	else if (d->fault == FAULT_RECIPIENT || d->fault == FAULT_MESSAGE)
		text_put(t, "kept: the server may accept it later");
	else
		text_printf(t, "kept, not returned: that is the fault of %s, not of the mail",
		    d->fault == FAULT_CREDENTIAL ? "the login"
		    : d->fault == FAULT_CONFIG   ? "the configuration"
		    : d->fault == FAULT_LOCAL    ? "this machine"
		                                 : "the route");
}
