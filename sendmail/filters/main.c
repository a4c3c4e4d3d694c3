/* filters: started in the place of a relay for mail that a [filter NAME] has to look at first.  It
   has no rights but those of the runner: for each message it has the small program filter started,
   which becomes the filter's user for good, and then the filter itself. */
#include "base/fields.h"
#include "base/paths.h"
#include "base/text.h"
#include "base/version.h"
#include "config/rules.h"
#include "diagnosis/catalogue.h"
#include "filters/screening.h"
#include "jobs/head.h"
#include "jobs/orders.h"
#include "jobs/process.h"
#include <poll.h>
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

struct server {
	struct jobs jobs;
	struct config config;
	struct queue queue;
	struct orders orders;
	const struct filter *filter;
};

static void say_filtered(struct server *s, const struct job *job, const char *how, const char *text)
{
	jobs_say(&s->jobs,
	    &(struct jobs_line){.verb = SAID_FILTERED, .id = job->id, .how = how, .text = text});
}

/* All recipients alike. */
static void say_outcome(struct server *s, const struct job *job, const struct diagnosis *d)
{
	for (int i = 0; i < job->rcpt_count; i++)
		jobs_say(&s->jobs, &(struct jobs_line){.verb = SAID_RCPT, .id = job->id, .n = i, .d = d});
	jobs_say(&s->jobs, &(struct jobs_line){.verb = SAID_MSG, .id = job->id});
}

static void name_hop(const struct server *s, struct diagnosis *d)
{
	text_copy(d->hop, sizeof d->hop, s->orders.path != NULL ? s->orders.path : "");
	catalogue_recognise(d);
}

static void say_skipped(struct server *s, const struct job *job, const char *why)
{
	TEXT(words, 500);
	text_printf(&words, "when_down = pass: %s", why);
	say_filtered(s, job, "skipped", words.data);
}

/* What a filter that does not work means for a message; true: no other needs to be tried. */
static bool say_failed(struct server *s, const struct job *job, bool absent, struct diagnosis *d)
{
	name_hop(s, d);
	if (s->filter->when_down == FILTER_DOWN_PASS)
		say_skipped(s, job, d->text);
	else if (absent)
		jobs_say(&s->jobs, &(struct jobs_line){.verb = SAID_UNUSED, .id = job->id});
	else
		say_outcome(s, job, d);
	if (absent && s->filter->when_down == FILTER_DOWN_WAIT)
		jobs_say(&s->jobs, &(struct jobs_line){.verb = SAID_OVER, .d = d});
	return absent && s->filter->when_down == FILTER_DOWN_WAIT;
}

static void say_refused(struct server *s, const struct job *job, struct diagnosis *d)
{
	d->verdict = VERDICT_FAILED;
	d->key = REASON_FILTER_REFUSED;
	text_copy(d->status, sizeof d->status, "5.7.1");
	name_hop(s, d);
	say_outcome(s, job, d);
}

static bool is_too_large(const struct server *s, const struct job *job)
{
	int64_t most = (int64_t)s->filter->max_size_kb * 1024;
	return most > 0 && job->envelope.content.bytes > most;
}

/* True: the filter is not there. */
static bool look_at(struct server *s, struct job *job)
{
	struct diagnosis d = {0};
	struct screening one = {.jobs = &s->jobs,
	    .job = job,
	    .filter = s->filter,
	    .mqueue_fd = s->queue.mqueue_fd};
	/* 7 bits: what a filter signs is not to be changed on the way. */
	if (!head_prepare(job, &s->config, false, true, &d)) {
		name_hop(s, &d);
		say_outcome(s, job, &d);
		return false;
	}
	if (is_too_large(s, job)) {
		say_filtered(s, job, "skipped", "longer than max_size_kb");
		return false;
	}
	switch (screening_run(&one, &d)) {
	case SCREEN_PASS: say_filtered(s, job, "passed", d.text); return false;
	case SCREEN_CHANGED: say_filtered(s, job, "changed", d.text); return false;
	case SCREEN_HOLD: say_filtered(s, job, "held", d.text); return false;
	case SCREEN_REFUSE: say_refused(s, job, &d); return false;
	case SCREEN_LATER:
		d.key = REASON_FILTER_LATER;
		name_hop(s, &d);
		say_outcome(s, job, &d);
		return false;
	case SCREEN_FAILED: return say_failed(s, job, false, &d);
	case SCREEN_ABSENT: return say_failed(s, job, true, &d);
	}
	return false;
}

static void give_all_back(struct server *s)
{
	while (s->jobs.first != NULL) {
		jobs_say(&s->jobs, &(struct jobs_line){.verb = SAID_UNUSED, .id = s->jobs.first->id});
		jobs_remove(&s->jobs, s->jobs.first);
	}
}

static void serve(struct server *s)
{
	struct diagnosis ready = {.verdict = VERDICT_SENT};
	bool absent = false;
	text_copy(ready.hop, sizeof ready.hop, s->orders.path);
	jobs_say(&s->jobs, &(struct jobs_line){.verb = SAID_READY, .d = &ready});
	jobs_flush(&s->jobs);
	while (!absent && (!s->jobs.quit || s->jobs.first != NULL)) {
		struct pollfd p = {.fd = s->jobs.socket, .events = POLLIN};
		s->jobs.back = false;
		if (s->jobs.orphaned)
			return;
		if (s->jobs.first != NULL) {
			absent = look_at(s, s->jobs.first);
			jobs_remove(&s->jobs, s->jobs.first);
		} else if (poll(&p, 1, JOBS_ALIVE_MS) > 0 && !jobs_receive(&s->jobs)) {
			return;
		}
		/* What says that the filter is absent goes in one piece with the end of the session: else
		   the runner would hand the message over again. */
		if (!absent) {
			jobs_say_alive(&s->jobs, STAGE_BODY);
			jobs_flush(&s->jobs);
		}
	}
	give_all_back(s);
	jobs_say(&s->jobs, &(struct jobs_line){.verb = SAID_BYE});
	jobs_flush(&s->jobs);
}

/* The configuration, the filter that the runner means, and the folder of the queue. */
static bool prepare(struct server *s, struct diagnosis *d)
{
	if (!config_read(&s->config, paths_config(), d))
		return false;
	if (!orders_read(&s->orders, PROCESS_FD_ORDERS) || s->orders.path[0] != RULES_FILTER ||
	    (s->filter = filter_find(&s->config, s->orders.path + 1)) == NULL) {
		diag_set(d, VERDICT_DEFERRED, STAGE_CONFIG, REASON_FILTER_FAILED,
		    "this filter is not in the configuration");
		return false;
	}
	return queue_open(&s->queue, paths_spool(), false, d);
}

int main(int argc, char **argv)
{
	static struct server s = {.jobs = {.socket = PROCESS_FD_JOBS},
	    .queue = {.drop_fd = -1, .mqueue_fd = -1}};
	struct diagnosis d = {0};
	if (version_asked(argc, argv))
		return EX_OK;
	if (!process_begin(argc, argv, "firsthop-filters")) {
		fprintf(stderr,
		    "filters is started by the runner, for [filter NAME] of firsthop.conf(5)\n");
		return EX_USAGE;
	}
	if (prepare(&s, &d)) {
		serve(&s);
	} else {
		d.verdict = VERDICT_DEFERRED;
		name_hop(&s, &d);
		jobs_say(&s.jobs, &(struct jobs_line){.verb = SAID_DOWN, .d = &d});
		jobs_flush(&s.jobs);
	}
	queue_close(&s.queue);
	orders_free(&s.orders);
	config_free(&s.config);
	jobs_free(&s.jobs);
	return EX_OK;
}
