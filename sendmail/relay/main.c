/* relay: started by the runner for one batch (its socket is standard input), or by relayconf for a probe. */
#include "base/log.h"
#include "base/paths.h"
#include "relay/attempt.h"
#include "relay/plan.h"
#include "relay/probe.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

/* The modes that relayconf asks for. */
static int answer(int argc, char **argv)
{
	struct config config;
	struct diagnosis d = {0};
	if (argc < 3) {
		fprintf(stderr, "usage: relay --probe CONFIGURATION [SMARTHOST [RECIPIENT]] | --route CONFIGURATION\n");
		return EX_USAGE;
	}
	if (!config_read(&config, argv[2], &d)) {
		fprintf(stderr, "relay: %s\n", d.text);
		return EX_CONFIG;
	}
	int code = EX_OK;
	if (strcmp(argv[1], "--route") == 0)
		code = plan_print(&config, argc > 3 ? argv[3] : "");
	else
		code = probe_run(&config, argc > 3 ? argv[3] : NULL, argc > 4 ? argv[4] : "");
	config_free(&config);
	return code;
}

static int serve(int argc, char **argv)
{
	struct config config;
	struct jobs jobs = {.socket = STDIN_FILENO};
	struct attempt a = {.config = &config, .jobs = &jobs};
	a.avoid = mem_alloc((size_t)argc * sizeof *a.avoid);
	a.skip = mem_alloc((size_t)argc * sizeof *a.skip);
	a.path = "";
	for (int i = 2; i < argc; i++) {
		if (strncmp(argv[i], "--avoid=", 8) == 0)
			a.avoid[a.avoid_count++] = argv[i] + 8;
		else if (strncmp(argv[i], "--skip=", 7) == 0)
			a.skip[a.skip_count++] = argv[i] + 7;
		else if (strncmp(argv[i], "--path=", 7) == 0)
			a.path = argv[i] + 7;
	}
	bool ready = config_read(&config, paths_config(), &a.worst) && attempt_run(&a);
	if (!ready)
		jobs_say_diag(&jobs, "down", "", 0, 0, &a.worst);
	jobs_flush(&jobs);
	config_free(&config);
	buffer_free(&jobs.in);
	buffer_free(&jobs.out);
	free(a.avoid);
	free(a.skip);
	return EX_OK;
}

int main(int argc, char **argv)
{
	signal(SIGPIPE, SIG_IGN);
	tzset(); /* the confined session could not read the zone's file any more */
	log_start("firsthop-relay", LOG_TO_STDERR);
	if (argc > 1 && (strcmp(argv[1], "--probe") == 0 || strcmp(argv[1], "--route") == 0))
		return answer(argc, argv);
	if (argc > 1 && strcmp(argv[1], "--jobs") == 0)
		return serve(argc, argv);
	fprintf(stderr, "relay is started by the runner; to test a smarthost use: relayconf probe\n");
	return EX_USAGE;
}
