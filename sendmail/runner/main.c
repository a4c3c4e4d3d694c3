/* runner: owns the queue. */
#include "base/mem.h"
#include "base/version.h"
#include "jobs/process.h"
#include "runner/loop.h"
#include "runner/queue/runner.h"
#include "runner/service.h"
#include "runner/service/privs.h"
#include "runner/service/starter.h"
#include "runner/session/sessions.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

static int usage(void)
{
	fprintf(stderr,
	    "usage: runner --stay|--once|--linger [--pass] [--foreground] [--units]\n  --stay    "
	    "deliver mail "
	    "until it is asked to end (rc.d, systemd, sendmail -bd)\n  --once    try everything in the "
	    "queue now, then end (sendmail -q)\n  --linger  end when the queue is empty\n  --pass    "
	    "try everything once at the start, whatever its time\n  --units   "
	    "programs are started by the units firsthop-relay, firsthop-local and firsthop-filter\n    "
	    "   runner "
	    "--starter relay|local|filter, which are those units\n");
	return EX_USAGE;
}

static bool read_arguments(int argc, char **argv, enum lifetime *lifetime, bool *foreground,
    bool *pass)
{
	int given = 0;
	for (int i = 1; i < argc; i++) {
		given++;
		if (strcmp(argv[i], "--stay") == 0)
			*lifetime = LIFETIME_STAY;
		else if (strcmp(argv[i], "--once") == 0)
			*lifetime = LIFETIME_ONCE;
		else if (strcmp(argv[i], "--linger") == 0)
			*lifetime = LIFETIME_LINGER;
		else if (strcmp(argv[i], "--pass") == 0)
			*pass = given-- > 0;
		else if (strcmp(argv[i], "--foreground") == 0)
			*foreground = given-- > 0;
		else if (strcmp(argv[i], "--units") == 0 && geteuid() != 0 && given-- > 0)
			process_use_units();
		else
			return false;
	}
	return given == 1;
}

int main(int argc, char **argv)
{
	enum lifetime lifetime = LIFETIME_STAY;
	bool foreground = false, pass = false;
	if (version_asked(argc, argv))
		return EX_OK;
	signal(SIGXFSZ, SIG_IGN); /* also what is written before the loop begins fails with a reason */
	if (!privs_are_lent() && argc == 3 && strcmp(argv[1], "--starter") == 0)
		return starter_serve(argv[2]);
	if (privs_are_lent())
		lifetime = LIFETIME_LINGER;
	else if (!read_arguments(argc, argv, &lifetime, &foreground, &pass))
		return usage();
	struct runner *r = mem_alloc(sizeof *r);
	r->lifetime = lifetime;
	r->pass = pass;
	int code = service_start(r, foreground);
	if (code != EX_OK || r->lock_fd < 0) {
		if (r->sessions != NULL)
			sessions_end(r);
		free(r);
		return code;
	}
	code = loop_run(r);
	service_end(r);
	free(r);
	return code;
}
