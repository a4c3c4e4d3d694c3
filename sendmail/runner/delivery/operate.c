/* What operators and senders ask for. */
#include "base/clock.h"
#include "base/fields.h"
#include "base/log.h"
#include "base/text.h"
#include "message/envelope.h"
#include "runner/delivery/expire.h"
#include "runner/attempt/message.h"
#include "runner/attempt/placement.h"
#include "runner/delivery/configure.h"
#include "runner/delivery/operate.h"
#include "runner/disposition/disposition.h"
#include "runner/listen/control_listen.h"
#include "runner/listen/permission.h"
#include "runner/queue/entry.h"
#include "runner/queue/nexthop.h"
#include "runner/queue/nexthop_health.h"
#include "runner/queue/runner.h"
#include "runner/queue/schedule.h"
#include "runner/session/sessions.h"
#include "spool/compact.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One that waits; NULL: there is none, or it is with a relay, or owed a report. */
static struct entry *find_waiting(const struct runner *r, const char *id)
{
	struct entry *e = entry_find(&r->entries, id_pack(id));
	return e != NULL && e->nexthop != NULL && !e->in_work ? e : NULL;
}

static bool is_in_work(const struct runner *r, const char *id)
{
	const struct entry *e = entry_find(&r->entries, id_pack(id));
	return e != NULL && e->in_work;
}

static const char *note(const struct queue *queue, const char *id, const char *word, uid_t uid)
{
	struct buffer line = {0};
	TEXT(verb, 60);
	text_printf(&verb, "%s by=%lu", word, (unsigned long)uid);
	journal_put_word(&line, clock_wall_s(), verb.data);
	bool done = journal_append(queue, id, &line, true);
	buffer_free(&line);
	if (done)
		compact_journal(queue, id);
	return done ? NULL : "the journal cannot be written";
}

static const char *hold(struct runner *r, struct entry *e, const char *id,
    const struct control_request *q)
{
	const char *problem = e->held ? "it is held already" : note(&r->queue, id, "held", q->uid);
	if (problem != NULL)
		return problem;
	e->held = true;
	schedule_move(&e->nexthop->schedule, e, INT64_MAX);
	log_line(LOG_NOTICE, "%s is held by uid %lu", id, (unsigned long)q->uid);
	return NULL;
}

static const char *release(struct runner *r, struct entry *e, const char *id,
    const struct control_request *q)
{
	const char *problem = e->held ? note(&r->queue, id, "released", q->uid) : "it is not held";
	if (problem != NULL)
		return problem;
	e->held = false;
	expire_look_again(r);
	schedule_move(&e->nexthop->schedule, e, clock_mono_ms());
	log_line(LOG_NOTICE, "%s is released by uid %lu", id, (unsigned long)q->uid);
	return NULL;
}

static const char *retry(struct runner *r, struct entry *e, const char *id,
    const struct control_request *q)
{
	if (e->held)
		return "it is held; release it first";
	if (nexthop_ask_again(&r->nexthops, e->nexthop, q->wish))
		schedule_ask(&e->nexthop->schedule, e);
	else
		schedule_move(&e->nexthop->schedule, e, clock_mono_ms());
	log_line(LOG_INFO, "%s is tried now, because uid %lu asks for it", id, (unsigned long)q->uid);
	return NULL;
}

static const char *deal_with_dead(struct runner *r, enum control_verb verb, const char *id,
    uid_t uid)
{
	TEXT(name, ID_SIZE + 8);
	text_printf(&name, "%s.dead", id);
	if (verb == CONTROL_REMOVE) {
		log_line(LOG_NOTICE, "%s is removed by uid %lu, never delivered", name.data,
		    (unsigned long)uid);
		if (unlinkat(r->queue.mqueue_fd, name.data, 0) != 0 || !queue_sync(&r->queue))
			return "the file cannot be removed";
		queue_remove_log(&r->queue, id);
		return NULL;
	}
	if (verb != CONTROL_RETRY)
		return "it is set aside; it can be retried or removed";
	if (journal_too_long(r->queue.mqueue_fd, id))
		return "its journal is too long to be read: without it (remove ID.log) all of its "
		       "recipients get it once more";
	const char *problem = note(&r->queue, id, "revived", uid);
	if (problem != NULL)
		return problem;
	if (renameat(r->queue.mqueue_fd, name.data, r->queue.mqueue_fd, id) != 0 ||
	    !queue_sync(&r->queue))
		return "the file cannot be renamed";
	log_line(LOG_NOTICE, "%s was set aside, and is tried again because uid %lu asks for it", id,
	    (unsigned long)uid);
	placement_add_new(r, entry_new(&r->entries, id_pack(id)));
	expire_look_again(r);
	return NULL;
}

/* It could not be read: it was set aside or forgotten, or waits again.  Whoever wants it away need
 * not read it. */
static const char *take_away_unread(struct runner *r, const char *id, uid_t uid)
{
	TEXT(name, ID_SIZE + 8);
	text_printf(&name, "%s.dead", id);
	if (faccessat(r->queue.mqueue_fd, name.data, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return deal_with_dead(r, CONTROL_REMOVE, id, uid);
	struct entry *e = find_waiting(r, id);
	if (e == NULL)
		return faccessat(r->queue.mqueue_fd, id, F_OK, AT_SYMLINK_NOFOLLOW) == 0
		           ? "only the report to its sender still has to be sent"
		           : NULL;
	log_line(LOG_NOTICE, "%s is removed unread by uid %lu, never delivered", id,
	    (unsigned long)uid);
	if (!queue_remove(&r->queue, id) || !queue_sync(&r->queue))
		return "the file cannot be removed";
	schedule_take(&e->nexthop->schedule, e);
	entry_forget(&r->notes, &r->entries, e);
	return NULL;
}

static const char *take_away(struct runner *r, struct entry *e, const char *id,
    const struct control_request *q)
{
	schedule_take(&e->nexthop->schedule, e);
	struct message *m = disposition_begin(r, e);
	if (m == NULL)
		return take_away_unread(r, id, q->uid);
	log_line(LOG_NOTICE, "%s is removed by uid %lu: from=<%s> to=<%s>%s, never delivered", id,
	    (unsigned long)q->uid, m->sender, m->rcpt_count > 0 ? m->rcpts[0] : "",
	    m->rcpt_count > 1 ? " and others" : "");
	message_free(m);
	bool done = queue_remove(&r->queue, id) && queue_sync(&r->queue);
	if (!done) {
		placement_add(r, e, clock_mono_ms() + 60000);
		return "the file cannot be removed";
	}
	entry_forget(&r->notes, &r->entries, e);
	return NULL;
}

static const char *forget(struct runner *r, uid_t uid)
{
	if (!permission_of_admin(&r->queue, uid))
		return "only root and the user firsthop may do that";
	log_line(LOG_NOTICE, "uid %lu reset the state of all smarthosts", (unsigned long)uid);
	nexthop_forget_failures(&r->nexthops);
	nexthop_write_health(r);
	return NULL;
}

/* What is done with a message that waits, for those who may: its sender, or only an administrator.
 */
static const struct {
	const char *(
	    *act)(struct runner *, struct entry *, const char *, const struct control_request *);
	bool only_admin;
} deeds[] = {
    [CONTROL_HOLD] = {hold, false},
    [CONTROL_RELEASE] = {release, false},
    [CONTROL_RETRY] = {retry, true},
    [CONTROL_REMOVE] = {take_away, false},
};

static const char *do_with_message(struct runner *r, const struct control_request *q)
{
	const char *id = q->asked.name;
	bool only_admin = deeds[q->asked.verb].only_admin, in_work = is_in_work(r, id);
	struct entry *e = find_waiting(r, id);
	TEXT(name, ID_SIZE + 8);
	text_printf(&name, "%s%s", id, e == NULL && !in_work ? ".dead" : "");
	bool dead = e == NULL && !in_work && faccessat(r->queue.mqueue_fd, name.data, F_OK, 0) == 0;
	if (e == NULL && !in_work && !dead)
		return "no such message waits";
	/* Before anything is said of its state: others need not know. */
	if (only_admin ? !permission_of_admin(&r->queue, q->uid)
	               : !permission_of_sender(&r->queue, name.data, q->uid))
		return only_admin ? "only root and the user firsthop may do that"
		                  : "only root, the user firsthop and its sender may do that";
	if (in_work)
		return "it is being delivered right now";
	return dead ? deal_with_dead(r, q->asked.verb, id, q->uid)
	            : deeds[q->asked.verb].act(r, e, id, q);
}

static const char *obey(struct runner *r, const struct control_request *q)
{
	if (!q->known)
		return "this is no request";
	if (q->asked.verb == CONTROL_FORGET)
		return forget(r, q->uid);
	if (q->asked.verb == CONTROL_NOTED)
		return faccessat(r->queue.drop_fd, q->asked.name, F_OK, 0) == 0
		           ? NULL
		           : "that wish for a pass is not seen";
	return do_with_message(r, q);
}

/* What a list shows of a message, and nothing of its text: mailq cannot read the file.  False:
 * there is none. */
static bool show(struct runner *r, const char *name, struct buffer *out)
{
	struct envelope e;
	struct diagnosis d = {0};
	char id[ID_SIZE];
	uid_t owner;
	text_copy(id, sizeof id, name);
	int fd = queue_message(&r->queue, name, &owner, NULL);
	envelope_init(&e);
	bool good = fd >= 0 && envelope_read(&e, fd, &d);
	if (good) {
		if (owner != r->queue.owner || e.uid < 0)
			e.uid = owner;
		envelope_put_listing(&e, out, id);
		fields_put_number(out, "active", is_in_work(r, id));
	}
	envelope_free(&e);
	if (fd >= 0)
		close(fd);
	return good;
}

static void answer_show(struct runner *r, const struct control_request *q)
{
	struct buffer fields = {0};
	bool found = show(r, q->asked.name, &fields);
	control_listen_answer(r->control, q, found ? CONTROL_OK_FIELDS : CONTROL_NO,
	    found ? buffer_string(&fields) : "such message is in the queue");
	buffer_free(&fields);
}

/* Which messages are with a relay: as many as the sessions hold. */
static void answer_work(struct runner *r, const struct control_request *q)
{
	struct buffer fields = {0};
	const char *before = "ids=";
	for (int i = 0; i < r->sessions->count; i++) {
		for (const struct message *m = r->sessions->list[i]->first; m != NULL; m = m->next) {
			buffer_printf(&fields, "%s%s", before, m->id);
			before = ",";
		}
	}
	control_listen_answer(r->control, q, CONTROL_OK_FIELDS,
	    fields.length > 0 ? buffer_string(&fields) : before);
	buffer_free(&fields);
}

void operate(struct runner *r)
{
	struct control_request q;
	bool looked = false;
	while (control_listen_next(r->control, &q)) {
		if (q.known && q.asked.verb == CONTROL_SHOW) {
			answer_show(r, &q);
			continue;
		}
		if (q.known && q.asked.verb == CONTROL_WORK) {
			answer_work(r, &q);
			continue;
		}
		if (!looked)
			configure_look_again(r);
		looked = true;
		const char *problem = obey(r, &q);
		control_listen_answer(r->control, &q, problem != NULL ? CONTROL_NO : CONTROL_OK,
		    problem != NULL ? problem : "");
	}
}
