/* What both halves of the session ask and set: the stage, the deadline, what a reply says. */
#include "diagnosis/answer.h"
#include "diagnosis/catalogue.h"
#include "base/text.h"
#include "relay/smtp/session_state.h"

enum stage session_stage(const struct session *s)
{
	static const enum stage by_state[] = {STAGE_BANNER, STAGE_EHLO, STAGE_EHLO, STAGE_STARTTLS,
	    STAGE_TLS, STAGE_AUTH, STAGE_MAIL, STAGE_QUIT, STAGE_QUIT};
	static const enum stage by_expect[] = {STAGE_RSET, STAGE_MAIL, STAGE_RCPT, STAGE_DATA,
	    STAGE_END_OF_DATA, STAGE_END_OF_DATA, STAGE_DATA, STAGE_BODY};
	if (s->state != SESSION_READY)
		return by_state[s->state];
	if (s->count > 0)
		return by_expect[s->awaited[s->first].kind];
	return s->sending != NULL ? STAGE_BODY : STAGE_MAIL;
}

/* Sets when patience ends: the final dot has the longest deadline (RFC 5321 4.5.3.2.6), or servers
 * get mail twice. */
void session_sent(struct session *s, int64_t now_ms)
{
	int wait_s = s->policy->reply_s;
	enum stage stage = session_stage(s);
	if (stage == STAGE_END_OF_DATA)
		wait_s = s->policy->data_end_s;
	else if (stage == STAGE_BODY || stage == STAGE_DATA)
		wait_s = s->policy->data_s;
	bool awaits =
	    s->state != SESSION_READY || s->count > 0 || s->sending != NULL || s->out.length > 0;
	s->deadline_ms = awaits ? now_ms + (int64_t)wait_s * 1000 : 0;
}

void session_look(struct session *s, enum server_words from, const char *words)
{
	const char *kind = s->server[0] == '\0' ? server_kind(from, words) : NULL;
	if (kind != NULL)
		text_copy(s->server, sizeof s->server, kind);
	if (s->seen_as[0] == '\0' && from != SERVER_GREETING)
		server_saw(words, s->policy->peer != NULL ? s->policy->peer : "", s->seen_as,
		    sizeof s->seen_as);
}

void session_diagnose(struct session *s, struct diagnosis *d, enum stage stage)
{
	struct answer a = {.code = s->reply.code};
	text_copy(a.status, sizeof a.status, s->reply.status);
	reply_text(&s->reply, a.text, sizeof a.text);
	answer_diagnose(&a, stage, d);
	if (a.code >= 400)
		session_look(s, SERVER_ANSWER, d->text);
}

void session_fail(struct session *s, enum stage stage, enum reason_key key, const char *words)
{
	diag_set(&s->failure, VERDICT_DEFERRED, stage, key, "%s", words);
	catalogue_recognise(&s->failure);
	s->state = SESSION_OVER;
	s->deadline_ms = 0;
}

/* The server refused something without which there is no session. */
void session_fail_reply(struct session *s, enum stage stage)
{
	session_diagnose(s, &s->failure, stage);
	s->failure.verdict = VERDICT_DEFERRED;
	s->state = SESSION_OVER;
	s->deadline_ms = 0;
}

/* Shows the command that is in out from there on. */
void session_show(const struct session *s, size_t from)
{
	if (s->policy->said != NULL)
		s->policy->said(s->policy->context, s->out.data + from, s->out.length - from - 2);
}
