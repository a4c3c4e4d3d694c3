/* As sendmail 8 prints it; check_mailq and people know it.  Reasons are not cut: a reason that is cut is none. */
#include "base/clock.h"
#include "mailq/layout.h"
#include <string.h>
#include <time.h>

static void put_escaped(FILE *out, const char *value)
{
	TEXT(safe, 1600);
	text_escape(&safe, value, strlen(value));
	fputs(safe.data, out);
}

static void put_row(FILE *out, const struct row *r)
{
	char when[32] = "?";
	time_t arrival = (time_t)r->arrival_s;
	struct tm tm;
	if (localtime_r(&arrival, &tm) != NULL)
		strftime(when, sizeof when, "%a %b %e %H:%M", &tm);
	fprintf(out, "%-13s%c%8lld %s <", r->id, r->active ? '*' : ' ', (long long)r->bytes, when);
	put_escaped(out, r->sender);
	fputs(">\n", out);
}

static void put_reason(FILE *out, const char *reason)
{
	fputs("                 (", out);
	fputs(reason, out);
	fputs(")\n", out);
}

static void put_times(FILE *out, const struct row *r)
{
	TEXT(words, 200);
	int64_t left = r->next_s - clock_wall_s();
	text_printf(&words, "tried %d time%s", r->attempts, r->attempts == 1 ? "" : "s");
	if (r->next_s != 0 && left > 0) {
		text_put(&words, ", next in ");
		clock_put_span(&words, left);
	} else if (r->next_s != 0) {
		text_put(&words, ", next now");
	}
	fprintf(out, "                 %s\n", words.data);
}

/* A reason once for the recipients in a row that share it. */
static void put_rcpts(FILE *out, const struct listing *l, const struct row *r)
{
	char last[1600] = "";
	for (int i = 0; i < r->rcpt_count; i++) {
		TEXT(reason, 1600);
		list_reason(l, r, &r->rcpts[i], &reason);
		if (strcmp(reason.data, last) != 0)
			put_reason(out, reason.data);
		text_copy(last, sizeof last, reason.data);
		fputs("\t\t\t\t\t <", out);
		put_escaped(out, r->rcpts[i].address);
		fputs(">\n", out);
	}
	if (r->rcpt_count == 0) {
		TEXT(reason, 1600);
		list_reason(l, r, NULL, &reason);
		put_reason(out, reason.data);
	}
}

void layout_sendmail(FILE *out, const struct listing *l, const char *folder, bool verbose)
{
	if (l->count == 0)
		fprintf(out, "%s is empty\n", folder);
	else
		fprintf(out, "\t\t%s (%d request%s)\n"
		             "-----Q-ID-------- --Size-- -----Q-Time----- ------------Sender/Recipient-----------\n",
		        folder, l->count, l->count == 1 ? "" : "s");
	for (int i = 0; i < l->count; i++) {
		put_row(out, &l->rows[i]);
		put_rcpts(out, l, &l->rows[i]);
		if (verbose)
			put_times(out, &l->rows[i]);
	}
	fprintf(out, "\t\tTotal requests: %d\n", l->count);
}
