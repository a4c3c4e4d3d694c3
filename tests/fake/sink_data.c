/* The message after DATA: up to the lone dot between CRLFs (RFC 5321 4.1.1.4), dots removed (4.5.2), CRLF stored as LF.
   Bare LF and bare CR do not end a line; they are counted, so that a test can tell that none was sent. */
#include "sink.h"
#include <stdlib.h>
#include <string.h>

#define PIECE_BYTES 65536  /* of a line without an end: passed on in pieces */
#define FLUSH_BYTES 262144

void sink_data_start(struct sink *s, struct sink_conn *c)
{
	c->bytes = c->bare_lf = c->bare_cr = 0;
	c->inside_line = c->high_bytes = false;
	c->message.length = 0;
	sink_store_open(s, c);
	c->mode = SINK_DATA;
}

void sink_data_forget(struct sink *s, struct sink_conn *c)
{
	sink_store_drop(s, c);
	mem_free(&c->sender);
	mem_free(&c->body);
	c->have_sender = false;
	c->recipients.length = 0;
	c->recipient_count = 0;
}

static void inspect(struct sink_conn *c, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if ((unsigned char)bytes[i] > 0x7f)
			c->high_bytes = true;
		else if (bytes[i] == '\r')
			c->bare_cr++;
	}
}

/* Bytes of one line, or a piece of one; ended: an LF follows, crlf: a CRLF follows. */
static void keep(struct sink *s, struct sink_conn *c, const char *bytes, size_t length, bool ended, bool crlf)
{
	inspect(c, bytes, length);
	c->bytes += length + (ended ? 1 : 0) + (ended && crlf ? 1 : 0);
	c->bare_lf += ended && !crlf;
	if (c->file_fd < 0 || (s->size_max != 0 && c->bytes > s->size_max))
		return;
	buffer_add(&c->message, bytes, length);
	if (ended)
		buffer_add(&c->message, "\n", 1);
	if (c->message.length >= FLUSH_BYTES)
		sink_store_flush(c);
}

static void finish(struct sink *s, struct sink_conn *c)
{
	c->mode = SINK_COMMAND;
	if (s->size_max != 0 && c->bytes > s->size_max) {
		sink_reply(c, "552 5.3.4 Message too big: %llu bytes, the limit is %llu", c->bytes, s->size_max);
	} else if (!sink_store_finish(s, c)) {
		sink_reply(c, "451 4.3.0 Cannot write the message");
	} else {
		s->messages++;
		sink_store_log(s, c);
		sink_reply(c, "250 2.0.0 Ok: queued as %llX", s->messages);
	}
	sink_data_forget(s, c);
}

/* No end of line in sight: hands on all but a CR that may be half of one. */
static bool take_piece(struct sink *s, struct sink_conn *c, const char *line, size_t left)
{
	if (left < PIECE_BYTES)
		return false;
	size_t length = line[left - 1] == '\r' ? left - 1 : left;
	bool dotted = !c->inside_line && line[0] == '.';
	keep(s, c, line + dotted, length - dotted, false, false);
	c->inside_line = true;
	c->in_at += length;
	return false;
}

bool sink_data_take(struct sink *s, struct sink_conn *c)
{
	const char *line = c->in.data + c->in_at;
	size_t left = c->in.length - c->in_at;
	const char *end = left > 0 ? memchr(line, '\n', left) : NULL;
	if (end == NULL)
		return left > 0 && take_piece(s, c, line, left);
	size_t length = (size_t)(end - line);
	bool crlf = length > 0 && line[length - 1] == '\r';
	c->in_at += length + 1;
	if (crlf)
		length--;
	bool dotted = !c->inside_line && length > 0 && line[0] == '.';
	if (dotted && crlf && length == 1) {
		finish(s, c);
		return true;
	}
	keep(s, c, line + dotted, length - dotted, true, crlf);
	/* After a bare LF the line goes on: a dot there is no dot of ours (RFC 5321 2.3.8). */
	c->inside_line = !crlf;
	return true;
}
