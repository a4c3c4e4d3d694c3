/* Comparing. */
#include "runner/queue/throughput.h"

void throughput_done(struct throughput *t)
{
	t->done++;
}

static void count_anew(struct throughput *t, int sessions, int64_t now_ms)
{
	t->sessions = sessions;
	t->since_ms = now_ms;
	t->done = 0;
	t->settled = false;
}

/* Each session more should add what each of the others does; less than a third of it is chance. */
static bool was_in_vain(const struct throughput *t, double rate)
{
	if (t->before == 0 || t->before >= t->sessions)
		return false;
	double more = (double)(t->sessions - t->before) / t->before;
	return rate < t->before_rate * (1 + more / 3);
}

static bool has_seen_enough(const struct throughput *t, int64_t took_ms)
{
	return took_ms >= THROUGHPUT_LOOK_MS ||
	       (took_ms >= THROUGHPUT_LEAST_MS && t->done >= THROUGHPUT_MESSAGES &&
	           t->done >= t->sessions * THROUGHPUT_MESSAGES_EACH);
}

/* With CHUNKING a new session begins with two messages in flight: counted from there, it would seem
 * to be of little use.  Where little is done, messages go one by one; and what the first one is
 * counted for may be too little. */
static bool has_settled(struct throughput *t, int newest, int64_t now_ms)
{
	int64_t took_ms = now_ms - t->since_ms;
	bool slow = took_ms >= THROUGHPUT_LEAST_MS && t->done < t->sessions * THROUGHPUT_MESSAGES_EACH;
	if (t->settled || t->sessions == 1)
		return true;
	if (newest < THROUGHPUT_MESSAGES_EACH && took_ms < THROUGHPUT_LOOK_MS && !slow)
		return false;
	count_anew(t, t->sessions, now_ms);
	t->settled = true;
	return false;
}

bool throughput_wants_more(struct throughput *t, int sessions, int newest, int64_t now_ms)
{
	if (t->enough > 0 && now_ms >= t->enough_until_ms)
		*t = (struct throughput){0};
	if (t->enough > 0 && sessions >= t->enough)
		return false;
	if (t->sessions != sessions) {
		/* Some have ended: what was begun with more of them is no step any more. */
		if (sessions < t->before)
			t->step = 0;
		count_anew(t, sessions, now_ms);
		return sessions < t->step;
	}
	if (sessions < t->step)
		return true;
	int64_t took_ms = now_ms - t->since_ms;
	if (!has_settled(t, newest, now_ms) || !has_seen_enough(t, took_ms))
		return false;
	double rate = (double)t->done / (double)(took_ms > 0 ? took_ms : 1);
	bool slow = t->done < THROUGHPUT_MESSAGES;
	if (!slow && was_in_vain(t, rate)) {
		t->enough = t->before;
		t->enough_until_ms = now_ms + THROUGHPUT_REST_MS;
		return false;
	}
	t->before = slow ? 0 : sessions;
	t->before_rate = rate;
	t->step = 2 * sessions;
	count_anew(t, sessions, now_ms);
	return true;
}
