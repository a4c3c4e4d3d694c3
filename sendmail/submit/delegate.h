/* The modes of sendmail that are other programs' work: found, prepared for and started here. */
#ifndef SUBMIT_DELEGATE_H
#define SUBMIT_DELEGATE_H
#include "submit/options.h"

/* Each replaces this process by the program that does the work, or returns a sysexits code after a
 * message. */
int delegate_list(const struct options *o);    /* mailq: -bp, -bP, -bpi, with -q[!]X only some */
int delegate_aliases(const struct options *o); /* newaliases */
int delegate_daemon(bool foreground);          /* runner --stay; root or a private spool */
int delegate_run(const struct options
        *o); /* runner --once as root; others wake the runner; mailq for some messages */
int delegate_route(const struct options *o);   /* relayconf route: -bv, -bt */
int delegate_version(const struct options *o); /* the version, then relayconf check: -bV */
int delegate_hoststat(bool forget);            /* mailq --hoststat, --purgestat */

/* Prints the envelopes that wait in drop/, one line of fields each: all for root and for mailq, own
 * ones for others. */
int list_drop(void);
#endif
