/* What keeps mail from being submitted, or from being noticed, whatever the runner knows of it:
   looked at by mailq itself, because a runner on a full or read-only disk can leave no note. */
#ifndef MAILQ_TROUBLE_H
#define MAILQ_TROUBLE_H
#include "base/text.h"
#include "mailq/list.h"

/* Puts each trouble as "; words" to the end of words.  Returns 0 (none), 1 (mail is late) or 2
   (submissions are refused), as a monitoring plugin grades. */
int trouble_put(const struct listing *l, struct text *words);

/* Whether smtpd is running, or systemd starts it for the first caller. */
bool trouble_smtpd_is_up(const struct listing *l);
#endif
