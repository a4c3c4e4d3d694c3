/* A server that refuses a parameter of MAIL or RCPT which it offers itself: the message is said
   again without it. */
#ifndef SMTP_REFUSED_H
#define SMTP_REFUSED_H
#include "relay/smtp/smtp_session.h"

/* What is left out in this session: the server is treated as one that does not offer it. */
void refused_leave_out(struct session *s, unsigned parameters);

/* True when the refusal at hand, of t's MAIL or of its RCPT number rcpt, is one of a parameter that
   it can do without, and policy->again has taken t back: t is gone then.  One in chunks is on its
   way already, and stays. */
bool refused_parameter(struct session *s, const struct transaction *t, enum stage stage, int rcpt);
#endif
