/* The dialogue of one client, and where its messages go. */
#include "smtpd/smtpd_session.h"
#include "base/clock.h"
#include "base/confine.h"
#include "base/sandbox.h"
#include "dialogue/smtp_dialogue.h"
#include "message/opening.h"
#include "smtpd/chunks.h"
#include "smtpd/door.h"
#include "smtpd/line.h"
#include "smtpd/smtpd_login.h"
#include "spool/submit_talk.h"
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#define HELD_BYTES (256 << 10) /* of a message, before the queue is asked for */
#define MEMORY_MIB 96
#define CPU_S 600
#define DESCRIPTORS 16

struct session {
	const struct session_setup *setup;
	struct line line;
	struct door door;
	struct login login;
	struct dialogue dialogue;
	unsigned commands; /* of the dialogue, when it was waited for last */
};

static ssize_t read_client(void *context, char *bytes, size_t size)
{
	struct session *s = context;
	if (s->commands != s->dialogue.commands)
		line_command_begins(&s->line);
	s->commands = s->dialogue.commands;
	ssize_t n = line_read(&s->line, &s->door, bytes, size);
	const char *words = line_farewell(&s->line);
	if (n <= 0 && words != NULL)
		dialogue_reply(&s->dialogue, "%s", words);
	return n;
}

static bool write_client(void *context, const char *bytes, size_t length)
{
	struct session *s = context;
	return line_write(&s->line, bytes, length);
}

/* The rules of [submit] are the runner's, which says so for the message. */
static int check_sender(void *context, const char *sender, struct diagnosis *why)
{
	(void)context, (void)sender, (void)why;
	return EX_OK;
}

static bool check_count(void *context, size_t count, struct diagnosis *why)
{
	(void)context;
	if (count <= ENVELOPE_RCPTS_MAX)
		return true;
	diag_set(why, VERDICT_FAILED, STAGE_SUBMIT, REASON_RECIPIENTS_LIMIT,
	    "the message has more than %d recipients; divide them among several messages",
	    ENVELOPE_RCPTS_MAX);
	return false;
}

static void ignore_refused(void *context, const struct diagnosis *why, int code)
{
	(void)context, (void)why, (void)code;
}

/* An unknown command may be a password that came too early: it is not passed on. */
static void tell_rejected(void *context, const char *verb, const char *reply)
{
	const struct session *s = context;
	bool in_mail = s->dialogue.in_mail;
	TEXT(words, 520);
	if (strcmp(verb, "UNKNOWN") == 0)
		text_put_n(&words, reply, strcspn(reply, ":"));
	else
		text_put(&words, reply);
	if (in_mail)
		text_printf(&words, "; from=<%.200s>", s->dialogue.envelope.sender);
	door_tell_rejected(&s->door, verb, words.data);
}

static int read_message(void *context, struct buffer *out, bool *at_end, struct diagnosis *why)
{
	return dialogue_read(context, out, at_end, why);
}

static void keep(char **slot, const char *value)
{
	free(*slot);
	*slot = mem_copy(value != NULL ? value : "");
}

static void set_facts(struct session *s, struct envelope *e)
{
	const struct esmtp *said = &s->dialogue.esmtp;
	e->created_us = clock_wall_us();
	keep(&e->program, s->setup->client->lmtp ? "lmtp" : "smtp");
	keep(&e->body, said->body);
	keep(&e->ret, said->ret);
	keep(&e->envid, said->envid);
	keep(&e->flags, said->require_tls ? "from-given requiretls" : "from-given");
}

/* One message on its way. */
struct passage {
	struct session *s;
	struct opening opening;
	struct buffer held; /* not sent yet, all of it from the start */
	long long bytes;
	bool begun;
};

static int too_long(struct diagnosis *why, long long limit_bytes)
{
	diag_set(why, VERDICT_FAILED, STAGE_SUBMIT, REASON_MESSAGE_TOO_LONG,
	    "the message is longer than %lld MB, as much as one may have ([listen] max_message_mb)",
	    limit_bytes >> 20);
	return EX_DATAERR;
}

/* Reads on until enough is held, or all is. */
static int hold(struct passage *p, struct diagnosis *why)
{
	while (!p->opening.at_end && p->held.length < HELD_BYTES) {
		size_t before = p->held.length;
		int code = dialogue_read(&p->s->dialogue, &p->held, &p->opening.at_end, why);
		if (code != EX_OK)
			return code;
		p->bytes += (long long)(p->held.length - before);
		if (p->bytes > p->s->setup->size_limit_bytes)
			return too_long(why, p->s->setup->size_limit_bytes);
	}
	return EX_OK;
}

/* What is held goes to the queue. */
static int send_held(struct passage *p, struct diagnosis *why)
{
	struct door *d = &p->s->door;
	if (!p->begun && !door_get(d, why))
		return EX_IOERR;
	bool sent = (p->begun || door_begin(d, &p->s->dialogue.envelope)) &&
	            door_put(d, p->held.data, p->held.length);
	p->begun = true;
	p->held.length = 0;
	if (sent)
		return EX_OK;
	/* The runner does not want it, and says why. */
	int code = submit_talk_answer(d->fd, d->id, why);
	return code != EX_OK ? code : EX_IOERR;
}

/* A message that is held whole is sent again when the door was closed in that moment: the runner
   closes one that is idle. */
static int pass_whole(struct passage *p, struct diagnosis *why)
{
	int code = EX_IOERR;
	for (int tries = 0; tries < 2; tries++) {
		struct door *d = &p->s->door;
		*why = (struct diagnosis){0};
		if (!door_get(d, why))
			return EX_IOERR;
		if (door_begin(d, &p->s->dialogue.envelope))
			(void)door_put(d, p->held.data, p->held.length);
		code = door_end(d, why);
		if (code == EX_OK || why->key != REASON_SPOOL_WRITE || why->error_no == 0)
			return code;
	}
	return code;
}

static int pass(struct passage *p, struct diagnosis *why)
{
	int code = hold(p, why);
	if (code == EX_OK && p->opening.at_end)
		return pass_whole(p, why);
	while (code == EX_OK) {
		code = send_held(p, why);
		if (code != EX_OK || p->opening.at_end)
			break;
		code = hold(p, why);
	}
	if (code == EX_OK)
		return door_end(&p->s->door, why);
	/* Half a message is nothing: the runner removes it. */
	if (p->begun)
		door_close(&p->s->door);
	return code;
}

static int take_message(void *context, struct dialogue *d, const char **id, struct diagnosis *why)
{
	struct session *s = context;
	struct passage p = {.s = s};
	line_message_begins(&s->line);
	int code = opening_read(&p.opening, read_message, d, why);
	if (code == EX_OK) {
		set_facts(s, &d->envelope);
		opening_put(&p.opening, &p.held);
		p.bytes = (long long)p.held.length;
		code = pass(&p, why);
	}
	*id = s->door.id;
	if (code == EX_OK)
		door_tell_accepted(&s->door);
	buffer_free(&p.held);
	buffer_free(&p.opening.text);
	line_message_ends(&s->line);
	return code;
}

/* What the answer to EHLO says of the client; asked before anything of it is read. */
static void name_client(struct text *who, const struct client *c)
{
	const struct passwd *pw = c->is_local ? getpwuid(c->uid) : NULL;
	if (c->is_local)
		text_printf(who, "uid %lu (%s)", (unsigned long)c->uid,
		    pw != NULL ? pw->pw_name : "no name");
	else
		text_printf(who, "%s", c->address);
}

static bool confine(const struct session_setup *setup)
{
	static const struct confine_limits limits = {.memory_mib = MEMORY_MIB,
	    .cpu_s = CPU_S,
	    .descriptors = DESCRIPTORS,
	    .file_bytes = 0};
	sandbox_hide();
	return sandbox_limit(setup->client_fd, SANDBOX_TALK) &&
	       sandbox_limit(setup->control_fd, SANDBOX_TALK) &&
	       confine_enter(&limits) != SANDBOX_FAILED;
}

static void offer(struct dialogue *d)
{
	struct session *s = d->context;
	dialogue_offer(d, "CHUNKING");
	/* Only under TLS (RFC 8689 2). */
	if (s->line.tls != NULL)
		dialogue_offer(d, "REQUIRETLS");
	login_offer(&s->login, d);
}

static bool obey_starttls(struct dialogue *d, char *rest)
{
	struct session *s = d->context;
	if (s->login.tls != NULL)
		login_starttls(&s->login, d, rest);
	return s->login.tls != NULL;
}

/* Whom the system names needs none. */
static bool obey_auth(struct dialogue *d, char *rest)
{
	struct session *s = d->context;
	if (s->login.needed)
		login_auth(&s->login, d, rest);
	return s->login.needed;
}

static bool obey_mail(struct dialogue *d, char *rest)
{
	const struct session *s = d->context;
	(void)rest;
	bool refused = s->login.needed && !s->login.done;
	if (refused)
		dialogue_reply(d, "530 5.7.0 a login is needed first: STARTTLS, then AUTH");
	return refused;
}

int session_run(const struct session_setup *setup)
{
	static const struct dialogue_command more[] = {{"BDAT", chunks_obey},
	    {"STARTTLS", obey_starttls}, {"AUTH", obey_auth}, {"MAIL", obey_mail}, {NULL, NULL}};
	TEXT(who, 100);
	name_client(&who, setup->client);
	struct session s = {.setup = setup, .door = {.control_fd = setup->control_fd, .fd = -1}};
	const struct dialogue_use use = {.host = setup->host,
	    .who = who.data,
	    .lmtp = setup->client->lmtp,
	    .size_limit_bytes = setup->size_limit_bytes,
	    .more = more,
	    .offer = offer,
	    .read = read_client,
	    .write = write_client,
	    .check_sender = check_sender,
	    .check_count = check_count,
	    .take = take_message,
	    .rejected = tell_rejected,
	    .refused = ignore_refused};
	s.dialogue = (struct dialogue){.use = &use, .context = &s};
	line_start(&s.line, setup->client_fd);
	s.login = (struct login){.line = &s.line,
	    .door = &s.door,
	    .tls = setup->tls,
	    .needed = setup->client->needs_login};
	if (!confine(setup))
		return EX_OSERR;
	dialogue_serve(&s.dialogue);
	dialogue_free(&s.dialogue);
	return EX_OK;
}
