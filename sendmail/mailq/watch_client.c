/* Watching (runner/listen/watch_listen.h is the other end). */
#include "mailq/watch_client.h"
#include "base/clock.h"
#include "base/fdio.h"
#include "base/output.h"
#include "base/paths.h"
#include "mailq/runner_connect.h"
#include "mailq/why.h"
#include "spool/control_line.h"
#include "spool/follow_line.h"
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#define TALK_LIMIT_MS 300000
#define WAIT_LIMIT_MS 30000
#define ANSWER_MS 2000
#define RUNNERS_MAX 3
#define START_MS 5000 /* that a runner may need to start */

struct watch {
	bool talk; /* somebody wants to know what happens: */
	bool on_screen, in_log;
	char *words; /* printed, and not written yet */
	size_t words_length;
	FILE *out; /* into words */
	char id[ID_SIZE];
	int fd; /* to the runner; -1 = none is reached */
	struct buffer in, from_caller;
	struct story *story;
	bool begun; /* something was printed */
	int64_t until_ms;
};

/* Writes out what was printed.  The file of -X could be one that a web server would run, and
   addresses are a stranger's words: it never contains "<?"
   or "<%". */
static void put_out(struct watch *w)
{
	struct buffer copy = {0};
	if (fflush(w->out) != 0 || w->words_length == 0)
		return;
	if (w->on_screen)
		(void)fdio_write(STDOUT_FILENO, w->words, w->words_length);
	for (size_t i = 0; w->in_log && i < w->words_length; i++) {
		buffer_add(&copy, w->words + i, 1);
		if (w->words[i] == '<' && i + 1 < w->words_length && strchr("?%", w->words[i + 1]) != NULL)
			buffer_puts(&copy, "\\");
	}
	if (copy.length > 0)
		(void)fdio_write(STDERR_FILENO + 1, copy.data, copy.length);
	buffer_free(&copy);
	fseeko(w->out, 0, SEEK_SET);
}

/* The next line of one of the two; NULL: its end, the end of time, or (watching the runner) the end
 * of the caller. */
static char *next_line(int fd, struct buffer *in, int64_t until_ms)
{
	char bytes[4096], *line;
	while ((line = fdio_take_line(in)) == NULL) {
		struct pollfd p[2] = {{.fd = fd, .events = POLLIN},
		    {.fd = fd != STDIN_FILENO ? STDIN_FILENO : -1, .events = 0}};
		int64_t left_ms = until_ms - clock_mono_ms();
		int ready = until_ms == 0 ? poll(p, 2, -1) : left_ms > 0 ? poll(p, 2, (int)left_ms) : 0;
		if (ready < 0 && errno == EINTR)
			continue;
		if (ready <= 0 || (p[1].revents & (POLLHUP | POLLERR)))
			return NULL;
		ssize_t n = fdio_read(fd, bytes, sizeof bytes);
		if (n <= 0)
			return NULL;
		buffer_add(in, bytes, (size_t)n);
	}
	return line;
}

/* Informs the runner who waits for what. */
static void ask(struct watch *w)
{
	struct buffer request = {0};
	const char *behind;
	if (w->fd < 0 && (w->fd = runner_connect(false)) < 0)
		return;
	control_line_put_watch(&request, w->id, w->talk);
	(void)!send(w->fd, request.data, request.length, MSG_NOSIGNAL);
	buffer_free(&request);
	char *answer = next_line(w->fd, &w->in, clock_mono_ms() + ANSWER_MS);
	if (answer == NULL || control_answer_parse(answer, &behind) != CONTROL_OK) {
		close(w->fd);
		w->fd = -1;
	}
	free(answer);
}

/* A runner that was just started makes its socket within moments. */
static void ask_until(struct watch *w, int64_t until_ms)
{
	const struct timespec pause = {.tv_nsec = 20000000};
	ask(w);
	while (w->fd < 0 && clock_mono_ms() < until_ms) {
		nanosleep(&pause, NULL);
		ask(w);
	}
}

/* The whole state of a message that waits: who holds it up, what to do. */
static void explain(struct watch *w)
{
	struct config config;
	struct listing l;
	struct diagnosis d = {0};
	if (!w->talk)
		return;
	if (!config_read(&config, paths_config(), &d)) {
		config_free(&config);
		config_defaults(&config);
	}
	if (list_open(&l, &config, &(struct list_wanted){.prefix = w->id}, &d)) {
		why_print(w->out, &l, w->id, false);
		list_close(&l);
	} else {
		output_to(w->out, "It waits; \"mailq why %s\" as root shows why.\n", w->id);
	}
	config_free(&config);
}

static void print_line(struct watch *w, char *line)
{
	if (!w->talk)
		return;
	if (w->story == NULL)
		w->story = why_begin(w->out);
	why_line(w->story, line);
	w->begun = true;
	put_out(w);
}

/* How the watching ended; not said: without a word. */
static void conclude(struct watch *w, bool said, enum control_end end)
{
	if (w->story != NULL)
		why_end(w->story);
	if (!w->talk || (said && end == CONTROL_END_DONE))
		return;
	if (!said)
		output_to(w->out,
		    "It is on disk, and nothing more is known yet; \"mailq why %s\" and the mail log show "
		    "more.\n",
		    w->id);
	else if (end == CONTROL_END_GONE)
		output_to(w->out,
		    "It is not in the queue any more: it was delivered or returned; see the mail log.\n");
	else if (w->begun && end == CONTROL_END_WAITS)
		output_to(w->out,
		    "next      \"sendmail -q\" as root tries it at once; \"mailq why %s\" shows this "
		    "again\n",
		    w->id);
	else
		explain(w);
}

static bool runner_is_gone(const struct watch *w)
{
	char byte;
	return recv(w->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

/* False: the runner ended before it had anything to say about the message, as one does that was
   just going when the message came.  Another one is started for it. */
static bool follow(struct watch *w)
{
	struct buffer look = {0};
	char *line = NULL;
	const char *behind;
	enum control_answer answer = CONTROL_STORY;
	w->until_ms = clock_mono_ms() + (w->talk ? TALK_LIMIT_MS : WAIT_LIMIT_MS);
	/* It may have said all and gone already. */
	control_line_put(&look, CONTROL_LOOK, "");
	(void)fdio_write(w->fd, look.data, look.length);
	buffer_free(&look);
	while ((line = next_line(w->fd, &w->in, w->until_ms)) != NULL) {
		answer = control_answer_parse(line, &behind);
		if (answer == CONTROL_OVER || answer == CONTROL_NO)
			break;
		print_line(w, line);
		free(line);
	}
	if (line == NULL && !w->begun && runner_is_gone(w))
		return false;
	bool said = line != NULL && answer == CONTROL_OVER;
	conclude(w, said, said ? control_end_find(behind) : CONTROL_ENDS);
	free(line);
	return true;
}

/* Follows the message with the runner that is reached, or with the next ones. */
static void follow_on(struct watch *w)
{
	for (int runners = 0; runners < RUNNERS_MAX && w->fd >= 0; runners++) {
		if (follow(w))
			return;
		close(w->fd);
		w->fd = -1;
		w->in.length = 0;
		ask_until(w, clock_mono_ms() + START_MS);
	}
	conclude(w, false, CONTROL_ENDS);
}

/* One file gets many messages. */
static void put_title(const struct watch *w)
{
	TEXT(line, 120);
	text_put(&line, "\n== ");
	clock_put_local(&line, clock_wall_s());
	text_printf(&line, "  %s\n", w->id);
	(void)fdio_write(STDERR_FILENO + 1, line.data, line.length);
}

static void watch(struct watch *w)
{
	const char *id;
	enum follow_runner runner = FOLLOW_RUNNERS;
	char *line = next_line(STDIN_FILENO, &w->from_caller, 0);
	bool named = line != NULL && follow_parse_id(line, &id);
	text_copy(w->id, sizeof w->id, named ? id : "");
	free(line);
	if (!named)
		return;
	if (w->in_log)
		put_title(w);
	ask(w);
	fdio_write(STDIN_FILENO, "r", 1);
	line = next_line(STDIN_FILENO, &w->from_caller, 0);
	if (line == NULL)
		return;
	(void)follow_parse_go(line, &runner);
	free(line);
	if (runner != FOLLOW_NOBODY && w->fd < 0)
		ask_until(w, clock_mono_ms() + (runner == FOLLOW_STARTED ? START_MS : 0));
	if (runner == FOLLOW_NOBODY)
		explain(w);
	else
		follow_on(w);
	put_out(w);
}

int watch_run(bool talk, bool log)
{
	struct watch w = {.talk = talk || log, .on_screen = talk, .in_log = log, .fd = -1};
	if ((w.out = open_memstream(&w.words, &w.words_length)) == NULL)
		return EX_OSERR;
	watch(&w);
	fclose(w.out);
	free(w.words);
	buffer_free(&w.in);
	buffer_free(&w.from_caller);
	if (w.fd >= 0)
		close(w.fd);
	return EX_OK;
}
