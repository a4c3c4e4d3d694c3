/* The queue as a whole: where each message belongs, the configuration, the next thing to do. */
#include "runner/runner.h"
#include "diagnosis/catalogue.h"
#include "base/clock.h"
#include "base/compat.h"
#include "base/fdio.h"
#include "base/log.h"
#include "base/paths.h"
#include "runner/detour.h"
#include "runner/message.h"
#include "runner/path.h"
#include "runner/quota.h"
#include "runner/watch.h"
#include "runner/worker.h"
#include <stdlib.h>
#include <string.h>

#define CONFIG_CHECK_MS 2000
#define CONFIG_PATIENCE_MS 5000
#define LISTS_EVERY_MS 60000
#define PROBLEMS_TOLD 100
#define LIST_PROBLEMS_TOLD 5

struct entry *runner_entry(uint64_t id)
{
	struct entry *e = mem_alloc(sizeof *e);
	e->id = id;
	e->uid = SCHEDULE_NOBODY;
	return e;
}

void runner_forget(struct entry *e)
{
	quota_forget(e);
	watch_done(e);
	free(e->avoid);
	free(e->unwritten);
	free(e->done);
	free(e);
}

/* Where an entry belongs: all mail goes one way unless rules or direct delivery are configured;
   then its recipients decide. False: the message is gone, or was taken care of otherwise. */
static bool find_path(struct runner *r, struct entry *e)
{
	char key[RULES_PATH_SIZE];
	if (!r->config_good || rules_are_simple(&r->config)) {
		rules_default_path(&r->config, key, sizeof key);
		e->path = path_find(r, key);
		return true;
	}
	e->path = path_find(r, "");
	struct message *m = message_load(r, e);
	if (m == NULL)
		return false;
	e->path = path_find(r, m->path);
	message_free(m);
	return true;
}

void runner_queue_new(struct runner *r, struct entry *e)
{
	if (find_path(r, e))
		schedule_add_new(&e->path->schedule, e);
}

void runner_queue(struct runner *r, struct entry *e, int64_t due_ms)
{
	if (e->path != NULL || find_path(r, e))
		schedule_add(&e->path->schedule, e, e->held ? INT64_MAX : due_ms);
}

void runner_queue_again(struct runner *r, struct entry *e)
{
	if (find_path(r, e))
		schedule_add(&e->path->schedule, e, clock_mono_ms());
}

uint32_t runner_waiting(const struct runner *r)
{
	uint32_t count = r->owed;
	for (int i = 0; i < r->path_count; i++)
		count += r->paths[i]->schedule.count;
	return count;
}

/* After a change of the configuration: every entry is put where it belongs now.  What was wrong may
   be repaired: nothing keeps waiting for a server, a login or a setting; what waits for its
   recipient's server keeps its time. */
static void sort_anew(struct runner *r)
{
	uint32_t count = 0;
	struct entry **all = mem_alloc((runner_waiting(r) + 1) * sizeof *all);
	for (int i = 0; i < r->path_count; i++) {
		struct schedule *s = &r->paths[i]->schedule;
		for (uint32_t k = 0; k < s->count; k++)
			all[count++] = s->heap[k];
		s->count = 0;
	}
	int64_t now = clock_mono_ms();
	for (uint32_t i = 0; i < count; i++) {
		bool repaired =
		    (all[i]->by_route || all[i]->by_config) && !all[i]->held && all[i]->due_ms > now;
		int64_t due_ms = repaired ? now : all[i]->due_ms;
		mem_free(&all[i]->avoid);
		mem_free(&all[i]->done);
		if (find_path(r, all[i]))
			schedule_add_moved(&all[i]->path->schedule, all[i], due_ms);
	}
	free(all);
}

/* A password that is put right is used at once. */
static bool secrets_have_changed(struct runner *r)
{
	uint64_t sum = 0;
	struct stat st;
	for (int i = 0; i < r->config.hop_count; i++) {
		if (r->config.hops[i].password_file[0] == '\0' ||
		    stat(r->config.hops[i].password_file, &st) != 0)
			continue;
		sum = sum * 31 + (uint64_t)st.st_ino + (uint64_t)st.st_size +
		      (uint64_t)st.st_mtim.tv_sec * 1000000007u + (uint64_t)st.st_mtim.tv_nsec;
	}
	bool same = sum == r->secrets_sum;
	r->secrets_sum = sum;
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
	if (c->hop_count == 0 && !c->direct_mx && c->local_deliver == CONFIG_LOCAL_NO) {
		diag_set(d, VERDICT_DEFERRED, STAGE_CONFIG, "no-smarthost",
		    "%s names no smarthost: add a section [smarthost main] with host = NAME",
		    paths_config());
		return false;
	}
	return aliases_read(aliases, c->aliases, is_default_aliases(c), d);
}

static void refuse_config(struct runner *r, struct diagnosis *d)
{
	d->verdict = VERDICT_DEFERRED;
	catalogue_recognise(d);
	log_line(LOG_ERR, "%s; %s", d->text,
	    r->config_good ? "the earlier configuration stays in use"
	                   : "mail waits until this is repaired");
	if (r->config_good)
		return;
	r->config_health =
	    (struct health){.since_s = clock_wall_s(), .next_s = clock_wall_s(), .why = *d};
	path_write_health(r);
}

static void log_alias_problems(const struct runner *r, int max)
{
	int count = aliases_problem_count(r->aliases);
	for (int i = 0; i < count && i < max; i++)
		log_line(LOG_WARNING, "%s", aliases_problem(r->aliases, i));
	if (count > max)
		log_line(LOG_WARNING, "%s: %d more of its entries are wrong; newaliases names them all",
		    r->config.aliases, count - max);
}

/* A list that the aliases include may belong to a user, who can change it as often as he likes: it
   is read again after a while, and nothing else is done anew for it.  What waits for the aliases to
   be repaired is tried. */
static void look_at_lists(struct runner *r, int64_t now)
{
	struct aliases *fresh;
	struct diagnosis d = {0};
	r->lists_changed = aliases_changed(r->aliases, true) || r->lists_changed;
	if (!r->lists_changed || (r->lists_read_ms != 0 && now - r->lists_read_ms < LISTS_EVERY_MS))
		return;
	r->lists_read_ms = now;
	r->lists_changed = false;
	if (!aliases_read(&fresh, r->config.aliases, is_default_aliases(&r->config), &d)) {
		aliases_free(fresh);
		refuse_config(r, &d);
		return;
	}
	aliases_free(r->aliases);
	r->aliases = fresh;
	log_alias_problems(r, LIST_PROBLEMS_TOLD);
	for (int i = 0; i < r->path_count; i++) {
		struct schedule *s = &r->paths[i]->schedule;
		for (uint32_t k = 0; k < s->count; k++) {
			struct entry *e = s->heap[k];
			if (e->by_config && !e->held && e->due_ms > now)
				schedule_move(s, e, now);
		}
	}
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
	bool changed = fdio_changed(paths_config(), &r->config_file);
	changed = secrets_have_changed(r) || changed;
	changed = fdio_changed(r->config.aliases, &r->aliases_file) || changed;
	changed = aliases_changed(r->aliases, false) || changed;
	changed = rewrite_changed(&r->config.rewrite_senders) || changed;
	changed = rewrite_changed(&r->config.rewrite_recipients) || changed;
	if (!changed && !force) {
		look_at_lists(r, now);
		return;
	}
	if (!read_config(&fresh, &aliases, &d)) {
		refuse_config(r, &d);
		config_free(&fresh);
		return;
	}
	bool first = !r->config_good;
	TEXT(words, 800);
	config_free(&r->config);
	aliases_free(r->aliases);
	r->config = fresh;
	r->aliases = aliases;
	r->config_good = true;
	r->lists_changed = false;
	log_json(fresh.log_format == CONFIG_LOG_JSON);
	fdio_changed(r->config.aliases, &r->aliases_file);
	secrets_have_changed(r);
	log_alias_problems(r, PROBLEMS_TOLD);
	/* Relays read the configuration when they start: those that live end with what they have in
	 * hand. */
	for (int i = 0; i < r->worker_count; i++)
		worker_close(r->workers[i]);
	/* What was wrong may be repaired now: nothing keeps waiting for its old reason. */
	path_ask_all_again(r, true);
	path_write_health(r);
	sort_anew(r);
	quota_configure(r);
	if (r->lifetime == LIFETIME_STAY && strcmp(r->config.domain, r->config.name) != 0 &&
	    rules_own_name(&r->config, r->config.domain, &words))
		log_line(LOG_NOTICE, "%s", words.data);
	if (!first)
		log_line(LOG_INFO, "configuration read again: %d smarthosts, %d aliases",
		    r->config.hop_count, aliases_count(r->aliases));
}

void runner_look_again(struct runner *r)
{
	r->config_checked_ms = clock_mono_ms() - CONFIG_CHECK_MS;
	runner_configure(r, false);
}

/* When a path has something to do; INT64_MAX: when a worker answers, or new mail comes. */
static int64_t path_next_ms(const struct runner *r, const struct path *p, int64_t now)
{
	const struct entry *e = schedule_first(&p->schedule);
	if (e == NULL || e->held || !r->config_good)
		return INT64_MAX;
	enum path_state state = path_state(r, p, now);
	if (state == PATH_UP)
		return e->due_ms;
	int64_t detour_ms = detour_next_ms(r, p, now), ask_ms = p->workers > 0 ? INT64_MAX
	                                                        : state == PATH_PROBE
	                                                            ? now
	                                                            : path_until_ms(r, p);
	return detour_ms < ask_ms ? detour_ms : ask_ms;
}

int64_t runner_next_ms(const struct runner *r)
{
	int64_t now = clock_mono_ms(), next = INT64_MAX;
	for (int i = 0; i < r->path_count; i++) {
		int64_t of_path = path_next_ms(r, r->paths[i], now);
		next = of_path < next ? of_path : next;
	}
	for (int i = 0; i < r->worker_count; i++) {
		if ((r->workers[i]->count > 0 || r->workers[i]->closing) && next <= now)
			next = INT64_MAX; /* due, but every worker is busy, or about to end: their answers wake
			                     us */
	}
	/* Due, but no relay could be started. */
	if (next <= now && r->start_again_ms > now)
		next = r->start_again_ms;
	/* Nothing to do: the trigger wakes us. While mail waits, a repaired configuration is looked
	 * for. */
	int64_t longest_ms = r->config_good ? CONFIG_PATIENCE_MS : CONFIG_CHECK_MS;
	if (r->adopt_again_ms != 0 && r->adopt_again_ms < next)
		next = r->adopt_again_ms;
	if (runner_waiting(r) > 0 && next > now + longest_ms)
		next = now + longest_ms;
	if (r->queue.has_dead && r->tidy_ms < next)
		next = r->tidy_ms;
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
	bool down = false;
	for (int i = 0; i < r->path_count; i++)
		down = down || path_state(r, r->paths[i], 0) != PATH_UP;
	struct buffer line = {0};
	buffer_printf(&line,
	    "status: waiting=%u in_work=%d sessions=%d adopted=%llu sent=%llu deferred=%llu "
	    "failed=%llu smarthosts=%s",
	    runner_waiting(r), in_work, r->worker_count, r->adopted, r->sent, r->deferred, r->failed,
	    !r->config_good ? "configuration"
	    : down          ? "down"
	                    : "up");
	log_fields(LOG_INFO, "status", &line, "");
	buffer_free(&line);
}
