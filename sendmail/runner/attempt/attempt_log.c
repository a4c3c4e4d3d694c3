/* How an attempt came about. */
#include "base/clock.h"
#include "base/text.h"
#include "diagnosis/nexthop_words.h"
#include "message/address.h"
#include "runner/attempt/attempt_log.h"
#include "runner/attempt/message.h"
#include "runner/queue/nexthop_key.h"
#include "runner/queue/runner.h"
#include "runner/queue/watcher.h"
#include <stdlib.h>
#include <string.h>

static void put_step(struct buffer *lines, const struct text *words)
{
	journal_put_step(lines, clock_wall_s(), words->data);
}

/* Which rule sends the mail to these servers; and the loud sentence for a domain that other agents
 * would take for local. */
static void put_rule(const struct config *config, const struct message *m, struct buffer *lines)
{
	struct paths_of p;
	const char *domain = m->rcpt_count > 0 ? address_domain(m->rcpts[0]) : "";
	TEXT(words, 1200);
	TEXT(note, 900);
	if (m->rcpt_count == 0)
		return;
	rules_paths(config, m->sender, m->envelope.uid, m->rcpts[0], &p);
	enum nexthop_kind kind = nexthop_key_kind(m->nexthop);
	text_put(&words, kind == NEXTHOP_MX ? "servers: the MX of " : "servers: ");
	if (kind == NEXTHOP_MX)
		text_put_n(&words, m->nexthop + 1, strcspn(m->nexthop + 1, "/"));
	else
		nexthop_words_put(&words, m->nexthop);
	if (kind == NEXTHOP_LOCAL)
		text_put(&words, " ([local] deliver)");
	else if (p.rule != NULL)
		text_printf(&words, " ([route %s])", p.rule->pattern);
	else if (kind == NEXTHOP_MX)
		text_put(&words, " ([fallback] direct_mx)");
	if (kind == NEXTHOP_MX && m->tls_optional)
		text_put(&words, ", without TLSA records: its header says TLS-Required: No");
	put_step(lines, &words);
	if (rules_own_name(config, domain, &note))
		put_step(lines, &note);
}

static void put_attempt(const struct runner *r, const struct message *m, const struct buffer *steps,
    struct buffer *lines)
{
	int64_t now = clock_wall_s();
	journal_put_attempt(lines, now, m->attempt);
	put_rule(&r->config, m, lines);
	for (size_t at = 0; at < steps->length;) {
		const char *end = memchr(steps->data + at, '\n', steps->length - at);
		size_t length = end != NULL ? (size_t)(end - steps->data) - at : steps->length - at;
		char *text = mem_copy_n(steps->data + at, length);
		journal_put_step(lines, now, text);
		free(text);
		at += length + 1;
	}
}

void attempt_log_begin(const struct runner *r, struct message *m, const struct buffer *steps)
{
	struct buffer lines = {0};
	if (m->untried)
		return;
	m->last_s = clock_wall_s();
	put_attempt(r, m, steps, &lines);
	buffer_add(&lines, m->lines.data, m->lines.length);
	buffer_free(&m->lines);
	m->lines = lines;
}

void attempt_log_show(const struct runner *r, const struct message *m, const struct buffer *steps)
{
	struct buffer lines = {0};
	if (!watcher_talks(m->entry))
		return;
	put_attempt(r, m, steps, &lines);
	watcher_lines(m->entry, &lines);
	buffer_free(&lines);
}
