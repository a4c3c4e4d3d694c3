/* The process of one client, from its fork on. */
#ifndef SMTPD_SESSION_PROCESS_H
#define SMTPD_SESSION_PROCESS_H
#include "smtpd/smtpd_session.h"

/* In the child: nothing of the parent's stays open, its signals are as at the start, and it serves
   the client until that ends.  Does not return. */
_Noreturn void session_process_become(struct session_setup *setup);
#endif
