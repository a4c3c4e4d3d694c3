/* The session.  Who calls is known from the system, so there is no login. */
#include "submit/stdin_smtp.h"
#include "base/fdio.h"
#include "dialogue/smtp_dialogue.h"
#include "submit/store.h"
#include "submit/limits.h"
#include "submit/submit.h"
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

struct session {
	const struct options *options;
	const struct caller *caller;
	struct drop drop;
	struct dialogue dialogue;
};

static ssize_t read_input(void *context, char *bytes, size_t size)
{
	(void)context;
	return fdio_read(STDIN_FILENO, bytes, size);
}

/* A client that is gone ends the session. */
static bool write_output(void *context, const char *bytes, size_t length)
{
	(void)context;
	return fdio_write(STDOUT_FILENO, bytes, length);
}

static int check_sender(void *context, const char *sender, struct diagnosis *why)
{
	const struct session *s = context;
	return limits_check(&s->drop, s->caller, sender, why);
}

static bool check_count(void *context, size_t count, struct diagnosis *why)
{
	const struct session *s = context;
	return limits_recipients(&s->drop, count, why);
}

static void log_refused(void *context, const struct diagnosis *why, int code)
{
	(void)context;
	submit_log_refusal(why, code);
}

static int read_message(void *context, struct buffer *out, bool *at_end, struct diagnosis *why)
{
	return dialogue_read(context, out, at_end, why);
}

/* What MAIL said counts more than the options of the command line. */
static struct options facts_of(const struct session *s)
{
	const struct esmtp *said = &s->dialogue.esmtp;
	struct options facts = *s->options;
	facts.sender_given = true;
	facts.body = said->body != NULL ? said->body : facts.body;
	facts.ret = said->ret != NULL ? said->ret : facts.ret;
	facts.envid = said->envid != NULL ? said->envid : facts.envid;
	facts.require_tls = facts.require_tls || said->require_tls;
	return facts;
}

static int take_message(void *context, struct dialogue *d, const char **id, struct diagnosis *why)
{
	struct session *s = context;
	struct store store = {.drop = &s->drop,
	    .envelope = &d->envelope,
	    .why = why,
	    .read = read_message,
	    .context = d};
	struct options facts = facts_of(s);
	int code = store_read_header(&store);
	if (code == EX_OK) {
		store_facts(&store, &facts, s->caller);
		code = store_message(&store);
	}
	if (code == EX_OK) {
		submit_stored(s->options, &d->envelope, &s->drop);
		limits_load(&s->drop);
		*id = s->drop.id;
	}
	startup_group_aside();
	store_free(&store);
	return code;
}

int stdin_smtp(const struct options *o, const struct caller *c)
{
	char host[256] = "localhost";
	TEXT(who, 100);
	struct session s = {.options = o, .caller = c};
	const struct dialogue_use use = {.host = host,
	    .who = who.data,
	    .size_limit_bytes = ENVELOPE_MESSAGE_LIMIT_BYTES,
	    .read = read_input,
	    .write = write_output,
	    .check_sender = check_sender,
	    .check_count = check_count,
	    .take = take_message,
	    .refused = log_refused};
	s.dialogue = (struct dialogue){.use = &use, .context = &s};
	text_printf(&who, "uid %lu (%s)", (unsigned long)getuid(), c->login);
	if (gethostname(host, sizeof host) != 0)
		text_copy(host, sizeof host, "localhost");
	host[sizeof host - 1] = '\0';
	int code = submit_open(&s.drop, c, true);
	if (code != EX_OK) {
		dialogue_reply(&s.dialogue, "421 4.3.0 mail cannot be accepted: %s",
		    code == EX_NOPERM ? "no right to the spool" : "the spool cannot be opened");
		dialogue_flush(&s.dialogue);
	} else {
		code = dialogue_serve(&s.dialogue);
	}
	dialogue_free(&s.dialogue);
	return code;
}
