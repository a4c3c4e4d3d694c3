/* JSON Lines: the keys of postqueue -j first, then our own. */
#include "base/fdio.h"
#include "base/fields.h"
#include "base/json.h"
#include "base/paths.h"
#include "diagnosis/report.h"
#include "config/idn.h"
#include "mailq/layout.h"
#include "mailq/list_paths.h"
#include "mailq/list_reason.h"
#include "mailq/next.h"
#include "spool/journal.h"
#include "spool/story.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

/* The part that recipients and results of attempts share. */
static void put_diagnosis(FILE *out, const struct diagnosis *d)
{
	json_pair(out, "stage", stage_word(d->stage));
	json_pair(out, "key", diag_key(d));
	json_pair(out, "fault", fault_name(d->fault));
	if (diag_filter(d) != NULL)
		json_pair(out, "filter", diag_filter(d));
	else
		json_pair(out, "hop", d->hop);
	json_pair(out, "peer_name", d->peer_name);
	json_pair(out, "peer_address", d->peer_address);
	fprintf(out, ", \"port\": %u, \"reply_code\": %u", d->port, d->reply_code);
	json_pair(out, "status", d->status);
	json_pair(out, "tls", d->tls);
}

/* The servers that would be asked, in order: "main", "backup", "@example.org" for that domain's
 * own. */
static void put_route(FILE *out, const struct listing *l, const struct row *r, const char *address)
{
	const struct paths_of *p = list_paths(l, r, address);
	bool first = true;
	fputs(", \"route\": [", out);
	for (int i = 0; i < p->count; i++) {
		const char *at = p->paths[i];
		for (size_t n; *at != '\0'; at += n + (at[n] == ',')) {
			char name[RULES_PATH_SIZE];
			n = strcspn(at, ",");
			if (n == 0)
				continue;
			snprintf(name, sizeof name, "%.*s", (int)n, at);
			fputs(first ? "" : ", ", out);
			json_string(out, name);
			first = false;
		}
	}
	fputs("]", out);
}

static void put_rcpt(FILE *out, const struct listing *l, const struct row *r,
    const struct row_rcpt *rcpt)
{
	const struct health *h = list_health(l, r, rcpt);
	const struct diagnosis *d =
	    rcpt->why->verdict == VERDICT_NONE && h != NULL ? &h->why : rcpt->why;
	TEXT(reason, 1600);
	list_reason(l, r, rcpt, &reason);
	fputs("{\"orig_address\": \"\"", out);
	json_pair(out, "address", rcpt->address);
	char *unicode =
	    text_find_ci(rcpt->address, "xn--") != NULL ? idn_to_unicode(rcpt->address) : NULL;
	if (unicode != NULL)
		json_pair(out, "address_unicode", unicode);
	free(unicode);
	json_pair(out, "delay_reason", reason.data);
	put_diagnosis(out, d);
	put_route(out, l, r, rcpt->address);
	fputs("}", out);
}

/* An attempt is written as it is read: what was asked, what came of it for whom, and how long is
 * waited. */
struct writing {
	FILE *out;
	long long n; /* of the attempt that is open; 0 = none */
	struct buffer results;
	const char *between; /* of two steps */
};

static void end_attempt(struct writing *w)
{
	if (w->n > 0)
		fprintf(w->out, "], \"results\": [%s]}", buffer_string(&w->results));
	w->results.length = 0;
}

/* Another server in the same attempt goes on where that was. */
static void begin_attempt(struct writing *w, const struct story_line *line)
{
	long long n = fields_get_number(line->fields, "n", w->n + 1);
	if (n == w->n)
		return;
	end_attempt(w);
	fprintf(w->out, "%s{\"n\": %lld, \"time\": %lld, \"steps\": [", w->n > 0 ? ", " : "", n,
	    (long long)line->when_s);
	w->n = n;
	w->between = "";
}

static void put_step(struct writing *w, const struct story_line *line)
{
	char text[1100];
	if (w->n == 0 || !fields_get(line->fields, "text", text, sizeof text))
		return;
	fputs(w->between, w->out);
	json_string(w->out, text);
	w->between = ", ";
}

static void put_result(struct writing *w, const struct story_line *line)
{
	struct story_rcpt rcpt;
	char *bytes = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&bytes, &size);
	if (out == NULL)
		return;
	story_rcpt(line, &rcpt);
	fprintf(out, "%s{\"time\": %lld", w->results.length > 0 ? ", " : "", (long long)line->when_s);
	json_pair(out, "recipient", rcpt.address);
	json_pair(out, "verdict", verdict_name(rcpt.d.verdict));
	json_pair(out, "decision", report_decision(&rcpt.d, rcpt.next));
	put_diagnosis(out, &rcpt.d);
	json_pair(out, "reply", rcpt.d.text);
	fputs("}", out);
	fclose(out);
	buffer_add(&w->results, bytes, size);
	free(bytes);
}

static void put_attempts(FILE *out, const struct row *r)
{
	struct writing w = {.out = out, .between = ""};
	struct buffer text = {0};
	struct story_line line;
	TEXT(path, 1200);
	text_printf(&path, "%s/mqueue/%s.log", paths_spool(), r->id);
	bool found = r->attempts > 0 && fdio_slurp_at(AT_FDCWD, path.data, &text, JOURNAL_LIMIT_BYTES);
	fputs(", \"attempts\": [", out);
	for (char *at = text.data; found && story_next(&at, text.data + text.length, &line);) {
		if (line.verb == STORY_ATTEMPT)
			begin_attempt(&w, &line);
		else if (line.verb == STORY_STEP)
			put_step(&w, &line);
		else if (line.verb == STORY_RCPT && w.n > 0)
			put_result(&w, &line);
	}
	end_attempt(&w);
	fputs("]", out);
	buffer_free(&w.results);
	buffer_free(&text);
}

static void put_row(FILE *out, const struct listing *l, const struct row *r)
{
	struct next n;
	next_of(l, r, &n);
	fprintf(out, "{\"queue_name\": \"%s\"",
	    r->active         ? "active"
	    : r->held         ? "hold"
	    : r->in_drop      ? "maildrop"
	    : r->attempts > 0 ? "deferred"
	                      : "incoming");
	json_pair(out, "queue_id", r->id);
	fprintf(out, ", \"arrival_time\": %lld, \"message_size\": %lld, \"forced_expire\": false",
	    (long long)r->arrival_s, (long long)r->bytes);
	json_pair(out, "sender", r->sender);
	fputs(", \"recipients\": [", out);
	for (int i = 0; i < r->rcpt_count; i++) {
		fputs(i ? ", " : "", out);
		put_rcpt(out, l, r, &r->rcpts[i]);
	}
	fprintf(out, "], \"attempt_count\": %d, \"next_attempt\": %lld, \"age_s\": %lld, \"uid\": %lld",
	    r->attempts, (long long)n.at_s, (long long)list_age_s(l, r), (long long)r->uid);
	json_pair(out, "login", r->login);
	json_pair(out, "program", r->program);
	if (r->problem != NULL)
		json_pair(out, "problem", r->problem);
	put_attempts(out, r);
	fputs("}\n", out);
}

void layout_json(FILE *out, struct listing *l)
{
	for (const struct row *r; (r = list_next(l)) != NULL;)
		put_row(out, l, r);
}
