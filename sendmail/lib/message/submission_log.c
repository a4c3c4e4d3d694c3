/* Two lines, because those who read Postfix's log look for two: who handed it in, and what it
   is. */
#include "message/submission_log.h"
#include "base/fields.h"
#include "base/log.h"
#include "base/text.h"
#include <string.h>

static void put_address(struct buffer *line, const char *address)
{
	struct buffer bracketed = {0};
	buffer_printf(&bracketed, "<%s>", address);
	fields_put(line, "from", buffer_string(&bracketed));
	buffer_free(&bracketed);
}

static void put_own(struct buffer *line, const struct envelope *e, const char *via)
{
	fields_put(line, "login", e->login);
	fields_put(line, "program", *e->program != '\0' ? e->program : "-");
	if (*e->tag != '\0')
		fields_put(line, "tag", e->tag);
	if (*via != '\0')
		fields_put(line, "via", via);
}

void submission_log_queued(const char *id, const char *sender, long long bytes, size_t recipients)
{
	struct buffer text = {0};
	TEXT(from, 700);
	text_escape(&from, sender, strlen(sender));
	buffer_printf(&text, "%s: from=<%s>, size=%lld, nrcpt=%zu (queue active)", id, from.data, bytes,
	    recipients);
	log_event(LOG_INFO, "qmgr", "submit", NULL, buffer_string(&text));
	buffer_free(&text);
}

void submission_log(const struct envelope *e, const char *id, long long uid, const char *via)
{
	struct buffer fields = {0}, text = {0};
	buffer_puts(&fields, id);
	fields_put_number(&fields, "uid", uid);
	put_address(&fields, e->sender);
	fields_put_number(&fields, "size", (long long)e->content.bytes);
	fields_put_number(&fields, "nrcpt", (long long)e->recipient_count);
	put_own(&fields, e, via);
	buffer_printf(&text, "%s:", id);
	fields_put_number(&text, "uid", uid);
	put_address(&text, e->sender);
	put_own(&text, e, via);
	log_event(LOG_INFO, "pickup", "submit", &fields, buffer_string(&text));
	submission_log_queued(id, e->sender, (long long)e->content.bytes, e->recipient_count);
	buffer_free(&fields);
	buffer_free(&text);
}
