/* Windows that slide, and bursts. */
#include "runner/queue/pace.h"
#include "base/fdio.h"
#include "base/fields.h"
#include "base/log.h"
#include "base/text.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The clock of a machine that has just started begins at 0; what was sent the day before is
 * earlier. */
#define BEGIN_MS (2 * 86400000ll)

static int64_t slot_ms(int unit)
{
	return (int64_t)pace_unit_s((enum pace_unit)unit) * 1000 / PACE_SLOTS;
}

static int64_t slot_at(int unit, int64_t at_ms)
{
	return (at_ms + BEGIN_MS) / slot_ms(unit);
}

/* The slot at hand and the 60 before it: no time of that length, whenever it begins, has more. */
static bool counts(const struct pace_window *w, int64_t slot, int64_t now)
{
	return slot >= now - PACE_SLOTS && slot > w->newest - PACE_RING && slot <= w->newest;
}

static int used(const struct pace_window *w, int unit, int64_t now_ms)
{
	int64_t now = slot_at(unit, now_ms);
	int sum = 0;
	for (int64_t slot = now - PACE_SLOTS; slot <= now; slot++)
		sum += counts(w, slot, now) ? w->counts[slot % PACE_RING] : 0;
	return sum;
}

/* How long until so many of the window have passed out of it. */
static int64_t free_ms(const struct pace_window *w, int unit, int needed, int64_t now_ms)
{
	int64_t now = slot_at(unit, now_ms);
	for (int64_t slot = now - PACE_SLOTS; slot <= now; slot++) {
		needed -= counts(w, slot, now) ? w->counts[slot % PACE_RING] : 0;
		if (needed <= 0)
			return (slot + PACE_RING) * slot_ms(unit) - BEGIN_MS - now_ms;
	}
	return pace_unit_s((enum pace_unit)unit) * 1000ll;
}

static void add(struct pace_window *w, int unit, int count, int64_t at_ms)
{
	int64_t slot = slot_at(unit, at_ms);
	if (slot < 0 || slot <= w->newest - PACE_RING)
		return;
	if (slot > w->newest + PACE_RING)
		w->newest = slot - PACE_RING;
	while (w->newest < slot)
		w->counts[++w->newest % PACE_RING] = 0;
	w->counts[slot % PACE_RING] += count;
}

static struct pace *find(const struct paces *p, const char *name)
{
	for (int i = 0; i < p->count; i++) {
		if (strcmp(p->list[i].name, name) == 0)
			return &p->list[i];
	}
	return NULL;
}

static struct pace *make(struct paces *p, const char *name)
{
	struct pace *found = find(p, name);
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

bool pace_is_limited(const struct smarthost *s)
{
	return !pace_rule_is_empty(&s->max_messages) || !pace_rule_is_empty(&s->max_recipients);
}

/* Of one limit; *wait_ms is only made longer. */
static enum pace_answer ask_one(const struct pace_window *w, int unit, int most, int burst,
    int flying, int more, int64_t now_ms, int64_t *wait_ms)
{
	int given = used(w, unit, now_ms);
	double each_ms = (double)pace_unit_s((enum pace_unit)unit) * 1000 / most;
	int64_t left = 0;
	if (given > 0 && given + more > most)
		left = free_ms(w, unit, given + more - most, now_ms);
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
    const struct pace_load *load, int64_t now_ms, int64_t *wait_ms, struct text *why)
{
	static const struct pace nothing = {0};
	const struct pace *pace = find(p, s->name);
	enum pace_answer answer = PACE_GO;
	*wait_ms = 0;
	for (int kind = 0; kind < PACE_KINDS; kind++) {
		for (int unit = 0; unit < PACE_UNITS; unit++) {
			int most = rule_of(s, kind)->most[unit];
			int64_t before = *wait_ms;
			bool messages = kind == PACE_MESSAGES;
			if (most == 0)
				continue;
			enum pace_answer one =
			    ask_one(pace != NULL ? &pace->windows[kind][unit] : &nothing.windows[0][0], unit,
			        most, messages ? s->burst : 0, messages ? load->messages : load->recipients,
			        messages ? 1 : load->more, now_ms, wait_ms);
			answer = one > answer ? one : answer;
			if (*wait_ms == before)
				continue;
			why->length = 0;
			text_printf(why, "%s = %d/%s is used up%s",
			    messages ? "max_messages" : "max_recipients", most,
			    pace_unit_name((enum pace_unit)unit),
			    messages && s->burst > 0 ? ", or its burst" : "");
		}
	}
	return answer;
}

void pace_count(struct paces *p, const struct smarthost *s, int recipients, int64_t now_ms)
{
	struct pace *pace = make(p, s->name);
	for (int kind = 0; kind < PACE_KINDS; kind++) {
		for (int unit = 0; unit < PACE_UNITS; unit++) {
			struct pace_window *w = &pace->windows[kind][unit];
			int most = rule_of(s, kind)->most[unit], count = kind == PACE_MESSAGES ? 1 : recipients;
			if (most == 0)
				continue;
			add(w, unit, count, now_ms);
			double from = w->next_ms > (double)now_ms ? w->next_ms : (double)now_ms;
			w->next_ms = from + (double)pace_unit_s((enum pace_unit)unit) * 1000 / most * count;
			p->changed = true;
		}
	}
}

static void put_window(struct buffer *out, const struct pace *pace, int kind, int unit,
    int64_t now_ms, int64_t wall_s)
{
	const struct pace_window *w = &pace->windows[kind][unit];
	int64_t now = slot_at(unit, now_ms);
	for (int64_t slot = now - PACE_SLOTS; slot <= now; slot++) {
		if (!counts(w, slot, now) || w->counts[slot % PACE_RING] == 0)
			continue;
		fields_put(out, "name", pace->name);
		fields_put_number(out, "kind", kind);
		fields_put_number(out, "unit", unit);
		fields_put_number(out, "at", wall_s - (now - slot) * slot_ms(unit) / 1000);
		fields_put_number(out, "count", w->counts[slot % PACE_RING]);
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
		if (!fields_get(line, "name", name, sizeof name) || kind < 0 || kind >= PACE_KINDS ||
		    unit < 0 || unit >= PACE_UNITS || count <= 0 || count > 100000000 || age_s > 86400)
			continue;
		add(&make(p, name)->windows[kind][unit], (int)unit, (int)count,
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
