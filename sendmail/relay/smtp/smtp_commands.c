/* Commands as they are written.  Every one of them adds what is waited for to the ring. */
#include "message/dsn.h"
#include "relay/smtp/smtp_commands.h"
#include "relay/smtp/session_state.h"

static void await(struct session *s, enum session_expect kind, struct transaction *t, int rcpt)
{
	int at = (s->first + s->count++) % SESSION_AWAITED_MAX;
	s->awaited[at] = (struct session_awaited){kind, t, rcpt};
	if (t != NULL)
		t->owed++;
}

static void say(struct session *s, const char *line)
{
	size_t from = s->out.length;
	buffer_printf(&s->out, "%s\r\n", line);
	session_show(s, from);
}

static void put_upper(struct buffer *out, const char *name, const char *word)
{
	buffer_puts(out, name);
	for (; *word != '\0'; word++) {
		char c = *word >= 'a' && *word <= 'z' ? (char)(*word - 32) : *word;
		buffer_add(out, &c, 1);
	}
}

void command_mail(struct session *s, struct transaction *t)
{
	size_t from = s->out.length;
	buffer_printf(&s->out, "MAIL FROM:<%s>", t->sender);
	if (s->ehlo.size_known)
		buffer_printf(&s->out, " SIZE=%lld", (long long)t->size_bytes);
	if (t->has_8bit && s->ehlo.eightbitmime)
		buffer_puts(&s->out, " BODY=8BITMIME");
	if (t->needs_utf8 && s->ehlo.smtputf8)
		buffer_puts(&s->out, " SMTPUTF8");
	if (t->require_tls)
		buffer_puts(&s->out, " REQUIRETLS");
	if (s->ehlo.dsn && t->ret[0] != '\0')
		buffer_printf(&s->out, " RET=%s", t->ret);
	if (s->ehlo.dsn && t->envid[0] != '\0') {
		buffer_puts(&s->out, " ENVID=");
		dsn_put_xtext(&s->out, t->envid);
	}
	buffer_puts(&s->out, "\r\n");
	session_show(s, from);
	await(s, EXPECT_MAIL, t, 0);
}

void command_rcpt(struct session *s, struct transaction *t, int rcpt)
{
	const struct session_rcpt *r = &t->rcpts[rcpt];
	size_t from = s->out.length;
	buffer_printf(&s->out, "RCPT TO:<%s>", r->address);
	if (s->ehlo.dsn && r->notify != NULL && r->notify[0] != '\0')
		put_upper(&s->out, " NOTIFY=", r->notify);
	if (s->ehlo.dsn && r->orcpt != NULL && r->orcpt[0] != '\0') {
		buffer_puts(&s->out, " ORCPT=");
		dsn_put_orcpt(&s->out, r->orcpt);
	}
	buffer_puts(&s->out, "\r\n");
	session_show(s, from);
	await(s, EXPECT_RCPT, t, rcpt);
}

void command_data(struct session *s, struct transaction *t)
{
	say(s, "DATA");
	await(s, EXPECT_DATA, t, 0);
}

void command_ask_chunking(struct session *s, struct transaction *t, char first)
{
	say(s, "BDAT 1");
	buffer_add(&s->out, &first, 1);
	await(s, EXPECT_ASK, t, 0);
}

void command_chunk(struct session *s, struct transaction *t, const struct buffer *bytes, bool last)
{
	size_t from = s->out.length;
	buffer_printf(&s->out, "BDAT %zu%s\r\n", bytes->length, last ? " LAST" : "");
	session_show(s, from);
	buffer_add(&s->out, bytes->data, bytes->length);
	if (!last)
		await(s, EXPECT_CHUNK, t, 0);
}

void command_void_dot(struct session *s, struct transaction *t)
{
	say(s, ".");
	await(s, EXPECT_VOID_DOT, t, 0);
}

void command_reset(struct session *s, struct transaction *t)
{
	say(s, "RSET");
	await(s, EXPECT_RSET, t, 0);
	s->dirty = false;
}

void command_await_dot(struct session *s, struct transaction *t)
{
	await(s, EXPECT_DOT, t, 0);
}
