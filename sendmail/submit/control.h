/* The modes of sendmail that are other programs' work: found, prepared for and started here. */
#ifndef SUBMIT_CONTROL_H
#define SUBMIT_CONTROL_H
#include "submit/options.h"

/* Each replaces this process by the program that does the work, or returns a sysexits code after a
 * message. */
int control_list(const struct options *o);    /* mailq: -bp, -bP, -bpi, with -q[!]X only some */
int control_aliases(const struct options *o); /* newaliases */
int control_daemon(bool foreground);          /* runner --stay; root or a private spool */
int control_run(const struct options
        *o); /* runner --once as root; for others a kick; mailq for some messages */
int control_route(const struct options *o);   /* relayconf route: -bv, -bt */
int control_version(const struct options *o); /* the version, then relayconf check: -bV */
int control_hoststat(bool forget);            /* mailq --hoststat, --purgestat */

/* Prints the envelopes that wait in drop/, one line of fields each: all for root and for mailq, own
 * ones for others. */
int control_droplist(void);
#endif
