/* The queue as a whole: configuration, taking up messages, status. */
#include "runner/runner.h"
#include "base/catalogue.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/paths.h"
#include "runner/worker.h"
#include "spool/journal.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CONFIG_CHECK_MS 2000
#define TEMP_AGE_S 3600

struct entry *runner_entry(uint64_t id)
{
	struct entry *e = mem_alloc(sizeof *e);
	e->id = id;
	return e;
}

void runner_forget(struct entry *e)
{
	free(e->avoid);
	free(e);
}

static bool has_changed(const char *path, struct stat *as_read)
{
	struct stat now = {0};
	if (stat(path, &now) != 0)
		now = (struct stat){0};
	bool same = now.st_ino == as_read->st_ino && now.st_size == as_read->st_size &&
	            now.st_mtim.tv_sec == as_read->st_mtim.tv_sec && now.st_mtim.tv_nsec == as_read->st_mtim.tv_nsec;
	*as_read = now;
	return !same;
}

static bool is_default_aliases(const struct config *c)
{
	struct config fresh;
	config_defaults(&fresh);
	bool same = strcmp(fresh.aliases, c->aliases) == 0;
	config_free(&fresh);
	return same;
}

/* Reads both files; all or nothing. */
static bool read_config(struct config *c, struct aliases **aliases, struct diagnosis *d)
{
	*aliases = NULL;
	if (!config_read(c, paths_config(), d))
		return false;
	if (c->hop_count == 0) {
		diag_set(d, VERDICT_DEFERRED, STAGE_CONFIG, "no-smarthost", "%s names no smarthost: add a section [smarthost main] with host = NAME",
		         paths_config());
		return false;
	}
	return aliases_read(aliases, c->aliases, is_default_aliases(c), d);
}

static void refuse_config(struct runner *r, struct diagnosis *d)
{
	d->verdict = VERDICT_DEFERRED;
	catalogue_recognise(d);
	log_line(LOG_ERR, "%s; %s", d->text, r->config_good ? "the earlier configuration stays in use" : "mail waits until this is repaired");
	if (r->config_good)
		return;
	r->health = (struct health){.since_s = clock_wall_s(), .next_s = clock_wall_s(), .why = *d};
	health_write(&r->queue, &r->health);
}

void runner_configure(struct runner *r, bool force)
{
	struct config fresh;
	struct aliases *aliases;
	struct diagnosis d = {0};
	int64_t now = clock_mono_ms();
	if (!force && now - r->config_checked_ms < CONFIG_CHECK_MS)
		return;
	r->config_checked_ms = now;
	bool changed = has_changed(paths_config(), &r->config_file);
	changed = has_changed(r->config.aliases, &r->aliases_file) || changed;
	if (!changed && !force)
		return;
	if (!read_config(&fresh, &aliases, &d)) {
		refuse_config(r, &d);
		config_free(&fresh);
		return;
	}
	bool first = !r->config_good;
	config_free(&r->config);
	aliases_free(r->aliases);
	r->config = fresh;
	r->aliases = aliases;
	r->config_good = true;
	has_changed(r->config.aliases, &r->aliases_file);
	/* What was wrong may be repaired now: nothing keeps waiting for its old reason. */
	r->down = false;
	r->health = (struct health){0};
	health_write(&r->queue, NULL);
	if (!first)
		log_line(LOG_INFO, "configuration read again: %d smarthosts, %d aliases", r->config.hop_count, aliases_count(r->aliases));
}

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
	struct found_ids messages, logs, dead;
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
	else if (s->runner != NULL)
		queue_remove_temp(&s->runner->queue, id, TEMP_AGE_S);
}

static void free_scan(struct scan *s)
{
	free(s->messages.ids);
	free(s->logs.ids);
	free(s->dead.ids);
}

void runner_adopt(struct runner *r)
{
	struct scan s = {.runner = r};
	char id[ID_SIZE];
	queue_scan(r->queue.drop_fd, found, &s);
	sort_ids(&s.messages);
	for (size_t i = 0; i < s.messages.count; i++) {
		struct diagnosis d = {0};
		id_unpack(s.messages.ids[i], id);
		if (queue_adopt(&r->queue, id, &d)) {
			schedule_add_new(&r->schedule, runner_entry(s.messages.ids[i]));
			r->adopted++;
		} else {
			log_line(LOG_ERR, "%s", d.text);
		}
	}
	free_scan(&s);
	if (s.pass_wanted && !r->pass)
		runner_start_pass(r);
}

static void load_tried(struct runner *r, uint64_t packed, const char *id)
{
	struct journal j;
	struct entry *e = runner_entry(packed);
	if (!journal_read(&j, r->queue.mqueue_fd, id))
		log_line(LOG_ERR, "%s.log cannot be read: %s", id, strerror(errno));
	if (j.done) {
		queue_remove(&r->queue, id);
		runner_forget(e);
	} else {
		e->attempts = (uint16_t)(j.attempts > 0 && j.until_s == 0 ? j.attempts - 1 : j.attempts);
		e->warned = j.warned;
		e->by_route = j.rcpt_count > 0 && j.rcpts[j.rcpt_count - 1].last.fault == FAULT_ROUTE;
		schedule_add(&r->schedule, e, clock_mono_ms() + schedule_left_ms(j.until_s, j.wait_s, clock_wall_s()));
	}
	journal_free(&j);
}

/* Mail that was set aside is kept for keep_dead_d days. */
static void drop_dead(struct runner *r, const struct found_ids *dead)
{
	for (size_t i = 0; i < dead->count; i++) {
		char name[ID_SIZE + 8], id[ID_SIZE];
		if (clock_wall_s() - (int64_t)(dead->ids[i] >> 32) < (int64_t)r->config.keep_dead_d * 86400)
			continue;
		id_unpack(dead->ids[i], id);
		snprintf(name, sizeof name, "%s.dead", id);
		log_line(LOG_WARNING, "%s was kept for %d days and is removed", name, r->config.keep_dead_d);
		unlinkat(r->queue.mqueue_fd, name, 0);
		queue_remove_log(&r->queue, id);
	}
}

void runner_load(struct runner *r)
{
	struct scan s = {0};
	char id[ID_SIZE];
	if (!queue_scan(r->queue.mqueue_fd, found, &s))
		log_line(LOG_CRIT, "the queue cannot be read: %s", strerror(errno));
	sort_ids(&s.messages);
	sort_ids(&s.logs);
	sort_ids(&s.dead);
	for (size_t i = 0; i < s.messages.count; i++) {
		id_unpack(s.messages.ids[i], id);
		if (has_id(&s.logs, s.messages.ids[i]))
			load_tried(r, s.messages.ids[i], id);
		else
			schedule_add_new(&r->schedule, runner_entry(s.messages.ids[i]));
	}
	for (size_t i = 0; i < s.logs.count; i++) {
		if (has_id(&s.messages, s.logs.ids[i]) || has_id(&s.dead, s.logs.ids[i]))
			continue;
		id_unpack(s.logs.ids[i], id);
		queue_remove_log(&r->queue, id);
	}
	drop_dead(r, &s.dead);
	free_scan(&s);
}

int64_t runner_next_ms(const struct runner *r)
{
	int64_t now = clock_mono_ms();
	const struct entry *e = schedule_first(&r->schedule);
	/* Nothing to do: the trigger wakes us. Otherwise the minute's sweep is the longest sleep. */
	int64_t next = e != NULL ? now + 60000 : INT64_MAX;
	if (e != NULL && r->config_good && r->down && r->probe_ms < next)
		next = r->probe_ms;
	else if (e != NULL && r->config_good && !r->down && e->due_ms < next)
		next = e->due_ms;
	if (e != NULL && !r->config_good && now + CONFIG_CHECK_MS < next)
		next = now + CONFIG_CHECK_MS;
	for (int i = 0; i < r->worker_count; i++) {
		if (r->workers[i]->count > 0 && next < now)
			next = INT64_MAX; /* due, but every worker is busy: their answers wake us */
	}
	if (next == INT64_MAX)
		return r->worker_count > 0 ? 1000 : -1;
	int64_t left = next - now;
	left = left < 0 ? 0 : left;
	return r->worker_count > 0 && left > 1000 ? 1000 : left;
}

void runner_status(const struct runner *r)
{
	int in_work = 0;
	for (int i = 0; i < r->worker_count; i++)
		in_work += r->workers[i]->count;
	log_line(LOG_INFO, "status: waiting=%u in_work=%d sessions=%d adopted=%llu sent=%llu deferred=%llu failed=%llu smarthosts=%s",
	         r->schedule.count, in_work, r->worker_count, r->adopted, r->sent, r->deferred, r->failed,
	         !r->config_good ? "configuration" : r->down ? "down" : "up");
}
