/* What operators, senders and strangers ask of the runner, as over mqueue/control; and queue runs.
 */
#include "runner/delivery/operate.h"
#include "runner/delivery/pickup_scan.h"
#include "runner/listen/control_listen.h"
#include "tests/sim/sim.h"
#include "base/log.h"
#include <fcntl.h>
#include <unistd.h>

#define STRANGER 4000

/* The one client, in the place of the socket. */
static struct control_request asked;
static bool waits;
static enum control_answer answered;

bool __wrap_control_listen_next(struct control *c, struct control_request *q);
bool __wrap_control_listen_next(struct control *c, struct control_request *q)
{
	bool there = waits;
	(void)c;
	waits = false;
	*q = asked;
	return there;
}

void __wrap_control_listen_answer(struct control *c, const struct control_request *q,
    enum control_answer answer, const char *behind);
void __wrap_control_listen_answer(struct control *c, const struct control_request *q,
    enum control_answer answer, const char *behind)
{
	(void)c, (void)q, (void)behind;
	answered = answer;
}

/* True: it was done. */
static bool ask(uint32_t uid, enum control_verb verb, const char *id)
{
	struct buffer line = {0};
	asked = (struct control_request){.uid = uid, .wish = asked.wish + 1};
	control_line_put(&line, verb, id);
	line.data[line.length - 1] = '\0';
	asked.known = control_line_parse(&asked.asked, line.data);
	buffer_free(&line);
	waits = true;
	answered = CONTROL_STORY;
	log_line(LOG_INFO, "asked by %u: %s %s", uid, control_asked.rows[verb].word, id);
	operate(&sim_r);
	SIM_MUST(!waits && answered != CONTROL_STORY, "a request has no answer");
	return answered == CONTROL_OK || answered == CONTROL_OK_FIELDS;
}

void sim_operators_release(const char *id)
{
	if (ask(0, CONTROL_RELEASE, id))
		sim_mail_held(id, false);
}

static void run_queue(void)
{
	int fd = openat(sim_r.queue.drop_fd, "flush.1", O_WRONLY | O_CREAT | O_CLOEXEC, 0640);
	log_line(LOG_INFO, "a queue run is wished for");
	SIM_MUST(fd >= 0, "no wish for a queue run");
	close(fd);
	sim_mail_asked(NULL);
	pickup_scan(&sim_r);
}

/* Of one message, by root, its sender or a stranger: who has no right changes nothing. */
static void ask_of_message(enum control_verb verb)
{
	char id[ID_SIZE];
	uint32_t sender;
	if (!sim_mail_pick(id, &sender))
		return;
	uint32_t uid = sim_once_in(3) ? STRANGER : sim_once_in(2) ? sender : 0;
	bool done = ask(uid, verb, id);
	SIM_MUST(!done || uid != STRANGER || verb == CONTROL_SHOW, "a stranger changed %s", id);
	SIM_MUST(!done || uid == 0 || verb != CONTROL_RETRY, "a sender had %s retried", id);
	if (!done)
		return;
	if (verb == CONTROL_REMOVE)
		sim_mail_removed(id);
	else if (verb == CONTROL_HOLD || verb == CONTROL_RELEASE)
		sim_mail_held(id, verb == CONTROL_HOLD);
	else if (verb == CONTROL_RETRY)
		sim_mail_asked(id);
}

void sim_operators_act(void)
{
	static const enum control_verb verbs[] = {CONTROL_HOLD, CONTROL_HOLD, CONTROL_RELEASE,
	    CONTROL_RELEASE, CONTROL_RELEASE, CONTROL_RETRY, CONTROL_REMOVE, CONTROL_SHOW};
	uint32_t dice = sim_dice(12);
	if (dice < sizeof verbs / sizeof verbs[0])
		ask_of_message(verbs[dice]);
	else if (dice == 8)
		ask(sim_once_in(2) ? 0 : STRANGER, CONTROL_FORGET, "");
	else if (dice == 9)
		run_queue();
}
