/* Parameters of MAIL and RCPT that mail can do without (RFC 1870, 6152, 3461), and BDAT (RFC 3030):
   sets of them, for a server that offers one in its answer to EHLO and then refuses it. */
#ifndef MESSAGE_PARAMETER_H
#define MESSAGE_PARAMETER_H
#include "base/text.h"

enum parameter {
	PARAMETER_SIZE = 1,     /* SIZE= */
	PARAMETER_BODY = 2,     /* BODY=8BITMIME: without it, the text is sent in 7 bits */
	PARAMETER_DSN = 4,      /* RET=, ENVID=, NOTIFY=, ORCPT=: the runner reports in their place */
	PARAMETER_CHUNKING = 8, /* BDAT: without it, DATA */
	PARAMETER_ALL = 15
};

/* The set that a server's words name; 0 when they name none. */
unsigned parameter_named(const char *words);

/* "SIZE, DSN": the set for people. */
void parameter_words(struct text *t, unsigned set);
#endif
