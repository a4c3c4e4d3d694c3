/* The modes of sendmail that are other programs' work: found, prepared for and started here. */
#ifndef SUBMIT_CONTROL_H
#define SUBMIT_CONTROL_H
#include "submit/options.h"

/* Each replaces this process by the program that does the work, or returns a sysexits code after a message. */
int control_list(const char *format_argument); /* mailq */
int control_aliases(void);                      /* newaliases */
int control_daemon(bool foreground);            /* runner --stay; root or a private spool */
int control_run(void);                          /* runner --once as root; for others a kick */
int control_hoststat(void);

/* Prints the envelopes that wait in drop/, one line of fields each: all for root and for mailq, own ones for others. */
int control_droplist(void);
#endif
