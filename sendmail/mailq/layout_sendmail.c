/* As sendmail 8 prints it; check_mailq and people know it.  Reasons are not cut: a reason that is
 * cut is none. */
#include "diagnosis/remedy.h"
#include "base/clock.h"
#include "base/language.h"
#include "base/output.h"
#include "base/terminal.h"
#include "mailq/layout.h"
#include "mailq/list_reason.h"
#include "mailq/next.h"
#include "mailq/row.h"
#include <string.h>
#include <time.h>

#define RCPT_COLUMN 41

/* What is the same for all rows. */
struct page {
	FILE *out;
	const struct listing *l;
	int width; /* of the terminal; 0: there is none */
	bool narrow;
	int64_t minute; /* of the time in words below */
	char when[32];
};

static void put_escaped(struct text *t, const char *value)
{
	text_escape(t, value, strlen(value));
}

/* Mail that came in the same minute came at the same time. */
static const char *time_of(struct page *p, const struct row *r)
{
	time_t arrival = (time_t)r->arrival_s;
	struct tm tm;
	if (p->when[0] != '\0' && arrival / 60 == p->minute)
		return p->when;
	if (localtime_r(&arrival, &tm) == NULL ||
	    strftime(p->when, sizeof p->when, p->narrow ? "%b %e %H:%M" : "%a %b %e %H:%M", &tm) == 0)
		text_copy(p->when, sizeof p->when, "?");
	p->minute = arrival / 60;
	return p->when;
}

/* As "%*lld " has it, without its cost: lists are long. */
static void put_number(struct text *t, int width, int64_t number)
{
	char digits[24];
	int at = sizeof digits;
	digits[--at] = ' ';
	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	while (at > (int)sizeof digits - 1 - width)
		digits[--at] = ' ';
	text_put_n(t, digits + at, sizeof digits - (size_t)at);
}

static void put_row(struct page *p, const struct row *r)
{
	TEXT(line, 1700);
	text_put(&line, r->id);
	text_put(&line, r->active ? "*" : " ");
	put_number(&line, p->narrow ? 6 : 8, r->bytes > 0 ? r->bytes : 0);
	text_put(&line, time_of(p, r));
	text_put(&line, p->narrow ? "\n  <" : " <");
	put_escaped(&line, r->sender);
	text_put(&line, ">\n");
	output_bytes(p->out, line.data, line.length);
}

/* A line below a message, as sendmail has it; on a terminal broken between words. */
static void put_indented(struct page *p, const char *words)
{
	int indent = p->narrow ? 4 : 17;
	output_blanks(p->out, indent);
	terminal_wrap_at(p->out, words, indent, indent, p->width);
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

static void put_reason(struct page *p, const struct row *r, const struct row_rcpt *rcpt,
    const char *reason)
{
	TEXT(words, 2200);
	if (r->held) {
		text_printf(&words, "QUARANTINE: %s", reason);
		output_blanks(p->out, 5);
		terminal_wrap_at(p->out, words.data, p->narrow ? 5 : 17, 5, p->width);
		return;
	}
	bool deferral = is_deferral(p->l, r, rcpt);
	text_put(&words, "(");
	text_put(&words, deferral ? TR("Deferred: ") : "");
	text_put(&words, reason);
	if (deferral)
		add_host(&words, p->l, r, rcpt);
	text_put(&words, ")");
	put_indented(p, words.data);
}

/* The last recipient's reason means the message: what to do about it. */
static void put_remedy(struct page *p, const struct row *r)
{
	const struct row_rcpt *rcpt = r->rcpt_count > 0 ? &r->rcpts[r->rcpt_count - 1] : NULL;
	const struct health *h = list_health(p->l, r, rcpt);
	const struct diagnosis *why = rcpt != NULL && rcpt->why->key != REASON_NONE ? rcpt->why
	                              : h != NULL                                   ? &h->why
	                                                                            : NULL;
	TEXT(remedy, REMEDY_SIZE);
	if (why != NULL && !r->held)
		remedy_put(&remedy, why, rcpt != NULL ? rcpt->address : NULL);
	TEXT(line, REMEDY_SIZE + 20);
	text_printf(&line, "%s: %s", TR("remedy"), remedy.data);
	if (remedy.length > 0)
		put_indented(p, line.data);
}

static void put_times(struct page *p, const struct row *r)
{
	TEXT(words, 400);
	struct next n;
	text_printf(&words, TR("tried %d time%s"), r->attempts, r->attempts == 1 ? "" : "s");
	next_of(p->l, r, &n);
	text_put(&words, TR(", next "));
	next_put(&n, &words);
	text_printf(&words, TR("; from uid %lld"), (long long)r->uid);
	if (r->login[0] != '\0')
		text_printf(&words, " (%s)", r->login);
	if (r->program[0] != '\0')
		text_printf(&words, TR(", program %s"), r->program);
	TEXT(safe, 1600);
	text_escape(&safe, words.data, strlen(words.data));
	put_indented(p, safe.data);
}

/* In its column; on a terminal that is too narrow for it further to the left, whole. */
static void put_rcpt(struct page *p, const char *address)
{
	TEXT(words, 2200);
	text_put(&words, "<");
	put_escaped(&words, address);
	text_put(&words, ">");
	list_put_unicode(address, &words);
	text_put(&words, "\n");
	int own = p->width > 0 ? terminal_columns(words.data, words.length - 1) : 0;
	if (p->narrow)
		output_blanks(p->out, 4);
	else if (p->width > 0 && RCPT_COLUMN + own > p->width)
		output_blanks(p->out, own + 4 > p->width ? 4 : p->width - own);
	else
		output_bytes(p->out, "\t\t\t\t\t ", 6);
	output_bytes(p->out, words.data, words.length);
}

/* A reason once for the recipients in a row that share it. */
static void put_rcpts(struct page *p, const struct row *r)
{
	char last[1600] = "";
	for (int i = 0; i < r->rcpt_count; i++) {
		TEXT(reason, 1600);
		if (!row_is_alike(r, i)) {
			list_reason(p->l, r, &r->rcpts[i], &reason);
			if (strcmp(reason.data, last) != 0)
				put_reason(p, r, &r->rcpts[i], reason.data);
			text_copy(last, sizeof last, reason.data);
		}
		put_rcpt(p, r->rcpts[i].address);
	}
	if (r->rcpt_count == 0) {
		TEXT(reason, 1600);
		list_reason(p->l, r, NULL, &reason);
		put_reason(p, r, NULL, reason.data);
	}
}

/* The rule is longer than most terminals. */
static void put_header(const struct page *p, const char *folder)
{
	static const char rule[] =
	    "-----Q-ID-------- --Size-- -----Q-Time----- ------------Sender/Recipient-----------";
	TEXT(head, 1200);
	text_printf(&head, "%s%s (%d request%s)", p->narrow ? "" : "\t\t", folder, p->l->count,
	    p->l->count == 1 ? "" : "s");
	terminal_wrap_at(p->out, head.data, 0, 0, p->narrow ? p->width : 0);
	if (p->narrow)
		output_to(p->out, "-----Q-ID-------- -Size- ---Q-Time---\n");
	else
		output_to(p->out, "%.*s\n", p->width > 0 ? p->width : (int)sizeof rule - 1, rule);
}

void layout_sendmail(FILE *out, struct listing *l, const char *folder, bool verbose)
{
	struct page p = {.out = out, .l = l, .width = terminal_width(out)};
	int count = 0;
	p.narrow = p.width > 0 && p.width < 60;
	if (l->count == 0)
		output_to(out, "%s is empty\n", folder);
	else
		put_header(&p, folder);
	for (const struct row *r; (r = list_next(l)) != NULL; count++) {
		put_row(&p, r);
		put_rcpts(&p, r);
		if (verbose) {
			put_remedy(&p, r);
			put_times(&p, r);
		}
	}
	output_to(out, "\t\tTotal requests: %d\n", count);
}
