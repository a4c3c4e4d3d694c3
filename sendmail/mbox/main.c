/* mbox: started in the place of a relay for mail that [local] keeps on this machine.  It has no
   rights but those of the runner: for each recipient it has the small program mailbox started,
   which becomes that user for good before it touches anything, and hands it the whole message on a
   pipe. */
#include "base/paths.h"
#include "base/version.h"
#include "jobs/head.h"
#include "jobs/process.h"
#include "mbox/deliver_local.h"
#include "message/dsn.h"
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

static void deliver(struct jobs *jobs, struct job *job, const struct config *config)
{
	struct diagnosis d = {0};
	/* What stays here may say who sent it. */
	job->received = STAMP_RECEIVED_FULL;
	bool good = head_prepare(job, config, true, true, &d);
	jobs_say_repairs(jobs, job);
	for (int i = 0; i < job->rcpt_count && !jobs->orphaned; i++) {
		if (good)
			deliver_local(jobs, job, job->rcpts[i], config, &d);
		bool relayed = d.verdict == VERDICT_SENT && config->local_deliver != CONFIG_LOCAL_DISCARD &&
		               dsn_wants(job->asked[i].notify, "SUCCESS");
		jobs_note(jobs, job, i, relayed, &d);
		if (relayed)
			jobs_say(jobs, &(struct jobs_line){.verb = SAID_RELAYED, .id = job->id, .n = i});
		jobs_say(jobs, &(struct jobs_line){.verb = SAID_RCPT, .id = job->id, .n = i, .d = &d});
		/* Before the next one: a kill then repeats one delivery and not all of them. */
		jobs_flush(jobs);
	}
	jobs_say(jobs, &(struct jobs_line){.verb = SAID_MSG, .id = job->id});
	jobs_remove(jobs, job);
	jobs_flush(jobs);
}

static void serve(struct jobs *jobs, const struct config *config)
{
	struct diagnosis ready = {.verdict = VERDICT_SENT, .hop = "local"};
	jobs_say(jobs, &(struct jobs_line){.verb = SAID_READY, .d = &ready});
	jobs_flush(jobs);
	while (!jobs->quit || jobs->first != NULL) {
		struct pollfd p = {.fd = jobs->socket, .events = POLLIN};
		/* Of what is read nothing is left open for long. */
		jobs->back = false;
		/* Without a runner nobody would note what is delivered. */
		if (jobs->orphaned)
			return;
		if (jobs->first != NULL)
			deliver(jobs, jobs->first, config);
		else if (poll(&p, 1, JOBS_ALIVE_MS) > 0 && !jobs_receive(jobs))
			return;
		jobs_say_alive(jobs, STAGE_RCPT);
		jobs_flush(jobs);
	}
	jobs_say(jobs, &(struct jobs_line){.verb = SAID_BYE});
	jobs_flush(jobs);
}

int main(int argc, char **argv)
{
	struct config config;
	struct diagnosis d = {0};
	struct jobs jobs = {.socket = PROCESS_FD_JOBS,
	    .ledger_fd = fcntl(PROCESS_FD_LEDGER, F_GETFD) >= 0 ? PROCESS_FD_LEDGER : 0};
	if (version_asked(argc, argv))
		return EX_OK;
	if (!process_begin(argc, argv, "firsthop-mbox")) {
		fprintf(stderr,
		    "mbox is started by the runner; [local] in firsthop.conf(5) says for which mail\n");
		return EX_USAGE;
	}
	if (config_read(&config, paths_config(), &d)) {
		serve(&jobs, &config);
	} else {
		jobs_say(&jobs, &(struct jobs_line){.verb = SAID_DOWN, .d = &d});
		jobs_flush(&jobs);
	}
	config_free(&config);
	jobs_free(&jobs);
	return EX_OK;
}
