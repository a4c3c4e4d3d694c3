/* Fields for programs. */
#include "base/clock.h"
#include "base/text.h"
#include "diagnosis/catalogue.h"
#include "message/dsn.h"
#include "runner/attempt/expansions.h"
#include "runner/attempt/message.h"
#include "runner/notify/delivery_status.h"
#include "runner/notify/reported.h"
#include "runner/queue/runner.h"
#include <stdlib.h>
#include <string.h>

static void put_folded(struct buffer *out, const char *name, const char *words)
{
	size_t column = strlen(name);
	buffer_puts(out, name);
	for (; *words != '\0'; words++) {
		unsigned char c = (unsigned char)*words;
		if ((column >= 60 && c == ' ') || column >= 74) {
			buffer_puts(out, "\n ");
			column = 1;
			if (c == ' ')
				continue;
		}
		if (c >= 0x20 && c < 0x7f)
			buffer_add(out, words, 1);
		else
			buffer_printf(out, "\\x%02x", c);
		column += c >= 0x20 && c < 0x7f ? 1 : 4;
	}
	buffer_puts(out, "\n");
}

/* The class of a status says what happens to the mail, and a server that answers 5xx to all need
 * not have its way (RFC 3463 2). */
static void put_state(const struct diagnosis *d, enum report_kind kind, struct buffer *out)
{
	const char *rest = d->status[0] != '\0' ? d->status + 1 : ".0.0";
	const char *action = kind == REPORT_DELAY           ? "delayed"
	                     : kind == REPORT_FAILURE       ? "failed"
	                     : strcmp(d->hop, "local") == 0 ? "delivered"
	                                                    : "relayed";
	char class = kind == REPORT_SUCCESS                             ? '2'
	             : kind == REPORT_DELAY || d->key == REASON_EXPIRED ? '4'
	                                                                : '5';
	buffer_printf(out, "Action: %s\nStatus: %c%s\n", action, class, rest);
}

static void put_peer(const struct diagnosis *d, struct buffer *out)
{
	bool is_address = strcmp(d->peer_name, d->peer_address) == 0;
	if (d->peer_name[0] == '\0')
		return;
	buffer_printf(out, "Remote-MTA: dns; %s%s%s%s\n", is_address ? "[" : "",
	    is_address && strchr(d->peer_name, ':') != NULL ? "IPv6:" : "", d->peer_name,
	    is_address ? "]" : "");
}

static void put_date(struct buffer *out, const char *name, int64_t when_s)
{
	TEXT(date, 64);
	clock_put_rfc5322(&date, when_s);
	buffer_printf(out, "%s: %s\n", name, date.data);
}

static void put_names(const char *orcpt, const char *address, struct buffer *out)
{
	struct buffer name = {0};
	dsn_put_original(&name, orcpt);
	if (name.length > 0)
		put_folded(out, "Original-Recipient: ", buffer_string(&name));
	name.length = 0;
	dsn_put_final(&name, address);
	put_folded(out, "Final-Recipient: ", buffer_string(&name));
	buffer_free(&name);
}

static void put_code(const struct diagnosis *d, enum report_kind kind, struct buffer *out)
{
	bool by_server = d->reply_code != 0 && d->key != REASON_EXPIRED;
	if (kind == REPORT_SUCCESS && !by_server)
		return;
	put_folded(out, by_server ? "Diagnostic-Code: smtp; " : "Diagnostic-Code: x-firsthop; ",
	    d->text[0] != '\0' ? d->text : "no reason was given");
}

/* The sender hears of success once, for the alias: what they asked for of those that it leads to
 * went along with the message. */
static void put_expanded(const struct config *config, const struct message *m, struct buffer *out)
{
	for (int i = 0; i < m->expanded_count; i++) {
		char *orcpt = expansions_orcpt(config, m, m->expanded[i]);
		char *address = recipients_qualify(config, m->envelope.recipients[m->expanded[i]]);
		buffer_puts(out, "\n");
		put_names(orcpt, address, out);
		buffer_puts(out, "Action: expanded\nStatus: 2.0.0\n");
		free(orcpt);
		free(address);
	}
}

void delivery_status_put(const struct config *config, const struct message *m,
    enum report_kind kind, struct buffer *out)
{
	const struct diagnosis *d;
	struct walk w = {0};
	int64_t created_s = m->envelope.created_us / 1000000;
	buffer_printf(out, "Reporting-MTA: dns; %s\n", config->name);
	if (m->envelope.envid[0] != '\0')
		buffer_printf(out, "Original-Envelope-Id: %s\n", m->envelope.envid);
	put_date(out, "Arrival-Date", created_s);
	while ((d = reported(m, kind, &w)) != NULL) {
		buffer_puts(out, "\n");
		put_names(w.orcpt, w.address, out);
		put_state(d, kind, out);
		put_peer(d, out);
		put_code(d, kind, out);
		if (m->last_s != 0 && kind != REPORT_SUCCESS)
			put_date(out, "Last-Attempt-Date", m->last_s);
		if (kind == REPORT_DELAY)
			put_date(out, "Will-Retry-Until", created_s + (int64_t)config->expire_after_h * 3600);
	}
	if (kind == REPORT_SUCCESS)
		put_expanded(config, m, out);
}
