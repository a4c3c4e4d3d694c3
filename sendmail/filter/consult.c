/* The conversation.  Nobody needs to be waited for on two sides: milter and spamd answer what they
   were asked.  Who takes too long is ended by filters, or by alarm(2). */
#include "filter/consult.h"
#include "base/confine.h"
#include "base/fdio.h"
#include "filter/message_source.h"
#include "filter/milter.h"
#include "filter/reach.h"
#include "filter/spamd.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BODY_PIECE 32000
#define READ_BYTES 32768
#define MEMORY_MIB 512

struct consultation {
	const struct filter *filter;
	const struct filter_orders *orders;
	const char *hostname;
	struct filter_socket socket;
	struct message_source source;
	struct opinion opinion;
	struct buffer text; /* for standard output */
	int fd;
	bool probing;
};

static void failed(struct consultation *c, const char *what)
{
	verdict_raise(&c->opinion, FILTER_EXIT_FAILED, "%s: %s", what,
	    errno != 0 ? strerror(errno) : "it ends too early");
}

/* From here on it has what it has: no file, no further connection, no program. */
static bool confine(struct consultation *c)
{
	struct confine_limits limits = {.memory_mib = MEMORY_MIB,
	    .cpu_s = c->filter->timeout_s,
	    .descriptors = c->fd + 8,
	    .file_bytes = 1 << 20};
	return sandbox_limit(c->fd, SANDBOX_TALK) && sandbox_limit(STDIN_FILENO, SANDBOX_READ) &&
	       confine_enter(&limits) != SANDBOX_FAILED;
}

static bool reach(struct consultation *c)
{
	TEXT(problem, 300);
	TEXT(place, 200);
	c->fd = -1;
	if (!filter_socket_read(c->filter->socket, &c->socket, &problem)) {
		verdict_raise(&c->opinion, FILTER_EXIT_ABSENT, "%s", problem.data);
		return false;
	}
	reach_put_place(&c->socket, &place);
	c->fd = reach_socket(&c->socket);
	if (c->fd < 0) {
		bool closed = errno == EAFNOSUPPORT || errno == ENETUNREACH || errno == EPERM;
		verdict_raise(&c->opinion, FILTER_EXIT_ABSENT, "%s: %s%s", place.data, strerror(errno),
		    closed && c->socket.path[0] == '\0'
		        ? " (the unit firsthop-filter has no network: firsthop.conf(5), [filter NAME])"
		        : "");
		return false;
	}
	if (!confine(c)) {
		verdict_raise(&c->opinion, FILTER_EXIT_ABSENT, "cannot be confined: %s", strerror(errno));
		return false;
	}
	return true;
}

/* --- milter --------------------------------------------------------------------------------------
 */

static void give_body(struct consultation *c, struct milter *m)
{
	char bytes[BODY_PIECE];
	ssize_t n = source_body(&c->source, bytes, sizeof bytes);
	if (n >= 0)
		milter_body(m, bytes, (size_t)n);
	else
		milter_ended(m, strerror(errno));
}

static void hear(struct consultation *c, struct milter *m)
{
	char bytes[READ_BYTES];
	ssize_t n = fdio_read(c->fd, bytes, sizeof bytes);
	if (n > 0)
		milter_receive(m, bytes, (size_t)n);
	else
		milter_ended(m, n == 0 ? "" : strerror(errno));
}

/* What the milter made of the message, if it passes. */
static void take_changes(struct consultation *c, struct milter *m)
{
	if (c->opinion.exit != FILTER_EXIT_PASS || (!m->edited && !m->body_new))
		return;
	c->opinion.exit = m->body_new ? FILTER_EXIT_MESSAGE : FILTER_EXIT_HEADER;
	if (m->edited)
		edits_write(&m->edits, &c->text);
	else
		buffer_add(&c->text, m->header, m->header_length);
	buffer_puts(&c->text, "\n");
	buffer_add(&c->text, m->body.data, m->body.length);
}

static void talk_milter(struct consultation *c)
{
	struct milter m = {.orders = c->orders,
	    .hostname = c->hostname,
	    .header = c->source.top.data,
	    .header_length = c->source.header_length,
	    .opinion = &c->opinion,
	    .probing = c->probing};
	milter_begin(&m);
	while (m.stage != MILTER_DONE) {
		if (m.out.length > 0 && !fdio_write(c->fd, m.out.data, m.out.length))
			milter_ended(&m, strerror(errno));
		m.out.length = 0;
		if (m.wants_body)
			give_body(c, &m);
		else if (m.waits)
			hear(c, &m);
	}
	/* The word of farewell. */
	(void)!fdio_write(c->fd, m.out.data, m.out.length);
	take_changes(c, &m);
	milter_free(&m);
}

/* --- spamd ---------------------------------------------------------------------------------------
 */

/* All of it: spamd wants to know how long it is. */
static bool read_whole(struct consultation *c, struct buffer *message)
{
	char bytes[READ_BYTES];
	ssize_t n;
	/* What is not 7 bits can become three times as long on its way. */
	size_t most = 4u * 1024 * (size_t)c->filter->max_size_kb + (1u << 20);
	buffer_add(message, c->source.top.data, c->source.top.length);
	while ((n = fdio_read(STDIN_FILENO, bytes, sizeof bytes)) > 0 && message->length < most)
		buffer_add(message, bytes, (size_t)n);
	return n == 0;
}

/* The answer ends with the connection. */
static bool hear_spamd(struct consultation *c, struct buffer *answer)
{
	char bytes[READ_BYTES];
	ssize_t n;
	size_t most = 8u * 1024 * (size_t)c->filter->max_size_kb + (1u << 20);
	while ((n = fdio_read(c->fd, bytes, sizeof bytes)) > 0 && answer->length < most)
		buffer_add(answer, bytes, (size_t)n);
	return n == 0;
}

static void talk_spamd(struct consultation *c)
{
	struct buffer message = {0}, question = {0}, answer = {0};
	errno = 0;
	if (c->probing)
		spamd_ask_ping(&question);
	else if (!read_whole(c, &message))
		failed(c, "the message");
	if (!c->probing)
		spamd_ask(c->filter, message.length, &question);
	/* One that has heard enough may have answered all the same. */
	bool sent = c->opinion.exit == FILTER_EXIT_PASS &&
	            fdio_write(c->fd, question.data, question.length) &&
	            fdio_write(c->fd, message.data, message.length);
	errno = sent ? 0 : errno;
	if (c->opinion.exit == FILTER_EXIT_PASS && !hear_spamd(c, &answer) && answer.length == 0)
		failed(c, "spamd");
	else if (c->probing)
		spamd_understand_pong(&answer, &c->opinion);
	else if (c->opinion.exit == FILTER_EXIT_PASS)
		spamd_understand(&answer, &c->opinion, &c->text);
	buffer_free(&message);
	buffer_free(&question);
	buffer_free(&answer);
}

/* -------------------------------------------------------------------------------------------------
 */

static void converse(struct consultation *c)
{
	if (!reach(c))
		return;
	if (c->socket.protocol == FILTER_MILTER)
		talk_milter(c);
	else
		talk_spamd(c);
	close(c->fd);
}

int consult(const struct filter *f, const struct filter_orders *o, const char *hostname)
{
	struct consultation c = {.filter = f,
	    .orders = o,
	    .hostname = hostname,
	    .source = {.fd = STDIN_FILENO},
	    .opinion = {.filter = f}};
	if (source_header(&c.source))
		converse(&c);
	else
		verdict_raise(&c.opinion, FILTER_EXIT_FAILED, "the header has more than 2 MiB, or no end");
	if ((c.opinion.exit == FILTER_EXIT_HEADER || c.opinion.exit == FILTER_EXIT_MESSAGE) &&
	    !fdio_write(STDOUT_FILENO, c.text.data, c.text.length))
		verdict_raise(&c.opinion, FILTER_EXIT_FAILED, "cannot be given back: %s", strerror(errno));
	const char *words = c.opinion.words[0] != '\0' ? c.opinion.words : c.opinion.notes;
	if (*words != '\0')
		fprintf(stderr, "%s\n", words);
	buffer_free(&c.text);
	buffer_free(&c.source.top);
	return c.opinion.exit;
}

int consult_probe(const struct filter *f)
{
	struct filter_orders nobody = {.id = "-"};
	struct consultation c = {.filter = f,
	    .orders = &nobody,
	    .hostname = "localhost",
	    .opinion = {.filter = f},
	    .probing = true};
	converse(&c);
	printf("%s\n", c.opinion.exit == FILTER_EXIT_PASS ? c.opinion.notes : c.opinion.words);
	return c.opinion.exit;
}
