/* Replies that end the session. */
#include "diagnosis/catalogue.h"
#include "relay/smtp/endings.h"
#include "relay/smtp/session_state.h"
#include "relay/smtp/transact.h"

/* The server says that it closes (RFC 5321 3.8): nothing more will be answered. */
static void on_closing(struct session *s)
{
	struct diagnosis d = {0};
	enum stage stage = session_stage(s);
	struct transaction *t = s->count > 0 ? s->awaited[s->first].t : NULL;
	session_diagnose(s, &d, stage);
	bool unread = stage != STAGE_DATA && stage != STAGE_BODY && stage != STAGE_END_OF_DATA &&
	              t != NULL && transact_is_unread(s, t);
	if (t != NULL && t->begun && !unread && !transact_is_next_one(s, t))
		transact_settle(t, &d);
	transact_closed(s, d.key, d.text);
}

/* An answer in the middle of the message: the server has read enough.  The session ends, because
   the rest of the message would be read as commands. */
static void on_early(struct session *s)
{
	struct transaction *t = s->sending;
	struct diagnosis d = {0};
	session_diagnose(s, &d, STAGE_BODY);
	/* A success is none in the middle. */
	if (d.verdict == VERDICT_SENT) {
		d.verdict = VERDICT_DEFERRED;
		d.key = REASON_REPLY_BAD;
		catalogue_recognise(&d);
	}
	transact_settle(t, &d);
	reply_clear(&s->reply);
	transact_broken(s, d.key != REASON_NONE ? d.key : REASON_REPLY_BAD, d.text);
}

/* The next message is refused because this session has had enough of them: it goes in a new one. */
static bool is_session_limit(struct session *s)
{
	struct diagnosis d = {0};
	if (s->delivered == 0 || s->reply.code < 400 || s->reply.code > 499 ||
	    session_stage(s) != STAGE_MAIL)
		return false;
	session_diagnose(s, &d, STAGE_MAIL);
	return d.key == REASON_SESSION_LIMIT;
}

/* Messages after it are in flight, and have their own answers: the session ends after those. */
static bool end_later(struct session *s)
{
	struct transaction *t = s->awaited[s->first].t;
	if (t == NULL || !t->chunked)
		return false;
	session_diagnose(s, &s->limit, STAGE_MAIL);
	session_begin_no_more(s);
	transact_turn_away(s, t);
	return true;
}

/* Where the session ends with all that is in flight; false: it goes on. */
bool endings_take(struct session *s)
{
	bool asked = s->count > 0, idle = !asked && s->sending == NULL;
	if (s->reply.code == 421 || (idle && s->reply.code >= 400)) {
		on_closing(s);
	} else if (is_session_limit(s)) {
		if (end_later(s))
			return false;
		on_closing(s);
	} else if (!asked && !idle) {
		on_early(s);
	} else if (!asked) {
		/* Not to be taken for the answer to something. */
		reply_clear(&s->reply);
		transact_broken(s, REASON_REPLY_BAD, "the server answered where nothing was asked");
	} else {
		return false;
	}
	return true;
}
