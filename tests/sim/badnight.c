/* 5,000 alerts in six hours, to a provider that accepts as much as Gmail does of a customer: what
   arrives, and when, without the storm guard and with it. */
#include "tests/sim/sim.h"
#include "base/text.h"
#include "runner/delivery/pickup_scan.h"
#include "runner/queue/entry.h"
#include <stdlib.h>
#include <string.h>

#define ALERTS 5000
#define NIGHT_MS (6 * MS_AN_HOUR)
#define A_MINUTE 20
#define A_DAY 500
#define WAIT_DAYS 8 /* then everything was delivered or returned */

static struct night {
	struct alert {
		uint64_t id, digest_id;      /* 0: none */
		int64_t came_ms, arrived_ms; /* 0: not yet */
	} alerts[ALERTS];
	int count;
	long accepted; /* messages that the provider took */
	bool on;
} night;

void sim_night_delivered(uint64_t id)
{
	if (!night.on)
		return;
	night.accepted++;
	for (int i = 0; i < night.count; i++) {
		struct alert *a = &night.alerts[i];
		if (a->id == id || a->digest_id == id)
			a->arrived_ms = sim_now_ms;
	}
}

void sim_night_digested(uint64_t id, uint64_t digest_id)
{
	for (int i = 0; i < night.count && night.on; i++) {
		if (night.alerts[i].id == id)
			night.alerts[i].digest_id = digest_id;
	}
}

/* What is told of a night. */
struct told {
	int by_themselves, in_digests, never, within_hour;
	int64_t worst_ms;
};

static struct told tell(const char *name)
{
	struct told t = {0};
	TEXT(worst, 60);
	for (int i = 0; i < ALERTS; i++) {
		const struct alert *a = &night.alerts[i];
		int64_t late_ms = a->arrived_ms - a->came_ms;
		t.never += a->arrived_ms == 0;
		t.in_digests += a->arrived_ms != 0 && a->digest_id != 0;
		t.by_themselves += a->arrived_ms != 0 && a->digest_id == 0;
		t.within_hour += a->arrived_ms != 0 && late_ms <= MS_AN_HOUR;
		t.worst_ms = a->arrived_ms != 0 && late_ms > t.worst_ms ? late_ms : t.worst_ms;
	}
	text_printf(&worst, "%lld min", (long long)t.worst_ms / MS_A_MINUTE);
	printf("# %-20s %8ld %12d %10d %12d %10d  %s\n", name, night.accepted, t.by_themselves,
	    t.in_digests, t.within_hour, t.never, worst.data);
	return t;
}

static struct told live(const char *name, const char *storm)
{
	TEXT(conf, 400);
	text_printf(&conf,
	    "[host]\nname = mon1.example.org\n[smarthost main]\nhost = 127.0.0.1\ntls = off\n%s",
	    storm);
	memset(&night, 0, sizeof night);
	sim_calm = true;
	sim_allowed = (struct sim_allowed){.a_minute = A_MINUTE, .a_day = A_DAY};
	sim_world_begin(1, conf.data);
	night.on = true;
	for (int i = 0; i < ALERTS; i++) {
		sim_world_live_until(i * NIGHT_MS / ALERTS);
		night.alerts[night.count++] =
		    (struct alert){.id = sim_mail_arrives_for(1000, 1, "fine@example.com"),
		        .came_ms = sim_now_ms};
		pickup_scan(&sim_r);
	}
	for (int hours = 0; hours < WAIT_DAYS * 24 && entry_count(&sim_r) > 0; hours++)
		sim_world_live_until(sim_now_ms + MS_AN_HOUR);
	struct told t = tell(name);
	sim_runner_kill();
	return t;
}

int sim_night(void)
{
	printf("# %d alerts in %lld h; the provider accepts %d messages a minute and %d a day; mail is "
	       "returned after 5 days\n",
	    ALERTS, NIGHT_MS / MS_AN_HOUR, A_MINUTE, A_DAY);
	printf("# %-20s %8s %12s %10s %12s %10s  %s\n", "", "messages", "by itself", "in digest",
	    "within 1 h", "returned", "latest");
	struct told without = live("without [storm]", ""),
	            with = live("messages = 20", "[storm]\nmessages = 20\n");
	bool good = with.never == 0 && with.within_hour == ALERTS && without.never > 0;
	printf("%sok 1 - with the storm guard all alerts arrive within an hour, and none is returned\n"
	       "1..1\n",
	    good ? "" : "not ");
	return good ? 0 : 1;
}
