/* Counting time. */
#include "spool/ages.h"
#include "base/fdio.h"
#include "base/fields.h"
#include <stdio.h>
#include <string.h>

#define FILE_LIMIT_BYTES 16384
#define FRESH_S 120 /* a message may be newer than the last look at the clock */

static int64_t counted_at_end(const struct ages *a)
{
	const struct stretch *s = &a->stretches[a->count - 1];
	return s->counted_s + s->to_s - s->from_s;
}

static void add_stretch(struct ages *a, int64_t wall_s, int64_t counted_s)
{
	if (a->count == AGES_STRETCHES_MAX)
		memmove(a->stretches, a->stretches + 1, (size_t)--a->count * sizeof a->stretches[0]);
	a->stretches[a->count++] = (struct stretch){wall_s, wall_s, counted_s};
}

int64_t ages_start(struct ages *a, int64_t wall_s, int64_t mono_ms)
{
	int64_t moved = a->count > 0 ? wall_s - a->stretches[a->count - 1].to_s : 0;
	int64_t gap = moved < 0 ? 0 : moved > AGES_GAP_MAX_S ? AGES_GAP_MAX_S : moved;
	add_stretch(a, wall_s, a->count > 0 ? counted_at_end(a) + gap : 0);
	a->seen_ms = mono_ms;
	return moved;
}

int64_t ages_tick(struct ages *a, int64_t wall_s, int64_t mono_ms)
{
	struct stretch *s = &a->stretches[a->count - 1];
	int64_t passed = (mono_ms - a->seen_ms) / 1000;
	int64_t jump = wall_s - s->to_s - passed;
	if (jump > -AGES_JUMP_S && jump < AGES_JUMP_S) {
		/* Less than a second has passed, or the clock is being slewed: the end never moves back. */
		if (passed > 0 && wall_s > s->to_s) {
			s->to_s = wall_s;
			a->seen_ms = mono_ms;
		}
		return 0;
	}
	s->to_s += passed;
	add_stretch(a, wall_s, counted_at_end(a));
	a->seen_ms = mono_ms;
	return jump;
}

/* What was counted when the message came. */
static int64_t counted_at(const struct ages *a, int64_t arrival_s)
{
	int last = a->count - 1;
	for (int i = last; i >= 0; i--) {
		const struct stretch *s = &a->stretches[i];
		if (arrival_s >= s->from_s && arrival_s <= s->to_s + (i == last ? FRESH_S : 0))
			return s->counted_s + arrival_s - s->from_s;
		/* It arrived while no runner ran: its age counts from the run that found it. */
		if (i > 0 && arrival_s < s->from_s && arrival_s > a->stretches[i - 1].to_s)
			return s->counted_s;
	}
	/* Older than everything known: counted from the beginning; from the future: it has just
	   come. */
	return arrival_s < a->stretches[0].from_s ? a->stretches[0].counted_s : counted_at_end(a);
}

int64_t ages_of(const struct ages *a, int64_t arrival_s)
{
	if (a->count == 0)
		return 0;
	int64_t age = counted_at_end(a) - counted_at(a, arrival_s);
	return age > 0 ? age : 0;
}

void ages_write(const struct ages *a, struct buffer *out)
{
	for (int i = 0; i < a->count; i++)
		buffer_printf(out, "from=%lld to=%lld counted=%lld\n", (long long)a->stretches[i].from_s,
		    (long long)a->stretches[i].to_s, (long long)a->stretches[i].counted_s);
}

void ages_parse(struct ages *a, const char *text)
{
	char line[128];
	*a = (struct ages){0};
	for (; *text != '\0'; text += strcspn(text, "\n"), text += *text == '\n') {
		snprintf(line, sizeof line, "%.*s",
		    (int)strcspn(text, "\n") < 120 ? (int)strcspn(text, "\n") : 120, text);
		struct stretch s = {fields_get_number(line, "from", -1), fields_get_number(line, "to", -1),
		    fields_get_number(line, "counted", -1)};
		bool sound = s.from_s >= 0 && s.to_s >= s.from_s && s.counted_s >= 0 &&
		             s.to_s < INT64_MAX / 4 && s.counted_s < INT64_MAX / 4;
		if (sound && a->count < AGES_STRETCHES_MAX)
			a->stretches[a->count++] = s;
	}
}

void ages_load(struct ages *a, int mqueue_fd)
{
	struct buffer text = {0};
	if (!fdio_slurp_at(mqueue_fd, "clock", &text, FILE_LIMIT_BYTES))
		text.length = 0;
	ages_parse(a, buffer_string(&text));
	buffer_free(&text);
}

void ages_save(const struct ages *a, int mqueue_fd)
{
	struct buffer text = {0};
	ages_write(a, &text);
	fdio_replace_at(mqueue_fd, "clock", &text, false);
	buffer_free(&text);
}
