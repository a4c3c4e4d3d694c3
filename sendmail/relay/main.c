/* relay: started for the runner for one batch (jobs/process.h), or by relayconf for a probe. */
#include "base/confine.h"
#include "base/fdio.h"
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

#define REQUEST_LIMIT_BYTES 8192
#define REQUEST_WORDS 5

/* The modes that relayconf asks for.  What they are about comes on standard input, each word with a
   NUL after it, because arguments are seen by every user. */
static const struct mode {
	const char *name;
	int words, optional; /* of those below */
} modes[] = {
    {"--probe", 4, 1},      /* CONFIGURATION PATH SENDER RECIPIENT [--default] */
    {"--probe-json", 4, 1}, /* the same */
    {"--route", 1, 1},      /* CONFIGURATION [PATH] */
    {"--survey", 1, 0},     /* CONFIGURATION */
    {"--find", 1, 0},       /* DOMAIN */
};

static int usage(void)
{
	fprintf(stderr, "relay is started by the runner; to test a smarthost use: relayconf probe\n");
	return EX_USAGE;
}

static const struct mode *find_mode(int argc, char **argv)
{
	for (size_t i = 0; argc == 2 && i < sizeof modes / sizeof modes[0]; i++) {
		if (strcmp(argv[1], modes[i].name) == 0)
			return &modes[i];
	}
	return NULL;
}

/* The words of a request; false when they are not what the mode needs.  They are in *request. */
static bool read_words(const struct mode *m, struct buffer *request,
    const char *words[REQUEST_WORDS])
{
	int count = 0;
	bool whole = fdio_slurp(STDIN_FILENO, request, REQUEST_LIMIT_BYTES) && request->length > 0 &&
	             request->data[request->length - 1] == '\0';
	for (size_t at = 0; whole && at < request->length; at += strlen(request->data + at) + 1) {
		if (count == REQUEST_WORDS)
			return false;
		words[count++] = request->data + at;
	}
	return whole && count >= m->words && count <= m->words + m->optional;
}

static int answer_with(const struct mode *m, const char *const words[REQUEST_WORDS])
{
	struct config config;
	struct diagnosis d = {0};
	int code;
	if (strcmp(m->name, "--find") == 0)
		return find_print(words[0]);
	if (!config_read(&config, words[0], &d)) {
		fprintf(stderr, "relay: %s\n", d.text);
		return EX_CONFIG;
	}
	if (strcmp(m->name, "--route") == 0)
		code = plan_print(&config, words[1] != NULL ? words[1] : "");
	else if (strcmp(m->name, "--survey") == 0)
		code = survey_print(&config);
	else
		code = probe_run(&config, &(struct probe){.path = words[1],
		                              .sender = words[2],
		                              .recipient = words[3],
		                              .by_default = words[4] != NULL,
		                              .json = strcmp(m->name, "--probe-json") == 0});
	config_free(&config);
	return code;
}

static int answer(const struct mode *m)
{
	struct buffer request = {0};
	const char *words[REQUEST_WORDS] = {NULL};
	int code = EX_USAGE;
	if (read_words(m, &request, words))
		code = answer_with(m, words);
	else
		usage();
	buffer_free(&request);
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
	    .dialogue = orders.show ? DIALOGUE_SAID : DIALOGUE_NONE};
	if (!ordered)
		diag_set(&a.worst, VERDICT_DEFERRED, STAGE_CONFIG, REASON_LOCAL,
		    "the runner's request cannot be read");
	jobs_beat(&jobs, true);
	bool ready = config_read(&config, paths_config(), &a.worst) && ordered && attempt_run(&a);
	if (!ready)
		jobs_say(&jobs, &(struct jobs_line){.verb = SAID_DOWN, .d = &a.worst});
	jobs_flush(&jobs);
	jobs_beat(&jobs, false);
	config_free(&config);
	orders_free(&orders);
	jobs_free(&jobs);
	return EX_OK;
}

int main(int argc, char **argv)
{
	/* Root's right is put aside before anything is read. */
	bool started = argc == 6 && strcmp(argv[1], "--jobs") == 0 && geteuid() == 0;
	const struct mode *mode = find_mode(argc, argv);
	if (started ? !become(argv + 2) : mode != NULL && !confine_begin_by_hand())
		return EX_OSERR;
	if (version_asked(argc, argv))
		return EX_OK;
	sandbox_hide(); /* from its sessions, which under systemd are of the same user */
	signal(SIGPIPE, SIG_IGN);
	/* It would end sessions with mail in hand; a group with a stopped member gets it when the
	   runner is gone. */
	signal(SIGHUP, SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
	signal(SIGXFSZ, SIG_IGN);
	tzset(); /* the confined session could not read the zone's file any more */
	log_start("firsthop-relay", LOG_TO_STDERR);
	if (started)
		return serve();
	if (mode != NULL)
		return answer(mode);
	if (argc == 2 && strcmp(argv[1], "--jobs") == 0)
		return serve();
	return usage();
}
