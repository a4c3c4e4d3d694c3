/* Mail comes from drop/. */
#include "base/clock.h"
#include "base/log.h"
#include "message/envelope.h"
#include "runner/attempt/placement.h"
#include "runner/delivery/configure.h"
#include "runner/delivery/pickup_scan.h"
#include "runner/delivery/queue_run.h"
#include "runner/listen/watch_listen.h"
#include "runner/queue/entry.h"
#include "runner/queue/idlist.h"
#include "runner/queue/quota.h"
#include "runner/queue/runner.h"
#include "runner/queue/schedule.h"
#include "spool/pickup.h"
#include <unistd.h>

#define TEMP_AGE_S 3600
#define ADOPT_AGAIN_MS 10000
#define ADOPT_ANYWAY_MS 60000
#define WATCH_HOLD_MS 1500

/* As many as are moved before anything else has its turn: somebody may have put 100,000 there. */
#define AT_ONCE 500

/* What is left of a listing is kept, because to list 100,000 names for each portion of them costs
   as much as to move them.  New mail has the folder listed again, after so many times what the
   last listing took; and so has the time, for who cannot ring. */
#define LIST_SHARE 4
#define LIST_LATEST_MS 100
#define LIST_STALE_MS 1000

struct pickup_scan {
	struct runner *runner;
	struct idlist messages; /* from low to high: those that are still to be moved */
	size_t low, high;
	int64_t listed_ms, took_ms;
	bool rung; /* since the listing: something new is there */
	bool pass_wanted;
	bool whole;   /* none had to be left where it is */
	bool settled; /* what was moved is durable */
};

static void found(void *context, enum queue_kind kind, const char *id)
{
	struct pickup_scan *s = context;
	if (kind == QUEUE_MESSAGE)
		idlist_add(&s->messages, id);
	else if (kind == QUEUE_FLUSH)
		s->pass_wanted = true;
	else if (kind == QUEUE_TEMP)
		queue_remove_temp(&s->runner->queue, id, TEMP_AGE_S);
}

/* A runner that was started for a message cannot have met the watcher of it before: it is kept for
 * them for a moment. */
static void queue_adopted(struct runner *r, struct entry *e, const char *id)
{
	struct envelope head;
	struct diagnosis d = {0};
	watch_listen_arrived(r, e);
	int fd = r->lifetime == LIFETIME_LINGER && e->watcher == NULL
	             ? queue_message(&r->queue, id, NULL, NULL)
	             : -1;
	envelope_init(&head);
	if (fd >= 0 && envelope_read(&head, fd, &d) && envelope_has_flag(&head, "watched"))
		placement_add(r, e, clock_mono_ms() + WATCH_HOLD_MS);
	else
		placement_add_new(r, e);
	envelope_free(&head);
	if (fd >= 0)
		close(fd);
}

static enum pickup pick_up(struct runner *r, uint64_t packed)
{
	char id[ID_SIZE];
	struct diagnosis d = {0};
	id_unpack(packed, id);
	enum pickup result = pickup_take(&r->queue, id, &d);
	if (d.text[0] != '\0')
		log_limited(&r->complaints, d.text);
	return result;
}

static bool settle(struct runner *r)
{
	struct diagnosis d = {0};
	bool done = pickup_settle(&r->queue, &d);
	if (!done)
		log_limited(&r->complaints, d.text);
	return done;
}

static void add_new(struct runner *r, uint64_t packed)
{
	char id[ID_SIZE];
	id_unpack(packed, id);
	struct entry *e = entry_new(&r->entries, packed);
	quota_take(r, e, id, true);
	queue_adopted(r, e, id);
	r->adopted++;
	r->counters.adopted++;
	r->counters.changed = true;
}

/* The oldest and the newest ones in turn, so that who comes behind a flood does not wait for its
   end; those that cannot be moved stay, and delay nobody. */
static void take_some(struct pickup_scan *s)
{
	struct runner *r = s->runner;
	struct idlist fresh = {0};
	for (int moved = 0; s->low < s->high && moved < AT_ONCE;) {
		uint64_t id = s->messages.ids[moved % 2 == 0 ? s->low++ : --s->high];
		enum pickup result = pick_up(r, id);
		s->whole = s->whole && result != PICKUP_REFUSED;
		moved += result != PICKUP_REFUSED;
		if (result == PICKUP_NEW)
			idlist_add_packed(&fresh, id);
	}
	/* Before anything is done with them: who is killed now leaves names that are durable. */
	s->settled = settle(r);
	idlist_sort(&fresh);
	for (size_t i = 0; i < fresh.count; i++)
		add_new(r, fresh.ids[i]);
	idlist_free(&fresh);
	quota_publish(r);
}

static void list(struct pickup_scan *s)
{
	int64_t begun_ms = clock_mono_ms();
	s->messages.count = s->low = 0;
	s->rung = false;
	s->whole = queue_scan(s->runner->queue.drop_fd, found, s);
	idlist_sort(&s->messages);
	s->high = s->messages.count;
	s->listed_ms = clock_mono_ms();
	s->took_ms = s->listed_ms - begun_ms;
}

static bool must_list(const struct pickup_scan *s)
{
	int64_t gap_ms = LIST_SHARE * s->took_ms, since_ms = clock_mono_ms() - s->listed_ms;
	gap_ms = gap_ms < LIST_LATEST_MS ? gap_ms : LIST_LATEST_MS;
	return s->low == s->high || !s->settled || since_ms >= (s->rung ? gap_ms : LIST_STALE_MS);
}

static struct pickup_scan *state_of(struct runner *r)
{
	if (r->pickup == NULL) {
		r->pickup = mem_alloc(sizeof *r->pickup);
		r->pickup->runner = r;
	}
	return r->pickup;
}

void pickup_scan_free(struct runner *r)
{
	if (r->pickup != NULL)
		idlist_free(&r->pickup->messages);
	mem_free(&r->pickup);
}

/* Moves what is listed, or a portion of it. */
static bool move(struct pickup_scan *s)
{
	struct runner *r = s->runner;
	s->settled = true;
	while (s->low < s->high && s->settled) {
		take_some(s);
		if (r->lifetime == LIFETIME_STAY)
			break;
	}
	bool all = s->low == s->high;
	if (all)
		idlist_free(&s->messages);
	if (all)
		s->low = s->high = 0;
	/* Nobody rings for what could not be moved, nor for a message whose sendmail was killed before
	 * it could, or that was put back by hand. */
	r->adopt_again_ms = clock_mono_ms() + (!s->settled          ? ADOPT_AGAIN_MS
	                                          : !all || s->rung ? 0
	                                          : s->whole        ? ADOPT_ANYWAY_MS
	                                                            : ADOPT_AGAIN_MS);
	if (s->pass_wanted && !r->pass) {
		configure_look_again(r);
		queue_run_start(r);
	}
	s->pass_wanted = false;
	return all || !s->settled;
}

bool pickup_scan(struct runner *r)
{
	struct pickup_scan *s = state_of(r);
	list(s);
	return move(s);
}

void pickup_go_on(struct runner *r)
{
	struct pickup_scan *s = state_of(r);
	if (must_list(s))
		list(s);
	move(s);
}

void pickup_rung(struct runner *r)
{
	state_of(r)->rung = true;
	pickup_go_on(r);
}
