/* Reading the queue.  It changes while it is read: what vanishes in between was delivered, and is
 * left out. */
#include "mailq/list.h"
#include "base/language.h"
#include "base/compat.h"
#include "base/clock.h"
#include "base/fdio.h"
#include "base/fields.h"
#include "base/paths.h"
#include "diagnosis/report.h"
#include "config/idn.h"
#include "config/rules.h"
#include "mailq/droplist.h"
#include "mailq/envelopes.h"
#include "mailq/names.h"
#include "mailq/row.h"
#include "mailq/waiting.h"
#include "message/envelope.h"
#include "spool/journal.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

struct collecting {
	struct listing *list;
	struct queue queue;
	struct names_found names;
	enum config_list policy;
	bool sees_all;
};

/* Open recipients: those of the journal that are not settled; before the first attempt those of the
 * envelope. */
static void fill_rcpts(struct row *r, const struct envelope *e, const struct journal *j,
    bool with_failed)
{
	for (size_t i = 0; i < j->rcpt_count; i++) {
		enum verdict v = j->rcpts[i].last.verdict;
		if (v != VERDICT_SENT && (v != VERDICT_FAILED || with_failed))
			row_add_rcpt(r, j->rcpts[i].address, &j->rcpts[i].last);
	}
	if (j->rcpt_count > 0)
		return;
	for (size_t i = 0; i < e->recipient_count; i++)
		row_add_rcpt(r, e->recipients[i], NULL);
}

static void take_journal(struct collecting *c, struct row *r, const struct envelope *e)
{
	struct journal j = {0};
	/* Most mail was not tried yet: nothing is opened for it in vain. */
	if (!names_has(&c->names.logs, r->id) || journal_read(&j, c->queue.mqueue_fd, r->id)) {
		r->attempts = j.attempts;
		r->next_s = j.until_s;
		r->wait_s = j.wait_s;
		r->held = j.held;
		r->held_by = j.held_by;
		if (j.held && j.held_why[0] != '\0')
			row_set(&r->held_why, j.held_why);
		r->owed = j.owed;
		fill_rcpts(r, e, &j, c->list->of_dead || j.owed);
	} else if (errno == EFBIG) {
		row_set_problem(r, "%s",
		    "its journal is longer than " JOURNAL_LIMIT_WORDS ", and is not read");
	} else {
		row_set_problem(r, "its journal cannot be read: %s", strerror(errno));
	}
	journal_free(&j);
}

static void fill_row(struct collecting *c, struct row *r, int fd, uid_t uid)
{
	struct envelope e;
	struct diagnosis d = {0};
	envelope_init(&e);
	r->uid = uid;
	if (!envelope_read(&e, fd, &d)) {
		row_set_problem(r, "%s", d.text);
		envelope_free(&e);
		return;
	}
	if (uid == c->queue.owner && e.uid >= 0)
		r->uid = e.uid;
	r->arrival_s = e.created_us / 1000000;
	r->bytes = e.content.bytes;
	row_set(&r->login, e.login);
	row_set(&r->sender, e.sender);
	row_set(&r->program, e.program);
	if (e.repaired.length > 0)
		r->repaired = mem_copy(buffer_string(&e.repaired));
	take_journal(c, r, &e);
	envelope_free(&e);
}

/* Of a message whose file is closed to us: what its folder and its journal tell.  Who sent it is
 * the owner of the file, but for what the runner made. */
static void fill_unread(struct collecting *c, struct row *r, const char *name)
{
	struct envelope none;
	struct stat st;
	envelope_init(&none);
	r->unread = true;
	r->uid = -1;
	row_set(&r->sender, "?"); /* until the runner tells */
	if (fstatat(c->queue.mqueue_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		r->uid = st.st_uid != c->queue.owner ? (int64_t)st.st_uid : -1;
		r->bytes = st.st_size;
	}
	take_journal(c, r, &none);
	envelope_free(&none);
}

static bool may_see(const struct collecting *c, int64_t uid)
{
	return c->sees_all || (c->policy == CONFIG_LIST_OWNER && uid == getuid());
}

static void read_message(struct collecting *c, const char *id)
{
	uid_t uid;
	char name[ID_SIZE + 8];
	snprintf(name, sizeof name, "%s%s", id, c->list->of_dead ? ".dead" : "");
	int fd = queue_message(&c->queue, name, &uid, NULL);
	if (fd < 0 && errno == ENOENT)
		return;
	struct row *r = row_add(c->list, id);
	if (fd < 0 && errno == EACCES) {
		fill_unread(c, r, name);
		return;
	}
	if (fd < 0) {
		row_set_problem(r, "cannot be read: %s", strerror(errno));
		return;
	}
	fill_row(c, r, fd, uid);
	/* The runner shares a lock on what it works on. */
	r->active = flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
	close(fd);
	if (!may_see(c, r->uid)) {
		row_free(r);
		c->list->count--;
	}
}

/* Names first, then the files in the order of their names, as most of them were made. */
static bool read_mqueue(struct collecting *c)
{
	char id[ID_SIZE];
	bool whole = names_read(&c->names, c->queue.mqueue_fd);
	const struct names *wanted = c->list->of_dead ? &c->names.dead : &c->names.messages;
	c->list->dead = (int)c->names.dead.count;
	for (size_t i = 0; i < wanted->count; i++) {
		id_unpack(wanted->ids[i], id);
		read_message(c, id);
	}
	return whole;
}

static void take_drop_line(struct collecting *c, const char *line)
{
	char id[ID_SIZE], key[16], value[400];
	if (!fields_get(line, "id", id, sizeof id) || !id_valid(id))
		return;
	/* Adopted in the meantime: it is in the list already. */
	if (names_has(&c->names.messages, id))
		return;
	int64_t uid = fields_get_number(line, "uid", -1);
	if (!may_see(c, uid))
		return;
	struct row *r = row_add(c->list, id);
	r->in_drop = true;
	envelopes_take(r, line);
	for (int i = 0; i < ENVELOPE_LISTED_MAX; i++) {
		snprintf(key, sizeof key, "rcpt%d", i);
		if (!fields_get(line, key, value, sizeof value))
			break;
		row_add_rcpt(r, value, NULL);
	}
}

static void take_drop_lines(struct collecting *c, struct buffer *lines)
{
	char *line;
	while ((line = fdio_take_line(lines)) != NULL) {
		take_drop_line(c, line);
		free(line);
	}
	buffer_free(lines);
}

/* The lock is held as long as a runner lives. */
static bool runner_lives(int mqueue_fd)
{
	int fd = openat(mqueue_fd, "runner.lock", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return false;
	bool held = flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
	close(fd);
	return held;
}

static int by_id(const void *left, const void *right)
{
	const struct row *a = left, *b = right;
	return strcmp(a->id, b->id);
}

static void read_health(struct listing *l, const struct queue *q)
{
	struct stat st;
	int count = health_read(q, l->health, HEALTH_MAX);
	l->health_s = fstatat(q->mqueue_fd, "health", &st, AT_SYMLINK_NOFOLLOW) == 0 ? st.st_mtime : 0;
	l->health_count = 0;
	for (int i = 0; i < count; i++) {
		if (l->health[i].hop[0] != '\0')
			l->passed[l->passed_count++] = l->health[i];
		else
			l->health[l->health_count++] = l->health[i];
	}
}

/* Who sent what the runner made is known only now; nobody is asked for what a caller may not see
 * anyway. */
static void drop_unseen(struct collecting *c)
{
	int kept = 0;
	for (int i = 0; i < c->list->count; i++) {
		if (may_see(c, c->list->rows[i].uid))
			c->list->rows[kept++] = c->list->rows[i];
		else
			row_free(&c->list->rows[i]);
	}
	c->list->count = kept;
}

void list_config(struct config *c)
{
	struct diagnosis d = {0};
	if (config_read(c, paths_config(), &d))
		return;
	config_free(c);
	config_defaults(c);
}

bool list_collect(struct listing *l, const struct config *config, bool dead, struct diagnosis *why)
{
	struct collecting c = {.list = l, .policy = config->list};
	*l = (struct listing){.config = config, .of_dead = dead};
	if (!queue_open(&c.queue, paths_spool(), false, why))
		return false;
	c.sees_all = c.policy == CONFIG_LIST_ALL || getuid() == 0 || getuid() == c.queue.owner ||
	             compat_in_group(c.queue.group);
	/* mqueue/ before drop/ would miss a message that moves in between; this way it is at worst seen
	 * twice, and known. */
	struct buffer in_drop = {0};
	if (!dead && !droplist_ask(&in_drop))
		text_copy(l->drop_problem, sizeof l->drop_problem,
		    "what waits in drop/ could not be listed");
	bool read = read_mqueue(&c);
	if (!read)
		diag_set_errno(why, VERDICT_FAILED, STAGE_SPOOL, REASON_SPOOL_RIGHTS, "%s/mqueue",
		    paths_spool());
	envelopes_ask(l);
	drop_unseen(&c);
	int in_order = l->count;
	take_drop_lines(&c, &in_drop);
	l->runner_lives = runner_lives(c.queue.mqueue_fd);
	ages_load(&l->ages, c.queue.mqueue_fd);
	counters_load(&l->counters, c.queue.mqueue_fd);
	l->room_known = disk_space_look(&l->room, c.queue.mqueue_fd);
	l->wait_count = l->runner_lives ? waits_read(&c.queue, l->waits, WAITS_MAX) : 0;
	l->woken_count = l->runner_lives ? woken_read(&c.queue, l->woken, WOKEN_MAX) : 0;
	read_health(l, &c.queue);
	if (l->count > in_order)
		qsort(l->rows, (size_t)l->count, sizeof *l->rows, by_id);
	names_free(&c.names);
	queue_close(&c.queue);
	return read;
}

void list_free(struct listing *l)
{
	for (int i = 0; i < l->count; i++)
		row_free(&l->rows[i]);
	free(l->rows);
}

int64_t list_age_s(const struct listing *l, const struct row *r)
{
	return list_counted_s(l, r->arrival_s);
}

int64_t list_counted_s(const struct listing *l, int64_t since_s)
{
	int64_t from_s = since_s, counted = 0;
	if (l->ages.count > 0) {
		int64_t written_s = l->ages.stretches[l->ages.count - 1].to_s;
		counted = ages_of(&l->ages, since_s);
		from_s = written_s > from_s ? written_s : from_s;
	}
	int64_t rest_s = clock_wall_s() - from_s;
	/* A runner that lives writes once a minute while mail waits: more than that is a clock that was
	 * set. */
	bool jumped = l->ages.count > 0 && l->runner_lives && rest_s > 2 * AGES_JUMP_S;
	return counted + (rest_s > 0 && !jumped ? rest_s : 0);
}

/* Aliases are not applied here, so a bare name goes the way of mail without a rule. */
const struct health *list_health(const struct listing *l, const struct row *r,
    const struct row_rcpt *rcpt)
{
	struct paths_of p;
	if (rcpt == NULL && r->rcpt_count > 0)
		rcpt = &r->rcpts[0];
	rules_paths(l->config, r->sender, r->uid, rcpt != NULL ? rcpt->address : "", &p);
	/* Without a runner nobody has tried what came since it wrote that. */
	if (!l->runner_lives && r->arrival_s > l->health_s)
		return NULL;
	for (int k = -1; k < p.count; k++) {
		for (int i = 0; i < l->health_count; i++) {
			if (strcmp(l->health[i].path, k < 0 ? "" : p.paths[k]) == 0)
				return &l->health[i];
		}
	}
	return NULL;
}

void list_reason(const struct listing *l, const struct row *r, const struct row_rcpt *rcpt,
    struct text *t)
{
	if (r->problem != NULL)
		text_put(t, r->problem);
	else if (l->of_dead && (rcpt == NULL || rcpt->why->verdict == VERDICT_NONE))
		text_put(t, TR("set aside; the mail log says why"));
	else if (r->held && r->held_why != NULL)
		text_printf(t, TR("held: %s; \"mailq release %s\" lets it go"), r->held_why, r->id);
	else if (r->held)
		text_printf(t, TR("held by uid %lld; \"mailq release %s\" lets it go"),
		    (long long)r->held_by, r->id);
	else if (rcpt != NULL && rcpt->why->verdict != VERDICT_NONE) {
		report_reason(t, rcpt->why);
		text_put(t,
		    r->owed ? TR("; the report to the sender waits to go together with others") : "");
	} else if (r->active) {
		text_put(t, r->attempts > 1 ? TR("an attempt is running now")
		                            : TR("the first attempt is running now"));
		waiting_put_own(l, r, t);
	} else if (list_health(l, r, rcpt) != NULL)
		report_reason(t, &list_health(l, r, rcpt)->why);
	else if (r->in_drop || !l->runner_lives)
		text_put(t, l->runner_lives ? TR("just submitted; the runner picks it up at once")
		                            : TR("not tried yet: the runner is not running"));
	else if (!waiting_put_others(l, r, rcpt, t))
		text_put(t, TR("not tried yet"));
}

void list_put_unicode(const char *address, struct text *t)
{
	char *unicode = idn_to_unicode(address);
	if (unicode == NULL)
		return;
	text_put(t, " (");
	text_escape(t, unicode, strlen(unicode));
	text_put(t, ")");
	free(unicode);
}
