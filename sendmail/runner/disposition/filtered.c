/* The end of a filter's work on one message. */
#include "runner/disposition/filtered.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "config/filter.h"
#include "runner/attempt/placement.h"
#include "runner/queue/entry.h"
#include "runner/queue/runner.h"
#include "runner/queue/schedule.h"
#include "runner/queue/watcher.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LATER_MS 60000

static const char *const hows[] = {"passed", "changed", "held", "skipped"};

bool filtered_find(const char *how, enum filtered *kind)
{
	for (size_t i = 0; i < sizeof hows / sizeof hows[0]; i++) {
		if (strcmp(hows[i], how) == 0) {
			*kind = (enum filtered)i;
			return true;
		}
	}
	return false;
}

/* What filters left is looked at as any file of the queue: it is whole, and ours. */
static const char *check_changed(const struct queue *queue, const char *temp)
{
	struct envelope e;
	struct diagnosis d = {0};
	struct stat st;
	const char *problem = NULL;
	int fd = openat(queue->mqueue_fd, temp, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	envelope_init(&e);
	if (fd < 0 || fstat(fd, &st) != 0)
		problem = "the changed message is missing";
	else if (!S_ISREG(st.st_mode) || st.st_nlink != 1 || st.st_uid != queue->owner ||
	         !envelope_read(&e, fd, &d) || st.st_size != e.message_at + e.content.bytes)
		problem = "the changed message is damaged";
	envelope_free(&e);
	if (fd >= 0)
		close(fd);
	return problem;
}

/* Its file has the filter's name in it: a crash finds either the old message or the new one. */
static const char *take_changed(struct runner *r, const struct message *m)
{
	char temp[ID_SIZE + 2];
	snprintf(temp, sizeof temp, "t.%s", m->id);
	const char *problem = check_changed(&r->queue, temp);
	if (problem == NULL && (!queue_sync_drop(&r->queue) ||
	                           renameat(r->queue.mqueue_fd, temp, r->queue.mqueue_fd, m->id) != 0 ||
	                           !queue_sync(&r->queue)))
		problem = strerror(errno);
	if (problem != NULL)
		unlinkat(r->queue.mqueue_fd, temp, 0);
	return problem;
}

static bool note(const struct queue *queue, const struct message *m, enum filtered kind,
    const char *text)
{
	struct buffer lines = {0};
	int64_t now_s = clock_wall_s();
	buffer_add(&lines, m->lines.data, m->lines.length);
	journal_put_filtered(&lines, now_s, m->filter->name, hows[kind],
	    kind == FILTERED_HELD ? "" : text);
	if (kind == FILTERED_HELD)
		journal_put_held(&lines, now_s, (int64_t)queue->owner, text);
	bool done = journal_append(queue, m->id, &lines, true);
	watcher_lines(m->entry, &lines);
	buffer_free(&lines);
	return done;
}

static void say(const struct message *m, enum filtered kind, const char *text)
{
	if (kind == FILTERED_HELD)
		log_line(LOG_WARNING, "%s is held: %s; \"mailq release %s\" lets it go", m->id, text,
		    m->id);
	else if (kind == FILTERED_SKIPPED)
		log_line(LOG_WARNING, "%s passes filter %s unseen (%s)", m->id, m->filter->name, text);
	else
		log_line(LOG_INFO, "%s: filter %s %s it%s%s", m->id, m->filter->name,
		    kind == FILTERED_CHANGED ? "changed" : "passed", *text != '\0' ? ": " : "", text);
}

/* It was not noted: the filter sees it again, in a minute. */
static void wait(struct runner *r, struct message *m, const char *why)
{
	struct entry *e = m->entry;
	log_line(LOG_ERR, "%s: what filter %s did cannot be stored (%s); next try in 1 min", m->id,
	    m->filter->name, why);
	message_free(m);
	placement_add(r, e, clock_mono_ms() + LATER_MS);
}

void filtered_end(struct runner *r, struct message *m, enum filtered kind, const char *text)
{
	struct entry *e = m->entry;
	const char *problem = kind == FILTERED_CHANGED ? take_changed(r, m) : NULL;
	if (problem == NULL && !note(&r->queue, m, kind, text))
		problem = strerror(errno);
	if (problem != NULL) {
		wait(r, m, problem);
		return;
	}
	say(m, kind, text);
	r->counters.filtered[kind]++;
	r->counters.changed = true;
	message_free(m);
	e->held = kind == FILTERED_HELD;
	e->nexthop = NULL;
	placement_add(r, e, e->held ? INT64_MAX : clock_mono_ms());
}
