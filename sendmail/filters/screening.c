/* Feeding a filter while it speaks: neither of the two may have to wait for the other. */
#include "filters/screening.h"
#include "base/clock.h"
#include "base/compat.h"
#include "base/fdio.h"
#include "base/text.h"
#include "filters/changed.h"
#include "jobs/process.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define READ_BYTES 32768
#define WORDS_MAX 1000 /* of what it says on standard error */
#define LOOK_MS 200    /* whether it has ended, though others keep its pipes open */
#define REAP_MS 5000
#define MISSING 127 /* as filter says it: the command is not there */

struct talk {
	const struct screening *s;
	pid_t pid;
	int in, out, err; /* our ends; -1 = closed */
	struct body_conform *body;
	int64_t at, end; /* of the body in the file */
	bool read_all;
	struct buffer pending; /* to be written */
	struct passed before;  /* the message as it goes in */
	struct changed changed;
	struct buffer said, words; /* its standard output, where that is no message; and error */
	bool ended, late, damaged;
	bool cut; /* it did not get, or did not read, the whole message */
	int status;
	int64_t until_ms;
};

static void close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static bool open_pipes(struct talk *t, int other[3])
{
	int in[2] = {-1, -1}, out[2] = {-1, -1}, err[2] = {-1, -1};
	bool good = compat_pipe(in) == 0 && compat_pipe(out) == 0 && compat_pipe(err) == 0;
	t->in = in[1];
	t->out = out[0];
	t->err = err[0];
	other[0] = in[0];
	other[1] = out[1];
	other[2] = err[1];
	return good && fdio_nonblocking(t->in) && fdio_nonblocking(t->out) && fdio_nonblocking(t->err);
}

static bool start(struct talk *t)
{
	int other[3];
	bool good = open_pipes(t, other);
	t->pid = good ? process_start(PROCESS_FILTER, other, 3) : -1;
	for (int i = 0; i < 3; i++)
		close_end(&other[i]);
	return t->pid > 0;
}

/* From its beginning. */
static void begin_body(struct talk *t)
{
	struct job *job = t->s->job;
	t->at = job->body_at;
	t->end = job->envelope.message_at + job->envelope.content.bytes;
	t->read_all = false;
	if (job->reencoded)
		t->body = body_conform_start(&job->top, &job->plan, job->to_7bit, true);
}

/* What filter/filter_orders.h reads is no part of the message. */
static void begin(struct talk *t)
{
	const struct job *job = t->s->job;
	size_t bytes = 0;
	for (int i = 0; i < job->rcpt_count; i++)
		bytes += strlen(job->rcpts[i]) + 1;
	buffer_printf(&t->pending, "%s\n%s\n%s\n%zu\n", t->s->filter->name, job->sender, job->id,
	    bytes);
	for (int i = 0; i < job->rcpt_count; i++) {
		buffer_puts(&t->pending, job->rcpts[i]);
		buffer_puts(&t->pending, "\n");
	}
	buffer_add(&t->pending, job->header.data, job->header.length);
	changed_add_passed(&t->before, job->header.data, job->header.length);
	begin_body(t);
	t->until_ms = clock_mono_ms() + (int64_t)t->s->filter->timeout_s * 1000;
}

/* The next bytes of the body, in their legal form. */
static void read_more(struct talk *t)
{
	char bytes[READ_BYTES];
	ssize_t n = fdio_read_at(t->s->job->fd, bytes, sizeof bytes, t->at);
	t->damaged = t->damaged || n < 0 || (n == 0 && t->at < t->end);
	t->read_all = n <= 0;
	t->at += n > 0 ? n : 0;
	size_t from = t->pending.length;
	if (t->body != NULL && n > 0) {
		body_conform_put(t->body, bytes, (size_t)n, &t->pending);
	} else if (t->body != NULL) {
		body_conform_end(t->body, &t->pending);
		t->body = NULL;
	} else if (n > 0) {
		buffer_add(&t->pending, bytes, (size_t)n);
	}
	changed_add_passed(&t->before, t->pending.data + from, t->pending.length - from);
}

/* One that does not read to the end may have seen enough. */
static void feed(struct talk *t)
{
	if (t->pending.length == 0 && !t->read_all)
		read_more(t);
	ssize_t n = t->pending.length > 0 ? write(t->in, t->pending.data, t->pending.length) : 0;
	if (n > 0)
		buffer_drop(&t->pending, (size_t)n);
	bool gone = n < 0 && errno != EAGAIN && errno != EINTR;
	t->cut = t->cut || gone;
	t->damaged = t->damaged || (gone && errno != EPIPE);
	if (gone || (t->pending.length == 0 && t->read_all))
		close_end(&t->in);
}

static void keep(struct buffer *to, const char *bytes, size_t length)
{
	size_t room = to->length < WORDS_MAX ? WORDS_MAX - to->length : 0;
	buffer_add(to, bytes, length < room ? length : room);
}

static void hear(struct talk *t, int *fd)
{
	char bytes[READ_BYTES];
	ssize_t n = fdio_read(*fd, bytes, sizeof bytes);
	bool lost = n < 0 && errno != EAGAIN && errno != EWOULDBLOCK;
	t->damaged = t->damaged || lost;
	if (n == 0 || lost)
		close_end(fd);
	if (n <= 0)
		return;
	if (fd == &t->err)
		keep(&t->words, bytes, (size_t)n);
	else if (t->s->filter->changes)
		changed_put(&t->changed, bytes, (size_t)n);
	else
		keep(&t->said, bytes, (size_t)n);
}

static void move(struct talk *t, int wait_ms)
{
	struct pollfd p[] = {{.fd = t->in, .events = POLLOUT}, {.fd = t->out, .events = POLLIN},
	    {.fd = t->err, .events = POLLIN}};
	if (poll(p, 3, wait_ms) <= 0)
		return;
	if (p[0].revents != 0)
		feed(t);
	if (p[1].revents != 0)
		hear(t, &t->out);
	if (p[2].revents != 0)
		hear(t, &t->err);
}

/* What is still in the pipes of one that has ended. */
static void drain(struct talk *t)
{
	struct pollfd p[2];
	do {
		p[0] = (struct pollfd){.fd = t->out, .events = POLLIN};
		p[1] = (struct pollfd){.fd = t->err, .events = POLLIN};
		if (poll(p, 2, 0) <= 0)
			return;
		if (p[0].revents != 0)
			hear(t, &t->out);
		if (p[1].revents != 0)
			hear(t, &t->err);
	} while (t->out >= 0 || t->err >= 0);
}

static void end_it(struct talk *t)
{
	process_signal(t->pid, SIGKILL);
	process_reap(t->pid, REAP_MS, &t->status);
}

/* It has ended, and so has the message that it writes: others that it started may still do that. */
static bool is_over(const struct talk *t)
{
	return t->ended && (!t->s->filter->changes || t->out < 0);
}

/* A script may start others, which keep its pipes. */
static void talk(struct talk *t)
{
	while (!is_over(t) && !t->late) {
		bool open = t->in >= 0 || t->out >= 0 || t->err >= 0;
		if (open)
			move(t, LOOK_MS);
		t->ended = t->ended || process_reap(t->pid, open ? 0 : LOOK_MS, &t->status);
		t->late = !is_over(t) && clock_mono_ms() > t->until_ms;
		jobs_say_alive(t->s->jobs, STAGE_BODY);
		jobs_flush(t->s->jobs);
	}
	if (!t->late)
		drain(t);
	else if (!t->ended)
		end_it(t);
}

/* The first line that is not empty. */
static void first_line(const struct buffer *from, struct text *words)
{
	const char *at = from->length > 0 ? from->data : "", *end = at + from->length;
	while (at < end && (*at == '\n' || *at == ' '))
		at++;
	const char *eol = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;
	size_t length = (size_t)((eol != NULL ? eol : end) - at);
	text_escape(words, at, length < 180 ? length : 180);
}

static void put_reason(const struct talk *t, int code, struct diagnosis *d)
{
	TEXT(words, 400);
	first_line(&t->words, &words);
	if (words.length == 0 && !t->s->filter->changes)
		first_line(&t->said, &words);
	char *own = words.length == 0 ? changed_reason(&t->changed) : NULL;
	if (own != NULL)
		text_escape(&words, own, strlen(own) < 180 ? strlen(own) : 180);
	free(own);
	if (words.length == 0)
		text_printf(&words, "exit code %d", code);
	diag_set(d, VERDICT_DEFERRED, STAGE_NONE, REASON_FILTER_FAILED, "filter %s: %s",
	    t->s->filter->name, words.data);
}

/* The end of it, as an exit code; -1: it has none, and d says why. */
static int code_of(const struct talk *t, struct diagnosis *d)
{
	const struct filter *f = t->s->filter;
	if (t->late)
		diag_set(d, VERDICT_DEFERRED, STAGE_NONE, REASON_FILTER_FAILED,
		    "filter %s: no answer within %d s (timeout_s)", f->name, f->timeout_s);
	else if (!WIFEXITED(t->status))
		diag_set(d, VERDICT_DEFERRED, STAGE_NONE, REASON_FILTER_FAILED,
		    "filter %s: it was ended by signal %d", f->name,
		    WIFSIGNALED(t->status) ? WTERMSIG(t->status) : 0);
	else if (t->damaged)
		diag_set(d, VERDICT_DEFERRED, STAGE_NONE, REASON_FILTER_FAILED,
		    "filter %s: the message could not be given to it as a whole", f->name);
	else
		return WEXITSTATUS(t->status);
	return -1;
}

/* After a new header: the body as it was. */
static bool put_old_body(struct talk *t)
{
	struct passed before = t->before;
	if (t->body != NULL)
		body_conform_free(t->body);
	t->body = NULL;
	t->pending.length = 0;
	begin_body(t);
	while (!t->read_all && !t->damaged) {
		read_more(t);
		changed_put(&t->changed, t->pending.data, t->pending.length);
		t->pending.length = 0;
		jobs_say_alive(t->s->jobs, STAGE_BODY);
		jobs_flush(t->s->jobs);
	}
	t->before = before;
	return !t->damaged;
}

/* What a filter has to say though the message passes. */
static void put_note(const struct talk *t, struct diagnosis *d)
{
	TEXT(words, 400);
	first_line(&t->words, &words);
	text_copy(d->text, sizeof d->text, words.data);
}

static enum screen_verdict passes(struct talk *t, int code, struct diagnosis *d)
{
	const char *problem = NULL;
	put_note(t, d);
	if (!t->s->filter->changes)
		return SCREEN_PASS;
	if (code == FILTER_EXIT_HEADER && t->s->filter->socket[0] != '\0' && !put_old_body(t)) {
		changed_forget(&t->changed);
		diag_set(d, VERDICT_DEFERRED, STAGE_NONE, REASON_SPOOL_WRITE, "the message cannot be read");
		return SCREEN_FAILED;
	}
	/* One that is asked at a socket writes the message, or its header, only when it has it all. */
	if (t->s->filter->socket[0] == '\0' && (t->cut || t->in >= 0)) {
		changed_forget(&t->changed);
		diag_set(d, VERDICT_DEFERRED, STAGE_NONE, REASON_FILTER_FAILED,
		    "filter %s: it ended before it had read the whole message", t->s->filter->name);
		return SCREEN_FAILED;
	}
	if (changed_end(&t->changed, &t->before, &problem))
		return SCREEN_CHANGED;
	if (problem == NULL)
		return SCREEN_PASS;
	diag_set(d, VERDICT_DEFERRED, STAGE_NONE,
	    t->changed.failed ? REASON_SPOOL_WRITE : REASON_FILTER_FAILED, "filter %s: %s",
	    t->s->filter->name, problem);
	return SCREEN_FAILED;
}

/* The exit codes of filter where it has asked at a socket. */
static enum screen_verdict verdict_of(int code)
{
	switch (code) {
	case FILTER_EXIT_HOLD: return SCREEN_HOLD;
	case FILTER_EXIT_REFUSE: return SCREEN_REFUSE;
	case FILTER_EXIT_LATER: return SCREEN_LATER;
	default: return SCREEN_FAILED;
	}
}

static enum screen_verdict understand(struct talk *t, struct diagnosis *d)
{
	const struct filter *f = t->s->filter;
	int code = code_of(t, d);
	bool socket = f->socket[0] != '\0';
	if (code == 0 || (socket ? code == FILTER_EXIT_HEADER || code == FILTER_EXIT_MESSAGE
	                         : code > 0 && filter_has_code(f->pass, code)))
		return passes(t, code, d);
	if (code > 0)
		put_reason(t, code, d);
	changed_forget(&t->changed);
	return code < 0                                        ? SCREEN_FAILED
	       : code == FILTER_EXIT_ABSENT || code == MISSING ? SCREEN_ABSENT
	       : socket                                        ? verdict_of(code)
	       : filter_has_code(f->hold, code)                ? SCREEN_HOLD
	       : filter_has_code(f->refuse, code)              ? SCREEN_REFUSE
	                                                       : SCREEN_FAILED;
}

enum screen_verdict screening_run(const struct screening *s, struct diagnosis *d)
{
	struct talk t = {.s = s, .in = -1, .out = -1, .err = -1};
	enum screen_verdict verdict = SCREEN_ABSENT;
	changed_begin(&t.changed, s->mqueue_fd, s->job, s->filter->name);
	if (start(&t)) {
		begin(&t);
		talk(&t);
		verdict = understand(&t, d);
	} else {
		diag_set_errno(d, VERDICT_DEFERRED, STAGE_NONE, REASON_FILTER_FAILED,
		    "no process for filter %s", s->filter->name);
	}
	close_end(&t.in);
	close_end(&t.out);
	close_end(&t.err);
	if (t.body != NULL)
		body_conform_free(t.body);
	buffer_free(&t.pending);
	buffer_free(&t.said);
	buffer_free(&t.words);
	return verdict;
}
