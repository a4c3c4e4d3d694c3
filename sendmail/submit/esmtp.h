/* The parameters of MAIL and RCPT (RFC 5321 4.1.1.11, 1870, 3461, 6152). */
#ifndef SUBMIT_ESMTP_H
#define SUBMIT_ESMTP_H
#include "message/envelope.h"
#include "submit/options.h"

struct esmtp {
	struct options facts; /* what MAIL and RCPT said, over the options of the command line */
	char envid[101];
};

/* Notes one parameter, "" for one without a value; value is changed and kept.  NULL: it is noted;
   otherwise the reply that refuses it. */
const char *esmtp_mail(struct esmtp *e, const char *name, char *value);
const char *esmtp_rcpt(struct envelope_asked *asked, const char *name, char *value);
#endif
