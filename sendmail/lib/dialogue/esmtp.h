/* The parameters of MAIL and RCPT (RFC 5321 4.1.1.11, 1870, 3461, 6152). */
#ifndef DIALOGUE_ESMTP_H
#define DIALOGUE_ESMTP_H
#include "message/envelope.h"

/* What MAIL said; NULL: nothing of it. */
struct esmtp {
	const char *body, *ret;
	bool require_tls;  /* RFC 8689 */
	const char *envid; /* in envid_text */
	char envid_text[101];
};

/* Notes one parameter, "" for one without a value; value is changed and kept.  NULL: it is noted;
   otherwise the reply that refuses it.  limit_bytes: of SIZE. */
const char *esmtp_mail(struct esmtp *e, const char *name, char *value, long long limit_bytes);
const char *esmtp_rcpt(struct envelope_asked *asked, const char *name, char *value);
#endif
