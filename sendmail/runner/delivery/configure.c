/* The configuration in use: read again when it changes. */
#include "base/clock.h"
#include "base/fdio.h"
#include "base/log.h"
#include "base/paths.h"
#include "diagnosis/catalogue.h"
#include "runner/attempt/placement.h"
#include "runner/delivery/configure.h"
#include "runner/delivery/surroundings.h"
#include "runner/queue/nexthop.h"
#include "runner/queue/nexthop_health.h"
#include "runner/queue/quota.h"
#include "runner/queue/runner.h"
#include "runner/queue/schedule.h"
#include "runner/session/worker.h"
#include <string.h>

#define LISTS_EVERY_MS 60000
#define PROBLEMS_MAX 100
#define LIST_PROBLEMS_MAX 5

struct configure {
	struct stat config_file, aliases_file; /* as they were read */
	uint64_t surroundings;                 /* runner/delivery/surroundings.h */
	int64_t checked_ms;
	bool lists_changed;    /* one that the aliases include */
	int64_t lists_read_ms; /* when that was last a reason to read them, 0 = never */
};

static struct configure *state_of(struct runner *r)
{
	if (r->configure == NULL)
		r->configure = mem_alloc(sizeof *r->configure);
	return r->configure;
}

void configure_end(struct runner *r)
{
	mem_free(&r->configure);
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
	if (c->smarthost_count == 0 && !c->direct_mx && c->local_deliver == CONFIG_LOCAL_NO) {
		diag_set(d, VERDICT_DEFERRED, STAGE_CONFIG, REASON_NO_SMARTHOST,
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
	nexthop_write_health(r);
}

static void log_old_names(const struct config *config)
{
	for (int i = 0; i < config->old_key_count; i++) {
		const struct config_old_name *key = config->old_keys[i].key;
		log_line(LOG_NOTICE, "%s:%d: key %s of [%s] is named %s now; the old name still works",
		    paths_config(), config->old_keys[i].line, key->old, key->section, key->name);
	}
}

static void log_alias_problems(struct aliases *aliases, const struct config *config, int max)
{
	int count = aliases_problem_count(aliases);
	for (int i = 0; i < count && i < max; i++)
		log_line(LOG_WARNING, "%s", aliases_problem(aliases, i));
	if (count > max)
		log_line(LOG_WARNING, "%s: %d more of its entries are wrong; newaliases names them all",
		    config->aliases, count - max);
}

/* A list that the aliases include may belong to a user, who can change it as often as they like: it
   is read again after a while, and nothing else is done anew for it.  What waits for the aliases to
   be repaired is tried. */
static void look_at_lists(struct runner *r, int64_t now)
{
	struct aliases *fresh;
	struct diagnosis d = {0};
	state_of(r)->lists_changed = aliases_changed(r->aliases, true) || state_of(r)->lists_changed;
	if (!state_of(r)->lists_changed ||
	    (state_of(r)->lists_read_ms != 0 && now - state_of(r)->lists_read_ms < LISTS_EVERY_MS))
		return;
	state_of(r)->lists_read_ms = now;
	state_of(r)->lists_changed = false;
	if (!aliases_read(&fresh, r->config.aliases, is_default_aliases(&r->config), &d)) {
		aliases_free(fresh);
		refuse_config(r, &d);
		return;
	}
	aliases_free(r->aliases);
	r->aliases = fresh;
	log_alias_problems(r->aliases, &r->config, LIST_PROBLEMS_MAX);
	for (int i = 0; i < r->nexthops.count; i++) {
		struct schedule *s = &r->nexthops.list[i]->schedule;
		for (uint32_t k = 0; k < s->count; k++) {
			struct entry *e = s->heap[k];
			if (e->waits_for_config && !e->held && e->due_ms > now)
				schedule_move(s, e, now);
		}
	}
}

static bool has_changed(struct runner *r)
{
	bool changed = fdio_changed(paths_config(), &state_of(r)->config_file);
	changed = fdio_changed(r->config.aliases, &state_of(r)->aliases_file) || changed;
	changed = aliases_changed(r->aliases, false) || changed;
	changed = rewrite_changed(&r->config.rewrite_senders) || changed;
	changed = rewrite_changed(&r->config.rewrite_recipients) || changed;
	return changed;
}

/* Relays read the configuration when they start: those that are there end with what they have in
 * hand. What was wrong may be repaired now: nothing keeps waiting for its old reason. */
static void start_anew(struct runner *r)
{
	r->sessions->outdated = true;
	nexthop_forget_failures(&r->nexthops);
	nexthop_write_health(r);
	placement_all(r);
	quota_configure(r);
}

void configure_read(struct runner *r)
{
	struct config fresh;
	struct aliases *aliases;
	struct diagnosis d = {0};
	state_of(r)->checked_ms = clock_mono_ms();
	has_changed(r);
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
	state_of(r)->lists_changed = false;
	log_json(fresh.log_format == CONFIG_LOG_JSON);
	fdio_changed(r->config.aliases, &state_of(r)->aliases_file);
	state_of(r)->surroundings = surroundings_sum(&r->config);
	log_old_names(&r->config);
	log_alias_problems(r->aliases, &r->config, PROBLEMS_MAX);
	start_anew(r);
	if (r->lifetime == LIFETIME_STAY && strcmp(r->config.domain, r->config.name) != 0 &&
	    rules_own_name(&r->config, r->config.domain, &words))
		log_line(LOG_NOTICE, "%s", words.data);
	if (!first)
		log_line(LOG_INFO, "configuration read again: %d smarthosts, %d aliases",
		    r->config.smarthost_count, aliases_count(r->aliases));
}

/* A password, a right, an authority or a name that is put right is used at once. */
static bool look_around(struct runner *r)
{
	uint64_t sum = surroundings_sum(&r->config);
	if (sum == state_of(r)->surroundings)
		return false;
	state_of(r)->surroundings = sum;
	log_line(LOG_INFO, "a password file, the trusted certificates, /etc/hosts or /etc/resolv.conf "
	                   "was changed: mail that waits for a server is tried again");
	start_anew(r);
	return true;
}

void configure_look(struct runner *r)
{
	int64_t now = clock_mono_ms();
	if (now - state_of(r)->checked_ms < CONFIGURE_CHECK_MS)
		return;
	state_of(r)->checked_ms = now;
	if (has_changed(r))
		configure_read(r);
	else if (!r->config_good || !look_around(r))
		look_at_lists(r, now);
}

void configure_look_again(struct runner *r)
{
	state_of(r)->checked_ms = clock_mono_ms() - CONFIGURE_CHECK_MS;
	configure_look(r);
}
