/* One who watches a message (runner/listen/watch_listen.h), and what is said to them.  A slow one
   loses lines, never time of the runner's. */
#ifndef RUNNER_QUEUE_WATCHER_H
#define RUNNER_QUEUE_WATCHER_H
#include "base/mem.h"
#include "runner/queue/schedule.h"
#include "spool/control_line.h"
#include "spool/story.h"
#include <sys/types.h>

struct watcher {
	int fd;
	uid_t uid;
	uint64_t id;
	bool talk, over;
	bool looks;          /* asks whether the message has come by now */
	struct entry *entry; /* NULL: not there yet */
	int attempts;        /* of the message when it was found */
	struct buffer in, out;
};

/* "ok" to them.  The others are the last line; the client is let go when it has it. */
void watcher_greet(struct watcher *w);
void watcher_refuse(struct watcher *w, const char *reason);
void watcher_end(struct watcher *w, enum control_end end);

/* True when the dialogue about it is to be shown. */
bool watcher_talks(const struct entry *e);

/* Lines of the journal come into being; the dialogue; a message that is done (its entry may go). */
void watcher_lines(const struct entry *e, const struct buffer *lines);
void watcher_text(const struct entry *e, enum story_verb verb, const char *text);
void watcher_done(struct entry *e);
#endif
