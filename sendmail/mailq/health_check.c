/* The alarm that alarms do not leave. */
#include "mailq/health_check.h"
#include "mailq/next.h"
#include "base/clock.h"
#include "base/output.h"
#include "diagnosis/nexthop_words.h"
#include "diagnosis/report.h"
#include "mailq/common.h"
#include "mailq/trouble.h"

/* The log daemon reads nothing, as the runner that is there has noted. */
static bool log_hangs(const struct listing *l)
{
	return l->runner_lives && l->counters.log_since_s != 0;
}

/* That mail waits for the pace is how it was configured. */
static bool is_pace(const struct health *h)
{
	return (h->why.key == REASON_PACE || h->why.key == REASON_PACE_LEARNT);
}

static bool fails(const struct listing *l)
{
	bool failing = false;
	for (int i = 0; i < l->health_count; i++)
		failing = failing || !is_pace(&l->health[i]);
	return failing;
}

/* The age of the oldest, and the reasons of all. */
static int64_t look_at_all(struct listing *l, struct common_count *reasons)
{
	int64_t oldest = 0;
	for (const struct row *r; (r = list_next(l)) != NULL;) {
		int64_t age = list_age_s(l, r);
		oldest = age > oldest ? age : oldest;
		common_add(reasons, r);
	}
	return oldest;
}

/* Mail that waits without a runner is never delivered; a smarthost that is down matters only to
 * mail that waits for it. */
static int grade_of(const struct listing *l, int64_t oldest_s, long long warning_min,
    long long critical_min)
{
	if ((l->count > 0 && !l->runner_lives) || oldest_s > critical_min * 60)
		return 2;
	if (log_hangs(l) || !l->runner_lives || l->passed_count > 0 || l->drop_problem[0] != '\0' ||
	    oldest_s > warning_min * 60 || l->dead > 0 || (fails(l) && l->count > 0))
		return 1;
	return 0;
}

int health_print(FILE *out, struct listing *l, long long warning_min, long long critical_min)
{
	static const char *const names[] = {"OK", "WARNING", "CRITICAL"};
	struct common_count *reasons = common_begin();
	int64_t oldest_s = look_at_all(l, reasons);
	int grade = grade_of(l, oldest_s, warning_min, critical_min);
	TEXT(words, 2000);
	TEXT(troubles, 1000);
	int trouble = trouble_put(l, &troubles);
	grade = trouble > grade ? trouble : grade;
	struct common common = common_reason(reasons);
	/* What holds all mail of a way says it already. */
	bool shared = l->health_count == 0 && common_is_alarming(&common);
	grade = shared && grade == 0 ? 1 : grade;
	text_printf(&words, "%d message%s", l->count, l->count == 1 ? " waits" : "s wait");
	if (l->count > 0) {
		text_put(&words, ", the oldest for ");
		clock_put_span(&words, oldest_s);
	}
	if (!l->runner_lives)
		text_put(&words, "; the runner is not running");
	text_put(&words, troubles.data);
	if (l->drop_problem[0] != '\0')
		text_printf(&words, "; %s", l->drop_problem);
	if (log_hangs(l)) {
		text_put(&words, "; the log daemon has not read for ");
		clock_put_span(&words, clock_wall_s() - l->counters.log_since_s);
		text_printf(&words, ", %llu log lines are lost", l->counters.log_lost);
	}
	if (l->dead > 0)
		text_printf(&words, "; %d set aside", l->dead);
	for (int i = 0; i < l->health_count && i < 3 && l->count > 0; i++) {
		text_put(&words, "; ");
		report_reason(&words, &l->health[i].why);
		if (l->runner_lives && l->health[i].path[0] != '\0') {
			text_put(&words, "; next try ");
			next_put_time(l->health[i].next_s, &words);
		}
	}
	if (shared) {
		if (l->count == 1)
			text_put(&words, common.needs_change ? "; waiting will not fix this: " : "; ");
		else
			text_printf(&words, "; %d for the same reason%s: ", common.count,
			    common.needs_change ? ", which needs a change" : "");
		report_reason(&words, common.why);
	}
	for (int i = 0; i < l->passed_count && i < 3; i++) {
		text_put(&words, "; passed over: ");
		report_reason(&words, &l->passed[i].why);
	}
	common_end(reasons);
	/* The bar separates words and performance data, so it may not be in the words. */
	for (char *at = words.data; *at != '\0'; at++)
		*at = (char)(*at == '|' ? '/' : *at);
	output_to(out, "MAILQ %s - %s | waiting=%d oldest=%llds;%lld;%lld dead=%d\n", names[grade],
	    words.data, l->count, (long long)oldest_s, warning_min * 60, critical_min * 60, l->dead);
	return grade;
}

static void put_row(FILE *out, const char *name, const char *state, const struct health *h)
{
	int64_t now = clock_wall_s();
	TEXT(words, 1600);
	text_printf(&words, "%s for ", state);
	clock_put_span(&words, now > h->since_s ? now - h->since_s : 0);
	text_put(&words, ", asked again ");
	next_put_time(h->next_s, &words);
	text_put(&words, ": ");
	report_reason(&words, &h->why);
	output_to(out, "%-30s %s\n", name, words.data);
}

void health_table(FILE *out, const struct listing *l)
{
	for (int i = 0; i < l->health_count; i++) {
		const struct health *h = &l->health[i];
		TEXT(name, 300);
		if (h->path[0] == '\0')
			text_put(&name, "all mail");
		else
			nexthop_words_put(&name, h->path);
		put_row(out, name.data, is_pace(h) ? "paced" : "down", h);
	}
	for (int i = 0; i < l->passed_count; i++) {
		TEXT(name, 400);
		nexthop_words_put(&name, l->passed[i].hop);
		put_row(out, name.data, "passed over", &l->passed[i]);
	}
}
