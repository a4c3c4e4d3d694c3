/* Lines, bounded. */
#include "smtpd/rejects.h"
#include "base/clock.h"
#include "base/fields.h"
#include "base/log.h"
#include <string.h>

#define MINUTE_MS 60000

static struct {
	int64_t since_ms;
	unsigned count; /* in this minute */
} minute;

static bool may_log(void)
{
	int64_t now = clock_mono_ms();
	if (minute.count == 0 || now - minute.since_ms >= MINUTE_MS) {
		if (minute.count > REJECTS_A_MINUTE)
			log_line(LOG_NOTICE, "smtpd: %u more rejects in a minute were not logged",
			    minute.count - REJECTS_A_MINUTE);
		minute.count = 0;
		minute.since_ms = now;
	}
	return ++minute.count <= REJECTS_A_MINUTE;
}

static void put_client(struct text *who, const struct client *c)
{
	if (c->is_local)
		text_printf(who, "uid %lu", (unsigned long)c->uid);
	else
		text_printf(who, "unknown[%s]", c->address[0] != '\0' ? c->address : "unknown");
}

void rejects_log(const struct client *c, const char *command, const char *reply)
{
	struct buffer fields = {0};
	TEXT(who, 100);
	TEXT(line, 1200);
	if (!may_log())
		return;
	put_client(&who, c);
	text_put(&line, "NOQUEUE: reject: ");
	text_escape(&line, command, strlen(command));
	text_printf(&line, " from %s: ", who.data);
	text_escape(&line, reply, strlen(reply));
	text_printf(&line, " proto=%s", c->lmtp ? "LMTP" : "ESMTP");
	fields_put(&fields, "client", who.data);
	fields_put(&fields, "command", command);
	fields_put(&fields, "reply", reply);
	log_event(LOG_NOTICE, "smtpd", "reject", &fields, line.data);
	buffer_free(&fields);
}
