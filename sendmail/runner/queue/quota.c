/* Accounts of users.  A rate is a bucket that empties by max_per_hour an hour: a user who kept
 * still for a while may send a burst. */
#include "base/clock.h"
#include "base/fields.h"
#include "base/log.h"
#include "base/paths.h"
#include "base/text.h"
#include "config/people.h"
#include "message/envelope.h"
#include "runner/queue/idmap.h"
#include "runner/queue/quota.h"
#include "runner/queue/runner.h"
#include "runner/queue/schedule.h"
#include "spool/policy.h"
#include "spool/user_share.h"
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOOK_MS 1000
#define SHARE_PUBLISHED_S \
	600 /* a user above their share is refused for so long, unless that is written again */

struct account {
	uid_t uid;
	uint32_t waiting;
	uint64_t kb;
	double level; /* messages in the bucket at_ms */
	int64_t at_ms;
	const struct submitter *rule; /* in r->config; NULL = none */
	char name[64];
};

struct quota {
	struct account **accounts;
	int count;
	struct disk_space room;
	bool room_known;
	int over_count; /* users who are refused */
	int64_t published_ms;
	char *published;
};

static void find_rule(const struct config *config, struct account *a)
{
	/* Where nobody is named, nobody is looked up. */
	struct passwd *pw = config->submitter_count > 0 ? getpwuid(a->uid) : NULL;
	a->rule = NULL;
	if (pw != NULL)
		text_copy(a->name, sizeof a->name, pw->pw_name);
	else
		snprintf(a->name, sizeof a->name, "uid%lu", (unsigned long)a->uid);
	if (a->uid == 0)
		return;
	for (int i = 0; i < config->submitter_count && a->rule == NULL; i++) {
		const char *who = config->submitters[i].who;
		if (strcmp(who, "*") == 0 || strcmp(who, a->name) == 0 ||
		    people_fit(who, a->uid) == PEOPLE_YES)
			a->rule = &config->submitters[i];
	}
}

static struct account *find_account(struct runner *r, uid_t uid)
{
	if (r->quota == NULL)
		r->quota = mem_alloc(sizeof *r->quota);
	struct quota *q = r->quota;
	for (int i = 0; i < q->count; i++) {
		if (q->accounts[i]->uid == uid)
			return q->accounts[i];
	}
	q->accounts = mem_resize(q->accounts, (size_t)q->count + 1, sizeof *q->accounts);
	struct account *a = q->accounts[q->count++] = mem_alloc(sizeof *a);
	a->uid = uid;
	find_rule(&r->config, a);
	return a;
}

/* Files that are not our own prove their sender by their owner; ours say it. */
static bool sender_of(const struct queue *queue, const char *id, uid_t *uid, uint64_t *kb)
{
	struct stat st;
	struct envelope e;
	struct diagnosis d = {0};
	if (fstatat(queue->mqueue_fd, id, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return false;
	*uid = st.st_uid;
	*kb = ((uint64_t)st.st_size + 1023) / 1024;
	if (st.st_uid != queue->owner)
		return true;
	int fd = queue_message(queue, id, NULL, NULL);
	if (fd < 0)
		return false;
	envelope_init(&e);
	if (envelope_read(&e, fd, &d) && e.uid >= 0)
		*uid = (uid_t)e.uid;
	envelope_free(&e);
	close(fd);
	return true;
}

static void drain(struct account *a, int64_t now_ms)
{
	double per_ms = a->rule != NULL ? a->rule->max_per_hour / 3600000.0 : 0;
	a->level -= (double)(now_ms - a->at_ms) * per_ms;
	a->level = a->level > 0 ? a->level : 0;
	a->at_ms = now_ms;
}

void quota_take(struct runner *r, struct entry *e, const char *id, bool fresh)
{
	uid_t uid;
	uint64_t kb;
	if (!sender_of(&r->queue, id, &uid, &kb))
		return;
	e->uid = (uint32_t)uid;
	struct account *a = find_account(r, uid);
	e->account = a;
	e->kb = kb < UINT32_MAX ? (uint32_t)kb : UINT32_MAX;
	a->waiting++;
	a->kb += e->kb;
	if (fresh) {
		drain(a, clock_mono_ms());
		a->level++;
	}
}

void quota_forget(struct entry *e)
{
	if (e->account == NULL)
		return;
	e->account->waiting--;
	e->account->kb -= e->kb;
	e->account = NULL;
}

static void put_rule(const struct submitter *s, struct buffer *out)
{
	struct buffer line = {0};
	int64_t id;
	buffer_puts(&line, "rule");
	fields_put_number(&line, "line", s->line);
	fields_put(&line, "who", s->who);
	if (strcmp(s->who, "*") == 0)
		fields_put_number(&line, "all", 1);
	else if (people_find(s->who, &id) == PEOPLE_YES)
		fields_put_number(&line, *s->who == '%' ? "gid" : "uid", id);
	fields_put(&line, "from", s->from);
	buffer_printf(out, "%s\n", buffer_string(&line));
	buffer_free(&line);
}

/* The share that every user has, whoever is named in [submit]. */
static bool is_above_share(const struct account *a, const struct quota *q, int percent,
    struct text *words)
{
	struct user_share share = {.percent = percent,
	    .uid = a->uid,
	    .bytes = a->kb << 10,
	    .files = a->waiting};
	text_copy(share.config, sizeof share.config, paths_config());
	return q->room_known && user_share_is_over(&share, &q->room, words);
}

/* The first limit that a user is above, and for how long; false when there is none. */
static bool is_over(struct account *a, struct text *words, int64_t *left_s)
{
	const struct submitter *s = a->rule;
	if (s == NULL)
		return false;
	drain(a, clock_mono_ms());
	*left_s = SHARE_PUBLISHED_S;
	if (s->max_per_hour > 0 && a->level >= s->max_per_hour) {
		*left_s = (int64_t)((a->level - s->max_per_hour + 1) * 3600 / s->max_per_hour) + 1;
		*left_s = *left_s < 3600 ? *left_s : 3600;
		text_printf(words, "user %s may hand over %d messages an hour", a->name, s->max_per_hour);
	} else if (s->max_waiting > 0 && a->waiting >= (uint32_t)s->max_waiting) {
		text_printf(words, "user %s has %u messages in the queue and may have %d", a->name,
		    a->waiting, s->max_waiting);
	} else if (s->max_waiting_mb > 0 && a->kb >= (uint64_t)s->max_waiting_mb << 10) {
		text_printf(words, "user %s has %llu MB in the queue and may have %d", a->name,
		    (unsigned long long)(a->kb >> 10), s->max_waiting_mb);
	} else {
		return false;
	}
	text_printf(words, " ([submit %s] in %s, line %d)", s->who, paths_config(), s->line);
	return true;
}

static void put_over(struct quota *q, int percent, struct account *a, struct buffer *out)
{
	struct buffer line = {0};
	int64_t left_s = SHARE_PUBLISHED_S;
	TEXT(words, 700);
	bool over = is_over(a, &words, &left_s), full = !over && is_above_share(a, q, percent, &words);
	if (!over && !full)
		return;
	q->over_count++;
	buffer_puts(&line, "over");
	fields_put_number(&line, "uid", (long long)a->uid);
	fields_put_number(&line, "until", (long long)(clock_wall_s() + left_s));
	if (full)
		fields_put_number(&line, "full", 1);
	fields_put(&line, "text", words.data);
	buffer_printf(out, "%s\n", buffer_string(&line));
	buffer_free(&line);
}

static void compose(struct runner *r, struct buffer *out)
{
	struct buffer head = {0};
	buffer_puts(&head, "policy version=1");
	fields_put(&head, "file", paths_config());
	fields_put(&head, "domain", r->config.domain);
	fields_put_number(&head, "min_free_mb", r->config.min_free_mb);
	fields_put_number(&head, "max_recipients", r->config.max_recipients);
	fields_put_number(&head, "max_user_percent", r->config.max_user_percent);
	fields_put(&head, "log", r->config.log_format == CONFIG_LOG_JSON ? "json" : "text");
	buffer_printf(out, "%s\n", buffer_string(&head));
	buffer_free(&head);
	for (int i = 0; i < r->config.submitter_count; i++)
		put_rule(&r->config.submitters[i], out);
	for (int i = 0; r->quota != NULL && i < r->quota->count; i++)
		put_over(r->quota, r->config.max_user_percent, r->quota->accounts[i], out);
}

void quota_configure(struct runner *r)
{
	for (int i = 0; r->quota != NULL && i < r->quota->count; i++)
		find_rule(&r->config, r->quota->accounts[i]);
	quota_publish(r);
}

void quota_publish(struct runner *r)
{
	struct buffer text = {0};
	if (!r->config_good)
		return;
	if (r->quota == NULL)
		r->quota = mem_alloc(sizeof *r->quota);
	r->quota->published_ms = clock_mono_ms();
	r->quota->over_count = 0;
	r->quota->room_known = disk_space_look(&r->quota->room, r->queue.drop_fd);
	compose(r, &text);
	const char *now = buffer_string(&text);
	if (r->quota->published == NULL || strcmp(r->quota->published, now) != 0) {
		mem_free(&r->quota->published);
		if (policy_write(r->queue.drop_fd, text.data, text.length))
			r->quota->published = mem_copy(now);
		else
			log_limited(&r->complaints,
			    "drop/policy cannot be written: limits of [submit] do not hold");
	}
	buffer_free(&text);
}

void quota_look(struct runner *r)
{
	const struct quota *q = r->quota;
	if (q != NULL && q->over_count > 0 && clock_mono_ms() - q->published_ms >= LOOK_MS)
		quota_publish(r);
}

void quota_free(struct runner *r)
{
	struct quota *q = r->quota;
	for (int i = 0; q != NULL && i < q->count; i++)
		free(q->accounts[i]);
	if (q != NULL) {
		free(q->accounts);
		free(q->published);
	}
	free(q);
	r->quota = NULL;
}
