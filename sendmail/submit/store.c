/* Header first (its recipients decide whether there is anything to do), then the file, then the
 * body as it comes. */
#include "submit/store.h"
#include "base/clock.h"
#include "base/fdio.h"
#include "message/count.h"
#include "submit/submit_client.h"
#include "submit/follow.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

static int problem(struct store *s, enum reason_key key, const char *what)
{
	diag_set(s->why, VERDICT_FAILED, STAGE_SUBMIT, key, "%s", what);
	return EX_DATAERR;
}

int store_read_header(struct store *s)
{
	return opening_read(&s->opening, s->read, s->context, s->why);
}

static void keep(char **slot, const char *value)
{
	free(*slot);
	*slot = mem_copy(text_has_control(value) ? "" : value);
}

static void add_flag(struct text *flags, bool wanted, const char *word)
{
	if (wanted)
		text_printf(flags, "%s%s", flags->length ? " " : "", word);
}

void store_facts(struct store *s, const struct options *o, const struct caller *c)
{
	struct envelope *e = s->envelope;
	e->created_us = clock_wall_us();
	keep(&e->program, c->program);
	keep(&e->login, c->login);
	keep(&e->fullname, *o->fullname != '\0' ? o->fullname : c->fullname);
	keep(&e->body, o->body);
	keep(&e->notify, o->notify);
	keep(&e->ret, o->ret);
	keep(&e->envid, o->envid);
	keep(&e->tag, o->tag);
	if (strlen(e->tag) > 32)
		e->tag[32] = '\0';
	TEXT(flags, 64);
	add_flag(&flags, o->sender_given, "from-given");
	add_flag(&flags, o->no_alias, "no-alias");
	add_flag(&flags, o->needs_utf8, "utf8");
	add_flag(&flags, o->require_tls, "requiretls");
	add_flag(&flags, *o->fullname != '\0', "name-given");
	add_flag(&flags, (o->verbose || o->traffic != NULL) && !o->queue_only, "watched");
	keep(&e->flags, flags.data);
}

static int write_bytes(struct store *s, const void *bytes, size_t length)
{
	if (s->drop->by_runner) {
		buffer_add(&s->file, bytes, length);
		return EX_OK;
	}
	return drop_write(s->drop, bytes, length, s->why) ? EX_OK : EX_IOERR;
}

/* Head, header without Bcc, and what came of the body with them, in one write. */
static int write_start(struct store *s, size_t *content_at, size_t *head_bytes)
{
	struct buffer out = {0};
	envelope_write(s->envelope, &out, content_at);
	size_t head = *head_bytes = out.length;
	if (head > ENVELOPE_HEAD_LIMIT_BYTES) {
		buffer_free(&out);
		return problem(s, REASON_RECIPIENTS_LIMIT,
		    "the recipients of the message, with what is asked for them, need more than 16 MiB; "
		    "divide them among several messages");
	}
	opening_put(&s->opening, &out);
	count_bytes(&s->envelope->content, &s->column, out.data + head, out.length - head);
	int code = write_bytes(s, out.data, out.length);
	buffer_free(&out);
	return code;
}

static int write_body(struct store *s)
{
	while (!s->opening.at_end) {
		s->opening.text.length = 0;
		int code = s->read(s->context, &s->opening.text, &s->opening.at_end, s->why);
		if (code == EX_OK)
			code = write_bytes(s, s->opening.text.data, s->opening.text.length);
		if (code != EX_OK)
			return code;
		count_bytes(&s->envelope->content, &s->column, s->opening.text.data,
		    s->opening.text.length);
		if (s->envelope->content.bytes > ENVELOPE_MESSAGE_LIMIT_BYTES)
			return problem(s, REASON_MESSAGE_TOO_LONG, "the message is longer than 1 GiB");
	}
	return EX_OK;
}

/* The content line is known only at the end; its place was kept free. */
static int write_content(struct store *s, size_t content_at)
{
	struct buffer line = {0};
	envelope_write_content(&s->envelope->content, &line);
	bool done = fdio_write_at(s->drop->fd, line.data, line.length, (off_t)content_at);
	buffer_free(&line);
	if (done)
		return EX_OK;
	drop_error(s->why, "write the counts of the message to drop/");
	return EX_IOERR;
}

static int store_in_drop(struct store *s)
{
	size_t content_at, head_bytes;
	s->drop->by_runner = false;
	int code = write_start(s, &content_at, &head_bytes);
	if (code == EX_OK)
		code = write_body(s);
	if (code == EX_OK)
		code = write_content(s, content_at);
	if (code == EX_OK)
		follow_announce(s->drop->id);
	if (code == EX_OK && !drop_commit(s->drop, s->why))
		code = EX_IOERR;
	if (code != EX_OK)
		drop_abandon(s->drop);
	return code;
}

/* Everything is read before the runner is asked: a caller who writes slowly holds nothing of it. */
static int store_by_runner(struct store *s, int drop_error)
{
	size_t content_at, head_bytes;
	s->drop->by_runner = true;
	int code = write_start(s, &content_at, &head_bytes);
	if (code == EX_OK)
		code = write_body(s);
	if (code == EX_OK)
		code = submit_client_send(&s->file, head_bytes, drop_error, s->drop->id, s->why);
	buffer_free(&s->file);
	return code;
}

int store_message(struct store *s)
{
	if (s->drop->dir_fd < 0)
		return store_by_runner(s, s->drop->open_error);
	if (startup_group_back() && drop_create(s->drop, s->envelope->created_us / 1000000, s->why))
		return store_in_drop(s);
	/* A hardened unit of the caller sees the spool read-only; the socket works there all the
	   same. */
	if (s->why->error_no != EROFS || !submit_client_possible())
		return s->why->key == REASON_SPOOL_FULL ? EX_IOERR : EX_CANTCREAT;
	*s->why = (struct diagnosis){0};
	return store_by_runner(s, EROFS);
}

void store_free(struct store *s)
{
	buffer_free(&s->opening.text);
}
