/* As postqueue -p prints it with long identifiers. */
#include "mailq/layout.h"
#include "mailq/list_reason.h"
#include "base/output.h"
#include <string.h>
#include <time.h>

static void put_row(FILE *out, const struct row *r)
{
	char when[32] = "?";
	time_t arrival = (time_t)r->arrival_s;
	struct tm tm;
	TEXT(sender, 400);
	if (localtime_r(&arrival, &tm) != NULL)
		strftime(when, sizeof when, "%a %b %e %H:%M:%S", &tm);
	text_escape(&sender, r->sender, strlen(r->sender));
	output_to(out, "%-17s%c%8lld %19s  %s\n", r->id,
	    r->active ? '*'
	    : r->held ? '!'
	              : ' ',
	    (long long)r->bytes, when, sender.length ? sender.data : "MAILER-DAEMON");
}

static void put_reason(FILE *out, const char *reason)
{
	TEXT(words, 1700);
	text_printf(&words, "(%s)", reason);
	output_to(out, "%76s\n", words.data);
}

static void put_rcpts(FILE *out, const struct listing *l, const struct row *r)
{
	char last[1600] = "";
	for (int i = 0; i < r->rcpt_count || i == 0; i++) {
		const struct row_rcpt *rcpt = r->rcpt_count > 0 ? &r->rcpts[i] : NULL;
		TEXT(reason, 1600);
		TEXT(address, 800);
		list_reason(l, r, rcpt, &reason);
		if (strcmp(reason.data, last) != 0)
			put_reason(out, reason.data);
		text_copy(last, sizeof last, reason.data);
		if (rcpt == NULL)
			return;
		text_escape(&address, rcpt->address, strlen(rcpt->address));
		list_put_unicode(rcpt->address, &address);
		output_to(out, "%48s%s\n", "", address.data);
	}
}

void layout_postfix(FILE *out, struct listing *l)
{
	long long bytes = 0;
	int count = 0;
	if (l->count == 0) {
		output_to(out, "Mail queue is empty\n");
		return;
	}
	output_to(out, "----Queue ID----- --Size-- ---Arrival Time---- --Sender/Recipient------\n");
	for (const struct row *r; (r = list_next(l)) != NULL; count++) {
		put_row(out, r);
		put_rcpts(out, l, r);
		output_to(out, "\n");
		bytes += r->bytes;
	}
	output_to(out, "-- %lld Kbytes in %d Request%s.\n", (bytes + 1023) / 1024, count,
	    count == 1 ? "" : "s");
}
