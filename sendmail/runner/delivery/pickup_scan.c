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

struct scan {
	struct runner *runner;
	struct idlist messages;
	bool pass_wanted;
};

static void found(void *context, enum queue_kind kind, const char *id)
{
	struct scan *s = context;
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

static bool pick_up(struct runner *r, const char *id, bool *whole)
{
	struct diagnosis d = {0};
	enum pickup result = pickup_take(&r->queue, id, &d);
	if (d.text[0] != '\0')
		log_limited(&r->complaints, d.text);
	*whole = *whole && result != PICKUP_REFUSED;
	return result == PICKUP_NEW;
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

void pickup_scan(struct runner *r)
{
	struct scan s = {.runner = r};
	char id[ID_SIZE];
	bool whole = queue_scan(r->queue.drop_fd, found, &s);
	idlist_sort(&s.messages);
	size_t count = 0;
	for (size_t i = 0; i < s.messages.count; i++) {
		id_unpack(s.messages.ids[i], id);
		if (pick_up(r, id, &whole))
			s.messages.ids[count++] = s.messages.ids[i];
	}
	/* Before anything is done with them: who is killed now leaves names that are durable. */
	if (s.messages.count > 0)
		whole = settle(r) && whole;
	for (size_t i = 0; i < count; i++)
		add_new(r, s.messages.ids[i]);
	if (s.messages.count > 0)
		quota_publish(r);
	idlist_free(&s.messages);
	/* Nobody rings for what could not be moved, nor for a message whose sendmail was killed before
	 * it could, or that was put back by hand. */
	r->adopt_again_ms = clock_mono_ms() + (whole ? ADOPT_ANYWAY_MS : ADOPT_AGAIN_MS);
	if (s.pass_wanted && !r->pass) {
		configure_look_again(r);
		queue_run_start(r);
	}
}
