/* objects: sendmail/runner/queue/reroute sendmail/runner/delivery/dispatch sendmail/runner/queue/entry sendmail/runner/queue/idmap sendmail/runner/queue/notes sendmail/runner/attempt/placement sendmail/runner/session/sessions sendmail/runner/queue/nexthop sendmail/runner/queue/nexthop_list sendmail/runner/queue/nexthop_wake sendmail/runner/queue/nexthop_health sendmail/runner/queue/nexthop_skips sendmail/runner/queue/nexthop_rest sendmail/runner/queue/nexthop_pace sendmail/runner/queue/pace sendmail/runner/queue/pace_learn sendmail/runner/queue/pace_window sendmail/runner/queue/server_state sendmail/runner/queue/nexthop_key sendmail/runner/queue/same_answer sendmail/runner/queue/schedule sendmail/runner/queue/throughput sendmail/runner/queue/quota sendmail/runner/queue/tried */
/* libs: -linih -lidn2 */
/* A simulation: five days of a smarthost that comes and goes, in seconds.  The runner's own
   schedule, paths and dispatch decide; clock, relay and server are made here. */
#include "base/clock.h"
#include "runner/attempt/attempt_log.h"
#include "runner/attempt/gather.h"
#include "runner/attempt/message.h"
#include "runner/attempt/placement.h"
#include "runner/attempt/unresolved.h"
#include "runner/delivery/dispatch.h"
#include "runner/delivery/gathered.h"
#include "runner/disposition/disposition.h"
#include "runner/queue/entry.h"
#include "runner/queue/nexthop.h"
#include "runner/queue/runner.h"
#include "runner/queue/schedule.h"
#include "runner/queue/tried.h"
#include "runner/queue/watcher.h"
#include "runner/session/sessions.h"
#include "runner/session/worker.h"
#include "tests/unit/quiet_log.h"
#include "tests/unit/unit.h"
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define DAY_S 86400
#define MESSAGES 20000
#define DELIVERIES_PER_S 50
#define IDLE_S 5
#define WALL_START_S 1800000000LL

static int64_t now_s;
static bool server_up;

int64_t clock_wall_us(void)
{
	return (WALL_START_S + now_s) * 1000000;
}
int64_t clock_wall_s(void)
{
	return WALL_START_S + now_s;
}
int64_t clock_mono_ms(void)
{
	return now_s * 1000 + 1;
}

/* What is measured. */
static struct figures {
	int connections, delivered, waiting_max;
	int down_hours, connections_in_down_hours, most_in_a_down_hour;
	int64_t longest_silence_s; /* from the server's return to the first session */
	int64_t longest_drain_s;   /* from its return to an empty queue, or its next failure */
	int64_t longest_new_s;     /* of mail that came while the server was up and known to be so */
} f;

static uint32_t seed = 1;
static uint32_t dice(uint32_t sides)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % sides;
}

struct message *disposition_begin(struct runner *r, struct entry *e)
{
	struct message *m = mem_alloc(sizeof *m);
	(void)r;
	m->entry = e;
	m->rcpt_count = 1;
	m->fd = -1;
	snprintf(m->nexthop, sizeof m->nexthop, "main");
	return m;
}

enum message_found message_read(const struct runner *r, struct entry *e, enum message_view view,
    struct message **m, struct text *why)
{
	(void)r, (void)e, (void)view, (void)m, (void)why;
	fail();
	return MESSAGE_GONE;
}

void message_free(struct message *m)
{
	free(m);
}
bool gather_begin(struct runner *r, struct message *m, char path[RULES_PATH_SIZE], int64_t *due_ms)
{
	(void)r, (void)m, (void)path, (void)due_ms;
	return false;
}
void gathered_send(struct runner *r, struct nexthop *p, int64_t now)
{
	(void)r, (void)p, (void)now;
}
void unresolved_note(struct message *m)
{
	(void)m;
}

bool disposition_reroute(struct runner *r, struct message *m, const struct diagnosis *why,
    struct buffer *steps)
{
	(void)r, (void)m, (void)why, (void)steps;
	fail();
	return false;
}
void disposition_end(struct runner *r, struct message *m, struct buffer *steps, int left)
{
	(void)r, (void)m, (void)steps, (void)left;
	fail();
}

/* Nobody watches. */
void attempt_log_show(const struct runner *r, const struct message *m, const struct buffer *steps)
{
	(void)r, (void)m, (void)steps;
}
void watcher_lines(const struct entry *e, const struct buffer *lines)
{
	(void)e, (void)lines;
}
void watcher_done(struct entry *e)
{
	(void)e;
}
bool watcher_talks(const struct entry *e)
{
	(void)e;
	return false;
}

struct worker *worker_start(struct runner *r, struct nexthop *p, const struct tried *avoid,
    bool shows)
{
	struct worker *w = mem_alloc(sizeof *w);
	(void)r, (void)avoid, (void)shows;
	f.connections++;
	w->nexthop = p;
	w->idle_ms = w->started_ms = clock_mono_ms();
	p->workers++;
	return w;
}

void worker_give(struct worker *w, struct message *m)
{
	if (w->count == 0)
		w->progress_ms = clock_mono_ms();
	m->next = w->first;
	w->first = m;
	w->count++;
}

void worker_flush(struct worker *w)
{
	(void)w;
}
void worker_close(struct worker *w)
{
	w->closing = true;
}
void worker_ask_back(struct worker *w)
{
	w->asked_back = true;
}

static struct message *take(struct worker *w)
{
	struct message *m = w->first;
	w->first = m->next;
	w->count--;
	return m;
}

static void defer_all(struct runner *r, struct worker *w)
{
	while (w->first != NULL) {
		struct message *m = take(w);
		struct entry *e = m->entry;
		message_free(m);
		e->waits_for_nexthop = true;
		e->attempts++;
		placement_add(r, e,
		    clock_mono_ms() +
		        (int64_t)schedule_wait_s(&r->config, e->attempts, 0, dice(1000)) * 1000);
	}
}

static void break_off(struct runner *r, struct worker *w)
{
	struct diagnosis d = {0};
	diag_set(&d, VERDICT_DEFERRED, STAGE_CONNECT, REASON_CONNECT_REFUSED, "refused");
	d.fault = FAULT_ROUTE;
	snprintf(d.hop, sizeof d.hop, "main");
	w->ready = false;
	w->ended = true;
	nexthop_hop_failed(&r->nexthops, w->nexthop, &d, 0);
	nexthop_down(&r->nexthops, w->nexthop, &d, 0);
	defer_all(r, w);
}

static void deliver(struct runner *r, struct worker *w)
{
	for (int i = 0; i < DELIVERIES_PER_S && w->first != NULL; i++) {
		w->done++;
		struct message *m = take(w);
		entry_forget(&r->notes, &r->entries, m->entry);
		message_free(m);
		f.delivered++;
		w->idle_ms = w->progress_ms = clock_mono_ms();
	}
	(void)r;
}

/* One second of one relay: it connects in the first and works in the others. */
static void live(struct runner *r, struct worker *w)
{
	if (!server_up) {
		break_off(r, w);
	} else if (!w->ready) {
		w->ready = true;
		nexthop_hop_ready(&r->nexthops, "main");
	} else {
		deliver(r, w);
		w->ended = w->count == 0 && clock_mono_ms() - w->idle_ms > IDLE_S * 1000;
	}
}

static void bury(struct runner *r)
{
	for (int i = r->sessions->count - 1; i >= 0; i--) {
		struct worker *w = r->sessions->list[i];
		if (!w->ended)
			continue;
		w->nexthop->workers--;
		free(w);
		r->sessions->list[i] = r->sessions->list[--r->sessions->count];
	}
}

static struct runner *make_runner(void)
{
	struct runner *r = mem_alloc(sizeof *r);
	memset(&f, 0, sizeof f);
	now_s = 0;
	sessions_start(r);
	nexthop_start(&r->nexthops, &r->config, &r->counters);
	config_defaults(&r->config);
	r->config.smarthosts = mem_alloc(sizeof *r->config.smarthosts);
	r->config.smarthosts[0] = (struct smarthost){.name = "main", .by_default = true};
	r->config.smarthost_count = 1;
	r->config_good = true;
	r->queue.mqueue_fd = open("/nonexistent", O_RDONLY);
	return r;
}

static void free_runner(struct runner *r)
{
	sessions_end(r);
	entry_free_all(&r->entries, &r->notes);
	nexthop_free_all(&r->nexthops);
	config_free(&r->config);
	free(r);
}

static void second(struct runner *r)
{
	now_s++;
	dispatch_all(r);
	for (int i = 0; i < r->sessions->count; i++)
		live(r, r->sessions->list[i]);
	bury(r);
	dispatch_all(r);
}

static void arrive(struct runner *r)
{
	static uint64_t id;
	placement_add_new(r, entry_new(&r->entries, ((uint64_t)clock_wall_s() << 32) + ++id));
}

/* Watches one second: hours without a server, and how long its return takes to be noticed. */
static void watch(struct runner *r, int64_t up_since_s, bool *noticed, int *hour_connections,
    bool *hour_down)
{
	int waiting = (int)entry_count(r);
	f.waiting_max = waiting > f.waiting_max ? waiting : f.waiting_max;
	*hour_down = *hour_down && !server_up;
	if (now_s % 3600 == 0) {
		int made = f.connections - *hour_connections;
		if (*hour_down) {
			f.down_hours++;
			f.connections_in_down_hours += made;
			f.most_in_a_down_hour = made > f.most_in_a_down_hour ? made : f.most_in_a_down_hour;
		}
		*hour_connections = f.connections;
		*hour_down = !server_up;
	}
	if (!server_up || *noticed)
		return;
	for (int i = 0; i < r->sessions->count; i++)
		*noticed = *noticed || r->sessions->list[i]->ready;
	if (!*noticed && waiting > 0 && now_s - up_since_s > f.longest_silence_s)
		f.longest_silence_s = now_s - up_since_s;
}

static void five_days_of_a_flapping_smarthost(void **state)
{
	struct runner *r = make_runner();
	int64_t change_s = 0, up_since_s = 0, drained_s = 0;
	int arrived = 0, hour_connections = 0;
	bool noticed = false, hour_down = true;
	(void)state;
	while (now_s < 5 * DAY_S || (!server_up && now_s < 6 * DAY_S) || entry_count(r) > 0) {
		if (now_s >= change_s) {
			server_up = !server_up;
			noticed = false;
			up_since_s = drained_s = now_s;
			change_s = now_s + (server_up ? 600 + dice(6 * 3600) : 60 + dice(12 * 3600));
		}
		while (arrived < MESSAGES && (int64_t)arrived * 5 * DAY_S / MESSAGES <= now_s) {
			arrive(r);
			arrived++;
		}
		second(r);
		watch(r, up_since_s, &noticed, &hour_connections, &hour_down);
		if (server_up && drained_s == up_since_s && entry_count(r) < 3) {
			f.longest_drain_s =
			    now_s - up_since_s > f.longest_drain_s ? now_s - up_since_s : f.longest_drain_s;
			drained_s = -1;
		}
		assert_true(now_s < 12 * DAY_S);
	}
	print_message("# five days, %d messages: %d sessions, most waiting %d; %d hours without the "
	              "server: %.1f connections an hour, at most %d;\n"
	              "# its return was noticed within %lld s, and the queue drained within %lld s of "
	              "it\n",
	    f.delivered, f.connections, f.waiting_max, f.down_hours,
	    (double)f.connections_in_down_hours / f.down_hours, f.most_in_a_down_hour,
	    (long long)f.longest_silence_s, (long long)f.longest_drain_s);
	assert_int_equal(f.delivered, MESSAGES);
	assert_true(f.down_hours > 20);
	/* New mail comes every 22 s and may ask once a minute. */
	assert_true(f.most_in_a_down_hour <= 60);
	assert_true(f.longest_silence_s <= 90);
	assert_true(f.longest_drain_s <= 300);
	free_runner(r);
}

/* 10,000 waiting messages, nothing new: one connection per step of the back-off. */
static void a_dead_smarthost_is_asked_once_a_step(void **state)
{
	static const int at_most[] = {8, 2, 2, 2, 2, 2};
	struct runner *r = make_runner();
	(void)state;
	server_up = false;
	for (int i = 0; i < 10000; i++)
		arrive(r);
	for (int hour = 0; hour < 6; hour++) {
		int before = f.connections;
		for (int i = 0; i < 3600; i++)
			second(r);
		print_message("# hour %d without the server, 10,000 messages: %d connections\n", hour + 1,
		    f.connections - before);
		assert_in_range(f.connections - before, 0, at_most[hour]);
	}
	server_up = true;
	int64_t start_s = now_s;
	while (entry_count(r) > 0 || r->sessions->count > 0)
		second(r);
	print_message("# without new mail, its return was noticed and the queue drained after %lld s\n",
	    (long long)(now_s - start_s));
	assert_int_equal(f.delivered, 10000);
	assert_true(now_s - start_s <= 66 * 60 + 300);
	free_runner(r);
}

/* What mqueue/health, the log and the journals name is when the server is asked: checked over a day
   without the server, with mail that comes now and then. */
static void what_was_told_happens(void **state)
{
	struct runner *r = make_runner();
	int64_t told_s = 0;
	int asked = 0;
	(void)state;
	server_up = false;
	arrive(r);
	while (now_s < DAY_S) {
		int before = f.connections;
		if (dice(1000) == 0)
			arrive(r);
		/* The last word before it happens counts: new mail brings the time forward. */
		told_s = r->nexthops.count > 0 && r->nexthops.servers.count > 0
		             ? now_s + nexthop_ask_s(&r->nexthops, r->nexthops.list[0])
		             : 0;
		second(r);
		if (told_s == 0)
			continue;
		if (f.connections > before) {
			asked++;
			assert_in_range(now_s, told_s, told_s + 1);
		} else if (r->sessions->count == 0) {
			assert_true(now_s <= told_s + 1);
		}
	}
	print_message("# a day without the server: asked %d times, each at the time that was told\n",
	    asked);
	assert_true(asked > 24);
	free_runner(r);
}

/* While old mail waits for its own reasons, new mail goes at once. */
static void new_mail_is_not_stuck_behind_old(void **state)
{
	struct runner *r = make_runner();
	(void)state;
	server_up = true;
	for (int i = 0; i < 5000; i++) {
		struct entry *e =
		    entry_new(&r->entries, ((uint64_t)clock_wall_s() << 32) + 500000 + (uint64_t)i);
		e->attempts = 3;
		placement_add(r, e, clock_mono_ms() + 3600000);
	}
	arrive(r);
	for (int i = 0; i < 3; i++)
		second(r);
	assert_int_equal(f.delivered, 1);
	assert_int_equal(entry_count(r), 5000);
	while (r->sessions->count > 0)
		second(r);
	free_runner(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(five_days_of_a_flapping_smarthost),
	    TEST(a_dead_smarthost_is_asked_once_a_step),
	    TEST(what_was_told_happens),
	    TEST(new_mail_is_not_stuck_behind_old),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
