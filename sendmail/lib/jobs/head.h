/* What is above the body of a message when it leaves the queue. */
#ifndef JOBS_HEAD_H
#define JOBS_HEAD_H
#include "config/config.h"
#include "jobs/jobs.h"

/* Reads the envelope and the header of a job and completes the header; decides what must be done to
   the body for this server (eightbitmime, smtputf8: it offers that).  False: the file is damaged,
   or the message goes round in a circle (RFC 5321 6.3); d says which. */
bool head_prepare(struct job *job, const struct config *config, bool eightbitmime, bool smtputf8,
    struct diagnosis *d);

/* As if it had never been called: for a server that offers less than it seemed to. */
void head_forget(struct job *job);
#endif
