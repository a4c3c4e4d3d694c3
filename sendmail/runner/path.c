/* Paths and the servers on them. */
#include "runner/path.h"
#include "diagnosis/deed.h"
#include "base/clock.h"
#include "base/compat.h"
#include "base/log.h"
#include "diagnosis/report.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NEW_MAIL_PROBE_MS 60000
#define LOGIN_PAUSE_S 900
#define LOGIN_PAUSE_MAX_S 14400
#define LIMIT_MS 30000
#define PER_SESSION_MS 600000

struct path *path_find(struct runner *r, const char *key)
{
	for (int i = 0; i < r->path_count; i++) {
		if (strcmp(r->paths[i]->key, key) == 0)
			return r->paths[i];
	}
	struct path *p = mem_alloc(sizeof *p);
	p->key = mem_copy(key);
	r->paths = mem_resize(r->paths, (size_t)r->path_count + 1, sizeof *r->paths);
	r->paths[r->path_count++] = p;
	return p;
}

static struct hop_state *find_hop(const struct runner *r, const char *name, size_t length)
{
	for (int i = 0; i < r->hop_count; i++) {
		if (strlen(r->hops[i].name) == length && memcmp(r->hops[i].name, name, length) == 0)
			return &r->hops[i];
	}
	return NULL;
}

bool path_leads_over(const struct path *p, const char *name)
{
	size_t length = strlen(name);
	for (const char *at = p->key; *at != '\0'; at += strcspn(at, ","), at += *at == ',') {
		if (strcspn(at, ",") == length && memcmp(at, name, length) == 0)
			return true;
	}
	return false;
}

/* A relay that was taken over may name what it likes: only servers on our paths are remembered. */
static bool is_known(const struct runner *r, const char *name)
{
	bool known = *name == '\0';
	for (int i = 0; i < r->path_count && !known; i++)
		known = path_leads_over(r->paths[i], name);
	return known;
}

static struct hop_state *make_hop(struct runner *r, const char *name)
{
	struct hop_state *h = find_hop(r, name, strlen(name));
	if (h != NULL)
		return h;
	r->hops = mem_resize(r->hops, (size_t)r->hop_count + 1, sizeof *r->hops);
	h = &r->hops[r->hop_count++];
	*h = (struct hop_state){.name = mem_copy(name)};
	return h;
}

/* The next server of a path; NULL at its end.  *state stays NULL for one that never failed. */
static const char *next_hop(const struct runner *r, const char **at, size_t *length,
    struct hop_state **state)
{
	const char *name = *at;
	*length = strcspn(name, ",");
	if (*length == 0)
		return NULL;
	*at += *length + (name[*length] == ',');
	*state = find_hop(r, name, *length);
	return name;
}

/* A path without servers is one whose failure is remembered under an empty name. */
static const struct hop_state *nameless(const struct runner *r, const struct path *p)
{
	return *p->key == '\0' ? find_hop(r, "", 0) : NULL;
}

int64_t path_until_ms(const struct runner *r, const struct path *p)
{
	const char *at = p->key;
	size_t length;
	struct hop_state *h;
	const struct hop_state *lone = nameless(r, p);
	int64_t until = lone != NULL ? lone->until_ms : INT64_MAX;
	while (next_hop(r, &at, &length, &h) != NULL) {
		int64_t of_hop = h != NULL ? h->until_ms : 0;
		until = of_hop < until ? of_hop : until;
	}
	return until == INT64_MAX ? 0 : until;
}

enum path_state path_state(const struct runner *r, const struct path *p, int64_t now_ms)
{
	const char *at = p->key;
	size_t length;
	struct hop_state *h;
	const struct hop_state *lone = nameless(r, p);
	bool failing = lone != NULL && lone->failures > 0;
	while (next_hop(r, &at, &length, &h) != NULL) {
		if (h == NULL || h->failures == 0)
			return PATH_UP;
		failing = true;
	}
	if (!failing)
		return PATH_UP;
	return path_until_ms(r, p) <= now_ms ? PATH_PROBE : PATH_DOWN;
}

/* A login that was refused is not tried again before its time: more tries would lock the account.
 */
static bool is_login_refused(const struct hop_state *h)
{
	static const char *const keys[] = {"auth-refused", "auth-app-password", "auth-disabled"};
	bool refused = false;
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		refused = refused || strcmp(h->why.key, keys[i]) == 0;
	return h->failures > 0 && h->why.stage == STAGE_AUTH && h->why.reply_code != 0 && refused;
}

bool path_new_mail_may_ask(const struct runner *r, const struct path *p, int64_t now_ms)
{
	const char *at = p->key;
	size_t length;
	struct hop_state *h;
	if (now_ms - p->probed_ms < NEW_MAIL_PROBE_MS || p->schedule.new_count <= p->probed_new)
		return false;
	while (next_hop(r, &at, &length, &h) != NULL) {
		if (h == NULL || !is_login_refused(h))
			return true;
	}
	return false;
}

static void put_skip(const struct hop_state *h, struct buffer *steps)
{
	TEXT(left, 40);
	TEXT(words, 1200);
	clock_put_span(&left, h->next_s > clock_wall_s() ? h->next_s - clock_wall_s() : 0);
	report_reason(&words, &h->why);
	bool direct = *h->name == '@';
	buffer_printf(steps,
	    "%s %s: passed over, %s asked again in %s; %d failure%s, the last one: %s\n",
	    direct ? "the servers of" : "smarthost", h->name + direct, direct ? "they are" : "it is",
	    left.data, h->failures, h->failures == 1 ? "" : "s", words.data);
}

void path_put_skips(const struct runner *r, const struct path *p, struct buffer *steps)
{
	const char *at = p->key;
	size_t length;
	struct hop_state *h;
	while (next_hop(r, &at, &length, &h) != NULL) {
		if (h != NULL && h->failures > 0)
			put_skip(h, steps);
	}
}

char *path_skips(const struct runner *r, const struct path *p, int64_t now_ms, struct buffer *steps)
{
	const char *at = p->key;
	size_t length;
	struct hop_state *h;
	struct buffer list = {0};
	bool all_down = path_state(r, p, now_ms) == PATH_DOWN;
	while (next_hop(r, &at, &length, &h) != NULL) {
		if (h == NULL || h->until_ms <= now_ms || (all_down && !is_login_refused(h)))
			continue;
		buffer_printf(&list, " %s", h->name);
		put_skip(h, steps);
	}
	char *result = mem_copy(buffer_string(&list));
	buffer_free(&list);
	return result;
}

static int pause_s(const struct runner *r, const struct hop_state *h)
{
	if (!is_login_refused(h))
		return schedule_wait_s(&r->config, h->failures, deed_wait_s(h->why.key), compat_random());
	int pause = LOGIN_PAUSE_S;
	for (int i = 1; i < h->failures && pause < LOGIN_PAUSE_MAX_S; i++)
		pause *= 2;
	return pause < LOGIN_PAUSE_MAX_S ? pause : LOGIN_PAUSE_MAX_S;
}

bool path_is_proven(const struct runner *r, const struct path *p)
{
	const struct hop_state *h = *p->key == '@' ? find_hop(r, p->key, strlen(p->key)) : NULL;
	return *p->key != '@' || (h != NULL && h->worked);
}

void path_session_ended(struct path *p, int messages)
{
	p->per_session = messages;
	p->per_session_until_ms = clock_mono_ms() + PER_SESSION_MS;
}

bool path_takes_no_more(const struct diagnosis *d, int open)
{
	return d->fault != FAULT_CREDENTIAL && d->fault != FAULT_CONFIG && open > 0;
}

void path_hop_failed(struct runner *r, struct path *p, const struct diagnosis *d, int open)
{
	if (path_takes_no_more(d, open)) {
		p->limit = open;
		p->limit_until_ms = clock_mono_ms() + LIMIT_MS;
		log_line(LOG_NOTICE, "smarthost %s accepts no more sessions than the %d that are open: %s",
		    d->hop, p->limit, d->text);
		return;
	}
	if (!is_known(r, d->hop))
		return;
	struct hop_state *h = make_hop(r, d->hop);
	counters_hop(&r->counters, d->hop)->refused++;
	r->counters.changed = true;
	h->failures++;
	h->worked = false;
	h->why = *d;
	int wait_s = pause_s(r, h);
	if (h->failures == 1)
		h->since_s = clock_wall_s();
	h->until_ms = clock_mono_ms() + (int64_t)wait_s * 1000;
	h->next_s = clock_wall_s() + wait_s;
	path_write_health(r);
	if (is_login_refused(h))
		log_line(LOG_WARNING,
		    "smarthost %s refused the login %d time%s; it is not tried again for %d s, so that the "
		    "account is not locked: %s",
		    h->name, h->failures, h->failures == 1 ? "" : "s", wait_s, d->text);
}

bool path_why(const struct runner *r, const struct path *p, struct diagnosis *why)
{
	const char *at = p->key;
	size_t length;
	struct hop_state *h;
	const struct hop_state *worst = nameless(r, p);
	if (path_state(r, p, 0) == PATH_UP)
		return false;
	while (next_hop(r, &at, &length, &h) != NULL) {
		if (worst == NULL || h->why.stage > worst->why.stage)
			worst = h;
	}
	*why = worst->why;
	return true;
}

void path_down(struct runner *r, struct path *p, const struct diagnosis *d, int open)
{
	struct diagnosis named = *d;
	TEXT(words, 1200);
	/* A reason of our own, without a server: no smarthost configured, or no process. */
	if (path_state(r, p, 0) == PATH_UP && p->limit == 0) {
		text_copy(named.hop, sizeof named.hop,
		    *p->key != '\0' && strchr(p->key, ',') == NULL ? p->key : named.hop);
		path_hop_failed(r, p, &named, open);
	}
	path_write_health(r);
	if (path_state(r, p, 0) == PATH_UP)
		return;
	p->schedule.added = true;
	int64_t left_ms = path_until_ms(r, p) - clock_mono_ms();
	report_reason(&words, d);
	if (*p->key == '@')
		log_line(LOG_WARNING, "no server of %s accepts mail; next try in %lld s: %s", p->key + 1,
		    (long long)left_ms / 1000, words.data);
	else if (rules_are_simple(&r->config))
		log_line(LOG_WARNING, "no smarthost accepts mail; everything waits; next try in %lld s: %s",
		    (long long)left_ms / 1000, words.data);
	else
		log_line(LOG_WARNING,
		    "no smarthost accepts mail%s%s; mail without another way waits; next try in %lld s: %s",
		    *p->key != '\0' ? " for " : "", p->key, (long long)left_ms / 1000, words.data);
}

/* Moving entries forward while walking the heap would visit some of them twice or never. */
static void wake(struct path *p)
{
	struct schedule *s = &p->schedule;
	int64_t now = clock_mono_ms();
	struct entry **waiting = mem_alloc((s->count + 1) * sizeof *waiting);
	uint32_t count = 0;
	for (uint32_t i = 0; i < s->count; i++) {
		if (s->heap[i]->by_route && !s->heap[i]->held && s->heap[i]->due_ms > now)
			waiting[count++] = s->heap[i];
	}
	for (uint32_t i = 0; i < count; i++) {
		waiting[i]->by_route = false;
		schedule_move(s, waiting[i], now);
	}
	free(waiting);
}

static void fail_until_proven(struct runner *r, struct path *p, const char *name, size_t length,
    const struct diagnosis *d, int open)
{
	struct diagnosis named = *d;
	snprintf(named.hop, sizeof named.hop, "%.*s", (int)length, name);
	path_hop_failed(r, p, &named, open);
	struct hop_state *h = find_hop(r, name, length);
	if (h != NULL && h->failures > 0)
		h->unproven = true;
}

void path_was_useless(struct runner *r, struct path *p, const struct diagnosis *d, int open)
{
	const char *at = p->key, *name = d->hop;
	size_t length = strlen(name);
	struct hop_state *h;
	if (*name != '\0' && path_leads_over(p, name))
		fail_until_proven(r, p, name, length, d, open);
	else
		while ((name = next_hop(r, &at, &length, &h)) != NULL)
			fail_until_proven(r, p, name, length, d, open);
	path_down(r, p, d, open);
}

void path_hop_proven(struct runner *r, const char *name)
{
	struct hop_state *h = find_hop(r, name, strlen(name));
	if (h == NULL || !h->unproven)
		return;
	h->unproven = false;
	path_hop_ready(r, name);
}

/* Its first success wakes what waits for it; in a new life of the runner that is mail which an
 * earlier one gave its time. */
void path_hop_ready(struct runner *r, const char *name)
{
	if (!is_known(r, name))
		return;
	struct hop_state *h = make_hop(r, name);
	bool news = h->failures > 0 || !h->worked;
	if (h->unproven)
		return;
	counters_hop(&r->counters, name)->ready++;
	r->counters.changed = true;
	if (h->failures > 0)
		log_line(LOG_INFO, "smarthost %s accepts mail again, after %d failure%s", name, h->failures,
		    h->failures == 1 ? "" : "s");
	h->worked = true;
	h->failures = 0;
	h->until_ms = 0;
	if (!news)
		return;
	for (int i = 0; i < r->path_count; i++) {
		if (path_leads_over(r->paths[i], name))
			wake(r->paths[i]);
	}
	path_write_health(r);
}

void path_ask_again(struct runner *r, struct path *p)
{
	const char *at = p->key;
	size_t length;
	struct hop_state *h;
	while (next_hop(r, &at, &length, &h) != NULL) {
		if (h != NULL)
			h->until_ms = 0;
	}
	/* A server decides when a session begins who may relay in it: what was mended there counts for
	 * a new one. */
	p->renewed = true;
}

void path_ask_all_again(struct runner *r, bool forget)
{
	for (int i = 0; i < r->hop_count; i++) {
		r->hops[i].until_ms = 0;
		if (!forget)
			continue;
		r->hops[i].failures = 0;
		r->hops[i].unproven = false;
	}
	for (int i = 0; i < r->path_count; i++)
		r->paths[i]->limit = 0;
}

/* It fails, and mail goes by another server of a path that it is on. */
static bool is_passed_over(const struct runner *r, const struct hop_state *h)
{
	bool passed = false;
	for (int i = 0; h->failures > 0 && i < r->path_count && !passed; i++)
		passed = path_leads_over(r->paths[i], h->name) && path_state(r, r->paths[i], 0) == PATH_UP;
	return passed;
}

void path_write_health(struct runner *r)
{
	struct health *list =
	    mem_alloc(((size_t)r->path_count + (size_t)r->hop_count + 1) * sizeof *list);
	int count = 0;
	if (!r->config_good)
		list[count++] = r->config_health;
	for (int i = 0; i < r->path_count && r->config_good; i++) {
		struct path *p = r->paths[i];
		struct health *h = &list[count];
		if (!path_why(r, p, &h->why))
			continue;
		const struct hop_state *s = find_hop(r, h->why.hop, strlen(h->why.hop));
		text_copy(h->path, sizeof h->path, p->key);
		h->since_s = s != NULL ? s->since_s : clock_wall_s();
		h->next_s = clock_wall_s() + (path_until_ms(r, p) - clock_mono_ms()) / 1000;
		count++;
	}
	for (int i = 0; i < r->hop_count && r->config_good; i++) {
		const struct hop_state *s = &r->hops[i];
		if (!is_passed_over(r, s))
			continue;
		list[count] = (struct health){.since_s = s->since_s, .next_s = s->next_s, .why = s->why};
		text_copy(list[count++].hop, sizeof list[0].hop, s->name);
	}
	health_write(&r->queue, list, count);
	free(list);
}

static void free_path(struct path *p)
{
	schedule_free(&p->schedule);
	free(p->key);
	free(p);
}

static void forget_hop(struct runner *r, const char *name)
{
	struct hop_state *h = find_hop(r, name, strlen(name));
	if (h == NULL)
		return;
	free(h->name);
	*h = r->hops[--r->hop_count];
}

void path_tidy(struct runner *r)
{
	for (int i = r->path_count - 1; i >= 0; i--) {
		struct path *p = r->paths[i];
		if (*p->key != '@' || p->workers > 0 || p->schedule.count > 0)
			continue;
		forget_hop(r, p->key);
		free_path(p);
		r->paths[i] = r->paths[--r->path_count];
	}
}

void path_free_all(struct runner *r)
{
	for (int i = 0; i < r->path_count; i++)
		free_path(r->paths[i]);
	for (int i = 0; i < r->hop_count; i++)
		free(r->hops[i].name);
	free(r->paths);
	free(r->hops);
	r->paths = NULL;
	r->hops = NULL;
	r->path_count = r->hop_count = 0;
}
