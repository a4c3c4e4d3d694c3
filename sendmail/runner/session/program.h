/* The program of a worker, and the moments when there is none: while it is replaced, or when
   somebody has removed it. */
#ifndef RUNNER_SESSION_PROGRAM_H
#define RUNNER_SESSION_PROGRAM_H
#include "jobs/process.h"
#include <stdbool.h>

struct nexthop;
struct runner;
struct worker;

enum process_program program_of(const struct nexthop *p);

/* It could not be run: nothing was begun with the mail that it was given. */
bool program_was_not_run(const struct worker *w);

/* For each of which that is true.  The next start is in a second: no mail is put off for an
   upgrade, and no process started in a loop. */
void program_note_not_run(struct runner *r, const struct worker *w);

/* So it was several times in a row: its path fails, as one whose servers are dead. */
bool program_is_missing(const struct worker *w);
#endif
