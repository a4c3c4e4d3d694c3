/* Reading the queue.  It changes while it is read: what vanishes in between was delivered, and is
 * left out. */
#include "mailq/list.h"
#include "base/language.h"
#include "base/clock.h"
#include "base/compat.h"
#include "base/fdio.h"
#include "base/fields.h"
#include "base/paths.h"
#include "mailq/droplist.h"
#include "mailq/envelopes.h"
#include "mailq/list_paths.h"
#include "mailq/message_row.h"
#include "mailq/row.h"
#include "mailq/select.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE_ROWS 64

/* A message in drop/, by the line about it. */
struct dropped {
	uint64_t id;
	const char *line;
};

struct list_reader {
	struct list_wanted wanted;
	struct message_reader messages;
	struct buffer drop_lines;
	struct dropped *dropped; /* sorted */
	size_t dropped_count;
	size_t at, dropped_at; /* the next of the names, and of dropped */
	enum config_list policy;
	bool sees_all;
	struct envelopes envelopes;
	struct row page[PAGE_ROWS];
	struct row_store store; /* of the page */
	int page_count, page_at;
	bool collected;
	struct row *rows; /* collected */
	struct row_store all;
	int row_count, row_at;
};

static bool may_see(const struct list_reader *k, int64_t uid)
{
	return k->sees_all || (k->policy == CONFIG_LIST_OWNER && uid == getuid());
}

static struct names *names_of(struct list_reader *k)
{
	return k->wanted.dead ? &k->messages.names.dead : &k->messages.names.messages;
}

static int by_id(const void *left, const void *right)
{
	const struct dropped *a = left, *b = right;
	return (a->id > b->id) - (a->id < b->id);
}

static void take_drop_line(struct list_reader *k, const char *line)
{
	char id[ID_SIZE];
	if (!fields_get(line, "id", id, sizeof id) || !id_valid(id))
		return;
	/* Adopted in the meantime: it is in the list already. */
	if (names_has(&k->messages.names.messages, id))
		return;
	if (k->wanted.prefix != NULL && !text_starts(id, k->wanted.prefix))
		return;
	if (!may_see(k, fields_get_number(line, "uid", -1)))
		return;
	k->dropped = mem_grow(k->dropped, k->dropped_count, sizeof *k->dropped);
	k->dropped[k->dropped_count++] = (struct dropped){id_pack(id), line};
}

static void take_drop_lines(struct list_reader *k)
{
	size_t at = 0;
	const char *line;
	while ((line = fdio_next_line(&k->drop_lines, &at)) != NULL)
		take_drop_line(k, line);
	if (k->dropped_count > 1)
		qsort(k->dropped, k->dropped_count, sizeof *k->dropped, by_id);
}

/* The lock is held as long as a runner runs. */
static bool runner_lives(int mqueue_fd)
{
	int fd = openat(mqueue_fd, "runner.lock", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return false;
	bool held = flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
	close(fd);
	return held;
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

/* What the runner keeps beside the messages. */
static void read_state(struct listing *l, const struct queue *q)
{
	l->runner_lives = runner_lives(q->mqueue_fd);
	ages_load(&l->ages, q->mqueue_fd);
	counters_load(&l->counters, q->mqueue_fd);
	smtpd_status_read(&l->smtpd);
	l->token_count = config_uses_tokens(l->config) ? tokens_read(q->mqueue_fd, l->tokens) : 0;
	l->room_known = disk_space_look(&l->room, q->mqueue_fd);
	l->wait_count = l->runner_lives ? waits_read(q, l->waits, WAITS_MAX) : 0;
	l->woken_count = l->runner_lives ? woken_read(q, l->woken, WOKEN_MAX) : 0;
	read_health(l, q);
}

/* mqueue/ before drop/ would miss a message that moves in between; this way it is at worst seen
 * twice, and known. */
static bool read_names(struct listing *l, struct list_reader *k, struct diagnosis *why)
{
	if (!k->wanted.dead && !droplist_ask(&k->drop_lines))
		text_copy(l->drop_problem, sizeof l->drop_problem,
		    TR("what waits in drop/ could not be listed"));
	if (!names_read(&k->messages.names, k->messages.queue.mqueue_fd)) {
		diag_set_errno(why, VERDICT_FAILED, STAGE_SPOOL, REASON_SPOOL_RIGHTS, "%s/mqueue",
		    paths_spool());
		return false;
	}
	l->dead = (int)k->messages.names.dead.count;
	take_drop_lines(k);
	if (k->wanted.prefix != NULL)
		names_choose(names_of(k), k->wanted.prefix);
	return true;
}

bool list_open(struct listing *l, const struct config *config, const struct list_wanted *w,
    struct diagnosis *why)
{
	struct list_reader *k = mem_alloc(sizeof *k);
	*l = (struct listing){.config = config,
	    .of_dead = w->dead,
	    .reader = k,
	    .memo = list_memo_new()};
	k->wanted = *w;
	k->policy = config->list;
	k->envelopes.fd = k->messages.heads.fd = -1;
	struct queue *q = &k->messages.queue;
	if (!queue_open(q, paths_spool(), false, why)) {
		list_close(l);
		return false;
	}
	k->sees_all = k->policy == CONFIG_LIST_ALL || getuid() == 0 || getuid() == q->owner ||
	              compat_in_group(q->group);
	l->sees_all = k->sees_all;
	k->messages.of_dead = w->dead;
	if (!read_names(l, k, why)) {
		list_close(l);
		return false;
	}
	read_state(l, q);
	k->messages.runner_lives = l->runner_lives;
	message_row_prepare(&k->messages);
	l->count = (int)(names_of(k)->count + k->dropped_count);
	if (!k->sees_all || w->choice_count > 0)
		list_collect(l);
	return true;
}

static void add_dropped(struct list_reader *k, struct row *r)
{
	const struct dropped *d = &k->dropped[k->dropped_at++];
	char id[ID_SIZE];
	id_unpack(d->id, id);
	row_begin(r, id);
	r->in_drop = true;
	envelopes_take(r, &k->store, d->line);
}

/* One more row, of the two lists the one that comes first.  False: both are at their end. */
static bool add_one(struct list_reader *k)
{
	const struct names *n = names_of(k);
	char id[ID_SIZE];
	struct row *r = &k->page[k->page_count];
	bool named = k->at < n->count, dropped = k->dropped_at < k->dropped_count;
	if (!named && !dropped)
		return false;
	if (dropped && (!named || k->dropped[k->dropped_at].id < n->ids[k->at])) {
		add_dropped(k, r);
		k->page_count++;
		return true;
	}
	id_unpack(n->ids[k->at++], id);
	if (message_row_read(&k->messages, id, r, &k->store) && (r->unread || may_see(k, r->uid)))
		k->page_count++;
	return true;
}

/* Who sent what the runner made is known only when it was asked. */
static void drop_unseen(struct list_reader *k)
{
	int kept = 0;
	for (int i = 0; i < k->page_count; i++) {
		const struct row *r = &k->page[i];
		if (may_see(k, r->uid) && select_fits(r, k->wanted.choices, k->wanted.choice_count))
			k->page[kept++] = *r;
	}
	k->page_count = kept;
}

/* The next messages, in the order of their names, as most of them were made.  False: there are no
 * more. */
static bool turn_page(struct list_reader *k)
{
	bool more = true;
	k->page_count = k->page_at = 0;
	while (more && k->page_count == 0) {
		row_store_empty(&k->store);
		while (more && k->page_count < PAGE_ROWS)
			more = add_one(k);
		envelopes_ask(&k->envelopes, k->page, k->page_count, k->wanted.dead, &k->store);
		drop_unseen(k);
	}
	return k->page_count > 0;
}

static const struct row *next_of_page(struct list_reader *k)
{
	if (k->page_at == k->page_count && !turn_page(k))
		return NULL;
	return &k->page[k->page_at++];
}

const struct row *list_next(struct listing *l)
{
	struct list_reader *k = l->reader;
	if (!k->collected)
		return next_of_page(k);
	if (k->row_at < k->row_count)
		return &k->rows[k->row_at++];
	k->row_at = 0; /* for the next who asks */
	return NULL;
}

void list_collect(struct listing *l)
{
	struct list_reader *k = l->reader;
	const struct row *r;
	if (k->collected)
		return;
	while ((r = next_of_page(k)) != NULL) {
		k->rows = mem_grow(k->rows, (size_t)k->row_count, sizeof *k->rows);
		row_move(&k->rows[k->row_count++], &k->all, r);
	}
	k->collected = true;
	l->count = k->row_count;
}

void list_close(struct listing *l)
{
	struct list_reader *k = l->reader;
	names_free(&k->messages.names);
	queue_close(&k->messages.queue);
	message_row_end(&k->messages);
	buffer_free(&k->drop_lines);
	free(k->dropped);
	envelopes_end(&k->envelopes);
	arena_free(&k->store.memory);
	arena_free(&k->all.memory);
	free(k->rows);
	free(k);
	list_memo_free(l->memo);
	l->reader = NULL;
	l->memo = NULL;
}

void list_config(struct config *c)
{
	struct diagnosis d = {0};
	if (config_read(c, paths_config(), &d))
		return;
	config_free(c);
	config_defaults(c);
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
	/* A running runner writes once a minute while mail waits: more than that is a clock that was
	 * set. */
	bool jumped = l->ages.count > 0 && l->runner_lives && rest_s > 2 * AGES_JUMP_S;
	return counted + (rest_s > 0 && !jumped ? rest_s : 0);
}
