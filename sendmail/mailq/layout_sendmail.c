/* As sendmail 8 prints it; check_mailq and people know it.  Reasons are not cut: a reason that is
 * cut is none. */
#include "diagnosis/remedy.h"
#include "base/clock.h"
#include "base/language.h"
#include "base/output.h"
#include "base/terminal.h"
#include "mailq/layout.h"
#include "mailq/next.h"
#include "mailq/row.h"
#include <string.h>
#include <time.h>

static void put_escaped(FILE *out, const char *value)
{
	TEXT(safe, 1600);
	text_escape(&safe, value, strlen(value));
	output_to(out, "%s", safe.data);
}

#define RCPT_COLUMN 41

static bool is_narrow(FILE *out)
{
	int width = terminal_width(out);
	return width > 0 && width < 60;
}

static void put_row(FILE *out, const struct row *r)
{
	char when[32] = "?";
	bool narrow = is_narrow(out);
	time_t arrival = (time_t)r->arrival_s;
	struct tm tm;
	if (localtime_r(&arrival, &tm) != NULL)
		strftime(when, sizeof when, narrow ? "%b %e %H:%M" : "%a %b %e %H:%M", &tm);
	output_to(out, narrow ? "%-13s%c%6lld %s\n  <" : "%-13s%c%8lld %s <", r->id,
	    r->active ? '*' : ' ', (long long)r->bytes, when);
	put_escaped(out, r->sender);
	output_to(out, ">\n");
}

/* A line below a message, as sendmail has it; on a terminal broken between words. */
static void put_indented(FILE *out, const char *words)
{
	int indent = is_narrow(out) ? 4 : 17;
	output_to(out, "%*s", indent, "");
	terminal_wrap_at(out, words, indent, indent, terminal_width(out));
}

/* The word that sendmail begins it with: its readers look for it. */
static bool is_deferral(const struct listing *l, const struct row *r, const struct row_rcpt *rcpt)
{
	if (r->problem != NULL || r->held || rcpt == NULL)
		return false;
	return rcpt->why->verdict == VERDICT_DEFERRED ||
	       (rcpt->why->verdict == VERDICT_NONE && !r->active && list_health(l, r, rcpt) != NULL);
}

/* The host that it waits for ends sendmail's line, with a dot: check_mailq -W counts mail by its
 * domain. */
static void add_host(struct text *words, const struct listing *l, const struct row *r,
    const struct row_rcpt *rcpt)
{
	const struct health *h = rcpt->why->verdict == VERDICT_NONE ? list_health(l, r, rcpt) : NULL;
	const char *host = h != NULL ? h->why.peer_name : rcpt->why->peer_name;
	if (strchr(host, '.') == NULL || strspn(host, "0123456789.") == strlen(host))
		return;
	text_put(words, TR("; server "));
	text_escape(words, host, strlen(host));
	text_put(words, ".");
}

static void put_reason(FILE *out, const struct listing *l, const struct row *r,
    const struct row_rcpt *rcpt, const char *reason)
{
	TEXT(words, 2200);
	if (r->held) {
		text_printf(&words, "QUARANTINE: %s", reason);
		output_to(out, "     ");
		terminal_wrap_at(out, words.data, is_narrow(out) ? 5 : 17, 5, terminal_width(out));
		return;
	}
	bool deferral = is_deferral(l, r, rcpt);
	text_printf(&words, "(%s%s", deferral ? TR("Deferred: ") : "", reason);
	if (deferral)
		add_host(&words, l, r, rcpt);
	text_put(&words, ")");
	put_indented(out, words.data);
}

/* The last recipient's reason stands for the message: what to do about it. */
static void put_remedy(FILE *out, const struct listing *l, const struct row *r)
{
	const struct row_rcpt *rcpt = r->rcpt_count > 0 ? &r->rcpts[r->rcpt_count - 1] : NULL;
	const struct health *h = list_health(l, r, rcpt);
	const struct diagnosis *why = rcpt != NULL && rcpt->why->key != REASON_NONE ? rcpt->why
	                              : h != NULL                                   ? &h->why
	                                                                            : NULL;
	TEXT(remedy, REMEDY_SIZE);
	if (why != NULL && !r->held)
		remedy_put(&remedy, why, rcpt != NULL ? rcpt->address : NULL);
	TEXT(line, REMEDY_SIZE + 20);
	text_printf(&line, "%s: %s", TR("remedy"), remedy.data);
	if (remedy.length > 0)
		put_indented(out, line.data);
}

static void put_times(FILE *out, const struct listing *l, const struct row *r)
{
	TEXT(words, 400);
	struct next n;
	text_printf(&words, TR("tried %d time%s"), r->attempts, r->attempts == 1 ? "" : "s");
	next_of(l, r, &n);
	text_put(&words, TR(", next "));
	next_put(&n, &words);
	text_printf(&words, TR("; from uid %lld"), (long long)r->uid);
	if (r->login[0] != '\0')
		text_printf(&words, " (%s)", r->login);
	if (r->program[0] != '\0')
		text_printf(&words, TR(", program %s"), r->program);
	TEXT(safe, 1600);
	text_escape(&safe, words.data, strlen(words.data));
	put_indented(out, safe.data);
}

/* In its column; on a terminal that is too narrow for it further to the left, whole. */
static void put_rcpt(FILE *out, const char *address)
{
	TEXT(words, 2200);
	text_put(&words, "<");
	text_escape(&words, address, strlen(address));
	text_put(&words, ">");
	list_put_unicode(address, &words);
	int width = terminal_width(out), own = terminal_columns(words.data, words.length);
	if (is_narrow(out))
		output_to(out, "    ");
	else if (width > 0 && RCPT_COLUMN + own > width)
		output_to(out, "%*s", own + 4 > width ? 4 : width - own, "");
	else
		output_to(out, "\t\t\t\t\t ");
	output_to(out, "%s\n", words.data);
}

/* A reason once for the recipients in a row that share it. */
static void put_rcpts(FILE *out, const struct listing *l, const struct row *r)
{
	char last[1600] = "";
	for (int i = 0; i < r->rcpt_count; i++) {
		TEXT(reason, 1600);
		if (!row_is_alike(r, i)) {
			list_reason(l, r, &r->rcpts[i], &reason);
			if (strcmp(reason.data, last) != 0)
				put_reason(out, l, r, &r->rcpts[i], reason.data);
			text_copy(last, sizeof last, reason.data);
		}
		put_rcpt(out, r->rcpts[i].address);
	}
	if (r->rcpt_count == 0) {
		TEXT(reason, 1600);
		list_reason(l, r, NULL, &reason);
		put_reason(out, l, r, NULL, reason.data);
	}
}

/* The rule is longer than most terminals. */
static void put_header(FILE *out, const struct listing *l, const char *folder)
{
	static const char rule[] =
	    "-----Q-ID-------- --Size-- -----Q-Time----- ------------Sender/Recipient-----------";
	int width = terminal_width(out);
	output_to(out, "%s%s (%d request%s)\n", is_narrow(out) ? "" : "\t\t", folder, l->count,
	    l->count == 1 ? "" : "s");
	if (is_narrow(out))
		output_to(out, "-----Q-ID-------- -Size- ---Q-Time---\n");
	else
		output_to(out, "%.*s\n", width > 0 ? width : (int)sizeof rule - 1, rule);
}

void layout_sendmail(FILE *out, const struct listing *l, const char *folder, bool verbose)
{
	if (l->count == 0)
		output_to(out, "%s is empty\n", folder);
	else
		put_header(out, l, folder);
	for (int i = 0; i < l->count; i++) {
		put_row(out, &l->rows[i]);
		put_rcpts(out, l, &l->rows[i]);
		if (verbose) {
			put_remedy(out, l, &l->rows[i]);
			put_times(out, l, &l->rows[i]);
		}
	}
	output_to(out, "\t\tTotal requests: %d\n", l->count);
}
