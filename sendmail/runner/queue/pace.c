/* Windows that slide, and bursts. */
#include "runner/queue/pace.h"
#include "base/fdio.h"
#include "base/fields.h"
#include "base/log.h"
#include "base/text.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct pace *pace_find(const struct paces *p, const char *name)
{
	for (int i = 0; i < p->count; i++) {
		if (strcmp(p->list[i].name, name) == 0)
			return &p->list[i];
	}
	return NULL;
}

struct pace *pace_make(struct paces *p, const char *name)
{
	struct pace *found = pace_find(p, name);
	if (found != NULL)
		return found;
	p->list = mem_resize(p->list, (size_t)p->count + 1, sizeof *p->list);
	p->list[p->count] = (struct pace){.name = mem_copy(name)};
	return &p->list[p->count++];
}

static const struct pace_rule *rule_of(const struct smarthost *s, int kind)
{
	return kind == PACE_MESSAGES ? &s->max_messages : &s->max_recipients;
}

bool pace_is_limited(const struct paces *p, const struct smarthost *s)
{
	const struct pace *pace = pace_find(p, s->name);
	return !pace_rule_is_empty(&s->max_messages) || !pace_rule_is_empty(&s->max_recipients) ||
	       (pace != NULL && pace->learnt.per_hour > 0);
}

/* The narrower of the two limits; 0: none.  *learnt: the server's own. */
static int most_of(const struct pace *pace, const struct smarthost *s, int kind, int unit,
    bool *learnt)
{
	int most = rule_of(s, kind)->most[unit], own = 0;
	if (kind == PACE_MESSAGES && pace != NULL)
		own = pace_learn_most(&pace->learnt, (enum pace_unit)unit);
	*learnt = own > 0 && (most == 0 || own < most);
	return *learnt ? own : most;
}

/* Of one limit; *wait_ms is only made longer. */
static enum pace_answer ask_one(const struct pace_window *w, int unit, int most, int burst,
    int flying, int more, int64_t now_ms, int64_t *wait_ms)
{
	int given = pace_used(w, (enum pace_unit)unit, now_ms);
	double each_ms = (double)pace_unit_s((enum pace_unit)unit) * 1000 / most;
	int64_t left = 0;
	if (given > 0 && given + more > most)
		left = pace_free_ms(w, (enum pace_unit)unit, given + more - most, now_ms);
	if (burst > 0 && w->next_ms - each_ms * (burst - 1) > (double)now_ms) {
		int64_t spaced = (int64_t)(w->next_ms - each_ms * (burst - 1)) - now_ms + 1;
		left = spaced > left ? spaced : left;
	}
	if (left > 0) {
		*wait_ms = left > *wait_ms ? left : *wait_ms;
		return PACE_WAIT;
	}
	bool full = flying > 0 && (given + flying + more > most || (burst > 0 && flying >= burst));
	return full ? PACE_OUTCOME : PACE_GO;
}

enum pace_answer pace_ask(const struct paces *p, const struct smarthost *s,
    const struct pace_load *load, int64_t now_ms, int64_t *wait_ms, bool *learnt, struct text *why)
{
	static const struct pace nothing = {0};
	const struct pace *pace = pace_find(p, s->name);
	enum pace_answer answer = PACE_GO;
	*wait_ms = 0;
	*learnt = false;
	for (int kind = 0; kind < PACE_KINDS; kind++) {
		for (int unit = 0; unit < PACE_UNITS; unit++) {
			bool own;
			int most = most_of(pace, s, kind, unit, &own);
			int64_t before = *wait_ms;
			bool messages = kind == PACE_MESSAGES;
			if (most == 0)
				continue;
			enum pace_answer one =
			    ask_one(pace != NULL ? &pace->windows[kind][unit] : &nothing.windows[0][0], unit,
			        most, messages && !own ? s->burst : 0,
			        messages ? load->messages : load->recipients, messages ? 1 : load->more, now_ms,
			        wait_ms);
			answer = one > answer ? one : answer;
			if (*wait_ms == before)
				continue;
			*learnt = own;
			why->length = 0;
			if (own)
				text_printf(why, "the server's own limit, as it was learnt, is used up: %d/%s",
				    most, pace_unit_name((enum pace_unit)unit));
			else
				text_printf(why, "%s = %d/%s is used up%s",
				    messages ? "max_messages" : "max_recipients", most,
				    pace_unit_name((enum pace_unit)unit),
				    messages && s->burst > 0 ? ", or its burst" : "");
		}
	}
	return answer;
}

void pace_count(struct paces *p, const struct smarthost *s, int recipients, bool accepted,
    int64_t now_ms)
{
	struct pace *pace = pace_make(p, s->name);
	if (accepted)
		pace_learn_accepted(&pace->learnt, now_ms);
	for (int kind = 0; kind < PACE_KINDS; kind++) {
		for (int unit = 0; unit < PACE_UNITS; unit++) {
			struct pace_window *w = &pace->windows[kind][unit];
			bool own;
			int most = most_of(pace, s, kind, unit, &own),
			    count = kind == PACE_MESSAGES ? 1 : recipients;
			if (most == 0)
				continue;
			pace_add(w, (enum pace_unit)unit, count, now_ms);
			double from = w->next_ms > (double)now_ms ? w->next_ms : (double)now_ms;
			w->next_ms = from + (double)pace_unit_s((enum pace_unit)unit) * 1000 / most * count;
			p->changed = true;
		}
	}
}

static void put_learnt(struct buffer *out, const struct pace *pace, int64_t now_ms, int64_t wall_s)
{
	if (pace->learnt.per_hour == 0)
		return;
	fields_put(out, "name", pace->name);
	fields_put_number(out, "learnt", pace->learnt.per_hour);
	fields_put_number(out, "at", wall_s - (now_ms - pace->learnt.refused_ms) / 1000);
	buffer_puts(out, "\n");
}

static void put_window(struct buffer *out, const struct pace *pace, int kind, int unit,
    int64_t now_ms, int64_t wall_s)
{
	const struct pace_window *w = &pace->windows[kind][unit];
	int64_t now = pace_slot_at((enum pace_unit)unit, now_ms);
	for (int64_t slot = now - PACE_SLOTS; slot <= now; slot++) {
		if (pace_in_slot(w, slot, now) == 0)
			continue;
		fields_put(out, "name", pace->name);
		fields_put_number(out, "kind", kind);
		fields_put_number(out, "unit", unit);
		fields_put_number(out, "at",
		    wall_s - (now - slot) * pace_slot_ms((enum pace_unit)unit) / 1000);
		fields_put_number(out, "count", pace_in_slot(w, slot, now));
		buffer_puts(out, "\n");
	}
}

void pace_save(struct paces *p, int folder_fd, int64_t now_ms, int64_t wall_s)
{
	struct buffer out = {0};
	if (!p->changed)
		return;
	p->changed = false;
	for (int i = 0; i < p->count; i++) {
		put_learnt(&out, &p->list[i], now_ms, wall_s);
		for (int k = 0; k < PACE_KINDS * PACE_UNITS; k++)
			put_window(&out, &p->list[i], k / PACE_UNITS, k % PACE_UNITS, now_ms, wall_s);
	}
	if (!fdio_replace_at(folder_fd, PACE_FILE, &out, false))
		log_line(LOG_WARNING,
		    "mqueue/" PACE_FILE
		    " cannot be written: %s: another runner would not know how much was sent",
		    strerror(errno));
	buffer_free(&out);
}

static bool take_learnt(struct paces *p, const char *line, int64_t now_ms, int64_t age_s)
{
	char name[SMARTHOST_NAME_MAX + 1];
	int64_t learnt = fields_get_number(line, "learnt", 0);
	if (learnt < PACE_LEARN_LEAST || learnt > PACE_LEARN_MOST || age_s > 86400 ||
	    !fields_get(line, "name", name, sizeof name))
		return false;
	struct pace_learnt *l = &pace_make(p, name)->learnt;
	l->per_hour = (int)learnt;
	l->grown_ms = now_ms;
	l->refused_ms = now_ms - (age_s > 0 ? age_s : 0) * 1000;
	return true;
}

/* A time of the future (the clock was set back) counts as now. */
void pace_load(struct paces *p, int folder_fd, int64_t now_ms, int64_t wall_s)
{
	struct buffer text = {0};
	char *line, name[SMARTHOST_NAME_MAX + 1];
	size_t read = 0;
	if (!fdio_slurp_at(folder_fd, PACE_FILE, &text, PACE_FILE_LIMIT_BYTES))
		text.length = 0;
	while ((line = fdio_next_line(&text, &read)) != NULL) {
		int64_t kind = fields_get_number(line, "kind", -1),
		        unit = fields_get_number(line, "unit", -1),
		        count = fields_get_number(line, "count", 0),
		        age_s = wall_s - fields_get_number(line, "at", wall_s);
		if (take_learnt(p, line, now_ms, age_s) || !fields_get(line, "name", name, sizeof name) ||
		    kind < 0 || kind >= PACE_KINDS || unit < 0 || unit >= PACE_UNITS || count <= 0 ||
		    count > 100000000 || age_s > 86400)
			continue;
		pace_add(&pace_make(p, name)->windows[kind][unit], (enum pace_unit)unit, (int)count,
		    now_ms - (age_s > 0 ? age_s : 0) * 1000);
	}
	buffer_free(&text);
}

void pace_free(struct paces *p)
{
	for (int i = 0; i < p->count; i++)
		free(p->list[i].name);
	free(p->list);
	*p = (struct paces){0};
}
