/* One look at each name. */
#include "base/clock.h"
#include "base/compat.h"
#include "base/log.h"
#include "base/paths.h"
#include "runner/queue/runner.h"
#include "runner/service/places.h"
#include "spool/trigger.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOOK_SOON_MS 5000
#define LOOK_EVERY_MS 60000
#define COMPLAIN_EVERY_MS 3600000

enum place { PLACE_DROP, PLACE_MQUEUE, PLACE_TRIGGER, PLACE_COUNT };

struct places {
	int64_t looked_ms; /* when the names were last looked at */
	bool woken;        /* something happened since then */
	int fd;            /* watches the run folder; -1 = not yet, or it cannot be watched */
	int64_t said_ms[PLACE_COUNT]; /* when something about each was last said; 0 = it is in order */
};

static struct places *state_of(struct runner *r)
{
	if (r->places == NULL) {
		r->places = mem_alloc(sizeof *r->places);
		r->places->fd = -1;
	}
	return r->places;
}

void places_end(struct runner *r)
{
	mem_free(&r->places);
}

/* Where a name of the spool leads now: to the open file, to another one, or nowhere. */
enum lead { LEADS_HERE, LEADS_ELSEWHERE, LEADS_NOWHERE };

static enum lead lead_of(const char *name, int fd)
{
	struct stat there, here;
	char path[1100];
	snprintf(path, sizeof path, "%s/%s", paths_spool(), name);
	if (lstat(path, &there) != 0)
		return LEADS_NOWHERE;
	if (fd >= 0 && fstat(fd, &here) == 0 && here.st_ino == there.st_ino &&
	    here.st_dev == there.st_dev)
		return LEADS_HERE;
	return LEADS_ELSEWHERE;
}

/* Once an hour for each place, and again after it was in order. */
static void complain(struct runner *r, enum place place, const char *words)
{
	int64_t now = clock_mono_ms(), *said_ms = &state_of(r)->said_ms[place];
	if (words != NULL && (*said_ms == 0 || now - *said_ms >= COMPLAIN_EVERY_MS)) {
		log_line(LOG_CRIT, "%s/%s", paths_spool(), words);
		*said_ms = now;
	} else if (words == NULL) {
		*said_ms = 0;
	}
}

/* The caller picks up what lies in the old folder before the new one takes its place. */
static int new_drop(void)
{
	char path[1100];
	snprintf(path, sizeof path, "%s/drop", paths_spool());
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

void places_use_drop(struct runner *r, int fd)
{
	dup2(fd, r->queue.drop_fd);
	fcntl(r->queue.drop_fd, F_SETFD, FD_CLOEXEC);
	close(fd);
	r->adopt_again_ms = clock_mono_ms();
	log_line(LOG_WARNING,
	    "%s/drop was replaced by another folder; new mail is now picked up from that one",
	    paths_spool());
}

static int look_at_drop(struct runner *r)
{
	enum lead lead = lead_of("drop", r->queue.drop_fd);
	int fd = lead == LEADS_ELSEWHERE ? new_drop() : -1;
	if (lead == LEADS_HERE || fd >= 0)
		complain(r, PLACE_DROP, NULL);
	else
		complain(r, PLACE_DROP,
		    "drop is missing or cannot be opened: no mail can be submitted. "
		    "Run \"make install-rights\", or reinstall the package");
	return fd;
}

/* The socket for mailq is in there: in another folder it would mislead. */
static bool look_at_mqueue(struct runner *r)
{
	bool here = lead_of("mqueue", r->queue.mqueue_fd) == LEADS_HERE;
	complain(r, PLACE_MQUEUE,
	    here ? NULL
	         : "mqueue was replaced while the runner was running; it still uses the old folder. "
	           "Restart the runner");
	return here;
}

static void look_at_trigger(struct runner *r)
{
	int fd = lead_of("trigger", r->trigger_fd) == LEADS_HERE ? -1 : trigger_open(paths_spool());
	if (fd >= 0) {
		if (r->trigger_fd >= 0)
			close(r->trigger_fd);
		r->trigger_fd = fd;
		log_line(LOG_WARNING, "%s/trigger was replaced; the new one is used", paths_spool());
	}
	bool here = lead_of("trigger", r->trigger_fd) == LEADS_HERE;
	complain(r, PLACE_TRIGGER,
	    here ? NULL
	         : "trigger is not a FIFO that can be opened: new mail waits up to 5 seconds. "
	           "Remove it, then run \"make install-rights\"");
	if (!here)
		r->adopt_again_ms = clock_mono_ms();
}

int places_fd(struct runner *r)
{
	if (r->lifetime == LIFETIME_STAY && state_of(r)->fd < 0)
		state_of(r)->fd = compat_watch_folder(paths_run());
	return state_of(r)->fd;
}

void places_wake(struct runner *r, bool watched)
{
	state_of(r)->woken = true;
	if (!watched)
		return;
	compat_watch_clear(state_of(r)->fd);
	state_of(r)->looked_ms = clock_mono_ms() - LOOK_SOON_MS;
}

bool places_look(struct runner *r, struct places_found *found)
{
	if (r->lifetime != LIFETIME_STAY || clock_mono_ms() < places_next_ms(r))
		return false;
	state_of(r)->looked_ms = clock_mono_ms();
	state_of(r)->woken = false;
	found->new_drop_fd = look_at_drop(r);
	found->mqueue_here = look_at_mqueue(r);
	look_at_trigger(r);
	return true;
}

int64_t places_next_ms(const struct runner *r)
{
	const struct places *p = r->places;
	if (p == NULL)
		return 0;
	bool soon = p->woken;
	for (int i = 0; i < PLACE_COUNT; i++)
		soon = soon || p->said_ms[i] != 0;
	return p->looked_ms + (soon ? LOOK_SOON_MS : LOOK_EVERY_MS);
}
