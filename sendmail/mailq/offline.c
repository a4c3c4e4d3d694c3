/* The runner's part, played once. */
#include "mailq/offline.h"
#include "base/language.h"
#include "base/clock.h"
#include "base/compat.h"
#include "base/log.h"
#include "base/paths.h"
#include "spool/journal.h"
#include "spool/runner_lock.h"
#include "spool/pickup.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct offline {
	struct queue queue;
	int lock_fd;
	uid_t caller;
};

/* What is written belongs to the owner of the queue, so that the next runner can go on with it. */
static bool become_owner(const struct queue *q)
{
	struct passwd *pw = getpwuid(q->owner);
	if (geteuid() == q->owner)
		return true;
	return pw != NULL && geteuid() == 0 && initgroups(pw->pw_name, pw->pw_gid) == 0 &&
	       compat_set_group(pw->pw_gid) == 0 && compat_set_user(q->owner) == 0;
}

struct offline *offline_begin(const char **why)
{
	struct diagnosis d = {0};
	struct offline *o = mem_alloc(sizeof *o);
	o->lock_fd = -1;
	o->caller = getuid();
	*why = NULL;
	if (!queue_open(&o->queue, paths_spool(), false, &d)) {
		free(o);
		*why = TR_LATER("the queue cannot be opened");
		return NULL;
	}
	if (o->caller != 0 && o->caller != o->queue.owner)
		*why = TR_LATER("only root can do that without one");
	else if (!become_owner(&o->queue))
		*why = TR_LATER("the rights of the user firsthop cannot be had");
	else if ((o->lock_fd = runner_lock_take(o->queue.mqueue_fd)) < 0)
		*why = errno == EWOULDBLOCK ? TR_LATER("one is running, and does not answer")
		                            : TR_LATER("its lock cannot be had");
	queue_close(&o->queue);
	if (*why == NULL && !queue_open(&o->queue, paths_spool(), true, &d))
		*why = TR_LATER("the queue cannot be opened");
	if (*why == NULL) {
		log_close();
		log_start("firsthop", LOG_TO_SYSLOG);
		return o;
	}
	if (o->lock_fd >= 0)
		close(o->lock_fd);
	free(o);
	return NULL;
}

void offline_end(struct offline *o)
{
	queue_close(&o->queue);
	close(o->lock_fd);
	free(o);
}

static const char *note(struct offline *o, const char *verb, const char *word, const char *id)
{
	struct buffer line = {0};
	TEXT(words, 60);
	text_printf(&words, "%s by=%lu", word, (unsigned long)o->caller);
	journal_put_word(&line, clock_wall_s(), words.data);
	bool done = journal_append(&o->queue, id, &line, true);
	buffer_free(&line);
	if (!done)
		return TR_LATER("the journal cannot be written");
	log_line(LOG_NOTICE, "%s is %s by uid %lu", id, verb, (unsigned long)o->caller);
	return NULL;
}

static const char *take_away(struct offline *o, const struct row *r, bool dead)
{
	TEXT(name, ID_SIZE + 8);
	text_printf(&name, "%s%s", r->id, dead ? ".dead" : "");
	log_line(LOG_NOTICE, "%s is removed by uid %lu: from=<%s> to=<%s>%s, never delivered",
	    name.data, (unsigned long)o->caller, r->sender,
	    r->rcpt_count > 0 ? r->rcpts[0].address : "", r->rcpt_count > 1 ? " and others" : "");
	bool removed =
	    dead ? unlinkat(o->queue.mqueue_fd, name.data, 0) == 0 : queue_remove(&o->queue, r->id);
	if (!removed || !queue_sync(&o->queue))
		return TR_LATER("the file cannot be removed");
	if (dead)
		queue_remove_log(&o->queue, r->id);
	return NULL;
}

/* A message that is new: the runner's first step with it. */
static const char *take_up(struct offline *o, const struct row *r)
{
	struct diagnosis d = {0};
	if (!r->in_drop)
		return NULL;
	if (pickup_take(&o->queue, r->id, &d) == PICKUP_REFUSED)
		return TR_LATER("it cannot be moved to mqueue/; the next runner says why");
	return pickup_settle(&o->queue, &d)
	           ? NULL
	           : TR_LATER("it cannot be moved to mqueue/: the disk does not write");
}

const char *offline_do(struct offline *o, enum control_verb verb, const struct row *r, bool dead)
{
	const char *problem = dead ? NULL : take_up(o, r);
	if (problem != NULL)
		return problem;
	if (verb == CONTROL_REMOVE)
		return take_away(o, r, dead);
	if (dead)
		return TR_LATER("it is set aside: without a runner it can be removed only");
	if (verb == CONTROL_HOLD)
		return r->held ? TR_LATER("it is held already") : note(o, "held", "held", r->id);
	if (verb == CONTROL_RELEASE)
		return r->held ? note(o, "released", "released", r->id) : TR_LATER("it is not held");
	return TR_LATER("nobody tries it: no runner is there; \"sendmail -q\" as root tries all");
}
