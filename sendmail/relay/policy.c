/* The policy table. A 5xx may end in a bounce only where it speaks of this sender, this recipient
 * or this message. */
#include "relay/policy.h"
#include <stddef.h>

static const struct policy_row rows[] = {
    {STAGE_LOOKUP, STAGE_LOOKUP, 0, POLICY_NEXT_HOP,
        "a name without addresses says nothing about the mail"},
    {STAGE_CONNECT, STAGE_TLS, 0, POLICY_NEXT_ADDRESS, "this server is not reached"},
    {STAGE_BANNER, STAGE_STARTTLS, 0, POLICY_NEXT_ADDRESS, "this server does not speak"},
    {STAGE_BANNER, STAGE_STARTTLS, 4, POLICY_NEXT_ADDRESS, "this server takes nothing now"},
    {STAGE_BANNER, STAGE_STARTTLS, 5, POLICY_NEXT_ADDRESS,
        "this server takes nothing; the mail is not to blame"},
    {STAGE_AUTH, STAGE_AUTH, 0, POLICY_NEXT_ADDRESS, "this server fell silent"},
    {STAGE_AUTH, STAGE_AUTH, 4, POLICY_NEXT_HOP, "the login cannot be checked now"},
    {STAGE_AUTH, STAGE_AUTH, 5, POLICY_NEXT_HOP,
        "the login is refused: the same at its other addresses"},
    {STAGE_MAIL, STAGE_RCPT, 0, POLICY_NEXT_ADDRESS, "the connection was lost before the message"},
    {STAGE_MAIL, STAGE_RCPT, 4, POLICY_NEXT_ADDRESS, "not now here, perhaps elsewhere"},
    {STAGE_MAIL, STAGE_RCPT, 5, POLICY_FAIL, "this sender or recipient is refused"},
    {STAGE_DATA, STAGE_BODY, 0, POLICY_NEXT_ADDRESS,
        "the connection was lost before the final dot"},
    {STAGE_DATA, STAGE_BODY, 4, POLICY_DEFER, "not now"},
    {STAGE_DATA, STAGE_BODY, 5, POLICY_FAIL, "this message is refused"},
    {STAGE_DOT, STAGE_DOT, 0, POLICY_DEFER,
        "it may have been delivered: another server must not get it at once"},
    {STAGE_DOT, STAGE_DOT, 4, POLICY_DEFER, "not now"},
    {STAGE_DOT, STAGE_DOT, 5, POLICY_FAIL, "this message is refused"},
};

const struct policy_row *policy_row(int index)
{
	return index >= 0 && (size_t)index < sizeof rows / sizeof rows[0] ? &rows[index] : NULL;
}

static enum policy look_up(const struct diagnosis *d)
{
	int class = d->reply_code >= 500 || (d->reply_code == 0 && d->verdict == VERDICT_FAILED) ? 5
	            : d->reply_code >= 400                                                       ? 4
	                                                                                         : 0;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (d->stage >= rows[i].from && d->stage <= rows[i].to && class == rows[i].class)
			return rows[i].policy;
	}
	return POLICY_DEFER;
}

/* Whose fault it is outweighs the number: a relay or login refused with 5xx is repaired by an
 * operator, and the mail waits for him. */
static enum policy by_fault(const struct diagnosis *d, enum policy p)
{
	if (p != POLICY_FAIL)
		return p;
	switch (d->fault) {
	case FAULT_CREDENTIAL: return POLICY_NEXT_HOP;
	case FAULT_ROUTE: return POLICY_NEXT_ADDRESS;
	case FAULT_CONFIG:
	case FAULT_LOCAL: return POLICY_DEFER;
	default: return p;
	}
}

enum policy policy_decide(struct diagnosis *d)
{
	if (d->verdict == VERDICT_SENT)
		return POLICY_DONE;
	enum policy p = by_fault(d, look_up(d));
	d->verdict = p == POLICY_FAIL ? VERDICT_FAILED : VERDICT_DEFERRED;
	return p;
}
