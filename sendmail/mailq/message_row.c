/* Reading a message of the queue. */
#include "mailq/message_row.h"
#include "base/language.h"
#include "mailq/in_work.h"
#include "message/envelope.h"
#include "spool/journal.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Open recipients: those of the journal that are not settled; before the first attempt those of the
 * envelope. */
static void fill_rcpts(struct row *r, struct row_store *store, const struct envelope *e,
    const struct journal *j, bool with_failed)
{
	for (size_t i = 0; i < j->rcpt_count; i++) {
		enum verdict v = j->rcpts[i].verdict;
		struct diagnosis d;
		if (v == VERDICT_SENT || (v == VERDICT_FAILED && !with_failed))
			continue;
		journal_last(&j->rcpts[i], &d);
		row_add_rcpt(r, store, j->rcpts[i].address, &d);
	}
	for (size_t i = 0; i < e->recipient_count && j->rcpt_count == 0; i++)
		row_add_rcpt(r, store, e->recipients[i], NULL);
}

static void take_journal(struct message_reader *m, struct row *r, struct row_store *store,
    const struct envelope *e)
{
	struct journal j = {0};
	/* Most mail was not tried yet: nothing is opened for it in vain. */
	if (!names_has(&m->names.logs, r->id) || journal_read(&j, m->queue.mqueue_fd, r->id)) {
		r->attempts = j.attempts;
		r->next_s = j.until_s;
		r->wait_s = j.wait_s;
		r->held = j.held;
		r->held_by = j.held_by;
		if (j.held && j.held_why[0] != '\0')
			r->held_why = row_string(store, j.held_why);
		r->owed = j.owed;
		fill_rcpts(r, store, e, &j, m->of_dead || j.owed);
	} else if (errno == EFBIG) {
		row_set_problem(r, store, TR("its journal is longer than %s, and is not read"),
		    JOURNAL_LIMIT_WORDS);
	} else {
		row_set_problem(r, store, TR("its journal cannot be read: %s"), strerror(errno));
	}
	journal_free(&j);
}

/* From an envelope that was read, well (good) or not. */
static void fill_row(struct message_reader *m, struct row *r, struct row_store *store,
    struct envelope *e, uid_t uid)
{
	r->uid = uid == m->queue.owner && e->uid >= 0 ? e->uid : (int64_t)uid;
	row_set_arrival(r, e->created_us);
	r->bytes = e->content.bytes;
	r->login = row_string(store, e->login);
	r->sender = row_string(store, e->sender);
	r->program = row_string(store, e->program);
	if (e->repaired.length > 0)
		r->repaired = row_string(store, buffer_string(&e->repaired));
	take_journal(m, r, store, e);
}

static void fill_from_file(struct message_reader *m, struct row *r, struct row_store *store, int fd,
    uid_t uid)
{
	struct envelope e;
	struct diagnosis d;
	r->uid = uid;
	if (envelope_look(&e, fd, &m->head, &d))
		fill_row(m, r, store, &e, uid);
	else
		row_set_problem(r, store, "%s", d.text);
	envelope_free(&e);
}

/* Of a message whose file is closed to us: what its folder and its journal say.  Who sent it is the
 * owner of the file, but for what the runner made. */
static void fill_unread(struct message_reader *m, struct row *r, struct row_store *store,
    const char *name)
{
	const struct envelope none = {0};
	struct stat st;
	r->unread = true;
	r->uid = -1;
	r->sender = "?"; /* until the runner says */
	if (fstatat(m->queue.mqueue_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		r->uid = st.st_uid != m->queue.owner ? (int64_t)st.st_uid : -1;
		r->bytes = st.st_size;
	}
	take_journal(m, r, store, &none);
}

/* From the runner's copy, if it is of the very file that is there now.  False: read the file. */
static bool read_copy(struct message_reader *m, const char *id, struct row *r,
    struct row_store *store)
{
	struct envelope e;
	struct diagnosis d;
	struct stat st;
	if (m->of_dead || m->heads.fd < 0 ||
	    fstatat(m->queue.mqueue_fd, id, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
	    !heads_find(&m->heads, id_pack(id), &st, &m->head))
		return false;
	bool good = envelope_look_again(&e, &m->head, &d);
	if (good) {
		row_begin(r, id);
		fill_row(m, r, store, &e, st.st_uid);
		r->active = names_has(&m->in_work, id);
	}
	envelope_free(&e);
	return good;
}

static bool read_file(struct message_reader *m, const char *id, struct row *r,
    struct row_store *store)
{
	uid_t uid;
	char name[ID_SIZE + 8];
	snprintf(name, sizeof name, "%s%s", id, m->of_dead ? ".dead" : "");
	int fd = queue_message(&m->queue, name, &uid, NULL);
	if (fd < 0 && errno == ENOENT)
		return false;
	row_begin(r, id);
	if (fd < 0 && errno == EACCES) {
		fill_unread(m, r, store, name);
		return true;
	}
	if (fd < 0) {
		row_set_problem(r, store, TR("cannot be read: %s"), strerror(errno));
		return true;
	}
	fill_from_file(m, r, store, fd, uid);
	/* The runner shares a lock on what it works on. */
	r->active = m->runner_lives && flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
	close(fd);
	return true;
}

bool message_row_read(struct message_reader *m, const char *id, struct row *r,
    struct row_store *store)
{
	return read_copy(m, id, r, store) || read_file(m, id, r, store);
}

/* What is being worked on is known by a lock on its file, which is not opened then: the runner has
 * to say it. */
void message_row_prepare(struct message_reader *m)
{
	if (m->of_dead || !heads_open(&m->heads, m->queue.mqueue_fd)) {
		m->heads.fd = -1;
		return;
	}
	if (m->runner_lives && !in_work_ask(&m->in_work)) {
		heads_close(&m->heads);
	}
}

void message_row_end(struct message_reader *m)
{
	heads_close(&m->heads);
	free(m->in_work.ids);
	buffer_free(&m->head);
}
