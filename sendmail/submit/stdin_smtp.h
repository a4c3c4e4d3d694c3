/* sendmail -bs: the submission subset of SMTP (RFC 5321) on standard input and output, for programs
 * that speak nothing else. */
#ifndef SUBMIT_STDIN_SMTP_H
#define SUBMIT_STDIN_SMTP_H
#include "submit/options.h"
#include "submit/startup.h"

/* Serves until QUIT or the end of input.  Each message is answered with 250 only when it is on
   disk.  Returns a sysexits code: 0 also when messages were refused (the replies said so), 65 when
   the input broke off within a message. */
int stdin_smtp(const struct options *o, const struct caller *c);
#endif
