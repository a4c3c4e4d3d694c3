/* Programs that cannot be run. */
#include "runner/session/program.h"
#include "base/clock.h"
#include "base/log.h"
#include "jobs/process_line.h"
#include "runner/queue/nexthop.h"
#include "runner/queue/runner.h"
#include "runner/session/worker.h"
#include <sys/wait.h>

#define AGAIN_MS 1000
#define TRIES_MAX 5

enum process_program program_of(const struct nexthop *p)
{
	return p->kind == NEXTHOP_LOCAL    ? PROCESS_MBOX
	       : p->kind == NEXTHOP_FILTER ? PROCESS_FILTERS
	                                   : PROCESS_RELAY;
}

bool program_was_not_run(const struct worker *w)
{
	return w->gone && w->heard_bytes == 0 && w->term_ms == 0 && WIFEXITED(w->status) &&
	       WEXITSTATUS(w->status) == PROCESS_NOT_RUN;
}

/* Several that were started at the same time count once. */
void program_note_not_run(struct runner *r, const struct worker *w)
{
	int64_t now = clock_mono_ms();
	if (now < r->sessions->start_again_ms)
		return;
	r->sessions->start_again_ms = now + AGAIN_MS;
	if (++w->nexthop->not_run < TRIES_MAX)
		log_line(LOG_ERR,
		    "the program %s cannot be run: it is missing, or is being replaced; next try in 1 s",
		    process_program_name(program_of(w->nexthop)));
}

bool program_is_missing(const struct worker *w)
{
	return program_was_not_run(w) && w->nexthop->not_run >= TRIES_MAX;
}
