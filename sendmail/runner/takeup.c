/* Mail is taken up: from drop/ while the runner lives, and from mqueue/ as an earlier life left it.
 */
#include "runner/runner.h"
#include "base/clock.h"
#include "base/compat.h"
#include "base/log.h"
#include "runner/path.h"
#include "runner/quota.h"
#include "runner/resume.h"
#include "runner/returns.h"
#include "runner/watch.h"
#include "spool/journal.h"
#include "spool/pickup.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEMP_AGE_S 3600
#define ADOPT_AGAIN_MS 10000
#define ADOPT_ANYWAY_MS 60000
#define WATCH_HOLD_MS 1500
#define TIDY_EVERY_MS 3600000

struct found_ids {
	uint64_t *ids;
	size_t count, size;
};

static void add_id(struct found_ids *f, const char *id)
{
	if (f->count == f->size) {
		f->size = f->size ? 2 * f->size : 256;
		f->ids = mem_resize(f->ids, f->size, sizeof *f->ids);
	}
	f->ids[f->count++] = id_pack(id);
}

static int by_number(const void *left, const void *right)
{
	uint64_t a, b;
	memcpy(&a, left, sizeof a);
	memcpy(&b, right, sizeof b);
	return (a > b) - (a < b);
}

static void sort_ids(struct found_ids *f)
{
	if (f->count > 1)
		qsort(f->ids, f->count, sizeof *f->ids, by_number);
}

static bool has_id(const struct found_ids *f, uint64_t id)
{
	return f->count > 0 && bsearch(&id, f->ids, f->count, sizeof id, by_number) != NULL;
}

struct scan {
	struct found_ids messages, logs, dead, temps;
	struct runner *runner;
	bool pass_wanted;
};

static void found(void *context, enum queue_kind kind, const char *id)
{
	struct scan *s = context;
	if (kind == QUEUE_MESSAGE)
		add_id(&s->messages, id);
	else if (kind == QUEUE_LOG)
		add_id(&s->logs, id);
	else if (kind == QUEUE_DEAD)
		add_id(&s->dead, id);
	else if (kind == QUEUE_FLUSH)
		s->pass_wanted = true;
	else if (kind == QUEUE_TEMP && s->runner == NULL)
		add_id(&s->temps, id);
	else if (kind == QUEUE_TEMP)
		queue_remove_temp(&s->runner->queue, id, TEMP_AGE_S);
}

static void free_scan(struct scan *s)
{
	free(s->messages.ids);
	free(s->logs.ids);
	free(s->dead.ids);
	free(s->temps.ids);
}

/* A runner that was started for a message cannot have met the watcher of it before: it is kept for
 * him for a moment. */
static void queue_adopted(struct runner *r, struct entry *e, const char *id)
{
	struct envelope head;
	struct diagnosis d = {0};
	watch_adopted(r, e);
	int fd = r->lifetime == LIFETIME_LINGER && e->watcher == NULL
	             ? queue_message(&r->queue, id, NULL, NULL)
	             : -1;
	envelope_init(&head);
	if (fd >= 0 && envelope_read(&head, fd, &d) && envelope_has_flag(&head, "watched"))
		runner_queue(r, e, clock_mono_ms() + WATCH_HOLD_MS);
	else
		runner_queue_new(r, e);
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
	struct entry *e = runner_entry(r, packed);
	quota_take(r, e, id, true);
	queue_adopted(r, e, id);
	r->adopted++;
	r->counters.adopted++;
	r->counters.changed = true;
}

void runner_adopt(struct runner *r)
{
	struct scan s = {.runner = r};
	char id[ID_SIZE];
	bool whole = queue_scan(r->queue.drop_fd, found, &s);
	sort_ids(&s.messages);
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
	free_scan(&s);
	/* Nobody rings for what could not be moved, nor for a message whose sendmail was killed before
	 * it could, or that was put back by hand. */
	r->adopt_again_ms = clock_mono_ms() + (whole ? ADOPT_ANYWAY_MS : ADOPT_AGAIN_MS);
	if (s.pass_wanted && !r->pass) {
		runner_look_again(r);
		runner_start_pass(r);
	}
}

static struct entry *loaded_entry(struct runner *r, uint64_t packed, const char *id)
{
	struct entry *e = runner_entry(r, packed);
	quota_take(r, e, id, false);
	return e;
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
		runner_forget(r, e);
	} else if (j.owed) {
		returns_keep(r, e);
	} else {
		e->attempts = (uint16_t)(j.attempts > 0 && j.until_s == 0 ? j.attempts - 1 : j.attempts);
		e->warned = j.warned;
		e->held = j.held;
		enum fault fault = j.rcpt_count > 0 ? j.rcpts[j.rcpt_count - 1].last.fault : FAULT_NONE;
		e->by_route = fault == FAULT_ROUTE || fault == FAULT_CREDENTIAL;
		e->by_config = fault == FAULT_CONFIG;
		/* The last life did not end this attempt: nobody may be left to get it, and no server is
		 * asked before that is known. */
		if (r->config_good && j.until_s == 0 && j.rcpt_count > 0)
			e->path = path_find(r, PATH_NONE);
		runner_queue(r, e,
		    clock_mono_ms() +
		        schedule_left_ms(j.wait_s,
		            j.until_s > 0 ? ages_of(&r->ages, j.until_s - j.wait_s) : j.wait_s,
		            r->long_away, compat_random()));
	}
	journal_free(&j);
}

static void load_untried(struct runner *r, uint64_t packed, const char *id)
{
	runner_queue_new(r, loaded_entry(r, packed, id));
}

/* Since when mail is set aside: its file changed last then, but it cannot be older than itself. */
static int64_t dead_since_s(const struct runner *r, uint64_t id, const char *name)
{
	struct stat st;
	int64_t created_s = (int64_t)(id >> 32);
	return fstatat(r->queue.mqueue_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	               st.st_ctime > created_s
	           ? st.st_ctime
	           : created_s;
}

/* Mail that was set aside is kept for keep_dead_d days. */
static void drop_dead(struct runner *r, const struct found_ids *dead)
{
	size_t removed = 0;
	for (size_t i = 0; i < dead->count; i++) {
		char name[ID_SIZE + 8], id[ID_SIZE];
		id_unpack(dead->ids[i], id);
		snprintf(name, sizeof name, "%s.dead", id);
		if (clock_wall_s() - dead_since_s(r, dead->ids[i], name) <
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

/* Reports that an earlier life did not end to write. */
static void remove_temps(struct runner *r, const struct found_ids *temps)
{
	for (size_t i = 0; i < temps->count; i++) {
		char name[ID_SIZE + 8], id[ID_SIZE];
		id_unpack(temps->ids[i], id);
		snprintf(name, sizeof name, "t.%s", id);
		unlinkat(r->queue.mqueue_fd, name, 0);
	}
}

bool runner_load(struct runner *r)
{
	struct scan s = {0};
	char id[ID_SIZE];
	if (!resume_life(r) || !queue_scan(r->queue.mqueue_fd, found, &s)) {
		log_line(LOG_CRIT, "the queue cannot be read: %s", strerror(errno));
		free_scan(&s);
		return false;
	}
	/* A runner that was killed may have left names that are not durable, and this one builds upon
	 * them. */
	queue_sync(&r->queue);
	sort_ids(&s.messages);
	sort_ids(&s.logs);
	sort_ids(&s.dead);
	for (size_t i = 0; i < s.messages.count; i++) {
		id_unpack(s.messages.ids[i], id);
		if (has_id(&s.logs, s.messages.ids[i]))
			load_tried(r, s.messages.ids[i], id);
		else
			load_untried(r, s.messages.ids[i], id);
	}
	for (size_t i = 0; i < s.logs.count; i++) {
		if (has_id(&s.messages, s.logs.ids[i]) || has_id(&s.dead, s.logs.ids[i]))
			continue;
		id_unpack(s.logs.ids[i], id);
		queue_remove_log(&r->queue, id);
	}
	remove_temps(r, &s.temps);
	drop_dead(r, &s.dead);
	r->tidy_ms = clock_mono_ms() + TIDY_EVERY_MS;
	quota_publish(r);
	free_scan(&s);
	return true;
}

void runner_tidy(struct runner *r)
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
