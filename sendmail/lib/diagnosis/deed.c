/* The policy table. A 5xx may end in a bounce only where it speaks of this sender, this recipient
 * or this message. */
#include "diagnosis/deed.h"
#include "base/language.h"
#include "diagnosis/report.h"
#include <stddef.h>

static const struct deed_row rows[] = {
    {STAGE_LOOKUP, STAGE_LOOKUP, 0, DEED_NEXT_HOP,
        "a name without addresses says nothing about the mail"},
    {STAGE_LOOKUP, STAGE_LOOKUP, 5, DEED_RETURN,
        "the recipient's domain does not exist, or accepts no mail (RFC 5321 5.1, RFC 7505)"},
    {STAGE_CONNECT, STAGE_TLS, 0, DEED_NEXT_ADDRESS, "this server is not reached"},
    {STAGE_BANNER, STAGE_STARTTLS, 0, DEED_NEXT_ADDRESS, "this server does not speak"},
    {STAGE_BANNER, STAGE_STARTTLS, 4, DEED_NEXT_ADDRESS, "this server accepts nothing now"},
    {STAGE_BANNER, STAGE_STARTTLS, 5, DEED_NEXT_ADDRESS,
        "this server accepts nothing; the mail is not to blame"},
    {STAGE_AUTH, STAGE_AUTH, 0, DEED_NEXT_ADDRESS, "this server fell silent"},
    {STAGE_AUTH, STAGE_AUTH, 4, DEED_NEXT_HOP, "the login cannot be checked now"},
    {STAGE_AUTH, STAGE_AUTH, 5, DEED_NEXT_HOP,
        "the login is refused: the same at its other addresses"},
    {STAGE_MAIL, STAGE_RCPT, 0, DEED_NEXT_ADDRESS, "the connection was lost before the message"},
    {STAGE_MAIL, STAGE_RCPT, 4, DEED_NEXT_ADDRESS, "not now here, perhaps elsewhere"},
    {STAGE_MAIL, STAGE_RCPT, 5, DEED_RETURN, "this sender or recipient is refused"},
    {STAGE_DATA, STAGE_BODY, 0, DEED_NEXT_ADDRESS,
        "the connection was lost before the end of the message"},
    {STAGE_DATA, STAGE_BODY, 4, DEED_WAIT, "not now"},
    {STAGE_DATA, STAGE_BODY, 5, DEED_RETURN, "this message is refused"},
    {STAGE_END_OF_DATA, STAGE_END_OF_DATA, 0, DEED_WAIT,
        "it may have been delivered: another server must not get it at once"},
    {STAGE_END_OF_DATA, STAGE_END_OF_DATA, 4, DEED_WAIT, "not now"},
    {STAGE_END_OF_DATA, STAGE_END_OF_DATA, 5, DEED_RETURN, "this message is refused"},
};

const struct deed_row *deed_row(int index)
{
	return index >= 0 && (size_t)index < sizeof rows / sizeof rows[0] ? &rows[index] : NULL;
}

/* A server that says both, 550 4.7.1, or calls its delay final, 550 Greylisted: nothing is lost by
   another attempt. */
static bool is_for_now(const struct diagnosis *d)
{
	return d->status[0] == '4' || d->key == REASON_GREYLISTED;
}

static int class_of(const struct diagnosis *d)
{
	if (d->reply_code >= 500)
		return is_for_now(d) ? 4 : 5;
	if (d->reply_code >= 400)
		return 4;
	return d->reply_code == 0 && d->verdict == VERDICT_FAILED ? 5 : 0;
}

static enum deed look_up(const struct diagnosis *d)
{
	int class = class_of(d);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (d->stage >= rows[i].from && d->stage <= rows[i].to && class == rows[i].class)
			return rows[i].deed;
	}
	return DEED_WAIT;
}

/* Whose fault it is outweighs the number: a relay or login refused with 5xx is repaired by an
 * operator, and the mail waits for them. */
static enum deed by_fault(const struct diagnosis *d, enum deed p)
{
	if (p != DEED_RETURN)
		return p;
	switch (d->fault) {
	case FAULT_CREDENTIAL: return DEED_NEXT_HOP;
	case FAULT_ROUTE: return DEED_NEXT_ADDRESS;
	case FAULT_CONFIG:
	case FAULT_LOCAL: return DEED_WAIT;
	default: return p;
	}
}

enum deed deed_decide(struct diagnosis *d)
{
	if (d->verdict == VERDICT_SENT)
		return DEED_DONE;
	catalogue_recognise(d);
	enum deed deed = by_fault(d, look_up(d));
	d->verdict = deed == DEED_RETURN ? VERDICT_FAILED : VERDICT_DEFERRED;
	return deed;
}

int deed_wait_s(enum reason_key key)
{
	const struct reason *row = catalogue_row(key);
	return row != NULL ? row->wait_s : 0;
}

void deed_judge(struct diagnosis *d, struct judgement *j)
{
	*j = (struct judgement){.deed = deed_decide(d)};
	if (j->deed == DEED_DONE)
		return;
	j->reason = catalogue_row(d->key);
	if (j->deed == DEED_RETURN)
		return;
	j->wait_s = deed_wait_s(d->key);
	j->needs_admin = j->reason != NULL && j->reason->needs_admin;
}

void deed_words(struct text *t, const struct diagnosis *d, enum deed deed)
{
	/* The next address or the next smarthost: for people that is one matter. */
	if (deed == DEED_NEXT_ADDRESS || deed == DEED_NEXT_HOP)
		text_put(t, TR("the next server is asked at once; when there is none, the mail is "));
	report_decision_words(t, d, false);
}
