/* objects: smtp_client */
/* libs: -lcrypto */
/* Thousands of sessions with a server that refuses what it likes, closes or breaks at any byte, and
   keeps a transaction open that failed: what the session says of each recipient is what the server
   knows of it. */
#include "base/text.h"
#include "tests/unit/smtp_client.h"
#include <stdio.h>
#include <stdlib.h>

#define LETTERS 12
#define RCPTS 3
#define SEEDS 2000 /* FLIGHT_SEEDS has fewer for valgrind, which takes 40 times as long */

static struct letter {
	struct transaction t;
	struct session_rcpt rcpts[RCPTS];
	char sender[16], names[RCPTS][16];
	int size, at; /* of the body, in pieces */
	bool done, delivered[RCPTS];
} letters[LETTERS];
static int given, done_count;

/* The server. */
static struct {
	struct buffer in, out;
	bool open, failed, chunk, last, data, over;
	bool knows_bdat;
	long left;
	int sender, accepted[RCPTS * 2], accepted_count;
	struct buffer message;
	unsigned refuses, closes; /* once in so many; 0 = never */
} peer;

static unsigned dice_state;
static unsigned dice(unsigned sides)
{
	dice_state = dice_state * 1103515245U + 12345U;
	return (dice_state >> 16) % sides;
}

static bool once_in(unsigned times)
{
	return times > 0 && dice(times) == 0;
}

static void on_finished(void *context, struct transaction *t)
{
	struct letter *l = t->context;
	(void)context;
	assert_false(l->done);
	l->done = true;
	done_count++;
}

/* Each line names its message; some lines begin with a dot. */
static bool body(void *context, struct buffer *out)
{
	struct letter *l = context;
	static char line[30000];
	int number = (int)(l - letters);
	if (!l->t.body_begun)
		l->at = 0;
	l->t.body_begun = true;
	memset(line, 'x', sizeof line);
	size_t n = l->size > 1 ? sizeof line - 1 : 20;
	line[n] = '\0';
	snprintf(line, 12, "%s.%d", l->t.chunked ? "" : ".", number);
	line[strlen(line)] = ' ';
	buffer_printf(out, "%s\r\n", line);
	if (++l->at < l->size)
		return true;
	buffer_puts(out, l->t.chunked ? "" : ".\r\n");
	return false;
}

static const char closing[] = "421 4.3.2 closing";

static void say(const char *yes, const char *no)
{
	buffer_printf(&peer.out, "%s\r\n", no != NULL ? no : yes);
	peer.over = no == closing;
}

static void answer(const char *yes, const char *no)
{
	say(yes, once_in(peer.closes) ? closing : no);
}

static const char *refusal(const char *words)
{
	return once_in(peer.refuses) ? words : NULL;
}

/* All lines are of one message, and its envelope is its own. */
static void deliver(void)
{
	struct letter *l = &letters[peer.sender];
	int lines = 0;
	char mark[16];
	snprintf(mark, sizeof mark, ".%d ", peer.sender);
	for (const char *at = buffer_string(&peer.message); *at != '\0'; at = strchr(at, '\n') + 1) {
		assert_true(text_starts(at, mark));
		lines++;
	}
	assert_int_equal(lines, l->size);
	for (int i = 0; i < peer.accepted_count; i++) {
		assert_int_equal(peer.accepted[i] / RCPTS, peer.sender);
		assert_false(l->delivered[peer.accepted[i] % RCPTS]);
		l->delivered[peer.accepted[i] % RCPTS] = true;
	}
}

static void close_transaction(void)
{
	peer.open = peer.failed = false;
	peer.accepted_count = 0;
	peer.message.length = 0;
}

/* The end of a message. */
static void take_message(void)
{
	const char *no = once_in(peer.closes) ? closing : refusal("554 5.7.1 not this one");
	if (no == NULL && peer.accepted_count > 0) {
		deliver();
		close_transaction();
	}
	say("250 taken", peer.accepted_count == 0 && no == NULL && peer.open ? "554 nobody" : no);
	peer.message.length = 0;
}

static void on_mail(const char *line)
{
	const char *no = peer.open ? "503 nested MAIL" : refusal("451 4.3.0 not now");
	if (no == NULL) {
		peer.open = true;
		peer.sender = atoi(line + strlen("MAIL FROM:<m"));
	}
	answer("250 ok", no);
}

static void on_rcpt(const char *line)
{
	const char *no = !peer.open ? "503 MAIL first" : refusal("550 5.1.1 unknown");
	if (no == NULL) {
		assert_true(peer.accepted_count < RCPTS * 2);
		peer.accepted[peer.accepted_count++] = atoi(line + strlen("RCPT TO:<r"));
	}
	answer("250 ok", no);
}

static void on_command(const char *line)
{
	if (text_starts(line, "EHLO"))
		buffer_puts(&peer.out, "250-hi\r\n250-PIPELINING\r\n250 CHUNKING\r\n");
	else if (text_starts(line, "MAIL"))
		on_mail(line);
	else if (text_starts(line, "RCPT"))
		on_rcpt(line);
	else if (text_starts(line, "RSET")) {
		close_transaction();
		answer("250 ok", NULL);
	} else if (text_starts(line, "DATA")) {
		peer.data = peer.open && peer.accepted_count > 0;
		answer("354 go", peer.data ? NULL : "554 nobody");
	} else if (text_starts(line, "BDAT") && peer.knows_bdat) {
		peer.chunk = true;
		peer.left = atol(line + 5);
		peer.last = strstr(line, "LAST") != NULL;
	} else {
		answer("", "502 5.5.1 what");
	}
}

static void end_chunk(void)
{
	peer.chunk = false;
	if (!peer.open || peer.accepted_count == 0)
		answer("", "503 nobody");
	else if (peer.failed)
		answer("", "551 5.0.0 discarded after an earlier error");
	else if (peer.last)
		take_message();
	else if ((peer.failed = once_in(peer.refuses)))
		answer("", "552 5.3.4 too big");
	else
		answer("250 chunk", NULL);
	if (peer.last || !peer.open)
		peer.message.length = 0;
}

static void take_line(const char *line)
{
	if (peer.data && strcmp(line, ".") == 0) {
		peer.data = false;
		take_message();
		if (peer.open)
			close_transaction();
	} else if (peer.data) {
		buffer_printf(&peer.message, "%s\n", line + (*line == '.'));
	} else {
		on_command(line);
	}
}

static void server_reads(void)
{
	while (!peer.over) {
		if (peer.chunk) {
			size_t n = peer.in.length < (size_t)peer.left ? peer.in.length : (size_t)peer.left;
			buffer_add(&peer.message, peer.in.data, n);
			buffer_drop(&peer.in, n);
			peer.left -= (long)n;
			if (peer.left > 0)
				return;
			end_chunk();
			continue;
		}
		const char *end = peer.in.length > 0 ? memchr(peer.in.data, '\n', peer.in.length) : NULL;
		if (end == NULL)
			return;
		size_t length = (size_t)(end - peer.in.data);
		char *line = mem_copy_n(peer.in.data, length - 1);
		buffer_drop(&peer.in, length + 1);
		take_line(line);
		free(line);
	}
}

static void give(void)
{
	struct letter *l = &letters[given];
	int rcpts = 1 + (int)dice(RCPTS);
	snprintf(l->sender, sizeof l->sender, "m%d@x.y", given);
	for (int i = 0; i < rcpts; i++) {
		snprintf(l->names[i], sizeof l->names[i], "r%d@y.z", given * RCPTS + i);
		l->rcpts[i].address = l->names[i];
	}
	l->size = once_in(8) ? 6 : 1;
	l->t = (struct transaction){.sender = l->sender,
	    .rcpts = l->rcpts,
	    .rcpt_count = rcpts,
	    .size_bytes = l->size > 1 ? 180000 : 24,
	    .ret = "",
	    .envid = "",
	    .body = body,
	    .context = l};
	session_take(&s, &l->t);
	given++;
}

/* A part of what is on its way, so far. */
static void move_some(int64_t now)
{
	size_t n = s.out.length > 0 ? 1 + dice((unsigned)s.out.length) : 0;
	buffer_add(&peer.in, s.out.data, n);
	buffer_drop(&s.out, n);
	session_sent(&s, now);
	server_reads();
	n = peer.out.length > 0 ? 1 + dice((unsigned)peer.out.length) : 0;
	if (n > 0) {
		char *bytes = mem_copy_n(peer.out.data, n);
		buffer_drop(&peer.out, n);
		session_receive(&s, bytes, n, now);
		free(bytes);
	}
	session_pump(&s, now);
}

static void check(const struct letter *l)
{
	for (int i = 0; i < l->t.rcpt_count; i++) {
		const struct diagnosis *d = &l->rcpts[i].result;
		bool unknown = d->key == REASON_OUTCOME_UNKNOWN;
		if (d->verdict == VERDICT_SENT)
			assert_true(l->delivered[i]);
		else if (!unknown)
			assert_false(l->delivered[i]);
		/* An answer of a message's own is never about another one. */
		if (l->delivered[i] && !unknown)
			assert_int_equal(d->verdict, VERDICT_SENT);
		if (l->t.begun)
			assert_int_not_equal(d->verdict, VERDICT_NONE);
	}
}

static void session_of(unsigned seed)
{
	dice_state = seed;
	memset(letters, 0, sizeof letters);
	memset(&peer, 0, sizeof peer);
	given = done_count = 0;
	peer.knows_bdat = !once_in(6);
	peer.refuses = once_in(3) ? 0 : 2 + dice(12);
	peer.closes = once_in(2) ? 0 : 20 + dice(60);
	unsigned breaks = once_in(2) ? 0 : 10 + dice(100);
	buffer_puts(&peer.out, "220 hi\r\n");
	session_start(&s, &policy, 1);
	for (int64_t now = 1; s.state != SESSION_OVER && done_count < LETTERS; now++) {
		assert_true(now < 100000);
		while (given < LETTERS && session_can_take(&s) && !once_in(3))
			give();
		if (once_in(breaks) || (peer.over && peer.out.length == 0))
			session_broken(&s, REASON_PEER_CLOSED, "the server closed the connection");
		else
			move_some(now);
	}
	if (breaks == 0 && peer.closes == 0)
		assert_int_equal(done_count, LETTERS);
	assert_int_equal(done_count, given);
	for (int i = 0; i < given; i++)
		check(&letters[i]);
	session_free(&s);
	buffer_free(&peer.in);
	buffer_free(&peer.out);
	buffer_free(&peer.message);
}

static void outcomes_are_the_servers(void **state)
{
	(void)state;
	policy = client_policy(on_finished);
	const char *wish = getenv("FLIGHT_SEEDS");
	unsigned seeds = wish != NULL ? (unsigned)strtoul(wish, NULL, 10) : SEEDS;
	for (unsigned seed = 1; seed <= seeds; seed++)
		session_of(seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(outcomes_are_the_servers)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
