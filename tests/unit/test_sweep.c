/* objects: sendmail/lib/base/sandbox_none runner */
/* libs: -linih -lidn2 -Wl,--wrap=clock_mono_ms,--wrap=clock_wall_s,--wrap=id_unpack,--wrap=ages_of,--wrap=mem_alloc,--wrap=mem_resize,--wrap=openat,--wrap=openat64 */
/* What a runner does while 10,000 messages wait for a dead smarthost, counted and not timed: an
   hour of sweeps, and of looks at what is due. And what a sweep mends. */
#include "base/clock.h"
#include "runner/delivery/agenda.h"
#include "runner/delivery/dispatch.h"
#include "runner/delivery/expire.h"
#include "runner/delivery/mailclock.h"
#include "runner/queue/entry.h"
#include "runner/queue/nexthop.h"
#include "runner/queue/quota.h"
#include "runner/queue/runner.h"
#include "runner/queue/schedule.h"
#include "runner/session/sessions.h"
#include "runner/wakeup.h"
#include "tests/unit/quiet_log.h"
#include "tests/unit/unit.h"
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define MESSAGES 10000
#define LOOKS_PER_MIN 12 /* CONFIG_PATIENCE_MS */
#define WALL_START_S 1800000000LL

static int64_t now_s;
static struct {
	long names, ages, blocks, opens;
} work;

int64_t __wrap_clock_mono_ms(void);
int64_t __wrap_clock_mono_ms(void)
{
	return now_s * 1000 + 1;
}
int64_t __wrap_clock_wall_s(void);
int64_t __wrap_clock_wall_s(void)
{
	return WALL_START_S + now_s;
}

#define COUNTED(counter, type, name, parameters, arguments) \
	type __real_##name parameters;                          \
	type __wrap_##name parameters;                          \
	type __wrap_##name parameters                           \
	{                                                       \
		work.counter++;                                     \
		return __real_##name arguments;                     \
	}
COUNTED(names, void, id_unpack, (uint64_t packed, char *id), (packed, id))
COUNTED(ages, int64_t, ages_of, (const struct ages *a, int64_t arrival_s), (a, arrival_s))
COUNTED(blocks, void *, mem_alloc, (size_t size), (size))
COUNTED(blocks, void *, mem_resize, (void *old, size_t count, size_t size), (old, count, size))
COUNTED(opens, int, openat, (int dir_fd, const char *name, int flags, mode_t mode),
    (dir_fd, name, flags, mode))
#ifdef __GLIBC__
COUNTED(opens, int, openat64, (int dir_fd, const char *name, int flags, mode_t mode),
    (dir_fd, name, flags, mode))
#endif

static void fill(struct runner *r)
{
	struct nexthop *p = nexthop_find(&r->nexthops, "main");
	for (uint32_t i = 0; i < MESSAGES; i++) {
		struct entry *e = entry_new(&r->entries, (uint64_t)(WALL_START_S - 60) << 32 | i);
		e->nexthop = p;
		e->uid = i % 50;
		schedule_add_new(&p->schedule, e);
	}
}

static void break_path(struct runner *r)
{
	struct diagnosis d = {0};
	struct nexthop *p = nexthop_find(&r->nexthops, "main");
	diag_set(&d, VERDICT_DEFERRED, STAGE_CONNECT, REASON_CONNECT_REFUSED, "refused");
	d.fault = FAULT_ROUTE;
	snprintf(d.hop, sizeof d.hop, "main");
	for (int i = 0; i < 7; i++)
		nexthop_hop_failed(&r->nexthops, p, &d, 0);
	p->probed_new = p->schedule.new_count;
}

static void waiting_costs_little(void **state)
{
	struct runner r = {.config_good = true,
	    .lifetime = LIFETIME_STAY,
	    .lock_fd = -1,
	    .trigger_fd = -1};
	char folder[] = "/tmp/firsthop.XXXXXX";
	(void)state;
	assert_non_null(mkdtemp(folder));
	sessions_start(&r);
	nexthop_start(&r.nexthops, &r.config, &r.counters);
	r.queue.mqueue_fd = r.queue.drop_fd = open(folder, O_RDONLY | O_DIRECTORY);
	config_defaults(&r.config);
	mailclock_start(&r);
	fill(&r);
	break_path(&r);
	expire_sweep_now(&r);
	memset(&work, 0, sizeof work);
	for (int minute = 0; minute < 50; minute++) {
		for (int look = 0; look < LOOKS_PER_MIN; look++) {
			now_s += 60 / LOOKS_PER_MIN;
			dispatch_all(&r);
			assert_true(wakeup_next_ms(&r) > 0);
		}
		expire_sweep(&r);
	}
	print_message("# a minute: %.1f names, %.1f ages, %.1f blocks, %.1f files\n",
	    (double)work.names / 50, (double)work.ages / 50, (double)work.blocks / 50,
	    (double)work.opens / 50);
	/* All of them were looked at a moment before, and are once an hour. */
	assert_int_equal(work.ages, 0);
	assert_int_equal(work.names, 0);
	assert_true(work.blocks <= 50 * 50);
	assert_true(work.opens <= 50 * 5);
	assert_int_equal(entry_count(&r), MESSAGES);
	close(r.queue.mqueue_fd);
	assert_int_equal(unit_remove(folder), 0);
	sessions_end(&r);
	expire_end(&r);
	entry_free_all(&r.entries, &r.notes);
	nexthop_free_all(&r.nexthops);
	quota_free(&r);
	config_free(&r.config);
}

/* What grows too old within the hour is known to the minute, the oldest first; what is not done
 * stays. */
static void agendas_are_exact(void **state)
{
	struct agenda a = {0};
	(void)state;
	for (uint64_t i = 0; i < 100; i++)
		agenda_add(&a, 1000 - i, (int64_t)(i % 50) * 100, 7000);
	assert_int_equal(a.count, 74); /* up to an hour */
	agenda_sort(&a);
	assert_int_equal(agenda_due(&a, 6999), 0);
	assert_int_equal(agenda_due(&a, 7000), 2);
	assert_int_equal(a.items[0].id, 950);
	assert_int_equal(a.items[1].id, 1000);
	assert_int_equal(agenda_due(&a, 7000 + 99999), 2);
	assert_int_equal(agenda_due(&a, 7000 + 100000), 4);
	assert_int_equal(agenda_due(&a, INT64_MAX), 74);
	a.items[0] = a.items[3];
	agenda_keep(&a, 4, 1);
	assert_int_equal(a.count, 71);
	assert_int_equal(a.items[0].id, 999);
	assert_int_equal(a.items[1].id, 948);
	agenda_free(&a);
}

/* drop/policy that could not be written is written as soon as that is possible, though its text did
 * not change. */
static void rules_are_published_again(void **state)
{
	struct runner r = {.config_good = true, .queue = {.drop_fd = -1}};
	char folder[] = "/tmp/firsthop.XXXXXX";
	(void)state;
	assert_non_null(mkdtemp(folder));
	config_defaults(&r.config);
	quota_publish(&r);
	assert_int_equal(r.complaints.count, 1);
	r.queue.drop_fd = open(folder, O_RDONLY | O_DIRECTORY);
	quota_publish(&r);
	assert_int_equal(faccessat(r.queue.drop_fd, "policy", F_OK, 0), 0);
	work.opens = 0;
	quota_publish(&r);
	assert_int_equal(work.opens, 0);
	close(r.queue.drop_fd);
	assert_int_equal(unit_remove(folder), 0);
	quota_free(&r);
	config_free(&r.config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {TEST(waiting_costs_little), TEST(agendas_are_exact),
	    TEST(rules_are_published_again)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
