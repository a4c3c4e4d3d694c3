/* Windows. */
#include "runner/queue/pace_window.h"

/* The clock of a machine that has just started begins at 0; what was sent the day before is
 * earlier. */
#define BEGIN_MS (2 * 86400000ll)

int64_t pace_slot_ms(enum pace_unit unit)
{
	return (int64_t)pace_unit_s(unit) * 1000 / PACE_SLOTS;
}

int64_t pace_slot_at(enum pace_unit unit, int64_t at_ms)
{
	return (at_ms + BEGIN_MS) / pace_slot_ms(unit);
}

/* The slot at hand and the 60 before it: no time of that length, whenever it begins, has more. */
static bool counts(const struct pace_window *w, int64_t slot, int64_t now)
{
	return slot >= now - PACE_SLOTS && slot > w->newest - PACE_RING && slot <= w->newest;
}

int pace_in_slot(const struct pace_window *w, int64_t slot, int64_t now)
{
	return counts(w, slot, now) ? w->counts[slot % PACE_RING] : 0;
}

int pace_used(const struct pace_window *w, enum pace_unit unit, int64_t now_ms)
{
	int64_t now = pace_slot_at(unit, now_ms);
	int sum = 0;
	for (int64_t slot = now - PACE_SLOTS; slot <= now; slot++)
		sum += counts(w, slot, now) ? w->counts[slot % PACE_RING] : 0;
	return sum;
}

/* How long until so many of the window have passed out of it. */
int64_t pace_free_ms(const struct pace_window *w, enum pace_unit unit, int needed, int64_t now_ms)
{
	int64_t now = pace_slot_at(unit, now_ms);
	for (int64_t slot = now - PACE_SLOTS; slot <= now; slot++) {
		needed -= counts(w, slot, now) ? w->counts[slot % PACE_RING] : 0;
		if (needed <= 0)
			return (slot + PACE_RING) * pace_slot_ms(unit) - BEGIN_MS - now_ms;
	}
	return pace_unit_s(unit) * 1000ll;
}

void pace_add(struct pace_window *w, enum pace_unit unit, int count, int64_t at_ms)
{
	int64_t slot = pace_slot_at(unit, at_ms);
	if (slot < 0 || slot <= w->newest - PACE_RING)
		return;
	if (slot > w->newest + PACE_RING)
		w->newest = slot - PACE_RING;
	while (w->newest < slot)
		w->counts[++w->newest % PACE_RING] = 0;
	w->counts[slot % PACE_RING] += count;
}
