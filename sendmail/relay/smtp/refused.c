/* Refused parameters. */
#include "relay/smtp/refused.h"
#include "message/parameter.h"
#include "relay/smtp/session_state.h"

void refused_leave_out(struct session *s, unsigned parameters)
{
	struct ehlo *e = &s->ehlo;
	if (parameters & PARAMETER_SIZE)
		e->size_known = false;
	if (parameters & PARAMETER_BODY)
		e->eightbitmime = false;
	if (parameters & PARAMETER_DSN)
		e->dsn = false;
	if (parameters & PARAMETER_CHUNKING)
		e->chunking = false;
}

static bool is_given(const char *word)
{
	return word != NULL && *word != '\0';
}

/* Those that were in the command. */
static unsigned said(const struct session *s, const struct transaction *t, enum stage stage,
    int rcpt)
{
	const struct session_rcpt *r = &t->rcpts[rcpt];
	unsigned set = 0;
	if (stage == STAGE_RCPT)
		return s->ehlo.dsn && (is_given(r->notify) || is_given(r->orcpt)) ? PARAMETER_DSN : 0;
	if (s->ehlo.size_known)
		set |= PARAMETER_SIZE;
	if (s->ehlo.eightbitmime && t->has_8bit)
		set |= PARAMETER_BODY;
	if (s->ehlo.dsn && (is_given(t->ret) || is_given(t->envid)))
		set |= PARAMETER_DSN;
	return set;
}

/* Codes for a parameter that is not known or cannot be met (RFC 5321 4.1.1.11); 555 is for nothing
   else, the others serve for much. */
static bool is_about_parameters(const struct diagnosis *d)
{
	switch (d->reply_code) {
	case 455:
	case 555: return true;
	case 500:
	case 501:
	case 504: return d->key == REASON_PARAMETER_REFUSED || d->key == REASON_PROTOCOL_REFUSED;
	default: return false;
	}
}

/* The ones that the server names; else all that say nothing about the text, and BODY last, because
   without it the text has to be changed. */
static unsigned choose(const struct diagnosis *d, unsigned set)
{
	unsigned named = parameter_named(d->text) & set;
	if (named != 0)
		return named;
	return (set & ~(unsigned)PARAMETER_BODY) != 0 ? set & ~(unsigned)PARAMETER_BODY : set;
}

bool refused_parameter(struct session *s, const struct transaction *t, enum stage stage, int rcpt)
{
	struct diagnosis d = {0};
	unsigned set = said(s, t, stage, rcpt);
	if (set == 0 || s->policy->again == NULL || s->reply.code < 400)
		return false;
	session_diagnose(s, &d, stage);
	if (!is_about_parameters(&d) || d.key == REASON_SMTPUTF8_REFUSED)
		return false;
	set = choose(&d, set);
	if (t->chunked && s->policy->left_out != NULL)
		s->policy->left_out(s->policy->context, set, &d);
	else if (!s->policy->again(s->policy->context, t, set, &d))
		return false;
	refused_leave_out(s, set);
	return true;
}
