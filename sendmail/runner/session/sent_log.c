/* Ledgers while their relays run. */
#include "base/fdio.h"
#include "base/log.h"
#include "base/text.h"
#include "jobs/ledger.h"
#include "runner/attempt/message.h"
#include "runner/disposition/rcpt_outcome.h"
#include "runner/queue/notes.h"
#include "runner/queue/runner.h"
#include "runner/session/sent_log.h"
#include "runner/session/worker.h"
#include "spool/disk_reserve.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int sent_log_open(struct sessions *sessions, const struct queue *queue,
    char name[SENT_LOG_NAME_SIZE])
{
	int fd;
	do {
		snprintf(name, SENT_LOG_NAME_SIZE, "sent.%u", ++sessions->log_number);
		fd = openat(queue->mqueue_fd, name,
		    O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	} while (fd < 0 && (errno == EEXIST || disk_reserve_spend(queue)));
	if (fd < 0) {
		log_line(LOG_WARNING,
		    "mqueue/%s cannot be made: %s: if this runner is killed, what a session delivers may "
		    "be sent again",
		    name, strerror(errno));
		name[0] = '\0';
	}
	return fd;
}

void sent_log_remove(struct notes *notes, const struct queue *queue, const char *name)
{
	if (name[0] != '\0' && !notes_any_pending(notes))
		unlinkat(queue->mqueue_fd, name, 0);
}

static void hear_line(struct runner *r, struct worker *w, const struct ledger_line *l)
{
	struct message *m = w->first;
	while (m != NULL && strcmp(m->id, l->id) != 0)
		m = m->next;
	int i = m != NULL ? message_find_rcpt(m, l->address) : -1;
	if (i < 0 ||
	    (l->d.verdict == VERDICT_SENT ? m->states[i] == RCPT_SENT : m->states[i] != RCPT_OPEN))
		return;
	m->relayed[i] = l->relayed;
	rcpt_outcome_note(r, m, i, RCPT_DEFERRED, &l->d);
}

void sent_log_hear(struct runner *r, struct worker *w)
{
	struct buffer text = {0};
	struct ledger_line l;
	char *line;
	size_t at = 0;
	if (w->ledger[0] != '\0' &&
	    !fdio_slurp_at(r->queue.mqueue_fd, w->ledger, &text, LEDGER_LIMIT_BYTES))
		log_line(LOG_ERR,
		    "mqueue/%s cannot be read: %s: what this session delivered last may be sent again",
		    w->ledger, strerror(errno));
	while ((line = fdio_next_line(&text, &at)) != NULL) {
		if (ledger_parse(line, &l))
			hear_line(r, w, &l);
	}
	buffer_free(&text);
}
