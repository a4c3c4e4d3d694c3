/* The runner's stream. */
#include "jobs/jobs.h"
#include "base/clock.h"
#include "base/fdio.h"
#include "base/fdpass.h"
#include "base/text.h"
#include "jobs/ledger.h"
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define RCPTS_LIMIT 1000000
#define RESTS_MAX 500
#define READS_AT_ONCE 16
#define SAID_MAX_BYTES 900

static volatile sig_atomic_t beat_socket = -1, is_flushing;
static struct buffer beat; /* the line, made before the first signal */

/* One read; 0 at the end, -1 with errno. */
static ssize_t receive_some(struct jobs *j)
{
	char bytes[16384];
	bool whole;
	ssize_t n;
	do
		n = fdpass_receive(j->socket, bytes, sizeof bytes, j->fds, &j->fd_count,
		    (int)(sizeof j->fds / sizeof j->fds[0]), &whole);
	while (n < 0 && fdio_rests());
	if (n > 0 && !whole) {
		errno = EMFILE;
		return -1;
	}
	if (n > 0)
		buffer_add(&j->in, bytes, (size_t)n);
	return n;
}

static bool start_job(struct jobs *j, const struct jobs_line *l)
{
	struct job *job = mem_alloc(sizeof *job);
	envelope_init(&job->envelope);
	text_copy(job->id, sizeof job->id, l->id != NULL ? l->id : "");
	job->sender = mem_copy(l->sender != NULL ? l->sender : "");
	job->rcpts_wanted = l->rcpts > 0 && l->rcpts <= RCPTS_LIMIT ? (int)l->rcpts : 0;
	job->received = l->received == STAMP_RECEIVED_SHORT || l->received == STAMP_RECEIVED_NONE
	                    ? (enum stamp_received)l->received
	                    : STAMP_RECEIVED_FULL;
	job->fd = -1;
	if (j->fd_count > 0) {
		job->fd = j->fds[0];
		memmove(j->fds, j->fds + 1, (size_t)--j->fd_count * sizeof j->fds[0]);
	}
	j->filling = job;
	if (job->fd < 0 || job->rcpts_wanted < 1)
		return false;
	job->rcpts = mem_alloc((size_t)job->rcpts_wanted * sizeof *job->rcpts);
	job->asked = mem_alloc((size_t)job->rcpts_wanted * sizeof *job->asked);
	return true;
}

static bool add_rcpt(struct jobs *j, const struct jobs_line *l)
{
	struct job *job = j->filling;
	if (job == NULL || l->address == NULL)
		return false;
	job->asked[job->rcpt_count] =
	    (struct job_asked){.notify = mem_copy(l->notify != NULL ? l->notify : ""),
	        .orcpt = mem_copy(l->orcpt != NULL ? l->orcpt : ""),
	        .archive = l->archive == 1};
	job->rcpts[job->rcpt_count++] = mem_copy(l->address);
	if (job->rcpt_count < job->rcpts_wanted)
		return true;
	j->filling = NULL;
	if (j->last != NULL)
		j->last->next = job;
	else
		j->first = job;
	j->last = job;
	return true;
}

static bool take_line(struct jobs *j, const char *line)
{
	struct jobs_heard heard;
	if (!jobs_line_parse(&heard, &jobs_to_relay, line))
		return false;
	if (heard.line.verb == JOBS_RCPT)
		return add_rcpt(j, &heard.line);
	if (j->filling != NULL)
		return false;
	if (heard.line.verb == JOBS_MESSAGE)
		return start_job(j, &heard.line);
	if (heard.line.verb == JOBS_QUIT)
		return j->quit = true;
	return j->back = true;
}

/* The lines that are there. */
static bool take_lines(struct jobs *j)
{
	char *line;
	size_t used = 0;
	bool good = true;
	while (good && (line = fdio_next_line(&j->in, &used)) != NULL)
		good = take_line(j, line);
	buffer_drop(&j->in, used);
	return good;
}

bool jobs_receive(struct jobs *j)
{
	ssize_t n = 0;
	bool good = true;
	/* A read ends after each descriptor: messages that were given together are taken together. */
	for (int i = 0; i < READS_AT_ONCE && good && (n = receive_some(j)) > 0; i++)
		good = take_lines(j);
	if (!good || n > 0)
		return good;
	if (n < 0)
		return errno == EAGAIN || errno == EWOULDBLOCK;
	j->orphaned = j->orphaned || !j->quit;
	j->quit = j->closed = true;
	return true;
}

void jobs_note(struct jobs *j, const struct job *job, int rcpt, bool relayed,
    const struct diagnosis *d)
{
	if (j->ledger_fd > 0 && ledger_wants(d))
		ledger_put(&j->ledger, clock_wall_s(), job->id, job->rcpts[rcpt], relayed, d);
}

/* What finds no room is written again with the next; a line that was cut is closed first. */
static void write_ledger(struct jobs *j)
{
	if (j->ledger.length == 0)
		return;
	if (fdio_write(j->ledger_fd, j->ledger.data, j->ledger.length)) {
		j->ledger.length = 0;
		return;
	}
	struct buffer again = {0};
	if (j->ledger.data[0] != '\n')
		buffer_puts(&again, "\n");
	buffer_add(&again, j->ledger.data, j->ledger.length);
	buffer_free(&j->ledger);
	j->ledger = again;
}

bool jobs_flush(struct jobs *j)
{
	write_ledger(j);
	size_t sent = 0;
	int rests = 0;
	if (j->out.length > 0)
		j->said_ms = clock_mono_ms();
	is_flushing = 1;
	while (sent < j->out.length) {
		ssize_t n = send(j->socket, j->out.data + sent, j->out.length - sent, MSG_NOSIGNAL);
		/* A result that is not reported may become a second delivery. */
		if (n < 0 && (errno == EINTR || (rests++ < RESTS_MAX && fdio_rests())))
			continue;
		if (n <= 0) {
			/* Results are missing: nothing that follows, least of all a "bye", may say that all
			 * was reported. */
			shutdown(j->socket, SHUT_WR);
			j->orphaned = j->quit = true;
			break;
		}
		sent += (size_t)n;
	}
	is_flushing = 0;
	j->out.length = 0;
	return !j->orphaned;
}

void jobs_say(struct jobs *j, const struct jobs_line *line)
{
	jobs_line_put(&j->out, &jobs_to_runner, line);
}

void jobs_say_step(struct jobs *j, const char *text)
{
	jobs_say(j, &(struct jobs_line){.verb = SAID_STEP, .text = text});
}

void jobs_say_repairs(struct jobs *j, const struct job *job)
{
	TEXT(words, SAID_MAX_BYTES);
	if (job->said.length == 0)
		return;
	text_put_n(&words, job->said.data, job->said.length);
	jobs_say(j, &(struct jobs_line){.verb = SAID_REPAIRED, .id = job->id, .text = words.data});
}

void jobs_say_alive(struct jobs *j, enum stage stage)
{
	if (clock_mono_ms() - j->said_ms >= JOBS_ALIVE_MS)
		jobs_say(j, &(struct jobs_line){.verb = SAID_ALIVE, .stage = stage_name(stage)});
}

/* Between two lines, or not at all. */
static void on_beat(int number)
{
	int saved = errno;
	(void)number;
	/* A runner that does not read has no use for it. */
	if (!is_flushing && beat_socket >= 0 &&
	    send(beat_socket, beat.data, beat.length, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		beat_socket = -1;
	errno = saved;
}

void jobs_beat(struct jobs *j, bool on)
{
	struct sigaction action = {.sa_handler = on_beat, .sa_flags = SA_RESTART};
	const struct timeval every = {.tv_sec = on ? JOBS_ALIVE_MS / 1000 : 0};
	if (beat.length == 0)
		jobs_line_put(&beat, &jobs_to_runner,
		    &(struct jobs_line){.verb = SAID_ALIVE, .stage = stage_name(STAGE_CONNECT)});
	beat_socket = on ? j->socket : -1;
	sigemptyset(&action.sa_mask);
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &(struct itimerval){every, every}, NULL);
}

static void free_job(struct job *job)
{
	for (int i = 0; i < job->rcpt_count; i++) {
		free(job->rcpts[i]);
		free(job->asked[i].notify);
		free(job->asked[i].orcpt);
	}
	free(job->rcpts);
	free(job->asked);
	free(job->sender);
	envelope_free(&job->envelope);
	buffer_free(&job->header);
	buffer_free(&job->said);
	free(job->plan.parts);
	if (job->fd >= 0)
		close(job->fd);
	free(job);
}

void jobs_remove(struct jobs *j, struct job *job)
{
	struct job **link = &j->first;
	struct job *before = NULL;
	while (*link != NULL && *link != job) {
		before = *link;
		link = &before->next;
	}
	if (*link != NULL) {
		*link = job->next;
		if (j->last == job)
			j->last = before;
	}
	free_job(job);
}

void jobs_free(struct jobs *j)
{
	buffer_free(&j->in);
	buffer_free(&j->out);
	buffer_free(&j->ledger);
}
