/* Starting mailbox and feeding it. */
#include "mbox/deliver_local.h"
#include "diagnosis/catalogue.h"
#include "base/compat.h"
#include "base/fdio.h"
#include "base/mailbox_answer.h"
#include "base/text.h"
#include "jobs/process.h"
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#define READ_BYTES 32768
#define ANSWER_MAX 1000
#define BUSY_MAX 64
#define SILENCE_S 60

/* Users whose mailbox was found locked, or silent, and what was said of it: this session does not
 * wait for them again, because others wait after. */
static struct {
	char user[64];
	struct diagnosis found;
} busy[BUSY_MAX];
static int busy_count;

static bool is_busy(const char *user, struct diagnosis *d)
{
	for (int i = 0; i < busy_count; i++) {
		if (strcmp(busy[i].user, user) != 0)
			continue;
		*d = busy[i].found;
		return true;
	}
	return false;
}

static void note_busy(const char *user, const struct diagnosis *d)
{
	if (busy_count == BUSY_MAX || strlen(user) >= sizeof busy[0].user)
		return;
	text_copy(busy[busy_count].user, sizeof busy[0].user, user);
	busy[busy_count++].found = *d;
}

/* The part before the @, without +detail, in small letters. */
static void user_of(const char *rcpt, char *user, size_t size)
{
	size_t length = strcspn(rcpt, "@+");
	snprintf(user, size, "%.*s", (int)(length < size ? length : size - 1), rcpt);
	text_lower(user);
}

/* Our end of a pipe to or from mailbox, which runs with the rights of its user, who may stop it,
 * and writes to where a file system may hang. */
struct end {
	int fd;
	bool silent;       /* nothing moved for a minute */
	struct jobs *jobs; /* whose runner hears meanwhile that we are not hung */
};

static bool wait_for(struct end *e, short events)
{
	struct pollfd p = {.fd = e->fd, .events = events};
	const struct timespec piece = {.tv_sec = JOBS_ALIVE_MS / 1000};
	int n = 0;
	for (int waited_ms = 0; n == 0 && waited_ms < SILENCE_S * 1000; waited_ms += JOBS_ALIVE_MS) {
		do
			n = compat_poll(&p, 1, &piece, NULL);
		while (n < 0 && errno == EINTR);
		jobs_say_alive(e->jobs, STAGE_END_OF_DATA);
		jobs_flush(e->jobs);
	}
	e->silent = n == 0;
	return n > 0;
}

/* The descriptor does not block. */
static bool put(struct end *to, const char *bytes, size_t length)
{
	while (length > 0) {
		if (!wait_for(to, POLLOUT))
			return false;
		ssize_t n = write(to->fd, bytes, length);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return false;
		bytes += n > 0 ? n : 0;
		length -= n > 0 ? (size_t)n : 0;
	}
	return true;
}

/* What mailbox says until it ends.  Words that are lost to an error do not count against its exit
 * status. */
static void hear(struct end *from, struct buffer *answer)
{
	char bytes[500];
	ssize_t n = 1;
	while (n > 0 && wait_for(from, POLLIN)) {
		n = fdio_read(from->fd, bytes, sizeof bytes);
		if (n > 0 && answer->length < ANSWER_MAX)
			buffer_add(answer, bytes, (size_t)n);
	}
}

/* One message for one user. */
struct parcel {
	struct jobs *jobs;
	struct job *job;
	const char *rcpt;
	char user[256];
	bool own; /* the user's .forward wants a copy for their mailbox, too */
};

/* The body in its legal form, or (to NULL) only counted; false when it cannot be read or nobody
 * takes it. */
static bool walk(struct end *to, struct job *job, int64_t *count)
{
	struct body_conform *r =
	    job->reencoded ? body_conform_start(&job->top, &job->plan, job->to_7bit, true) : NULL;
	struct buffer out = {0};
	char bytes[READ_BYTES];
	int64_t at = job->body_at, end = job->envelope.message_at + job->envelope.content.bytes;
	bool good = true, more = true;
	*count = 0;
	while (good && more) {
		ssize_t n = pread(job->fd, bytes, sizeof bytes, (off_t)at);
		if (n < 0 && errno == EINTR)
			continue;
		good = n >= 0 && (n > 0 || at >= end);
		more = n > 0;
		at += n > 0 ? n : 0;
		if (r != NULL && n > 0)
			body_conform_put(r, bytes, (size_t)n, &out);
		else if (n > 0)
			buffer_add(&out, bytes, (size_t)n);
		if (!more && r != NULL)
			body_conform_end(r, &out), r = NULL;
		*count += (int64_t)out.length;
		good = good && (to == NULL || put(to, out.data, out.length));
		out.length = 0;
	}
	if (r != NULL)
		body_conform_end(r, &out);
	buffer_free(&out);
	return good;
}

/* For whom, and the length, first: a pipe that ends early is then no end of a message. */
static void feed(struct end *to, const struct parcel *p, const char *format)
{
	struct buffer head = {0}, lines = {0};
	int64_t body = 0;
	if (!walk(NULL, p->job, &body))
		return;
	/* What is sent on is not at its end. */
	if (strcmp(format, "forward") != 0)
		buffer_printf(&head, "Return-Path: <%s>\n", p->job->sender);
	buffer_printf(&head, "Delivered-To: %s\n", p->rcpt);
	buffer_add(&head, p->job->header.data, p->job->header.length);
	buffer_printf(&lines, "%s\n%s\n%s\n%lld %s\t%s\n", format, p->user, p->job->sender,
	    (long long)head.length + (long long)body, p->job->id, p->rcpt);
	if (put(to, lines.data, lines.length) && put(to, head.data, head.length))
		walk(to, p->job, &body);
	buffer_free(&head);
	buffer_free(&lines);
}

/* What mailbox said, and its exit status, which counts. */
static void understand(struct parcel *p, int status, struct buffer *answer, struct diagnosis *d)
{
	char *line = fdio_take_line(answer);
	struct mailbox_answer a;
	bool said = line != NULL && mailbox_answer_parse(&a, line);
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	p->own = said && a.own;
	if (code == EX_OK || code == EX_DATAERR) {
		bool forwards = said && a.verb == MAILBOX_FORWARD;
		diag_set(d, VERDICT_SENT, STAGE_END_OF_DATA,
		    code == EX_DATAERR ? REASON_FORWARD_PART
		    : forwards         ? REASON_FORWARD
		                       : REASON_NONE,
		    "%s", said ? a.words : "delivered");
	} else if (said && a.verb == MAILBOX_FAILED) {
		diag_set(d, code == EX_NOUSER ? VERDICT_FAILED : VERDICT_DEFERRED, STAGE_RCPT,
		    reason_find(a.key), "%s", a.words);
	} else if (code == EX_OSFILE) {
		diag_set(d, VERDICT_DEFERRED, STAGE_RCPT, REASON_MAILBOX_RIGHTS,
		    "the program mailbox cannot be started");
	} else {
		diag_set(d, VERDICT_DEFERRED, STAGE_RCPT, REASON_LOCAL,
		    "the program mailbox ended early (status %d)", status);
	}
	if (d->verdict == VERDICT_FAILED)
		text_copy(d->status, sizeof d->status, "5.1.1");
	mem_free(&line);
}

static void conclude(struct parcel *p, pid_t pid, const struct end *to, struct end *from,
    struct diagnosis *d)
{
	struct buffer answer = {0};
	int status = -1;
	if (!to->silent)
		hear(from, &answer);
	if (to->silent || from->silent) {
		/* It is another user's, and cannot be ended; when it goes on, it finds that nobody listens,
		 * and takes back what it did. */
		diag_set(d, VERDICT_DEFERRED, STAGE_RCPT, REASON_MAILBOX_SILENT,
		    "the program mailbox gave no answer for a minute");
	} else {
		if (process_reap(pid, SILENCE_S * 1000, &status))
			understand(p, status, &answer, d);
		else
			diag_set(d, VERDICT_DEFERRED, STAGE_RCPT, REASON_MAILBOX_SILENT,
			    "the program mailbox did not end within a minute of its answer");
	}
	buffer_free(&answer);
}

/* Nothing leaves, and nothing is stored. */
static void end_here(const struct config *config, struct diagnosis *d)
{
	if (config->local_deliver == CONFIG_LOCAL_DISCARD) {
		diag_set(d, VERDICT_SENT, STAGE_END_OF_DATA, REASON_NONE,
		    "thrown away: [local] deliver = discard");
		return;
	}
	diag_set(d, VERDICT_FAILED, STAGE_RCPT, REASON_LOCAL_REFUSED,
	    "mail to this address is refused on this machine: [local] deliver = refuse");
	text_copy(d->status, sizeof d->status, "5.7.1");
	catalogue_recognise(d);
}

/* Hands the message to a mailbox process of its own. */
static void hand_over(struct parcel *p, const char *format, struct diagnosis *d)
{
	int in[2] = {-1, -1}, out[2] = {-1, -1};
	pid_t pid = compat_pipe(in) == 0 && compat_pipe(out) == 0 && fdio_nonblocking(in[1])
	                ? process_start(PROCESS_MAILBOX, (int[]){in[0], out[1]}, 2)
	                : -1;
	if (in[0] >= 0)
		close(in[0]);
	if (out[1] >= 0)
		close(out[1]);
	struct end to = {.fd = in[1], .jobs = p->jobs}, from = {.fd = out[0], .jobs = p->jobs};
	if (pid < 0)
		diag_set_errno(d, VERDICT_DEFERRED, STAGE_RCPT, REASON_LOCAL, "no process for mailbox");
	else
		feed(&to, p, format);
	if (in[1] >= 0)
		close(in[1]);
	if (pid > 0)
		conclude(p, pid, &to, &from, d);
	if (out[0] >= 0)
		close(out[0]);
}

/* A message that was forwarded for this recipient before is in a circle: it stays here. */
static bool was_here(const struct parcel *p)
{
	const char *at = buffer_string(&p->job->header), *end = at + p->job->header.length;
	for (size_t length = strlen(p->rcpt); at < end;) {
		if (strncasecmp(at, "Delivered-To:", 13) == 0) {
			const char *rcpt = at + 13 + strspn(at + 13, " \t");
			if (strncasecmp(rcpt, p->rcpt, length) == 0 && strchr("\r\n", rcpt[length]) != NULL)
				return true;
		}
		const char *eol = memchr(at, '\n', (size_t)(end - at));
		at = eol != NULL ? eol + 1 : end;
	}
	return false;
}

/* The user's .forward names others; the text of d is what of it could not be used.  The copy for
   the mailbox first: it comes once, however often this is begun again. */
static void forward(struct parcel *p, const char *format, struct diagnosis *d)
{
	struct diagnosis away = {0}, own = {.verdict = VERDICT_SENT};
	bool keep = p->own, noted = d->text[0] != '\0';
	if (keep)
		hand_over(p, format, &own);
	if (own.verdict == VERDICT_SENT)
		hand_over(p, "forward", &away);
	/* What could not be used of the file would else be lost with the message. */
	if (away.verdict == VERDICT_SENT && away.key == REASON_FORWARD_PART && !keep)
		hand_over(p, format, &own);
	if (own.verdict != VERDICT_SENT || away.verdict != VERDICT_SENT) {
		*d = own.verdict != VERDICT_SENT ? own : away;
		return;
	}
	struct diagnosis both = {0};
	diag_set(&both, VERDICT_SENT, STAGE_END_OF_DATA, REASON_NONE, "%s%s%s%s%s", away.text,
	    own.text[0] != '\0' ? "; " : "", own.text, noted ? "; " : "", noted ? d->text : "");
	*d = both;
}

void deliver_local(struct jobs *jobs, struct job *job, const char *rcpt,
    const struct config *config, struct diagnosis *d)
{
	struct parcel p = {.jobs = jobs, .job = job, .rcpt = rcpt};
	const char *format = config->local_deliver == CONFIG_LOCAL_MAILDIR ? "maildir" : "mbox";
	char look[32];
	user_of(rcpt, p.user, sizeof p.user);
	*d = (struct diagnosis){0};
	if (config->local_deliver == CONFIG_LOCAL_DISCARD ||
	    config->local_deliver == CONFIG_LOCAL_REFUSE) {
		text_copy(d->hop, sizeof d->hop, "local");
		end_here(config, d);
		return;
	}
	if (is_busy(p.user, d))
		return;
	snprintf(look, sizeof look, "%s+forward", format);
	hand_over(&p, config->local_forward && !was_here(&p) ? look : format, d);
	if (d->verdict == VERDICT_SENT && d->key == REASON_FORWARD)
		forward(&p, format, d);
	text_copy(d->hop, sizeof d->hop, "local");
	catalogue_recognise(d);
	if (d->key == REASON_MAILBOX_LOCKED || d->key == REASON_MAILBOX_SILENT)
		note_busy(p.user, d);
}
