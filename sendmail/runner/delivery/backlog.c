/* Mail that an earlier runner left in mqueue/. */
#include "base/clock.h"
#include "base/compat.h"
#include "base/log.h"
#include "runner/attempt/placement.h"
#include "runner/delivery/backlog.h"
#include "runner/delivery/recover.h"
#include "runner/notify/notify.h"
#include "runner/queue/entry.h"
#include "runner/queue/idlist.h"
#include "runner/queue/nexthop.h"
#include "runner/queue/nexthop_key.h"
#include "runner/queue/quota.h"
#include "runner/queue/runner.h"
#include "runner/queue/schedule.h"
#include "spool/journal.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TIDY_EVERY_MS 3600000

struct scan {
	struct idlist messages, logs, dead, temps;
};

static void found(void *context, enum queue_kind kind, const char *id)
{
	struct scan *s = context;
	if (kind == QUEUE_MESSAGE)
		idlist_add(&s->messages, id);
	else if (kind == QUEUE_LOG)
		idlist_add(&s->logs, id);
	else if (kind == QUEUE_DEAD)
		idlist_add(&s->dead, id);
	else if (kind == QUEUE_TEMP)
		idlist_add(&s->temps, id);
}

static void free_scan(struct scan *s)
{
	idlist_free(&s->messages);
	idlist_free(&s->logs);
	idlist_free(&s->dead);
	idlist_free(&s->temps);
}

static struct entry *loaded_entry(struct runner *r, uint64_t packed, const char *id)
{
	struct entry *e = entry_new(&r->entries, packed);
	quota_take(r, e, id, false);
	return e;
}

/* The rest of its wait.  What became due while nobody was there is spread, and its new time is
   noted: mailq shows it. */
static int64_t left_ms(struct runner *r, const struct journal *j, const char *id)
{
	struct buffer line = {0};
	int64_t waited_s = j->until_s > 0 ? ages_of(&r->ages, j->until_s - j->wait_s) : j->wait_s;
	int64_t left = schedule_left_ms(j->wait_s, waited_s, r->long_away, compat_random());
	if (j->until_s > 0 && waited_s >= j->wait_s && left > 0) {
		journal_put_wait(&line, clock_wall_s(), (int)(left / 1000));
		if (!journal_append(&r->queue, id, &line, false))
			log_line(LOG_WARNING, "%s.log cannot be written: %s", id, strerror(errno));
		buffer_free(&line);
	}
	return left;
}

static void load_tried(struct runner *r, uint64_t packed, const char *id)
{
	struct journal j;
	struct entry *e = loaded_entry(r, packed, id);
	if (!journal_read(&j, r->queue.mqueue_fd, id))
		log_line(LOG_ERR, "%s.log cannot be read: %s", id, strerror(errno));
	if (j.done) {
		queue_remove(&r->queue, id);
		r->removals++;
		entry_forget(&r->notes, &r->entries, e);
	} else if (j.owed) {
		notify_keep(r, e);
	} else {
		e->attempts = (uint16_t)(j.attempts > 0 && j.until_s == 0 ? j.attempts - 1 : j.attempts);
		e->warned = j.warned;
		e->held = j.held;
		struct diagnosis last;
		journal_last(j.rcpt_count > 0 ? &j.rcpts[j.rcpt_count - 1] : NULL, &last);
		e->waits_for_nexthop = last.fault == FAULT_ROUTE || last.fault == FAULT_CREDENTIAL;
		e->gather = last.key == REASON_GATHERED ? ENTRY_GATHERED : ENTRY_UNDECIDED;
		e->waits_for_config = last.fault == FAULT_CONFIG && e->gather != ENTRY_GATHERED;
		/* The last runner did not end this attempt: nobody may be left to get it, and no server is
		 * asked before that is known. */
		if (r->config_good && j.until_s == 0 && j.rcpt_count > 0)
			e->nexthop = nexthop_find(&r->nexthops, NEXTHOP_KEY_HERE);
		placement_add(r, e, clock_mono_ms() + left_ms(r, &j, id));
	}
	journal_free(&j);
}

static void load_untried(struct runner *r, uint64_t packed, const char *id)
{
	placement_add_new(r, loaded_entry(r, packed, id));
}

/* Since when mail is set aside: its file changed last then, but it cannot be older than itself. */
static int64_t dead_since_s(const struct queue *queue, uint64_t id, const char *name)
{
	struct stat st;
	int64_t created_s = (int64_t)(id >> 32);
	return fstatat(queue->mqueue_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_ctime > created_s
	           ? st.st_ctime
	           : created_s;
}

/* Mail that was set aside is kept for keep_dead_d days. */
static void drop_dead(struct runner *r, const struct idlist *dead)
{
	size_t removed = 0;
	for (size_t i = 0; i < dead->count; i++) {
		char name[ID_SIZE + 8], id[ID_SIZE];
		id_unpack(dead->ids[i], id);
		snprintf(name, sizeof name, "%s.dead", id);
		if (clock_wall_s() - dead_since_s(&r->queue, dead->ids[i], name) <
		    (int64_t)r->config.keep_dead_d * 86400)
			continue;
		if (unlinkat(r->queue.mqueue_fd, name, 0) != 0 &&
		    unlinkat(r->queue.mqueue_fd, name, AT_REMOVEDIR) != 0) {
			log_line(LOG_ERR, "%s was kept for %d days and cannot be removed: %s", name,
			    r->config.keep_dead_d, strerror(errno));
			continue;
		}
		log_line(LOG_WARNING, "%s was kept for %d days and is removed", name,
		    r->config.keep_dead_d);
		queue_remove_log(&r->queue, id);
		removed++;
	}
	r->queue.has_dead = removed < dead->count;
}

/* Reports that an earlier runner did not finish writing. */
static void remove_temps(const struct queue *queue, const struct idlist *temps)
{
	for (size_t i = 0; i < temps->count; i++) {
		char name[ID_SIZE + 8], id[ID_SIZE];
		id_unpack(temps->ids[i], id);
		snprintf(name, sizeof name, "t.%s", id);
		unlinkat(queue->mqueue_fd, name, 0);
	}
}

bool backlog_load(struct runner *r)
{
	struct scan s = {0};
	char id[ID_SIZE];
	if (!recover_run(r) || !queue_scan(r->queue.mqueue_fd, found, &s)) {
		log_line(LOG_CRIT, "the queue cannot be read: %s", strerror(errno));
		free_scan(&s);
		return false;
	}
	/* A runner that was killed may have left names that are not durable, and this one builds upon
	 * them. */
	queue_sync(&r->queue);
	idlist_sort(&s.messages);
	idlist_sort(&s.logs);
	idlist_sort(&s.dead);
	for (size_t i = 0; i < s.messages.count; i++) {
		id_unpack(s.messages.ids[i], id);
		if (idlist_has(&s.logs, s.messages.ids[i]))
			load_tried(r, s.messages.ids[i], id);
		else
			load_untried(r, s.messages.ids[i], id);
	}
	for (size_t i = 0; i < s.logs.count; i++) {
		if (idlist_has(&s.messages, s.logs.ids[i]) || idlist_has(&s.dead, s.logs.ids[i]))
			continue;
		id_unpack(s.logs.ids[i], id);
		queue_remove_log(&r->queue, id);
	}
	remove_temps(&r->queue, &s.temps);
	drop_dead(r, &s.dead);
	r->tidy_ms = clock_mono_ms() + TIDY_EVERY_MS;
	quota_publish(r);
	free_scan(&s);
	return true;
}

void backlog_tidy(struct runner *r)
{
	struct scan s = {0};
	int64_t now = clock_mono_ms();
	if (now < r->tidy_ms)
		return;
	r->tidy_ms = now + TIDY_EVERY_MS;
	if (queue_scan(r->queue.mqueue_fd, found, &s))
		drop_dead(r, &s.dead);
	free_scan(&s);
}
