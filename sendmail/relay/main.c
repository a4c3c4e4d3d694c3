/* relay: started for the runner for one batch (jobs/process.h), or by relayconf for a probe. */
#include "base/confine.h"
#include "base/log.h"
#include "base/paths.h"
#include "base/sandbox.h"
#include "base/text.h"
#include "base/version.h"
#include "jobs/orders.h"
#include "jobs/process.h"
#include "relay/attempt.h"
#include "relay/find.h"
#include "relay/plan.h"
#include "relay/probe.h"
#include "relay/survey.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

static int usage(void)
{
	fprintf(stderr,
	    "usage: relay --probe[-json] CONFIGURATION PATH SENDER RECIPIENT [--default] | --route "
	    "CONFIGURATION PATH | --survey CONFIGURATION | --find DOMAIN\n");
	return EX_USAGE;
}

/* The modes that relayconf asks for. */
static int answer(int argc, char **argv)
{
	struct config config;
	struct diagnosis d = {0};
	bool json = strcmp(argv[1], "--probe-json") == 0;
	if (argc < 3)
		return usage();
	if (!config_read(&config, argv[2], &d)) {
		fprintf(stderr, "relay: %s\n", d.text);
		return EX_CONFIG;
	}
	int code = EX_USAGE;
	confine_begin_as_root();
	if (strcmp(argv[1], "--route") == 0)
		code = plan_print(&config, argc > 3 ? argv[3] : "");
	else if (strcmp(argv[1], "--survey") == 0)
		code = survey_print(&config);
	else if (argc == 6 || (argc == 7 && strcmp(argv[6], "--default") == 0))
		code = probe_run(&config, &(struct probe){.path = argv[3],
		                              .sender = argv[4],
		                              .recipient = argv[5],
		                              .by_default = argc == 7,
		                              .json = json});
	else
		usage();
	config_free(&config);
	return code;
}

/* From the starter: UID GID, who this program is, and UID GID of who talks for it. */
static bool become(char **words)
{
	long long n[4];
	for (int i = 0; i < 4; i++) {
		if (words[i] == NULL || !text_number(words[i], 1, UINT32_MAX, &n[i]))
			return false;
	}
	const struct confine_ids ids = {.owner_uid = (uid_t)n[0],
	    .owner_gid = (gid_t)n[1],
	    .uid = (uid_t)n[2],
	    .gid = (gid_t)n[3]};
	return confine_begin(&ids);
}

static int serve(void)
{
	struct config config;
	struct orders orders;
	struct jobs jobs = {.socket = PROCESS_FD_JOBS,
	    .ledger_fd = fcntl(PROCESS_FD_LEDGER, F_GETFD) >= 0 ? PROCESS_FD_LEDGER : 0};
	bool ordered = orders_read(&orders, PROCESS_FD_ORDERS);
	struct attempt a = {.config = &config,
	    .jobs = &jobs,
	    .path = ordered ? orders.path : "",
	    .avoid = orders.avoid,
	    .avoid_count = orders.avoid_count,
	    .skip = orders.skip,
	    .skip_count = orders.skip_count,
	    .without = orders.without,
	    .without_count = orders.without_count,
	    .show = orders.show ? "say" : NULL};
	if (!ordered)
		diag_set(&a.worst, VERDICT_DEFERRED, STAGE_CONFIG, REASON_LOCAL,
		    "the runner's request cannot be read");
	jobs_beat(&jobs, true);
	bool ready = config_read(&config, paths_config(), &a.worst) && ordered && attempt_run(&a);
	if (!ready)
		jobs_say_diag(&jobs, "down", "", 0, 0, &a.worst);
	jobs_flush(&jobs);
	jobs_beat(&jobs, false);
	config_free(&config);
	orders_free(&orders);
	buffer_free(&jobs.in);
	buffer_free(&jobs.out);
	buffer_free(&jobs.ledger);
	return EX_OK;
}

int main(int argc, char **argv)
{
	/* Root's right is put aside before anything is read. */
	bool started = argc == 6 && strcmp(argv[1], "--jobs") == 0 && geteuid() == 0;
	if (started && !become(argv + 2))
		return EX_OSERR;
	if (version_asked(argc, argv))
		return EX_OK;
	sandbox_hide(); /* from its sessions, which under systemd are of the same user */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
	signal(SIGXFSZ, SIG_IGN);
	tzset(); /* the confined session could not read the zone's file any more */
	log_start("firsthop-relay", LOG_TO_STDERR);
	if (started)
		return serve();
	if (argc == 3 && strcmp(argv[1], "--find") == 0) {
		confine_begin_as_root();
		return find_print(argv[2]);
	}
	if (argc > 1 && (text_starts(argv[1], "--probe") || strcmp(argv[1], "--route") == 0 ||
	                    strcmp(argv[1], "--survey") == 0))
		return answer(argc, argv);
	if (argc == 2 && strcmp(argv[1], "--jobs") == 0)
		return serve();
	fprintf(stderr, "relay is started by the runner; to test a smarthost use: relayconf probe\n");
	return EX_USAGE;
}
