/* Starting a session's process, and hearing it. */
#include "relay/child.h"
#include "relay/outcome.h"
#include "diagnosis/catalogue.h"
#include "base/compat.h"
#include "base/confine.h"
#include "base/fdio.h"
#include "base/text.h"
#include "jobs/ledger.h"
#include "relay/identify.h"
#include "relay/tunnel.h"
#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define DESCRIPTORS_MAX 64
#define MEMORY_MIB 1024
#define CPU_EXTRA_S 60
#define LINE_LIMIT_BYTES 8192

enum child_verb { CHILD_READY, CHILD_OVER, CHILD_FAILED };
static const struct protocol_row rows[] = {
    [CHILD_READY] = {"ready", ""},
    [CHILD_OVER] = {"over", ""},
    [CHILD_FAILED] = {"failed", "DIAGNOSIS"},
};
const struct protocol child_said = PROTOCOL("session to relay", rows);

/* Of what this process has open, the session needs few things, and little of them: also the
 * runner's lock lies here. */
static bool limit_descriptors(const struct deliver *with, int words_fd)
{
	bool done = true;
	for (int fd = 0; fd < DESCRIPTORS_MAX; fd++) {
		bool talks = fd == with->fd || fd == with->jobs->socket;
		bool writes = fd == words_fd || fd == with->jobs->ledger_fd || fd == STDOUT_FILENO ||
		              fd == STDERR_FILENO;
		done = sandbox_limit(fd, talks    ? SANDBOX_TALK
		                         : writes ? SANDBOX_WRITE
		                                  : SANDBOX_HOLD) &&
		       done;
	}
	return done;
}

static void say(int fd, enum child_verb verb, const struct diagnosis *d)
{
	struct buffer line = {0}, fields = {0};
	if (d != NULL)
		diag_write(d, &fields);
	protocol_put(&line, &child_said, (int)verb, d != NULL ? buffer_string(&fields) : "");
	fdio_write(fd, line.data, line.length);
	buffer_free(&fields);
	buffer_free(&line);
}

static void say_ready(void *context)
{
	const int *fd = context;
	say(*fd, CHILD_READY, NULL);
}

static void child(const struct deliver *with, int words_fd)
{
	/* The ledger is the one file that it can write to: it cannot fill the disk.  session_s limits
	 * its time; this, what it can use of it. */
	const struct confine_limits limits = {.memory_mib = MEMORY_MIB,
	    .cpu_s = with->config->session_s + CPU_EXTRA_S,
	    .descriptors = DESCRIPTORS_MAX,
	    .file_bytes = LEDGER_LIMIT_BYTES};
	struct diagnosis d = {0};
	struct deliver own = *with;
	bool ready = false;
	own.ready = say_ready;
	own.ready_context = &words_fd;
	if (!limit_descriptors(with, words_fd) || confine_enter(&limits) == SANDBOX_FAILED)
		diag_set_errno(&d, VERDICT_DEFERRED, STAGE_CONNECT, REASON_LOCAL,
		    "the session cannot be confined");
	else if (with->hello != NULL)
		identify_run(&own, &d);
	else if (with->candidate->via[0] == '\0' || tunnel_open(&own, &d))
		ready = deliver_run(&own, &d);
	say(words_fd, ready ? CHILD_OVER : CHILD_FAILED, ready ? NULL : &d);
	_exit(0);
}

/* Understands one line of it: "ready", "over", or "failed DIAGNOSIS", which goes to *d; hop and
   server are what we know, not what it says. False: nonsense, and the rest of its words counts for
   nothing. */
static bool hear_line(const struct deliver *with, const char *line, struct child_words *words,
    struct diagnosis *d)
{
	const char *behind;
	int verb = protocol_find(&child_said, line, &behind);
	if (words->over || words->failed)
		return false;
	if (verb == CHILD_READY)
		return !words->ready && (words->ready = true);
	if (verb == CHILD_OVER)
		return words->ready && (words->over = true);
	if (words->ready || verb != CHILD_FAILED)
		return false;
	diag_read(d, behind);
	if (text_has_control(d->text) || text_has_control(d->status) || text_has_control(d->tls))
		return false;
	d->verdict = VERDICT_DEFERRED;
	outcome_name_peer(with->smarthost, with->candidate, d);
	return words->failed = true;
}

/* All that it says.  As soon as its session is ready, no other server is tried, and nobody else
 * will have to be confined. */
static bool hear(const struct deliver *with, int fd, struct child_words *words, struct diagnosis *d)
{
	struct buffer in = {0};
	char bytes[2048], *line;
	ssize_t n;
	bool good = true;
	while (good && (n = fdio_read(fd, bytes, sizeof bytes)) > 0) {
		bool was_ready = words->ready;
		buffer_add(&in, bytes, (size_t)n);
		size_t used = 0;
		while (good && (line = fdio_next_line(&in, &used)) != NULL)
			good = hear_line(with, line, words, d);
		buffer_drop(&in, used);
		good = good && in.length <= LINE_LIMIT_BYTES &&
		       (was_ready || !words->ready || confine_leave_root());
	}
	buffer_free(&in);
	return good;
}

/* The child is gone without a word: it may have had mail in hand, so no other server is asked; the
 * runner keeps what it gave. */
static void report_death(const struct deliver *with, int status, struct diagnosis *d)
{
	if (WIFSIGNALED(status))
		diag_set(d, VERDICT_DEFERRED, STAGE_END_OF_DATA, REASON_RELAY_DIED,
		    "the session process was ended by signal %d", WTERMSIG(status));
	else
		diag_set(d, VERDICT_DEFERRED, STAGE_END_OF_DATA, REASON_RELAY_DIED,
		    "the session process ended early (exit %d)", WEXITSTATUS(status));
	catalogue_recognise(d);
	outcome_name_peer(with->smarthost, with->candidate, d);
	jobs_say(with->jobs, &(struct jobs_line){.verb = SAID_OVER, .d = d});
	jobs_flush(with->jobs);
}

bool child_run(const struct deliver *with, struct diagnosis *d)
{
	int ends[2], status = 0;
	struct child_words words = {0};
	*d = (struct diagnosis){0};
	outcome_name_peer(with->smarthost, with->candidate, d);
	pid_t pid = compat_pipe(ends) == 0 ? fork() : -1;
	if (pid == 0) {
		close(ends[0]);
		child(with, ends[1]);
	}
	if (pid < 0) {
		diag_set_errno(d, VERDICT_DEFERRED, STAGE_CONNECT, REASON_LOCAL,
		    "no process for the session");
		return false;
	}
	close(ends[1]);
	if (!hear(with, ends[0], &words, d))
		confine_kill(pid);
	close(ends[0]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (words.failed)
		return false;
	if (!words.over)
		report_death(with, status, d);
	return true;
}
